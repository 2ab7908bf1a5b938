import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { VolumeAttributesClass } from '../../api/types/storage-v1.gen'
import { immutable } from '../field-checks'

export const volumeAttributesClass = defineKind<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  shortNames: ['vac'],
  namespaced: false,
  validate: ({ driverName, parameters }, at) => [
    ...(driverName ? [] : [at('driverName').required()]),
    ...(Object.keys(parameters ?? {}).length > 0 ? [] : [at('parameters').required('must contain at least one key/value pair')]),
  ],
  validateUpdate: (object, old, at) => [
    ...immutable(object.driverName, old.driverName, at('driverName')),
    ...immutable(object.parameters, old.parameters, at('parameters')),
  ],
  columns: [['DriverName', ({ driverName }) => driverName], age],
})
