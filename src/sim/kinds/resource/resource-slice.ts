import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { ResourceSlice } from '../../api/types/resource-v1.gen'
import { immutable } from '../field-checks'
import { sameShape } from '../versions'

const stored = { group: 'resource.k8s.io', version: 'v1' }

export const resourceSlice = defineKind<ResourceSlice>({
  ...stored,
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  namespaced: false,
  otherVersions: [sameShape(stored, 'v1beta2')],
  validate: ({ spec }, at) => [
    ...(spec?.driver ? [] : [at('spec', 'driver').required()]),
    ...(spec?.pool?.name ? [] : [at('spec', 'pool', 'name').required()]),
    ...(spec?.nodeName || spec?.nodeSelector || spec?.allNodes || spec?.perDeviceNodeSelection
      ? []
      : [at('spec').required('exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required')]),
  ],
  validateUpdate: (object, old, at) => [
    ...immutable(object.spec.driver, old.spec.driver, at('spec', 'driver')),
    ...immutable(object.spec.pool?.name, old.spec.pool?.name, at('spec', 'pool', 'name')),
    ...immutable(object.spec.nodeName, old.spec.nodeName, at('spec', 'nodeName')),
  ],
  columns: [
    ['Node', ({ spec }) => spec.nodeName || '<unset>'],
    ['Driver', ({ spec }) => spec.driver],
    ['Pool', ({ spec }) => spec.pool.name],
    age,
  ],
  selectableFields: { 'spec.nodeName': ({ spec }) => spec.nodeName ?? '', 'spec.driver': ({ spec }) => spec.driver },
})
