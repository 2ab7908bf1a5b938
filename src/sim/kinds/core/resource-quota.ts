import { defineKind } from '../../api/kind'
import type { ResourceQuota } from '../../api/types/core-v1.gen'
import { rulesOf } from '../late-rules'

export const resourceQuota = defineKind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  namespaced: true,
  returnsDeleted: true,
  subresources: ['status'],
  rules: rulesOf('resourceQuota'),
})
