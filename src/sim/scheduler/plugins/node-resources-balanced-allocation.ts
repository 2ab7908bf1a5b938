import { definePlugin, MAX_SCORE } from '../framework'
import type { NodeInfo, PodInfo } from '../node-info'

/** Prefers nodes on which CPU and memory would be used to about the same degree. Pods that request neither do not care. */
export const nodeResourcesBalancedAllocation = definePlugin({
  name: 'NodeResourcesBalancedAllocation',
  local: true,
  preScore: ({ requests }) => (!requests.get('cpu') && !requests.get('memory') ? { skip: true } : {}),
  score: (pod, node) => {
    const cpu = fractionOf('cpu', pod, node)
    const memory = fractionOf('memory', pod, node)
    const known = cpu ?? memory ?? 0
    return Math.floor((1 - Math.abs((cpu ?? known) - (memory ?? known)) / 2) * MAX_SCORE)
  },
})

/** How much of a resource would be requested with the Pod on the node; undefined where the node has none of it. */
function fractionOf(resource: string, pod: PodInfo, node: NodeInfo): number | undefined {
  const capacity = node.allocatable.get(resource) ?? 0
  if (capacity === 0) return undefined
  return Math.min(1, ((node.requested.get(resource) ?? 0) + (pod.requests.get(resource) ?? 0)) / capacity)
}
