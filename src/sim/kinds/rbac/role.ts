import { defineKind } from '../../api/kind'
import type { Role } from '../../api/types/rbac-v1.gen'
import { sameShape } from '../versions'
import { ruleErrors } from './policy-rules'

const stored = { group: 'rbac.authorization.k8s.io', version: 'v1' }

export const role = defineKind<Role>({
  ...stored,
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
  nameRule: 'path-segment',
  otherVersions: [sameShape(stored, 'v1beta1')],
  validate: ({ rules }, at) => ruleErrors(rules, at('rules'), true),
})
