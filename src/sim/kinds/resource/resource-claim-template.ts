import { defineKind } from '../../api/kind'
import type { ResourceClaimTemplate } from '../../api/types/resource-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'resource.k8s.io', version: 'v1' }

export const resourceClaimTemplate = defineKind<ResourceClaimTemplate>({
  ...stored,
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  namespaced: true,
  generation: false,
  otherVersions: [sameShape(stored, 'v1beta2')],
  rules: rulesOf('resourceClaimTemplate'),
})
