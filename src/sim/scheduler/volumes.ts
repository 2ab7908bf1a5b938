import type { Client } from '../api/client'
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../api/types/core-v1.gen'
import { compareQuantities } from '../formats/quantity'
import { matches, selectorOf } from '../formats/selector'
import { persistentVolume } from '../kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../kinds/core/persistent-volume-claim'
import type { StorageClass } from '../api/types/storage-v1.gen'
import { csiDriver } from '../kinds/storage/csi-driver'
import { csiStorageCapacity } from '../kinds/storage/csi-storage-capacity'
import { storageClass } from '../kinds/storage/storage-class'
import { matchesNodeSelector } from '../kinds/core/node-selector'
import type { PodInfo } from './node-info'

/** On which node a claim that waits for its first consumer is to be provided. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed'

/** The claims of a Pod, by what is still to be done about them. */
export interface Claims {
  readonly missing: readonly string[]
  readonly bound: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume | undefined }[]
  /** Waiting for a consumer: the scheduler decides where. */
  readonly delayed: readonly PersistentVolumeClaim[]
  /** Should have been bound by now; nothing to decide here. */
  readonly unboundImmediate: readonly PersistentVolumeClaim[]
  readonly deleting: readonly PersistentVolumeClaim[]
}

export const isBound = (claim: PersistentVolumeClaim): boolean =>
  Boolean(claim.spec?.volumeName) && claim.metadata.annotations?.[BIND_COMPLETED] !== undefined

/** Looks the claims of a Pod up and sorts them. */
export function claimsOf(client: Client, pod: PodInfo): Claims {
  const found = pod.claims.map((name) => ({ name, claim: client.get(persistentVolumeClaim, pod.namespace, name) }))
  const claims = found.flatMap(({ claim }) => claim ?? [])
  const bound = claims.filter((claim) => isBound(claim) || claim.status?.phase === 'Bound')
  const unbound = claims.filter((claim) => !bound.includes(claim))
  const delayed = unbound.filter((claim) => waitsForConsumer(client, claim))
  return {
    missing: found.filter(({ claim }) => !claim).map(({ name }) => name),
    bound: bound.map((claim) => ({ claim, volume: client.get(persistentVolume, undefined, claim.spec?.volumeName ?? '') })),
    delayed,
    unboundImmediate: unbound.filter((claim) => !delayed.includes(claim)),
    deleting: claims.filter((claim) => claim.metadata.deletionTimestamp),
  }
}

function classOf(client: Client, claim: PersistentVolumeClaim) {
  const name = claim.spec?.storageClassName ?? claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class']
  return name ? client.get(storageClass, undefined, name) : undefined
}

const waitsForConsumer = (client: Client, claim: PersistentVolumeClaim) =>
  !claim.spec?.volumeName && classOf(client, claim)?.volumeBindingMode === 'WaitForFirstConsumer'

/** Whether a volume can be reached from a node. */
export const reachable = (volume: PersistentVolume, node: Node): boolean => {
  const required = volume.spec?.nodeAffinity?.required
  return !required || matchesNodeSelector(required, node)
}

/** The smallest free volume on (or reachable from) a node that a claim could have. */
export function matchingVolume(
  volumes: readonly PersistentVolume[],
  claim: PersistentVolumeClaim,
  node: Node,
  taken: ReadonlySet<string>,
): PersistentVolume | undefined {
  const { resources, accessModes = [], selector, volumeMode = 'Filesystem', storageClassName = '' } = claim.spec ?? {}
  const wanted = resources?.requests?.['storage'] ?? '0'
  const fitting = volumes.filter((volume) => {
    const { spec, metadata, status } = volume
    const reservedForUs = spec?.claimRef?.namespace === claim.metadata.namespace && spec?.claimRef?.name === claim.metadata.name
    return (
      !taken.has(metadata.name) &&
      !metadata.deletionTimestamp &&
      (reservedForUs || (!spec?.claimRef && (status?.phase ?? 'Available') === 'Available')) &&
      (spec?.storageClassName ?? '') === storageClassName &&
      (spec?.volumeMode ?? 'Filesystem') === volumeMode &&
      accessModes.every((mode) => spec?.accessModes?.includes(mode)) &&
      compareQuantities(spec?.capacity?.['storage'] ?? '0', wanted) >= 0 &&
      (!selector || matches(selectorOf(selector), metadata.labels ?? {})) &&
      reachable(volume, node)
    )
  })
  return fitting.sort((a, b) => compareQuantities(a.spec?.capacity?.['storage'] ?? '0', b.spec?.capacity?.['storage'] ?? '0'))[0]
}

/** Whether the class of a claim can make a volume for it on this node: `full` when it could, had its driver room there. */
export function provisionable(client: Client, claim: PersistentVolumeClaim, node: Node): 'yes' | 'no' | 'full' {
  const storage = classOf(client, claim)
  if (!storage || storage.provisioner === 'kubernetes.io/no-provisioner') return 'no'
  const topologies = storage.allowedTopologies ?? []
  const labels = node.metadata.labels ?? {}
  const isAllowed = topologies.some((term) =>
    (term.matchLabelExpressions ?? []).every(({ key, values }) => values.includes(labels[key] ?? '')),
  )
  if (topologies.length > 0 && !isAllowed) return 'no'
  return hasRoom(client, claim, storage, node) ? 'yes' : 'full'
}

/** Whether the driver of a class, if it publishes capacity, has published enough of it where the node is. */
function hasRoom(client: Client, claim: PersistentVolumeClaim, { metadata, provisioner }: StorageClass, node: Node): boolean {
  if (!client.get(csiDriver, undefined, provisioner)?.spec.storageCapacity) return true
  const wanted = claim.spec?.resources?.requests?.['storage'] ?? '0'
  return client.list(csiStorageCapacity).some(({ storageClassName, nodeTopology, capacity, maximumVolumeSize }) => {
    const most = maximumVolumeSize ?? capacity
    const isHere = nodeTopology !== undefined && matches(selectorOf(nodeTopology), node.metadata.labels ?? {})
    return storageClassName === metadata.name && isHere && most !== undefined && compareQuantities(most, wanted) >= 0
  })
}
