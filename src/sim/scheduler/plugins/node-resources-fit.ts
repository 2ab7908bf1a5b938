import { definePlugin, fits, on, type Plugin, type Refusal } from '../framework'
import type { NodeInfo, PodInfo } from '../node-info'

/** How a node's use turns into a score: prefer the emptiest, the fullest, or a curve of one's own. */
export type ScoringStrategy =
  | { readonly type: 'LeastAllocated' | 'MostAllocated'; readonly resources: readonly WeightedResource[] }
  | { readonly type: 'RequestedToCapacityRatio'; readonly resources: readonly WeightedResource[]; readonly shape: readonly ShapePoint[] }

export interface WeightedResource {
  readonly name: string
  readonly weight: number
}

/** At this utilisation (percent) a node scores this much (0…10). */
export interface ShapePoint {
  readonly utilization: number
  readonly score: number
}

const BY_DEFAULT: ScoringStrategy = {
  type: 'LeastAllocated',
  resources: [
    { name: 'cpu', weight: 1 },
    { name: 'memory', weight: 1 },
  ],
}

/** CPU, memory, storage, extended resources and the number of Pods: what is requested must be left. */
export const nodeResourcesFit = (strategy: ScoringStrategy = BY_DEFAULT): Plugin =>
  definePlugin({
    name: 'NodeResourcesFit',
    local: true,
    // Asked of every node for every Pod: a list is walked through faster than a Map, and nothing is made for a yes.
    preFilter: (pod) => ({ state: [...pod.requests] }),
    filter: (pod, node, state) => (hasRoom(state as readonly (readonly [string, number])[], node) ? fits : whatLacks(pod, node)),
    score: (pod, node) => scoreOf(strategy, pod, node),
    retryOn: [
      on('Pod', 'deleted', (pod, { node }) => node !== undefined && whatLacks(pod, node) === fits),
      on('Node', 'added', (pod, { node }) => node !== undefined && whatLacks(pod, node) === fits),
      on('Node', 'updated', (pod, { node }) => node !== undefined && whatLacks(pod, node) === fits),
      on('Pod', 'updated', (pod, { node }) => node === undefined || whatLacks(pod, node) === fits),
    ],
  })

/** Whatever a node has too little of, each named. */
export function whatLacks(pod: PodInfo, node: NodeInfo): Refusal | undefined {
  if (hasRoom(pod.requests, node)) return fits
  const reasons: string[] = []
  let resolvable = true
  const lacks = (reason: string, capacity: number, needed: number) => {
    reasons.push(reason)
    if (needed > capacity) resolvable = false
  }
  if (isFull(node)) lacks('Too many pods', maxPods(node), 1)
  for (const [resource, needed] of pod.requests)
    if (isShort(node, resource, needed)) lacks(`Insufficient ${resource}`, node.allocatable.get(resource) ?? 0, needed)
  return { reasons, resolvable }
}

function hasRoom(requests: Iterable<readonly [string, number]>, node: NodeInfo): boolean {
  if (isFull(node)) return false
  for (const [resource, needed] of requests) if (isShort(node, resource, needed)) return false
  return true
}

const maxPods = (node: NodeInfo): number => node.allocatable.get('pods') ?? 0
const isFull = (node: NodeInfo): boolean => node.pods.size + 1 > maxPods(node)
const isShort = (node: NodeInfo, resource: string, needed: number): boolean =>
  needed > 0 && needed > (node.allocatable.get(resource) ?? 0) - (node.requested.get(resource) ?? 0)

function scoreOf(strategy: ScoringStrategy, pod: PodInfo, node: NodeInfo): number {
  let sum = 0
  let weights = 0
  for (const { name, weight } of strategy.resources) {
    const capacity = node.allocatable.get(name) ?? 0
    if (capacity === 0) continue
    const requested = requestedWith(pod, node, name)
    sum += weight * resourceScore(strategy, requested, capacity)
    weights += weight
  }
  return weights === 0 ? 0 : strategy.type === 'RequestedToCapacityRatio' ? Math.round(sum / weights) : Math.floor(sum / weights)
}

/** What would be requested of a resource with the Pod on the node. */
function requestedWith(pod: PodInfo, node: NodeInfo, resource: string): number {
  if (resource === 'cpu' || resource === 'memory') return node.assumed[resource] + pod.assumed[resource]
  return (node.requested.get(resource) ?? 0) + (pod.requests.get(resource) ?? 0)
}

function resourceScore(strategy: ScoringStrategy, requested: number, capacity: number): number {
  switch (strategy.type) {
    case 'LeastAllocated':
      return requested > capacity ? 0 : Math.floor(((capacity - requested) * 100) / capacity)
    case 'MostAllocated':
      return Math.floor((Math.min(requested, capacity) * 100) / capacity)
    case 'RequestedToCapacityRatio':
      return Math.floor(onCurve(strategy.shape, requested > capacity ? 100 : Math.floor((requested * 100) / capacity)))
  }
}

/** The score at a utilisation, in a straight line between the curve's points. */
function onCurve(shape: readonly ShapePoint[], utilization: number): number {
  const next = shape.findIndex((point) => utilization <= point.utilization)
  const right = shape[next]
  if (!right) return (shape.at(-1)?.score ?? 0) * 10
  const left = shape[next - 1]
  if (!left) return right.score * 10
  return (left.score + ((right.score - left.score) * (utilization - left.utilization)) / (right.utilization - left.utilization)) * 10
}
