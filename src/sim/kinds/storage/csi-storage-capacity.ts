import { defineKind } from '../../api/kind'
import type { CSIStorageCapacity } from '../../api/types/storage-v1.gen'
import { immutable, labelSelector } from '../field-checks'
import { sameShape } from '../versions'

const stored = { group: 'storage.k8s.io', version: 'v1' }

export const csiStorageCapacity = defineKind<CSIStorageCapacity>({
  ...stored,
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  namespaced: true,
  otherVersions: [sameShape(stored, 'v1beta1')],
  validate: ({ storageClassName, nodeTopology }, at) => [
    ...(storageClassName ? [] : [at('storageClassName').required()]),
    ...labelSelector(nodeTopology, at('nodeTopology')),
  ],
  validateUpdate: (object, old, at) => [
    ...immutable(object.nodeTopology, old.nodeTopology, at('nodeTopology')),
    ...immutable(object.storageClassName, old.storageClassName, at('storageClassName')),
  ],
  columns: [
    ['StorageClassName', ({ storageClassName }) => storageClassName],
    ['Capacity', ({ capacity }) => capacity ?? '<unset>'],
  ],
})
