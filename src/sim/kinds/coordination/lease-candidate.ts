import { defineKind } from '../../api/kind'
import type { LeaseCandidate } from '../../api/types/coordination-v1beta1.gen'
import { rulesOf } from '../late-rules'

export const leaseCandidate = defineKind<LeaseCandidate>({
  group: 'coordination.k8s.io',
  version: 'v1beta1',
  kind: 'LeaseCandidate',
  plural: 'leasecandidates',
  namespaced: true,
  rules: rulesOf('leaseCandidate'),
})
