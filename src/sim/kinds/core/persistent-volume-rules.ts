import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { PersistentVolume, PersistentVolumeSpec } from '../../api/types/core-v1.gen'
import { compareQuantities } from '../../formats/quantity'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { immutable, oneOf } from '../field-checks'
import { sameValue } from '../same-value'
import { accessModeErrors, accessModesText } from './access-modes'
import { structDifference } from './internal-form'
import { nodeSelectorErrors } from './scheduling-validation'
import { azureDiskDefaults } from './pod-spec-defaults'

/** Everything in the spec that is not the volume itself. */
const NOT_A_SOURCE = new Set([
  ...['capacity', 'accessModes', 'claimRef', 'persistentVolumeReclaimPolicy', 'storageClassName', 'mountOptions', 'volumeMode'],
  ...['nodeAffinity', 'volumeAttributesClassName'],
])

/** What may be written of a PersistentVolume, and what `kubectl get` shows of it. */
export const persistentVolumeRules: KindRules<PersistentVolume> = {
  defaults: (object) =>
    changeField(withEmpty(object, 'spec'), 'spec', (spec) => {
      const result = withDefaults(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' })
      const local = changeField(result, 'hostPath', (path) => (path.type === undefined ? { ...path, type: '' } : path))
      return changeField(local, 'azureDisk', azureDiskDefaults)
    }),
  beforeCreate: (object) => ({ ...object, status: { phase: 'Pending' } }),
  validate: ({ spec = {} }, at) => {
    const here = at('spec')
    const errors = [...accessModeErrors(spec.accessModes, here('accessModes'))]
    const storage = spec.capacity?.storage
    if (Object.keys(spec.capacity ?? {}).length === 0) errors.push(here('capacity').required())
    else if (storage === undefined || Object.keys(spec.capacity!).length > 1)
      errors.push(here('capacity').notSupported(spec.capacity, ['storage']))
    else if (compareQuantities(storage, '0') <= 0)
      errors.push(here('capacity').key('storage').invalid(storage, 'must be greater than zero'))
    errors.push(...oneOf(spec.persistentVolumeReclaimPolicy, ['Delete', 'Recycle', 'Retain'], here('persistentVolumeReclaimPolicy')))
    errors.push(...oneOf(spec.volumeMode, ['Block', 'Filesystem'], here('volumeMode')))
    const [source, ...others] = sourcesOf(spec)
    if (!source) errors.push(here.required('must specify a volume type'))
    errors.push(...others.map((other) => here(other).forbidden('may not specify more than 1 volume type')))
    const required = spec.nodeAffinity?.required
    if (spec.local && !required) errors.push(here('nodeAffinity').required('Local volume requires node affinity'))
    if (required) errors.push(...nodeSelectorErrors(required.nodeSelectorTerms, here('nodeAffinity', 'required')))
    return errors
  },
  validateUpdate: ({ spec = {} }, { spec: old = {} }, at) => {
    const here = at('spec')
    const source = (of: PersistentVolumeSpec) =>
      Object.fromEntries(sourcesOf(of).map((name) => [name, of[name as keyof PersistentVolumeSpec]]))
    return [
      ...(sameValue(source(spec), source(old))
        ? []
        : [
            here('persistentvolumesource').forbidden(
              `spec.persistentvolumesource is immutable after creation${structDifference('PersistentVolumeSource', source(old), source(spec))}`,
            ),
          ]),
      ...immutable(spec.volumeMode, old.volumeMode, here('volumeMode')),
      ...(old.nodeAffinity ? immutable(spec.nodeAffinity, old.nodeAffinity, here('nodeAffinity')) : []),
    ]
  },
  warnings: ({ metadata: { annotations = {} }, spec }) => [
    ...(annotations['volume.beta.kubernetes.io/storage-class'] === undefined
      ? []
      : ['metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead']),
    ...(annotations['volume.beta.kubernetes.io/mount-options'] === undefined
      ? []
      : ['metadata.annotations[volume.beta.kubernetes.io/mount-options]: deprecated since v1.31; use "mountOptions" attribute instead']),
    ...(spec?.persistentVolumeReclaimPolicy === 'Recycle'
      ? [
          'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : []),
  ],
  columns: [
    ['Capacity', ({ spec }) => spec?.capacity?.storage ?? '0'],
    ['Access Modes', ({ spec }) => accessModesText(spec?.accessModes)],
    ['Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''],
    ['Status', ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''))],
    ['Claim', ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '')],
    [
      'StorageClass',
      ({ metadata, spec }) => metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? '',
    ],
    ['VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'],
    ['Reason', ({ status }) => status?.reason ?? ''],
    age,
    ['VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>', { wide: true }],
  ],
}

const sourcesOf = (spec: PersistentVolumeSpec) => Object.keys(spec).filter((key) => !NOT_A_SOURCE.has(key))
