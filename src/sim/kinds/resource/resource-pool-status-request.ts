import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { ResourcePoolStatusRequest } from '../../api/types/resource-v1alpha3.gen'
import { immutable } from '../field-checks'

export const resourcePoolStatusRequest = defineKind<ResourcePoolStatusRequest>({
  group: 'resource.k8s.io',
  version: 'v1alpha3',
  kind: 'ResourcePoolStatusRequest',
  plural: 'resourcepoolstatusrequests',
  namespaced: false,
  subresources: ['status'],
  validate: ({ spec }, at) => (spec?.driver ? [] : [at('spec', 'driver').required()]),
  validateUpdate: (object, old, at) => immutable(object.spec, old.spec, at('spec')),
  columns: [age],
})
