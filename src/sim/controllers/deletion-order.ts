import type { Pod } from '../api/types/core-v1.gen'
import { parseTimestamp } from '../engine/time'
import { isReady, maxRestarts, readySinceMs } from './pod-state'

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }

type Rank = (pod: Pod) => number

/**
 * The Pods in the order in which a shrinking ReplicaSet gives them up: unassigned before assigned, pending before running, not ready before
 * ready, cheap before dear (`pod-deletion-cost`), crowded nodes before empty ones, then the youngest and the most restarted.
 * `related` are the Pods that crowd a node: those of all ReplicaSets of the same owner.
 */
export function dispensableFirst(pods: readonly Pod[], related: readonly Pod[], nowMs: number): readonly Pod[] {
  const crowd = new Map<string, number>()
  for (const { spec } of related) if (spec?.nodeName) crowd.set(spec.nodeName, (crowd.get(spec.nodeName) ?? 0) + 1)
  const ranks: readonly Rank[] = [
    (pod) => (pod.spec?.nodeName ? 1 : 0),
    (pod) => PHASE_ORDER[pod.status?.phase ?? 'Pending'] ?? 1,
    (pod) => (isReady(pod) ? 1 : 0),
    deletionCost,
    (pod) => -(crowd.get(pod.spec?.nodeName ?? '') ?? 0),
    (pod) => (isReady(pod) ? age(readySinceMs(pod), nowMs) : 0),
    (pod) => -maxRestarts(pod),
    (pod) => age(parseTimestamp(pod.metadata.creationTimestamp), nowMs),
  ]
  const ranked = pods.map((pod) => ({ pod, rank: ranks.map((rank) => rank(pod)) }))
  ranked.sort((a, b) => {
    for (let i = 0; i < a.rank.length; i++) if (a.rank[i] !== b.rank[i]) return a.rank[i]! - b.rank[i]!
    return a.pod.metadata.uid < b.pod.metadata.uid ? -1 : 1
  })
  return ranked.map(({ pod }) => pod)
}

function deletionCost(pod: Pod): number {
  const cost = Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0)
  return Number.isInteger(cost) ? cost : 0
}

/** Ages are compared by their order of magnitude (in powers of two), so that among Pods of about one age chance decides, by uid. */
const age = (sinceMs: number | undefined, nowMs: number): number =>
  sinceMs === undefined || nowMs <= sinceMs ? -1 : Math.floor(Math.log2((nowMs - sinceMs) * 1e6))
