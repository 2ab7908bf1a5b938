import { defineKind } from '../../api/kind'
import type { CronJob } from '../../api/types/batch-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'batch', version: 'v1' }

export const cronJob = defineKind<CronJob>({
  ...stored,
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  namespaced: true,
  subresources: ['status'],
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('cronJob'),
})
