import type { ClusterView } from '../cluster-view'
import { definePlugin, fits, MAX_SCORE, on, unresolvable, unschedulable, type Plugin } from '../framework'
import type { PodInfo, Term } from '../node-info'
import { createTally, type Tally } from '../tally'

/** Values of a topology label with something summed up over their nodes. */
type PerDomain = ReadonlyMap<string, number>

interface FilterState {
  /** Domains where a running Pod wants this one to keep away, by topology key. */
  readonly repelled: readonly { readonly key: string; readonly domains: PerDomain }[]
  readonly wanted: readonly { readonly term: Term; readonly domains: PerDomain }[]
  readonly unwanted: readonly { readonly term: Term; readonly domains: PerDomain }[]
  /** The very first Pod of a group that wants to be with its own kind may go anywhere. */
  readonly isFirstOfItsKind: boolean
}

/** A term of either side with what it adds to a node for each Pod in the node's place. */
interface WeighedTerm {
  readonly key: string
  readonly domains: PerDomain
  readonly weight: number
}

const NOBODY: Tally = createTally(() => undefined)
const unattracted = unresolvable("node(s) didn't match pod affinity rules")
const keepingAway = unschedulable("node(s) didn't match pod anti-affinity rules")
const keptAway = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules")

/** What the plugin is told by a profile. */
export interface InterPodAffinityArgs {
  /** A running Pod's required affinity makes its neighbourhood this much more attractive to those it wants. */
  readonly hardPodAffinityWeight?: number
  /** What running Pods had rather counts only for Pods that have preferences of their own. */
  readonly ignorePreferredTermsOfExistingPods?: boolean
}

/** Pods that want to be with, or away from, other Pods: on one node, in one zone, or whatever label counts as a place. */
export const interPodAffinity = ({
  hardPodAffinityWeight = 1,
  ignorePreferredTermsOfExistingPods = false,
}: InterPodAffinityArgs = {}): Plugin =>
  definePlugin({
    name: 'InterPodAffinity',
    preFilter: (pod, view) => {
      const repelled: { readonly key: string; readonly domains: PerDomain }[] = []
      for (const { kind, term, weights } of view.termGroups)
        if (kind === 'antiAffinity' && term.matches(pod, view.namespaceLabels))
          repelled.push({ key: term.topologyKey, domains: weights.perPlace(term.topologyKey) })
      if (repelled.length === 0 && pod.affinity.length === 0 && pod.antiAffinity.length === 0) return { skip: true }
      // An incoming Pod's affinity terms count together: only Pods that satisfy all of them attract it.
      const satisfiesAll = (other: PodInfo) => pod.affinity.every((term) => term.matches(other, view.namespaceLabels))
      const companions =
        pod.affinity.length > 0 ? view.count(`affinity${JSON.stringify(pod.affinity.map((term) => term.signature))}`, satisfiesAll) : NOBODY
      const wanted = pod.affinity.map((term) => ({ term, domains: companions.perPlace(term.topologyKey) }))
      const unwanted = pod.antiAffinity.map((term) => ({ term, domains: matching(view, term) }))
      const isFirstOfItsKind = wanted.every(({ domains }) => domains.size === 0) && satisfiesAll(pod)
      return { state: { repelled, wanted, unwanted, isFirstOfItsKind } satisfies FilterState }
    },
    // Asked for every node of every decision: plain loops.
    filter: (_pod, { node }, state) => {
      const { repelled, wanted, unwanted, isFirstOfItsKind } = state as FilterState // from preFilter
      const labels = node.metadata.labels ?? {}
      for (const { term, domains } of wanted) {
        const place = labels[term.topologyKey]
        if (place === undefined || (!isFirstOfItsKind && !((domains.get(place) ?? 0) > 0))) return unattracted
      }
      for (const { term, domains } of unwanted) if ((domains.get(labels[term.topologyKey] ?? '') ?? 0) > 0) return keepingAway
      for (const { key, domains } of repelled) if ((domains.get(labels[key] ?? '') ?? 0) > 0) return keptAway
      return fits
    },
    preScore: (pod, _nodes, view) => {
      const terms: WeighedTerm[] = []
      if (ignorePreferredTermsOfExistingPods && pod.preferredAffinity.length + pod.preferredAntiAffinity.length === 0) return { skip: true }
      for (const term of pod.preferredAffinity) terms.push({ key: term.topologyKey, domains: matching(view, term), weight: term.weight })
      for (const term of pod.preferredAntiAffinity)
        terms.push({ key: term.topologyKey, domains: matching(view, term), weight: -term.weight })
      for (const { kind, term, weights } of view.termGroups) {
        if (kind === 'antiAffinity' || !term.matches(pod, view.namespaceLabels)) continue
        const weight = kind === 'affinity' ? hardPodAffinityWeight : 1
        if (weight === 0) continue
        terms.push({ key: term.topologyKey, domains: weights.perPlace(term.topologyKey), weight })
      }
      return terms.length === 0 ? { skip: true } : { state: terms }
    },
    score: (_pod, { node }, state) => {
      const labels = node.metadata.labels ?? {}
      let sum = 0
      for (const { key, domains, weight } of state as readonly WeighedTerm[]) sum += (domains.get(labels[key] ?? '') ?? 0) * weight // from preScore
      return sum
    },
    normalize: (scores) => {
      const min = Math.min(...scores)
      const span = Math.max(...scores) - min
      for (let i = 0; i < scores.length; i++) scores[i] = span > 0 ? Math.floor((MAX_SCORE * (scores[i]! - min)) / span) : 0
    },
    retryOn: [
      on('Pod', 'deleted', (pod, event) => event.pod !== undefined && mayConcern(pod, event.pod)),
      on('Pod', 'added', (pod, event) => event.pod !== undefined && pod.affinity.length > 0 && mayConcern(pod, event.pod)),
      on('Pod', 'updated', (pod, event) => event.pod === undefined || mayConcern(pod, event.pod)),
      on('Node', 'added'),
      on('Node', 'updated'),
    ],
  })

/** Namespaces' labels are not at hand here; taking a term for matching by mistake costs one needless try. */
function mayConcern(pod: PodInfo, other: PodInfo): boolean {
  const anyLabels = () => ({})
  const own = [...pod.affinity, ...pod.antiAffinity].some((term) => term.matches(other, anyLabels))
  return own || other.antiAffinity.some((term) => term.matches(pod, anyLabels))
}

const matching = (view: ClusterView, term: Term): PerDomain =>
  view.count(`term${term.signature}`, (other) => term.matches(other, view.namespaceLabels)).perPlace(term.topologyKey)
