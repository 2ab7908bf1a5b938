import { defineKind } from '../../api/kind'
import type { RoleBinding } from '../../api/types/rbac-v1.gen'
import { sameShape } from '../versions'
import { bindingColumns, bindingDefaults, bindingErrors, bindingUpdateErrors } from './bindings'

const stored = { group: 'rbac.authorization.k8s.io', version: 'v1' }

export const roleBinding = defineKind<RoleBinding>({
  ...stored,
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
  nameRule: 'path-segment',
  otherVersions: [sameShape(stored, 'v1beta1')],
  defaults: bindingDefaults,
  validate: (object, at) => bindingErrors(object, at, ['Role', 'ClusterRole'], true),
  validateUpdate: bindingUpdateErrors,
  columns: bindingColumns,
})
