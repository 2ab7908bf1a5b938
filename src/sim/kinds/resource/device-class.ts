import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { DeviceClass } from '../../api/types/resource-v1.gen'
import { withEmpty } from '../defaulting'
import { sameShape } from '../versions'

const stored = { group: 'resource.k8s.io', version: 'v1' }

export const deviceClass = defineKind<DeviceClass>({
  ...stored,
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  namespaced: false,
  generation: true,
  otherVersions: [sameShape(stored, 'v1beta2')],
  defaults: (object) => withEmpty(object, 'spec'),
  columns: [age],
})
