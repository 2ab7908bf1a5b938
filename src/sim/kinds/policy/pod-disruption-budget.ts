import { defineKind } from '../../api/kind'
import type { PodDisruptionBudget } from '../../api/types/policy-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'policy', version: 'v1' }

export const podDisruptionBudget = defineKind<PodDisruptionBudget>({
  ...stored,
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  namespaced: true,
  subresources: ['status'],
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('podDisruptionBudget'),
})
