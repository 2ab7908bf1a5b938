import type { ClusterView, CountPerNode } from '../cluster-view'
import { definePlugin, fits, MAX_SCORE, on, unresolvable, unschedulable } from '../framework'
import type { NodeInfo, PodInfo, Term } from '../node-info'

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

/** A running Pod's required affinity makes its neighbourhood a little more attractive to those it wants. */
const HARD_POD_AFFINITY_WEIGHT = 1

/** Pods that want to be with, or away from, other Pods: on one node, in one zone, or whatever label counts as a place. */
export const interPodAffinity = definePlugin({
  name: 'InterPodAffinity',
  preFilter: (pod, view) => {
    const repelled = [...view.termGroups]
      .filter(({ kind, term }) => kind === 'antiAffinity' && term.matches(pod, view.namespaceLabels))
      .map(({ term, weightPerNode }) => ({ key: term.topologyKey, domains: perDomain(view, term.topologyKey, weightPerNode) }))
    if (repelled.length === 0 && pod.affinity.length === 0 && pod.antiAffinity.length === 0) return { skip: true }
    // An incoming Pod's affinity terms count together: only Pods that satisfy all of them attract it.
    const satisfiesAll = (other: PodInfo) => pod.affinity.every((term) => term.matches(other, view.namespaceLabels))
    const companions =
      pod.affinity.length > 0
        ? view.count(`affinity${JSON.stringify(pod.affinity.map((term) => term.signature))}`, satisfiesAll)
        : new Map<string, number>()
    const wanted = pod.affinity.map((term) => ({ term, domains: perDomain(view, term.topologyKey, companions) }))
    const unwanted = pod.antiAffinity.map((term) => ({ term, domains: perDomain(view, term.topologyKey, matching(view, term)) }))
    const isFirstOfItsKind = wanted.every(({ domains }) => domains.size === 0) && satisfiesAll(pod)
    return { state: { repelled, wanted, unwanted, isFirstOfItsKind } satisfies FilterState }
  },
  filter: (_pod, { node }, state) => {
    const { repelled, wanted, unwanted, isFirstOfItsKind } = state as FilterState // from preFilter
    const labels = node.metadata.labels ?? {}
    const attracted = wanted.every(({ term, domains }) => {
      const place = labels[term.topologyKey]
      return place !== undefined && ((domains.get(place) ?? 0) > 0 || isFirstOfItsKind)
    })
    if (!attracted) return unresolvable("node(s) didn't match pod affinity rules")
    if (unwanted.some(({ term, domains }) => (domains.get(labels[term.topologyKey] ?? '') ?? 0) > 0))
      return unschedulable("node(s) didn't match pod anti-affinity rules")
    if (repelled.some(({ key, domains }) => (domains.get(labels[key] ?? '') ?? 0) > 0))
      return unschedulable("node(s) didn't satisfy existing pods anti-affinity rules")
    return fits
  },
  preScore: (pod, _nodes, view) => {
    const preferences = [...view.termGroups].filter(({ kind, term }) => kind !== 'antiAffinity' && term.matches(pod, view.namespaceLabels))
    if (preferences.length === 0 && pod.preferredAffinity.length === 0 && pod.preferredAntiAffinity.length === 0) return { skip: true }
    const sums: { readonly key: string; readonly domains: PerDomain; readonly weight: number }[] = []
    for (const term of pod.preferredAffinity)
      sums.push({ key: term.topologyKey, domains: perDomain(view, term.topologyKey, matching(view, term)), weight: term.weight })
    for (const term of pod.preferredAntiAffinity)
      sums.push({ key: term.topologyKey, domains: perDomain(view, term.topologyKey, matching(view, term)), weight: -term.weight })
    for (const { kind, term, weightPerNode } of preferences) {
      const weight = kind === 'affinity' ? HARD_POD_AFFINITY_WEIGHT : 1
      sums.push({ key: term.topologyKey, domains: perDomain(view, term.topologyKey, weightPerNode), weight })
    }
    return { state: sums }
  },
  score: (_pod, { node }, state) => {
    const sums = state as readonly { readonly key: string; readonly domains: PerDomain; readonly weight: number }[] // from preScore
    const labels = node.metadata.labels ?? {}
    return sums.reduce((sum, { key, domains, weight }) => sum + (domains.get(labels[key] ?? '') ?? 0) * weight, 0)
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

const matching = (view: ClusterView, term: Term): CountPerNode =>
  view.count(`term${term.signature}`, (other) => term.matches(other, view.namespaceLabels))

function perDomain(view: ClusterView, topologyKey: string, perNode: CountPerNode): PerDomain {
  const domains = new Map<string, number>()
  for (const [name, count] of perNode) {
    const place = placeOf(view.node(name), topologyKey)
    if (place !== undefined && count !== 0) domains.set(place, (domains.get(place) ?? 0) + count)
  }
  return domains
}

const placeOf = (info: NodeInfo | undefined, topologyKey: string) => info?.node.metadata.labels?.[topologyKey]
