import { persistentVolumeClaim } from '../../kinds/core/persistent-volume-claim'
import { definePlugin, fits, on, unschedulable } from '../framework'

/** A claim with access mode ReadWriteOncePod is for one Pod in the whole cluster. */
export const volumeRestrictions = definePlugin({
  name: 'VolumeRestrictions',
  preFilter: (pod, view) => {
    const exclusive = pod.claims.filter((name) =>
      view.client.get(persistentVolumeClaim, pod.namespace, name)?.spec?.accessModes?.includes('ReadWriteOncePod'),
    )
    return exclusive.length === 0 ? { skip: true } : { state: exclusive }
  },
  filter: (pod, _node, state, view) => {
    for (const name of state as readonly string[]) {
      const users = view.count(
        `claim/${pod.namespace}/${name}`,
        (other) => other.namespace === pod.namespace && other.claims.includes(name),
      )
      for (const count of users.perNode.values())
        if (count > 0) return unschedulable('node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode')
    }
    return fits
  },
  retryOn: [
    on('Pod', 'deleted', (pod, event) => event.pod?.claims.some((claim) => pod.claims.includes(claim)) ?? false),
    on('PersistentVolumeClaim', 'added'),
  ],
})
