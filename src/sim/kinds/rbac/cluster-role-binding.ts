import { defineKind } from '../../api/kind'
import type { ClusterRoleBinding } from '../../api/types/rbac-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'
import { bindingDefaults } from './bindings'

const stored = { group: 'rbac.authorization.k8s.io', version: 'v1' }

export const clusterRoleBinding = defineKind<ClusterRoleBinding>({
  ...stored,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
  nameRule: 'path-segment',
  otherVersions: [sameShape(stored, 'v1beta1')],
  defaults: bindingDefaults,
  rules: rulesOf('clusterRoleBinding'),
})
