import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { VolumeAttributesClass } from '../../api/types/storage-v1.gen'
import { immutable } from '../field-checks'

/** What may be written of a VolumeAttributesClass, and what `kubectl get` shows of it. */
export const volumeAttributesClassRules: KindRules<VolumeAttributesClass> = {
  validate: ({ driverName, parameters }, at) => [
    ...(driverName ? [] : [at('driverName').required()]),
    ...(Object.keys(parameters ?? {}).length > 0 ? [] : [at('parameters').required('must contain at least one key/value pair')]),
  ],
  validateUpdate: (object, old, at) => [
    ...immutable(object.driverName, old.driverName, at('driverName')),
    ...immutable(object.parameters, old.parameters, at('parameters')),
  ],
  columns: [['DriverName', ({ driverName }) => driverName], age],
}
