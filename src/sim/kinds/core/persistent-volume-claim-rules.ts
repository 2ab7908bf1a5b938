import { age } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../api/types/core-v1.gen'
import { compareQuantities } from '../../formats/quantity'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { labelSelector, oneOf } from '../field-checks'
import { sameValue } from '../same-value'
import { accessModeErrors, accessModesText } from './access-modes'
import { structDifference } from './internal-form'

/** What may be written of a PersistentVolumeClaim, and what `kubectl get` shows of it. */
export const persistentVolumeClaimRules: KindRules<PersistentVolumeClaim> = {
  defaults: (object) =>
    changeField(withEmpty(object, 'spec'), 'spec', (spec) =>
      withSource(withEmpty(withDefaults(spec, { volumeMode: 'Filesystem' }), 'resources')),
    ),
  beforeCreate: (object) => ({ ...object, status: { phase: 'Pending' } }),
  validate: ({ spec = {} }, at) => claimSpecErrors(spec, at('spec')),
  validateUpdate: updateErrors,
  warnings: ({ metadata }) =>
    metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] === undefined
      ? []
      : ['metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead'],
  columns: [
    ['Status', ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''))],
    ['Volume', ({ spec }) => spec?.volumeName ?? ''],
    ['Capacity', ({ spec, status }) => (spec?.volumeName ? (status?.capacity?.storage ?? '0') : '')],
    ['Access Modes', ({ spec, status }) => (spec?.volumeName ? accessModesText(status?.accessModes) : '')],
    [
      'StorageClass',
      ({ metadata, spec }) => metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? '',
    ],
    ['VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'],
    age,
    ['VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>', { wide: true }],
  ],
}

/** What a claim is filled from has an old field and a new one; each follows the other. */
function withSource(spec: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  if (spec.dataSource && !spec.dataSourceRef) return { ...spec, dataSourceRef: spec.dataSource }
  const { dataSource, dataSourceRef } = spec
  return dataSourceRef && !dataSource && !dataSourceRef.namespace ? { ...spec, dataSource: dataSourceRef } : spec
}

const MAY_CHANGE = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'

/** A claim may be bound, and once bound may grow: nothing else. */
function updateErrors({ spec = {} }: PersistentVolumeClaim, old: PersistentVolumeClaim, at: FieldPath): FieldError[] {
  const before = old.spec ?? {}
  const bound = old.status?.phase === 'Bound'
  const allowed: PersistentVolumeClaimSpec = {
    ...spec,
    volumeName: before.volumeName ? spec.volumeName : before.volumeName,
    storageClassName: before.storageClassName === undefined ? undefined : spec.storageClassName,
    ...(bound && { resources: { ...spec.resources, requests: before.resources?.requests } }),
    volumeAttributesClassName: before.volumeAttributesClassName,
  }
  if (!sameValue(allowed, before)) return [at('spec').forbidden(`${MAY_CHANGE}${structDifference('ClaimSpec', before, allowed)}`)]
  // A failed expansion may be taken back, as far as what the volume has; a claim may ask for less than it has got all along.
  const [now = '0', was = '0'] = [spec.resources?.requests?.storage, before.resources?.requests?.storage]
  return compareQuantities(now, was) < 0 && compareQuantities(now, old.status?.capacity?.storage ?? '0') < 0
    ? [at('spec', 'resources', 'requests', 'storage').forbidden('field can not be less than status.capacity')]
    : []
}

function claimSpecErrors(spec: PersistentVolumeClaimSpec, at: FieldPath): FieldError[] {
  const errors = [
    ...labelSelector(spec.selector, at('selector')),
    ...accessModeErrors(spec.accessModes, at('accessModes'), 'at least 1 access mode is required'),
    ...oneOf(spec.volumeMode, ['Block', 'Filesystem'], at('volumeMode')),
  ]
  const storage = spec.resources?.requests?.storage
  if (storage === undefined) errors.push(at('resources').key('storage').required())
  else if (compareQuantities(storage, '0') <= 0) errors.push(at('resources').key('storage').invalid(storage, 'must be greater than zero'))
  return errors
}
