import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { StorageClass } from '../../api/types/storage-v1.gen'
import { immutable, oneOf } from '../field-checks'
import { sameValue } from '../same-value'

const DEFAULT_CLASS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

/** What may be written of a StorageClass, and what `kubectl get` shows of it. */
export const storageClassRules: KindRules<StorageClass> = {
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
}

const isDefault = (annotations: Readonly<Record<string, string>> | undefined) => DEFAULT_CLASS.some((key) => annotations?.[key] === 'true')
