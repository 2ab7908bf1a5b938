import { defineKind } from '../../api/kind'
import type { NetworkPolicy } from '../../api/types/networking-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'networking.k8s.io', version: 'v1' }

export const networkPolicy = defineKind<NetworkPolicy>({
  ...stored,
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  namespaced: true,
  otherVersions: [sameShape(stored, 'v1beta1', 'extensions')],
  rules: rulesOf('networkPolicy'),
})
