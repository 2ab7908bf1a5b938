import type { FieldError, FieldPath } from '../../api/field-path'
import type { PolicyRule } from '../../api/types/rbac-v1.gen'

/** Complaints about the rules of a Role (`namespaced`) or a ClusterRole. */
export function ruleErrors(rules: readonly PolicyRule[] | undefined, at: FieldPath, namespaced: boolean): FieldError[] {
  return (rules ?? []).flatMap((rule, index) => {
    const here = at(index)
    const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
    const errors: FieldError[] = verbs.length === 0 ? [here('verbs').required('verbs must contain at least one value')] : []
    if (nonResourceURLs.length > 0) {
      if (namespaced) errors.push(here('nonResourceURLs').invalid(nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'))
      if (apiGroups.length + resources.length + resourceNames.length > 0)
        errors.push(here('nonResourceURLs').invalid(nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'))
      return errors
    }
    if (apiGroups.length === 0) errors.push(here('apiGroups').required('resource rules must supply at least one api group'))
    if (resources.length === 0) errors.push(here('resources').required('resource rules must supply at least one resource'))
    return errors
  })
}
