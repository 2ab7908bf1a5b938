import type { PersistentVolumeClaim, Pod } from '../../api/types/core-v1.gen'
import { apiVersionOf } from '../../api/object'
import { persistentVolumeClaim } from '../../kinds/core/persistent-volume-claim'
import { pod as podKind } from '../../kinds/core/pod'
import { attempt, type Component } from '../component'
import { controllerOf } from '../../api/owners'

/** Makes the claims of Pods' generic ephemeral volumes, owned by the Pod and gone with it. */
export const ephemeralVolumeController: Component = {
  name: 'ephemeral-volume-controller',
  source: 'ephemeral_volume',
  start({ client, recorder }) {
    function provide(pod: Pod) {
      if (pod.metadata.deletionTimestamp) return
      for (const volume of pod.spec?.volumes ?? []) {
        if (!volume.ephemeral?.volumeClaimTemplate) continue
        const name = `${pod.metadata.name}-${volume.name}`
        const present = client.get(persistentVolumeClaim, pod.metadata.namespace, name)
        if (present) {
          if (controllerOf(present)?.uid !== pod.metadata.uid)
            recorder.event(
              pod,
              'Warning',
              'FailedBinding',
              `ephemeral volume ${volume.name}: PVC ${pod.metadata.namespace}/${name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`,
            )
          continue
        }
        const { metadata, spec } = volume.ephemeral.volumeClaimTemplate
        const owner = {
          apiVersion: apiVersionOf(podKind),
          kind: 'Pod',
          name: pod.metadata.name,
          uid: pod.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        }
        const claim = {
          metadata: {
            name,
            namespace: pod.metadata.namespace,
            ...(metadata?.labels && { labels: metadata.labels }),
            ...(metadata?.annotations && { annotations: metadata.annotations }),
            ownerReferences: [owner],
          },
          spec: spec as PersistentVolumeClaim['spec'],
        }
        const refused = attempt(() => client.create(persistentVolumeClaim, claim))
        if (refused)
          recorder.event(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume.name}: create PVC ${name}: ${refused.message}`)
      }
    }
    const stop = client.watch(podKind, (events) => {
      for (const { type, object } of events) if (type === 'ADDED') provide(object)
    })
    for (const pod of client.list(podKind)) provide(pod)
    return stop
  },
}
