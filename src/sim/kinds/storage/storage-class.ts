import { defineKind } from '../../api/kind'
import type { StorageClass } from '../../api/types/storage-v1.gen'
import { withDefaults } from '../defaulting'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'storage.k8s.io', version: 'v1' }

export const storageClass = defineKind<StorageClass>({
  ...stored,
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  namespaced: false,
  otherVersions: [sameShape(stored, 'v1beta1')],
  defaults: (object) => withDefaults(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  rules: rulesOf('storageClass'),
})
