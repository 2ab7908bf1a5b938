import { defineKind } from '../../api/kind'
import type { ClusterRole } from '../../api/types/rbac-v1.gen'
import { labelSelector } from '../field-checks'
import { sameShape } from '../versions'
import { ruleErrors } from './policy-rules'

const stored = { group: 'rbac.authorization.k8s.io', version: 'v1' }

export const clusterRole = defineKind<ClusterRole>({
  ...stored,
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  nameRule: 'path-segment',
  otherVersions: [sameShape(stored, 'v1beta1')],
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
})
