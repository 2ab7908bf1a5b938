import type { PersistentVolumeClaim } from '../../api/types/core-v1.gen'
import { bracketed } from './describer'
import { since, writeAnnotations, writeLabels, type Description } from './writer'

/** Where a StorageClass was named before the field for it. */
export const classAnnotation = 'volume.beta.kubernetes.io/storage-class'

/** The StorageClass that a claim names, in its spec or in the annotation of old. */
export const claimClass = ({ metadata, spec }: PersistentVolumeClaim): string =>
  metadata?.annotations?.[classAnnotation] ?? spec?.storageClassName ?? ''

const modeNames: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}
/** `RWO,RWX`: each once, in kubectl's order. */
export const modesText = (modes: readonly string[] | undefined) =>
  Object.keys(modeNames)
    .filter((mode) => modes?.includes(mode))
    .map((mode) => modeNames[mode])
    .join(',')

/** A claim, or with `whole` off the template of one. */
export function writeClaim(d: Description, claim: PersistentVolumeClaim, whole: boolean): void {
  const { write } = d
  const { metadata = {} as PersistentVolumeClaim['metadata'], spec, status } = claim
  if (whole) {
    write(0, `Name:\t${metadata.name}`)
    write(0, `Namespace:\t${metadata.namespace}`)
  }
  write(0, `StorageClass:\t${claimClass(claim)}`)
  if (whole) write(0, `Status:\t${lifeText(metadata, status?.phase, d)}`)
  write(0, `Volume:\t${spec?.volumeName ?? ''}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  if (whole) write(0, `Finalizers:\t${bracketed(metadata.finalizers)}`)
  write(0, `Capacity:\t${spec?.volumeName ? (status?.capacity?.storage ?? '0') : ''}`)
  write(0, `Access Modes:\t${spec?.volumeName ? modesText(status?.accessModes) : ''}`)
  if (spec?.volumeMode) write(0, `VolumeMode:\t${spec.volumeMode}`)
  if (!spec?.dataSource) return
  const { apiGroup, kind, name } = spec.dataSource
  write(0, 'DataSource:')
  if (apiGroup !== undefined) write(1, `APIGroup:\t${apiGroup}`)
  write(1, `Kind:\t${kind}`)
  write(1, `Name:\t${name}`)
}

/** A phase, or for how long the object has been going. */
export const lifeText = ({ deletionTimestamp }: { deletionTimestamp?: string }, phase: string | undefined, { nowMs }: Description) =>
  deletionTimestamp ? `Terminating (lasts ${since(deletionTimestamp, nowMs)})` : (phase ?? '')
