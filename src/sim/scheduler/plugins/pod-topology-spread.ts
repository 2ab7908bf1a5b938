import type { TopologySpreadConstraint } from '../../api/types/core-v1.gen'
import type { LabelSelector } from '../../api/types/meta-v1.gen'
import { formatSelector, matches, selectorOf } from '../../formats/selector'
import type { ClusterView } from '../cluster-view'
import { definePlugin, fits, MAX_SCORE, on, unresolvable, unschedulable, type Plugin } from '../framework'
import { matchesRequiredAffinity } from '../../kinds/core/node-selector'
import type { NodeInfo, PodInfo } from '../node-info'
import { untolerated } from '../../kinds/core/tolerations'

/** One constraint ready to ask: who counts, and on which nodes. */
interface Spread {
  readonly constraint: TopologySpreadConstraint
  readonly key: string
  readonly countsItself: boolean
  readonly includes: (node: NodeInfo) => boolean
  /** How many Pods of the set run on each node. */
  readonly perNode: ReadonlyMap<string, number>
}

interface Domains {
  readonly spread: Spread
  readonly counts: ReadonlyMap<string, number>
  readonly min: number
}

interface ScoreState {
  readonly spreads: readonly (Spread & { readonly counts: ReadonlyMap<string, number>; readonly weight: number })[]
  readonly ignored: ReadonlySet<string>
  readonly requireAll: boolean
}

const HOSTNAME = 'kubernetes.io/hostname'
const ZONE = 'topology.kubernetes.io/zone'

/** What the cluster spreads by when a Pod says nothing of its own but belongs to a Service or a workload. */
const CLUSTER_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
]

/** Finds the labels by which a Pod's siblings are known: those of its Services and of its workload, as a selector's parts. */
export type SiblingSelector = (pod: PodInfo) => Readonly<Record<string, string>> | undefined

/** Spreads Pods over nodes, zones or whatever label counts as a place. */
export const podTopologySpread = (siblings: SiblingSelector): Plugin =>
  definePlugin({
    name: 'PodTopologySpread',
    preFilter: (pod, view) => {
      const hard = own(pod, 'DoNotSchedule')
      if (hard.length === 0) return { skip: true }
      const keys = hard.map((constraint) => constraint.topologyKey)
      return { state: hard.map((constraint) => domainsOf(view, spreadOf(view, pod, constraint), keys)) }
    },
    filter: (_pod, info, state) => {
      const labels = info.node.metadata.labels ?? {}
      for (const { spread, counts, min } of state as readonly Domains[]) {
        const place = labels[spread.key]
        if (place === undefined) return unresolvable("node(s) didn't match pod topology spread constraints (missing required label)")
        const skew = (counts.get(place) ?? 0) + (spread.countsItself ? 1 : 0) - min
        if (skew > spread.constraint.maxSkew) return unschedulable("node(s) didn't match pod topology spread constraints")
      }
      return fits
    },
    preScore: (pod, nodes, view) => {
      const soft = own(pod, 'ScheduleAnyway')
      const usesDefaults = (pod.pod.spec?.topologySpreadConstraints ?? []).length === 0
      const selector = usesDefaults ? siblings(pod) : undefined
      const constraints = usesDefaults && selector ? defaultsFor(selector) : soft
      if (constraints.length === 0) return { skip: true }
      return { state: scoreState(view, pod, constraints, nodes, !usesDefaults) }
    },
    score: (_pod, info, state) => {
      const { spreads, ignored } = state as ScoreState // from preScore
      if (ignored.has(info.name)) return 0
      const labels = info.node.metadata.labels ?? {}
      let sum = 0
      for (const { key, counts, perNode, weight, constraint } of spreads) {
        const place = labels[key]
        if (place === undefined) continue
        const count = key === HOSTNAME ? (perNode.get(info.name) ?? 0) : (counts.get(place) ?? 0)
        sum += count * weight + (constraint.maxSkew - 1)
      }
      return Math.round(sum)
    },
    normalize: (scores) => {
      const max = Math.max(...scores)
      const min = Math.min(...scores)
      for (let i = 0; i < scores.length; i++) scores[i] = max === 0 ? MAX_SCORE : Math.floor((MAX_SCORE * (max + min - scores[i]!)) / max)
    },
    retryOn: [
      on('Pod', 'added', (pod, event) => event.pod !== undefined && isCounted(pod, event.pod)),
      on('Pod', 'deleted', (pod, event) => event.pod !== undefined && isCounted(pod, event.pod)),
      on('Pod', 'updated'),
      on('Node', 'added'),
      on('Node', 'updated'),
      on('Node', 'deleted'),
    ],
  })

type Labels = Readonly<Record<string, string>>

const defaults = new WeakMap<Labels, readonly TopologySpreadConstraint[]>()

