import type { AddonEnvironment } from '../addon'
import type { Node, Pod } from '../../api/types/core-v1.gen'
import { namespace as namespaceKind } from '../../kinds/core/namespace'
import { node as nodeKind } from '../../kinds/core/node'
import { pod as podKind } from '../../kinds/core/pod'
import { createClusterView, holdsResources, type ChangeableView } from '../../scheduler/cluster-view'
import { podInfo, type NodeInfo, type PodInfo } from '../../scheduler/node-info'
import { filterNode, prepareFilters } from '../../scheduler/place-pod'
import { createProfile } from '../../scheduler/profile'

/** What the scheduler would say; scoring plays no part. */
const profile = createProfile({}, () => undefined)

/** A picture of the cluster in which Pods are moved to see what would happen; the cluster itself notices nothing. */
export function pictureOf({ client }: AddonEnvironment): ChangeableView {
  const view = createClusterView(client, (name) => client.get(namespaceKind, undefined, name)?.metadata.labels ?? {})
  for (const node of client.list<Node>(nodeKind)) view.setNode(node)
  for (const pod of client.list<Pod>(podKind)) if (pod.spec.nodeName && holdsResources(pod)) view.setPod(podInfo(pod), pod.spec.nodeName)
  return view
}

/** Puts a Pod onto the first of some nodes that takes it; answers the node, or in the scheduler's words why none does. */
export function tryToPlace(
  view: ChangeableView,
  pod: PodInfo,
  nodes: readonly NodeInfo[],
): { readonly node: NodeInfo } | { readonly reasons: readonly string[] } {
  const filters = prepareFilters(profile, pod, view)
  if (filters.refusal) return { reasons: filters.refusal.refusal.reasons }
  let reasons: readonly string[] = []
  for (const node of nodes) {
    if (filters.nodes && !filters.nodes.has(node.name)) {
      reasons = [`node(s) didn't satisfy plugin(s) [${filters.narrowedBy.join(' ')}]`]
      continue
    }
    const refused = filterNode(filters, pod, node, view)
    if (refused) {
      reasons = refused.refusal.reasons
      continue
    }
    view.setPod(pod, node.name)
    return { node }
  }
  return { reasons }
}
