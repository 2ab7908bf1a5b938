import type { ClusterView } from '../cluster-view'
import { csiNode } from '../../kinds/storage/csi-node'
import { definePlugin, fits, on, unschedulable } from '../framework'
import type { PodInfo } from '../node-info'
import { claimsOf } from '../volumes'

/** A node's CSI driver attaches only so many volumes, as its CSINode says. */
export const nodeVolumeLimits = definePlugin({
  name: 'NodeVolumeLimits',
  preFilter: (pod) => (pod.claims.length === 0 ? { skip: true } : undefined),
  filter: (pod, info, _state, view) => {
    const limits = view.client
      .get(csiNode, undefined, info.name)
      ?.spec.drivers.flatMap(({ name, allocatable }) => (allocatable?.count === undefined ? [] : [[name, allocatable.count] as const]))
    if (!limits || limits.length === 0) return fits
    const wanted = volumesOf(view, pod)
    const present = new Map<string, string>()
    for (const other of info.pods.values()) for (const [handle, driver] of volumesOf(view, other)) present.set(handle, driver)
    for (const [driver, limit] of limits) {
      const more = [...wanted].filter(([handle, of]) => of === driver && !present.has(handle)).length
      if (more > 0 && [...present.values()].filter((of) => of === driver).length + more > limit)
        return unschedulable('node(s) exceed max volume count')
    }
    return fits
  },
  retryOn: [on('Pod', 'deleted', (_, event) => (event.pod?.claims.length ?? 0) > 0), on('CSINode', 'added'), on('CSINode', 'updated')],
})

/** Attached volumes of a Pod by handle, with their driver. */
function volumesOf(view: ClusterView, pod: PodInfo): ReadonlyMap<string, string> {
  if (pod.claims.length === 0) return new Map()
  return new Map(
    claimsOf(view.client, pod).bound.flatMap(({ volume }) =>
      volume?.spec?.csi ? [[volume.spec.csi.volumeHandle, volume.spec.csi.driver] as const] : [],
    ),
  )
}
