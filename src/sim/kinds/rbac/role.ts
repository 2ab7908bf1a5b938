import { defineKind } from '../../api/kind'
import type { Role } from '../../api/types/rbac-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'rbac.authorization.k8s.io', version: 'v1' }

export const role = defineKind<Role>({
  ...stored,
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
  nameRule: 'path-segment',
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('role'),
})
