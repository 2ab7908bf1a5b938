import { definePlugin, MAX_SCORE } from '../framework'

/** Prefers nodes on which CPU and memory would be used to about the same degree. Pods that request neither do not care. */
export const nodeResourcesBalancedAllocation = definePlugin({
  name: 'NodeResourcesBalancedAllocation',
  preScore: ({ requests }) => (!requests.get('cpu') && !requests.get('memory') ? { skip: true } : {}),
  score: (pod, node) => {
    const fractions = ['cpu', 'memory'].flatMap((resource) => {
      const capacity = node.allocatable.get(resource) ?? 0
      const requested = (node.requested.get(resource) ?? 0) + (pod.requests.get(resource) ?? 0)
      return capacity === 0 ? [] : [Math.min(1, requested / capacity)]
    })
    const [cpu = 0, memory = cpu] = fractions
    return Math.floor((1 - Math.abs(cpu - memory) / 2) * MAX_SCORE)
  },
})
