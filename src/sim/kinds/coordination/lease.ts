import { defineKind } from '../../api/kind'
import type { Lease } from '../../api/types/coordination-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'coordination.k8s.io', version: 'v1' }

export const lease = defineKind<Lease>({
  ...stored,
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  generation: false,
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('lease'),
})
