import type { KindRules } from '../../api/kind'
import type { CSIStorageCapacity } from '../../api/types/storage-v1.gen'
import { immutable, labelSelector } from '../field-checks'

/** What may be written of a CSIStorageCapacity, and what `kubectl get` shows of it. */
export const csiStorageCapacityRules: KindRules<CSIStorageCapacity> = {
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
}
