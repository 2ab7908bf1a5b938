import { withFields } from '../../api/object'
import type { TopologySpreadConstraint } from '../../api/types/core-v1.gen'
import type { LabelSelector } from '../../api/types/meta-v1.gen'
import { formatSelector, matches, selectorOf } from '../../formats/selector'
import type { ClusterView } from '../cluster-view'
import { definePlugin, fits, MAX_SCORE, on, unresolvable, unschedulable, type Plugin } from '../framework'
import { matchesRequiredAffinity } from '../../kinds/core/node-selector'
import type { NodeInfo, PodInfo } from '../node-info'
import { untolerated } from '../../kinds/core/tolerations'
import type { Tally } from '../tally'

/** One constraint ready to ask: who counts, and on which nodes. */
interface Spread {
  readonly constraint: TopologySpreadConstraint
  readonly key: string
  readonly countsItself: boolean
  readonly includes: (node: NodeInfo) => boolean
  /** It includes every node: the Pod may go to all of them, or does not care. */
  readonly includesAll: boolean
  /** How many Pods of the set run on each node. */
  readonly tally: Tally
}

interface Domains {
  readonly spread: Spread
  readonly counts: ReadonlyMap<string, number>
  readonly min: number
}

interface ScoreState {
  readonly spreads: readonly (Spread & { readonly counts: ReadonlyMap<string, number>; readonly weight: number })[]
  readonly ignored: ReadonlySet<string>
}

const unlabelled = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)")
const tooMany = unschedulable("node(s) didn't match pod topology spread constraints")

const NO_CONSTRAINTS: readonly TopologySpreadConstraint[] = []
const NOTHING: ReadonlyMap<string, number> = new Map()
const HOSTNAME = 'kubernetes.io/hostname'
const ZONE = 'topology.kubernetes.io/zone'

/** What the cluster spreads by when a Pod says nothing of its own but belongs to a Service or a workload. */
const CLUSTER_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
]

/** Finds the labels by which a Pod's siblings are known: those of its Services and of its workload, as a selector's parts. */
export type SiblingSelector = (pod: PodInfo) => Readonly<Record<string, string>> | undefined

