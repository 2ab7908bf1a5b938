import type { KindRules } from '../../api/kind'
import type { ClusterRole } from '../../api/types/rbac-v1.gen'
import { labelSelector } from '../field-checks'
import { ruleErrors } from './policy-rules'

/** What may be written of a ClusterRole. */
export const clusterRoleRules: KindRules<ClusterRole> = {
  validate: ({ rules, aggregationRule }, at) => {
    const here = at('aggregationRule', 'clusterRoleSelectors')
    const selectors = aggregationRule?.clusterRoleSelectors ?? []
    return [
      ...ruleErrors(rules, at('rules'), false),
      ...(aggregationRule && selectors.length === 0
        ? [here.required('at least one clusterRoleSelector required if aggregationRule is non-nil')]
        : []),
      ...selectors.flatMap((selector, index) => labelSelector(selector, here(index))),
    ]
  },
}
