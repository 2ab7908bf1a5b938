import { defineKind } from '../../api/kind'
import type { RoleBinding } from '../../api/types/rbac-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'
import { bindingDefaults } from './bindings'

const stored = { group: 'rbac.authorization.k8s.io', version: 'v1' }

export const roleBinding = defineKind<RoleBinding>({
  ...stored,
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
  nameRule: 'path-segment',
  otherVersions: [sameShape(stored, 'v1beta1')],
  defaults: bindingDefaults,
  rules: rulesOf('roleBinding'),
})
