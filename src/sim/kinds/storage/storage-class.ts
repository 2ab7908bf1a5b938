import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { StorageClass } from '../../api/types/storage-v1.gen'
import { withDefaults } from '../defaulting'
import { immutable, oneOf, sameValue } from '../field-checks'
import { sameShape } from '../versions'

const stored = { group: 'storage.k8s.io', version: 'v1' }
const DEFAULT_CLASS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

export const storageClass = defineKind<StorageClass>({
  ...stored,
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  namespaced: false,
  otherVersions: [sameShape(stored, 'v1beta1')],
  defaults: (object) => withDefaults(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  validate: ({ provisioner, reclaimPolicy, volumeBindingMode }, at) => [
    ...(provisioner ? [] : [at('provisioner').required()]),
    ...oneOf(reclaimPolicy, ['Delete', 'Retain'], at('reclaimPolicy')),
    ...oneOf(volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'], at('volumeBindingMode')),
  ],
  validateUpdate: (object, old, at) => [
    ...(['parameters', 'provisioner', 'reclaimPolicy'] as const)
      .filter((field) => !sameValue(object[field], old[field]))
      .map((field) => at(field).forbidden(`updates to ${field} are forbidden.`)),
    ...immutable(object.volumeBindingMode, old.volumeBindingMode, at('volumeBindingMode')),
  ],
  columns: [
    ['Name', ({ metadata }) => (isDefault(metadata.annotations) ? `${metadata.name} (default)` : metadata.name), { format: 'name' }],
    ['Provisioner', ({ provisioner }) => provisioner],
    ['ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'],
    ['VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? '<unset>'],
    ['AllowVolumeExpansion', ({ allowVolumeExpansion }) => String(allowVolumeExpansion ?? false)],
    age,
  ],
})

const isDefault = (annotations: Readonly<Record<string, string>> | undefined) => DEFAULT_CLASS.some((key) => annotations?.[key] === 'true')
