import { defineKind } from '../../api/kind'
import type { ClusterRoleBinding } from '../../api/types/rbac-v1.gen'
import { sameShape } from '../versions'
import { bindingColumns, bindingDefaults, bindingErrors, bindingUpdateErrors } from './bindings'

const stored = { group: 'rbac.authorization.k8s.io', version: 'v1' }

export const clusterRoleBinding = defineKind<ClusterRoleBinding>({
  ...stored,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
  nameRule: 'path-segment',
  otherVersions: [sameShape(stored, 'v1beta1')],
  defaults: bindingDefaults,
  validate: (object, at) => bindingErrors(object, at, ['ClusterRole'], false),
  validateUpdate: bindingUpdateErrors,
  columns: bindingColumns,
})
