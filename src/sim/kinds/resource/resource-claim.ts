import { defineKind } from '../../api/kind'
import type { ResourceClaim } from '../../api/types/resource-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'resource.k8s.io', version: 'v1' }

export const resourceClaim = defineKind<ResourceClaim>({
  ...stored,
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  namespaced: true,
  subresources: ['status'],
  generation: false,
  otherVersions: [sameShape(stored, 'v1beta2')],
  rules: rulesOf('resourceClaim'),
})
