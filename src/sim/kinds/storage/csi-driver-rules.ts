import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { CSIDriver } from '../../api/types/storage-v1.gen'
import { immutable, oneOf } from '../field-checks'

/** What may be written of a CSIDriver, and what `kubectl get` shows of it. */
export const csiDriverRules: KindRules<CSIDriver> = {
  validate: ({ spec }, at) => [
    ...oneOf(spec.fsGroupPolicy, ['ReadWriteOnceWithFSType', 'File', 'None'], at('spec', 'fsGroupPolicy')),
    ...(spec.volumeLifecycleModes ?? []).flatMap((mode) => oneOf(mode, ['Persistent', 'Ephemeral'], at('spec', 'volumeLifecycleModes'))),
  ],
  validateUpdate: ({ spec }, { spec: old }, at) => [
    ...immutable(spec.attachRequired, old.attachRequired, at('spec', 'attachedRequired')),
    ...immutable(spec.volumeLifecycleModes, old.volumeLifecycleModes, at('spec', 'volumeLifecycleModes')),
  ],
  columns: [
    ['AttachRequired', ({ spec }) => String(spec.attachRequired ?? true), { type: 'boolean' }],
    ['PodInfoOnMount', ({ spec }) => String(spec.podInfoOnMount ?? false), { type: 'boolean' }],
    ['StorageCapacity', ({ spec }) => String(spec.storageCapacity ?? false), { type: 'boolean' }],
    ['TokenRequests', ({ spec }) => spec.tokenRequests?.map(({ audience }) => audience).join(',') ?? '<unset>'],
    ['RequiresRepublish', ({ spec }) => String(spec.requiresRepublish ?? false), { type: 'boolean' }],
    ['Modes', ({ spec }) => spec.volumeLifecycleModes?.join(',') || '<none>'],
    age,
  ],
}
