import { persistentVolume } from '../../kinds/core/persistent-volume'
import { definePlugin, fits, on, unresolvable } from '../framework'
import { claimsOf, matchingVolume, provisionable, reachable, SELECTED_NODE, type Claims } from '../volumes'
import type { ClusterView } from '../cluster-view'
import type { NodeInfo } from '../node-info'

/** Claims of the Pod must be bound to volumes that the node reaches, or a volume must be to be had or made there. */
export const volumeBinding = definePlugin({
  name: 'VolumeBinding',
  preFilter: (pod, view) => {
    if (pod.claims.length === 0) return { skip: true }
    const claims = claimsOf(view.client, pod)
    const [missing] = claims.missing
    if (missing) return { refusal: unresolvable(missingText(pod.pod, missing)) }
    const [deleting] = claims.deleting
    if (deleting) return { refusal: unresolvable(`persistentvolumeclaim "${deleting.metadata.name}" is being deleted`) }
    if (claims.unboundImmediate.length > 0) return { refusal: unresolvable('pod has unbound immediate PersistentVolumeClaims') }
    return { state: claims }
  },
  filter: (_pod, node, state, view) => {
    const claims = state as Claims // from preFilter
    const reasons = [...boundReasons(claims, node), ...delayedReasons(claims, node, view)]
    return reasons.length > 0 ? unresolvable(...reasons) : fits
  },
  retryOn: [
    on('PersistentVolumeClaim', 'added'),
    on('PersistentVolumeClaim', 'updated'),
    on('PersistentVolume', 'added'),
    on('PersistentVolume', 'updated'),
    on('StorageClass', 'added'),
    on('StorageClass', 'updated'),
    on('CSIDriver', 'updated'),
    on('CSIStorageCapacity', 'added'),
    on('CSIStorageCapacity', 'updated'),
    on('Node', 'added'),
    on('Node', 'updated'),
  ],
})

function missingText(
  {
    metadata,
    spec,
  }: {
    readonly metadata: { readonly name: string }
    readonly spec?: { readonly volumes?: readonly { readonly name: string; readonly ephemeral?: unknown }[] }
  },
  claim: string,
): string {
  const ephemeral = spec?.volumes?.some((volume) => volume.ephemeral && claim === `${metadata.name}-${volume.name}`)
  return ephemeral
    ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${claim}"`
    : `persistentvolumeclaim "${claim}" not found`
}

function boundReasons({ bound }: Claims, { node }: NodeInfo): string[] {
  if (bound.some(({ volume }) => !volume)) return ['node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)']
  return bound.some(({ volume }) => volume && !reachable(volume, node)) ? ["node(s) didn't match PersistentVolume's node affinity"] : []
}

function delayedReasons({ delayed }: Claims, { node, name }: NodeInfo, view: ClusterView): string[] {
  if (delayed.length === 0) return []
  const taken = new Set<string>()
  const volumes = view.client.list(persistentVolume)
  for (const claim of delayed) {
    const selected = claim.metadata.annotations?.[SELECTED_NODE]
    if (selected === name) continue
    const volume = selected ? undefined : matchingVolume(volumes, claim, node, taken)
    if (volume) {
      taken.add(volume.metadata.name)
      continue
    }
    const answer = selected ? 'no' : provisionable(view.client, claim, node)
    if (answer === 'full') return ['node(s) did not have enough free storage']
    if (answer === 'no') return ["node(s) didn't find available persistent volumes to bind"]
  }
  return []
}
