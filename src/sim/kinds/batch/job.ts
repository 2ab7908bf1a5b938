import { defineKind } from '../../api/kind'
import type { Job } from '../../api/types/batch-v1.gen'
import { rulesOf } from '../late-rules'

export const job = defineKind<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  namespaced: true,
  subresources: ['status'],
  // Old habits of a kind from the first days: a plain API delete leaves the Pods.
  defaultPropagation: 'Orphan',
  selectableFields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  rules: rulesOf('job'),
})
