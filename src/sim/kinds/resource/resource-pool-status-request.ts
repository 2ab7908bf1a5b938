import { defineKind } from '../../api/kind'
import type { ResourcePoolStatusRequest } from '../../api/types/resource-v1alpha3.gen'
import { rulesOf } from '../late-rules'

export const resourcePoolStatusRequest = defineKind<ResourcePoolStatusRequest>({
  group: 'resource.k8s.io',
  version: 'v1alpha3',
  kind: 'ResourcePoolStatusRequest',
  plural: 'resourcepoolstatusrequests',
  namespaced: false,
  subresources: ['status'],
  rules: rulesOf('resourcePoolStatusRequest'),
})
