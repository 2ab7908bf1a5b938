import type { PodDisruptionBudget } from '../api/types/policy-v1.gen'
import { matches, selectorOf } from '../formats/selector'
import { parseTimestamp } from '../engine/time'
import type { ClusterView, TermGroup } from './cluster-view'
import { nodeWith, type NodeInfo, type PodInfo } from './node-info'
import { filterNode, prepareFilters, type Placement } from './place-pod'
import type { Profile } from './profile'
import { noNodeAvailable } from './summary'
import { createTally, type Tally } from './tally'

/** Pods to be deleted so that a more important one fits onto a node. */
export interface Candidate {
  readonly node: string
  readonly victims: readonly PodInfo[]
  readonly budgetViolations: number
}

/** Whom to sacrifice, or why nobody: the text that follows `preemption: `. */
export type Preemption = { readonly candidate: Candidate } | { readonly message: string }

const NOT_HELPFUL = 'Preemption is not helpful for scheduling'
const NO_VICTIMS = 'No preemption victims found for incoming pod'

/** At least this many nodes, or this share of all, are tried unless told. */
const MIN_CANDIDATES = 100
const MIN_PERCENTAGE = 10

/**
 * Looks for Pods of lower priority whose deletion would make room. Prefers the node where the fewest disruption budgets are violated, then where
 * the least important, the fewest, and the youngest Pods would go.
 */
export function preempt(
  profile: Profile,
  pod: PodInfo,
  placement: Placement,
  view: ClusterView,
  budgets: readonly PodDisruptionBudget[],
): Preemption {
  const ineligible = whyNotEligible(pod, view)
  if (ineligible) return { message: ineligible }
  const candidates: Candidate[] = []
  const reasons: (readonly string[])[] = []
  const { minCandidateNodesPercentage = MIN_PERCENTAGE, minCandidateNodesAbsolute = MIN_CANDIDATES } = profile.preemption
  const limit = Math.max(minCandidateNodesAbsolute, Math.floor((view.nodes.length * minCandidateNodesPercentage) / 100))
  for (const { node: name, refusal } of placement.refusals) {
    const node = view.node(name)
    if (!node || !refusal.resolvable) {
      reasons.push([NOT_HELPFUL])
      continue
    }
    if (candidates.length >= limit) continue
    const result = victimsOn(profile, pod, node, view, budgets)
    if ('node' in result) candidates.push(result)
    else reasons.push(result.reasons)
  }
  const [best] = candidates.sort(byHarm)
  return best ? { candidate: best } : { message: noNodeAvailable(view.nodes.length, undefined, reasons) }
}

function whyNotEligible(pod: PodInfo, view: ClusterView): string | undefined {
  if (pod.pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.'
  const nominated = pod.pod.status?.nominatedNodeName
  const node = nominated ? view.node(nominated) : undefined
  const isMakingRoom =
    node && [...node.pods.values()].some((other) => other.priority < pod.priority && other.pod.metadata.deletionTimestamp)
  return isMakingRoom ? 'not eligible due to a terminating pod on the nominated node.' : undefined
}

function victimsOn(
  profile: Profile,
  pod: PodInfo,
  node: NodeInfo,
  view: ClusterView,
  budgets: readonly PodDisruptionBudget[],
): Candidate | { readonly reasons: readonly string[] } {
  const lesser = [...node.pods.values()].filter((other) => other.priority < pod.priority)
  if (lesser.length === 0) return { reasons: [NO_VICTIMS] }
  const tryWithout = (gone: readonly PodInfo[]) => {
    const missing = new Set(gone.map((other) => other.uid))
    const changed = nodeWith(
      node,
      [...node.pods.values()].filter((other) => !missing.has(other.uid)),
    )
    const imagined = viewWithout(view, changed, gone)
    const filters = prepareFilters(profile, pod, imagined)
    return filters.refusal ?? filterNode(filters, pod, changed, imagined)
  }
  const refused = tryWithout(lesser)
  if (refused) return { reasons: refused.refusal.reasons }

  const { violating, harmless } = byBudget(lesser.sort(byImportance), budgets)
  let victims: readonly PodInfo[] = [...violating, ...harmless]
  // Whoever can stay, stays: those that a budget protects are asked first, and the important before the unimportant.
  for (const reprieved of victims) {
    const rest = victims.filter((other) => other !== reprieved)
    if (!tryWithout(rest)) victims = rest
  }
  if (victims.length === 0) return { reasons: [NO_VICTIMS] }
  return {
    node: node.name,
    victims: [...victims].sort(byImportance),
    budgetViolations: violating.filter((other) => victims.includes(other)).length,
  }
}

const startMs = ({ pod }: PodInfo) => parseTimestamp(pod.status?.startTime ?? pod.metadata.creationTimestamp)
const byImportance = (a: PodInfo, b: PodInfo) => b.priority - a.priority || startMs(a) - startMs(b)

function byBudget(pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]) {
  const left = new Map(budgets.map((budget) => [budget, budget.status?.disruptionsAllowed ?? 0]))
  const violating: PodInfo[] = []
  const harmless: PodInfo[] = []
  for (const pod of pods) {
    let violates = false
    for (const budget of budgets) {
      const { selector } = budget.spec ?? {}
      if (budget.metadata.namespace !== pod.namespace || !selector || !matches(selectorOf(selector), pod.labels)) continue
      if (budget.status?.disruptedPods?.[pod.pod.metadata.name] !== undefined) continue
      left.set(budget, left.get(budget)! - 1)
      if (left.get(budget)! < 0) violates = true
    }
    ;(violates ? violating : harmless).push(pod)
  }
  return { violating, harmless }
}

const sumOfPriorities = ({ victims }: Candidate) => victims.reduce((sum, victim) => sum + victim.priority + 2 ** 31, 0)
const earliestStart = ({ victims }: Candidate) =>
  Math.min(...victims.filter((victim) => victim.priority === victims[0]!.priority).map(startMs))

function byHarm(a: Candidate, b: Candidate): number {
  return (
    a.budgetViolations - b.budgetViolations ||
    a.victims[0]!.priority - b.victims[0]!.priority ||
    sumOfPriorities(a) - sumOfPriorities(b) ||
    a.victims.length - b.victims.length ||
    earliestStart(b) - earliestStart(a)
  )
}

/** The cluster as it would look with some Pods gone from one node. */
function viewWithout(view: ClusterView, changed: NodeInfo, gone: readonly PodInfo[]): ClusterView {
  function less(tally: Tally, fewer: number): Tally {
    if (fewer === 0) return tally
    const imagined = createTally((name, topologyKey) => view.node(name)?.node.metadata.labels?.[topologyKey], new Map(tally.perNode))
    imagined.add(changed.name, -fewer)
    return imagined
  }
  return {
    client: view.client,
    nodes: view.nodes.map((info) => (info.name === changed.name ? changed : info)),
    node: (name) => (name === changed.name ? changed : view.node(name)),
    count(key, asks) {
      const counts = view.count(key, asks)
      return less(counts, gone.filter(asks).length)
    },
    places: view.places,
    nodesWithImage: view.nodesWithImage,
    get termGroups() {
      return [...view.termGroups].map((group): TermGroup => {
        if (group.kind !== 'antiAffinity' || !group.weights.perNode.has(changed.name)) return group
        const fewer = gone.filter((pod) => pod.antiAffinity.some((term) => term.signature === group.term.signature)).length
        return { ...group, weights: less(group.weights, fewer) }
      })
    },
    namespaceLabels: view.namespaceLabels,
    nominated: view.nominated,
  }
}
