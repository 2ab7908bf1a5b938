import { defineKind } from '../../api/kind'
import type { ClusterRole } from '../../api/types/rbac-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'rbac.authorization.k8s.io', version: 'v1' }

export const clusterRole = defineKind<ClusterRole>({
  ...stored,
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  nameRule: 'path-segment',
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('clusterRole'),
})
