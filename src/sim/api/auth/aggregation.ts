import { matches, selectorOf } from '../../formats/selector'
import { findAll, resource } from '../admission/lookup'
import type { ApiServer } from '../hooks'
import type { KindDefinition } from '../kind'
import type { ClusterRole, PolicyRule } from '../types/rbac-v1.gen'

const GROUP = 'rbac.authorization.k8s.io'
const clusterRoles = resource<ClusterRole>(GROUP, 'v1', 'clusterroles')
const NAME = 'clusterrole-aggregation-controller'

/**
 * The controller that fills in the rules of aggregated ClusterRoles (`admin`, `edit`, `view` and people's own) from the roles that their
 * selectors match. It lives beside what it serves: authorisation reads the result. Returns how to stop it.
 */
export function aggregateClusterRoles(server: ApiServer): () => void {
  const served = server.registry.find(GROUP, 'v1', clusterRoles.plural)
  if (!served) return () => undefined
  const kind = served.kind as unknown as KindDefinition<ClusterRole> // found under this name
  const client = server.client({ user: `system:serviceaccount:kube-system:${NAME}`, manager: NAME })
  return client.watch(kind, () => {
    const all = [...findAll(server, clusterRoles)].sort((x, y) => (x.metadata.name < y.metadata.name ? -1 : 1))
    for (const role of all) {
      if (!role.aggregationRule) continue
      const rules = aggregatedRules(role, all)
      if (JSON.stringify(rules) !== JSON.stringify(role.rules ?? [])) client.update(kind, { ...role, rules })
    }
  })
}

function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): readonly PolicyRule[] {
  const selectors = (role.aggregationRule?.clusterRoleSelectors ?? []).map(selectorOf)
  const sources = selectors.flatMap((selector) =>
    all.filter((each) => each.metadata.name !== role.metadata.name && matches(selector, each.metadata.labels ?? {})),
  )
  const unique = new Map(sources.flatMap(({ rules = [] }) => rules).map((rule) => [JSON.stringify(rule), rule]))
  return [...unique.values()]
}