/** Spreads Pods over nodes, zones or whatever label counts as a place; Pods without constraints of their own by `given` ones. */
export const podTopologySpread = (siblings: SiblingSelector, given: readonly TopologySpreadConstraint[] = CLUSTER_DEFAULTS): Plugin => {
  const byDefault = createDefaults(given)
  const hasHard = given.some(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule')
  const isGiven = given !== CLUSTER_DEFAULTS
  /** What a Pod asks for, or what is asked in its stead if it has siblings. */
  const constraintsOf = (pod: PodInfo, what: string) => {
    if ((pod.pod.spec?.topologySpreadConstraints ?? []).length > 0) return own(pod, what)
    const selector = siblings(pod)
    return selector ? byDefault(selector).filter(({ whenUnsatisfiable }) => whenUnsatisfiable === what) : NO_CONSTRAINTS
  }
  return definePlugin({
    name: 'PodTopologySpread',
    preFilter: (pod, view) => {
      const hard = hasHard ? constraintsOf(pod, 'DoNotSchedule') : own(pod, 'DoNotSchedule')
      if (hard.length === 0) return { skip: true }
      const keys = hard.map((constraint) => constraint.topologyKey)
      return { state: hard.map((constraint) => domainsOf(view, spreadOf(view, pod, constraint), keys)) }
    },
    filter: (_pod, info, state) => {
      const labels = info.node.metadata.labels ?? {}
      for (const { spread, counts, min } of state as readonly Domains[]) {
        const place = labels[spread.key]
        if (place === undefined) return unlabelled
        const skew = (counts.get(place) ?? 0) + (spread.countsItself ? 1 : 0) - min
        if (skew > spread.constraint.maxSkew) return tooMany
      }
      return fits
    },
    preScore: (pod, nodes, view) => {
      const usesDefaults = (pod.pod.spec?.topologySpreadConstraints ?? []).length === 0
      const constraints = constraintsOf(pod, 'ScheduleAnyway')
      if (constraints.length === 0) return { skip: true }
      return { state: scoreState(view, pod, constraints, nodes, !usesDefaults || isGiven) }
    },
    score: (_pod, info, state) => {
      const { spreads, ignored } = state as ScoreState // from preScore
      if (ignored.has(info.name)) return 0
      const labels = info.node.metadata.labels ?? {}
      let sum = 0
      for (const { key, counts, tally, weight, constraint } of spreads) {
        const place = labels[key]
        if (place === undefined) continue
        const count = key === HOSTNAME ? (tally.perNode.get(info.name) ?? 0) : (counts.get(place) ?? 0)
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
}

type Labels = Readonly<Record<string, string>>

/** Gives constraints a selector, the same objects for all Pods of a workload. */
function createDefaults(given: readonly TopologySpreadConstraint[]): (selector: Labels) => readonly TopologySpreadConstraint[] {
  const known = new WeakMap<Labels, readonly TopologySpreadConstraint[]>()
  return (selector) => {
    let constraints = known.get(selector)
    if (!constraints) {
      const labelSelector = { matchLabels: selector }
      known.set(selector, (constraints = given.map((constraint) => ({ ...constraint, labelSelector }))))
    }
    return constraints
  }
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
  const goesAnywhere = (constraint.nodeAffinityPolicy ?? 'Honor') === 'Ignore' || (!nodeSelector && !affinity?.nodeAffinity)
  const mindsNoTaints = (constraint.nodeTaintsPolicy ?? 'Ignore') === 'Ignore'
  return {
    constraint,
    key: constraint.topologyKey,
    countsItself: selector !== undefined && matches(selector, pod.labels),
    includesAll: goesAnywhere && mindsNoTaints,
    includes: (info) =>
      (goesAnywhere || matchesRequiredAffinity(pod.pod, info.node)) &&
      (mindsNoTaints || !untolerated(info.node.spec?.taints, pod.pod.spec?.tolerations, ['NoSchedule', 'NoExecute'])),
    tally: view.count(signature, isSibling),
  }
}

/** Pods per place for a required constraint; only nodes that have the labels of all constraints count. */
function domainsOf(view: ClusterView, spread: Spread, keys: readonly string[]): Domains {
  const counts = isEverywhere(view, spread, keys) ? undefined : countedOver(view, spread, keys)
  const places = counts ?? view.places(spread.key)
  const known = counts ?? spread.tally.perPlace(spread.key)
  // With fewer places than minDomains asks for, the missing ones count as empty.
  if (places.size < (spread.constraint.minDomains ?? 1)) return { spread, counts: known, min: 0 }
  let min = Infinity
  for (const place of places.keys()) min = Math.min(min, known.get(place) ?? 0)
  return { spread, counts: known, min }
}

/** Whether every node in any of the places counts, so that the places' sums need not be taken anew. */
function isEverywhere(view: ClusterView, spread: Spread, keys: readonly string[]): boolean {
  return spread.includesAll && keys.every((key) => key === spread.key || isOnEveryNode(view, key))
}

function isOnEveryNode(view: ClusterView, key: string): boolean {
  let labelled = 0
  for (const nodes of view.places(key).values()) labelled += nodes
  return labelled === view.nodes.length
}

function countedOver(view: ClusterView, spread: Spread, keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const info of view.nodes) {
    const labels = info.node.metadata.labels ?? {}
    if (!keys.every((key) => labels[key] !== undefined) || !spread.includes(info)) continue
    const place = labels[spread.key]!
    counts.set(place, (counts.get(place) ?? 0) + (spread.tally.perNode.get(info.name) ?? 0))
  }
  return counts
}

function scoreState(
  view: ClusterView,
  pod: PodInfo,
  constraints: readonly TopologySpreadConstraint[],
  nodes: readonly NodeInfo[],
  requireAll: boolean,
): ScoreState {
  const keys = constraints.map(({ topologyKey }) => topologyKey)
  const hasAll = ({ node }: NodeInfo) => keys.every((key) => node.metadata.labels?.[key] !== undefined)
  const asksForLabels = requireAll && !keys.every((key) => isOnEveryNode(view, key))
  const ignored = new Set(asksForLabels ? nodes.filter((info) => !hasAll(info)).map((info) => info.name) : [])
  const scored = ignored.size === 0 ? nodes : nodes.filter((info) => !ignored.has(info.name))
  const spreads = constraints.map((constraint) => {
    const spread = spreadOf(view, pod, constraint)
    // The more places there are, the more one Pod too many in one of them weighs.
    if (spread.key === HOSTNAME) return withFields(spread, { counts: NOTHING, weight: Math.log(scored.length + 2) })
    const places = new Set<string>()
    for (const { node } of scored) {
      const place = node.metadata.labels?.[spread.key]
      if (place !== undefined) places.add(place)
    }
    const weight = Math.log(places.size + 2)
    if (spread.includesAll && !asksForLabels) return withFields(spread, { counts: spread.tally.perPlace(spread.key), weight })
    const counts = new Map<string, number>()
    for (const [name, count] of spread.tally.perNode) {
      const info = view.node(name)
      const place = info?.node.metadata.labels?.[spread.key]
      if (info && place !== undefined && (!requireAll || hasAll(info)) && spread.includes(info))
        counts.set(place, (counts.get(place) ?? 0) + count)
    }
    return withFields(spread, { counts, weight })
  })
  return { spreads, ignored }
}
