import type { ClusterRole, PolicyRule } from '../api/types/rbac-v1.gen'
import { keyOf } from '../api/object'
import { matches, selectorOf } from '../formats/selector'
import { clusterRole } from '../kinds/rbac/cluster-role'
import { anyKind, defineController, type Watch } from './controller'
import { same } from '../formats/same'
import { update } from './steps'

const selects = ({ aggregationRule }: ClusterRole, { metadata }: ClusterRole) =>
  (aggregationRule?.clusterRoleSelectors ?? []).some((selector) => matches(selectorOf(selector), metadata.labels ?? {}))

const selectedRoles: Watch<ClusterRole, readonly ClusterRole[]> = {
  kind: anyKind(clusterRole),
  concerns: (object, old, find) =>
    find
      .all()
      .filter((role) => role.aggregationRule && [object, old].some((it) => it && selects(role, it as unknown as ClusterRole))) // this watch sees roles only
      .map(keyOf),
  read: (role, find) =>
    role.aggregationRule ? find.all().filter((other) => other.metadata.name !== role.metadata.name && selects(role, other)) : [],
}

/** Puts the rules of labelled ClusterRoles together into those that aggregate them: how add-ons extend `view`, `edit` and `admin`. */
export const clusterRoleAggregationController = defineController({
  name: 'clusterrole-aggregation-controller',
  reconciles: clusterRole,
  watches: { roles: selectedRoles },
  reconcile(role, { roles }) {
    if (!role.aggregationRule) return []
    const rules: PolicyRule[] = []
    for (const other of [...roles].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)))
      for (const rule of other.rules ?? []) if (!rules.some((it) => same(it, rule))) rules.push(rule)
    return same(rules, role.rules ?? []) ? [] : [update(clusterRole, { ...role, rules })]
  },
})
