import type { PersistentVolume, PersistentVolumeClaim } from '../api/types/core-v1.gen'
import { compareQuantities } from '../formats/quantity'
import { matches, selectorOf } from '../formats/selector'

/** Where the scheduler notes the node for which a claim's volume is to be made. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'

/** The volume's size as the text of its quantity. */
const sizeOf = ({ spec }: PersistentVolume) => spec?.capacity?.storage ?? '0'

/** Whether a volume is reserved for a claim, by the administrator or by the scheduler. */
export function isReservedFor(volume: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const { claimRef } = volume.spec ?? {}
  return claimRef?.namespace === metadata.namespace && claimRef?.name === metadata.name && (!claimRef?.uid || claimRef.uid === metadata.uid)
}

/** Why a claim could not have this volume, or undefined when it could. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  const { resources, accessModes = [], volumeMode = 'Filesystem' } = claim.spec ?? {}
  if (compareQuantities(sizeOf(volume), resources?.requests?.storage ?? '0') < 0) return 'requested PV is too small'
  if ((volume.spec?.storageClassName ?? '') !== classNameOf(claim)) return 'storageClassName does not match'
  if ((volume.spec?.volumeMode ?? 'Filesystem') !== volumeMode) return 'incompatible volumeMode'
  if (!accessModes.every((mode) => volume.spec?.accessModes?.includes(mode))) return 'incompatible accessMode'
  return undefined
}

export const classNameOf = ({ spec, metadata }: PersistentVolumeClaim) =>
  metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? ''

/** The volume for a claim: one reserved for it, or else the smallest free one that fits. A selector chooses among volumes' labels. */
export function volumeFor(volumes: readonly PersistentVolume[], claim: PersistentVolumeClaim): PersistentVolume | undefined {
  const present = volumes.filter(({ metadata }) => !metadata.deletionTimestamp)
  const reserved = present.find((volume) => isReservedFor(volume, claim))
  if (reserved) return reserved
  const { selector } = claim.spec ?? {}
  return present
    .filter(
      (volume) =>
        !volume.spec?.claimRef &&
        volume.status?.phase === 'Available' &&
        mismatch(volume, claim) === undefined &&
        (!selector || matches(selectorOf(selector), volume.metadata.labels ?? {})),
    )
    .sort((a, b) => compareQuantities(sizeOf(a), sizeOf(b)))[0]
}