/** The cluster's own constraints for a selector, the same for all Pods of a workload. */
function defaultsFor(selector: Labels): readonly TopologySpreadConstraint[] {
  let constraints = defaults.get(selector)
  if (!constraints) {
    const labelSelector = { matchLabels: selector }
    constraints = CLUSTER_DEFAULTS.map((constraint) => ({ ...constraint, labelSelector }))
    defaults.set(selector, constraints)
  }
  return constraints
}

const signatures = new WeakMap<LabelSelector, string>()

function signatureOf(labelSelector: LabelSelector | undefined): string {
  if (!labelSelector) return 'nothing'
  let signature = signatures.get(labelSelector)
  if (signature === undefined) signatures.set(labelSelector, (signature = formatSelector(labelSelector)))
  return signature
}

const own = ({ pod }: PodInfo, what: string) =>
  (pod.spec?.topologySpreadConstraints ?? []).filter((constraint) => constraint.whenUnsatisfiable === what)

const isCounted = (pod: PodInfo, other: PodInfo) =>
  other.namespace === pod.namespace &&
  own(pod, 'DoNotSchedule').some(({ labelSelector }) => labelSelector !== undefined && matches(selectorOf(labelSelector), other.labels))

function spreadOf(view: ClusterView, pod: PodInfo, constraint: TopologySpreadConstraint): Spread {
  const keys = (constraint.matchLabelKeys ?? []).filter((key) => pod.labels[key] !== undefined)
  const pinned = Object.fromEntries(keys.map((key) => [key, pod.labels[key]!]))
  const given = constraint.labelSelector
  const labelSelector = given && keys.length > 0 ? { ...given, matchLabels: { ...given.matchLabels, ...pinned } } : given
  const selector = labelSelector && selectorOf(labelSelector)
  const isSibling = (other: PodInfo) =>
    selector !== undefined && other.namespace === pod.namespace && !other.pod.metadata.deletionTimestamp && matches(selector, other.labels)
  const signature = `spread/${pod.namespace}/${signatureOf(labelSelector)}`
  const { nodeSelector, affinity } = pod.pod.spec ?? {}
  const goesAnywhere = !nodeSelector && !affinity?.nodeAffinity
  return {
    constraint,
    key: constraint.topologyKey,
    countsItself: selector !== undefined && matches(selector, pod.labels),
    includes: (info) =>
      (goesAnywhere || (constraint.nodeAffinityPolicy ?? 'Honor') === 'Ignore' || matchesRequiredAffinity(pod.pod, info.node)) &&
      ((constraint.nodeTaintsPolicy ?? 'Ignore') === 'Ignore' ||
        !untolerated(info.node.spec?.taints, pod.pod.spec?.tolerations, ['NoSchedule', 'NoExecute'])),
    perNode: view.count(signature, isSibling),
  }
}

/** Pods per place for a required constraint; only nodes that have the labels of all constraints count. */
function domainsOf(view: ClusterView, spread: Spread, keys: readonly string[]): Domains {
  const counts = new Map<string, number>()
  for (const info of view.nodes) {
    const labels = info.node.metadata.labels ?? {}
    if (!keys.every((key) => labels[key] !== undefined) || !spread.includes(info)) continue
    const place = labels[spread.key]!
    counts.set(place, (counts.get(place) ?? 0) + (spread.perNode.get(info.name) ?? 0))
  }
  const least = counts.size === 0 ? 0 : Math.min(...counts.values())
  // With fewer places than minDomains asks for, the missing ones count as empty.
  return { spread, counts, min: counts.size < (spread.constraint.minDomains ?? 1) ? 0 : least }
}

function scoreState(
  view: ClusterView,
  pod: PodInfo,
  constraints: readonly TopologySpreadConstraint[],
  nodes: readonly NodeInfo[],
  requireAll: boolean,
): ScoreState {
  const hasAll = ({ node }: NodeInfo) => constraints.every(({ topologyKey }) => node.metadata.labels?.[topologyKey] !== undefined)
  const ignored = new Set(requireAll ? nodes.filter((info) => !hasAll(info)).map((info) => info.name) : [])
  const scored = nodes.filter((info) => !ignored.has(info.name))
  const spreads = constraints.map((constraint) => {
    const spread = spreadOf(view, pod, constraint)
    const places = new Set(scored.flatMap(({ node }) => node.metadata.labels?.[spread.key] ?? []))
    const counts = new Map<string, number>()
    if (spread.key !== HOSTNAME) {
      for (const [name, count] of spread.perNode) {
        const info = view.node(name)
        const place = info?.node.metadata.labels?.[spread.key]
        if (info && place !== undefined && places.has(place) && (!requireAll || hasAll(info)) && spread.includes(info))
          counts.set(place, (counts.get(place) ?? 0) + count)
      }
    }
    // The more places there are, the more one Pod too many in one of them weighs.
    return { ...spread, counts, weight: Math.log((spread.key === HOSTNAME ? scored.length : places.size) + 2) }
  })
  return { spreads, ignored, requireAll }
}
