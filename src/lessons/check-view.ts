import type { Cluster } from '../sim/cluster'
import type { CheckView } from './checks'

/** What checks see of a cluster right now. `shell` answers for shell commands; without it they count as not yet run. */
export function checkViewOf(cluster: Cluster, shell: CheckView['shell'] = () => undefined): CheckView {
  const client = cluster.client()
  return {
    get(kind, namespace, name) {
      const found = cluster.findKind(kind)
      return found && client.get(found, found.namespaced ? namespace : undefined, name)
    },
    list(kind, namespace, selector) {
      const found = cluster.findKind(kind)
      return found ? client.list(found, { ...(found.namespaced && { namespace }), ...(selector && { labelSelector: selector }) }) : []
    },
    shell,
  }
}
