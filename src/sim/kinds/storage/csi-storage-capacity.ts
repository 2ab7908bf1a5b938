import { defineKind } from '../../api/kind'
import type { CSIStorageCapacity } from '../../api/types/storage-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'storage.k8s.io', version: 'v1' }

export const csiStorageCapacity = defineKind<CSIStorageCapacity>({
  ...stored,
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  namespaced: true,
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('csiStorageCapacity'),
})
