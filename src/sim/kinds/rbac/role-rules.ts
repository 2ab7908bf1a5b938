import type { KindRules } from '../../api/kind'
import type { Role } from '../../api/types/rbac-v1.gen'
import { ruleErrors } from './policy-rules'

/** What may be written of a Role. */
export const roleRules: KindRules<Role> = { validate: ({ rules }, at) => ruleErrors(rules, at('rules'), true) }
