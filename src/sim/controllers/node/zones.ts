import type { Node, Taint } from '../../api/types/core-v1.gen'
import { parseTimestamp } from '../../engine/time'

/** As the node controller sees a zone: well enough, mostly ill, or with no node left that is ready. */
export type ZoneState = 'normal' | 'partial disruption' | 'full disruption'

/** `--unhealthy-zone-threshold`: from this share of nodes that are not ready on (and at least three) a zone is disrupted. */
const UNHEALTHY_SHARE = 0.55
/** `--node-eviction-rate=0.1`: a node every ten seconds; in a disrupted zone of a large cluster a node every hundred. */
const USUAL_PAUSE_MS = 10_000
const CAREFUL_PAUSE_MS = 100_000
/** `--large-cluster-size-threshold`: a disrupted zone of a cluster up to this size loses no Pods at all. */
const LARGE_CLUSTER = 50

const EXCLUDED = 'node.kubernetes.io/exclude-disruption'
const EVICTING: ReadonlySet<string> = new Set(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'])

/** Region and zone of a node. */
export const zoneOf = ({ metadata }: Node): string =>
  `${metadata.labels?.['topology.kubernetes.io/region'] ?? ''}:${metadata.labels?.['topology.kubernetes.io/zone'] ?? ''}`

const isReady = ({ status }: Node) => status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True')

/** The state of every zone, judged by which of its nodes are ready. */
export function zoneStates(nodes: readonly Node[]): ReadonlyMap<string, ZoneState> {
  const counts = new Map<string, { ready: number; ill: number }>()
  for (const node of nodes) {
    if (node.metadata.labels?.[EXCLUDED] !== undefined) continue
    const zone = zoneOf(node)
    const count = counts.get(zone) ?? { ready: 0, ill: 0 }
    counts.set(zone, count)
    if (isReady(node)) count.ready++
    else count.ill++
  }
  return new Map([...counts].map(([zone, count]) => [zone, stateOf(count)]))
}

function stateOf({ ready, ill }: { readonly ready: number; readonly ill: number }): ZoneState {
  if (ready === 0 && ill > 0) return 'full disruption'
  return ill > 2 && ill / (ill + ready) >= UNHEALTHY_SHARE ? 'partial disruption' : 'normal'
}

/**
 * How long a node that is not ready has to wait for the taint that drives its Pods away: 0 for not at all, Infinity while its zone gives up none.
 * `never` when not even a taint that is there may stay: with no ready node anywhere, the fault is thought to be the control plane's own.
 */
export function evictionPauseMs(node: Node, nodes: readonly Node[], nowMs: number): number | 'never' {
  const states = zoneStates(nodes)
  if (states.size > 0 && [...states.values()].every((state) => state === 'full disruption')) return 'never'
  const zone = zoneOf(node)
  const pauseMs = states.get(zone) !== 'partial disruption' ? USUAL_PAUSE_MS : nodes.length > LARGE_CLUSTER ? CAREFUL_PAUSE_MS : Infinity
  if (pauseMs === Infinity) return Infinity
  let lastMs = -Infinity
  for (const other of nodes)
    if (zoneOf(other) === zone) for (const taint of other.spec?.taints ?? []) lastMs = Math.max(lastMs, evictingSinceMs(taint))
  return Math.max(0, lastMs + pauseMs - nowMs)
}

const evictingSinceMs = ({ key, effect, timeAdded }: Taint) =>
  effect === 'NoExecute' && EVICTING.has(key) && timeAdded ? parseTimestamp(timeAdded) : -Infinity
