import type { Random } from '../engine/random'
import type { ClusterView } from './cluster-view'
import type { Decision, NodeRefusal } from './explanation'
import type { Plugin, Refusal } from './framework'
import { nodeWith, type NodeInfo, type PodInfo } from './node-info'
import type { Profile } from './profile'
import type { Finding } from './same-pods'
import { noNodeAvailable } from './summary'

/** What came of looking for a node. */
export interface Placement {
  readonly node: string | undefined
  readonly refusals: readonly NodeRefusal[]
  readonly refusedBy: readonly string[]
  /** The FailedScheduling text without what preemption adds to it. */
  readonly message: string | undefined
  readonly feasible: readonly string[]
  readonly scores: Decision['scores']
  /** Where the next Pod begins to look, so that a sample does not always favour the same nodes. */
  readonly nextStart: number
}

/** Plugins that have something to filter for a Pod, each with what it found out beforehand. */
export interface Filters {
  readonly plugins: readonly { readonly plugin: Plugin; readonly state: unknown }[]
  /** Those of them that come first and look at the one node only, and all that follow. */
  readonly local: Filters['plugins']
  readonly others: Filters['plugins']
  /** Only these nodes come into question, for these plugins' reasons. */
  readonly nodes?: ReadonlySet<string>
  readonly narrowedBy: readonly string[]
  readonly refusal?: { readonly plugin: string; readonly refusal: Refusal }
}

/** Below this many nodes all are looked at; above it, a share of them that shrinks as the cluster grows. */
const MIN_FEASIBLE = 100

function enough(nodeCount: number, wanted: number): number {
  if (nodeCount < MIN_FEASIBLE || wanted >= 100) return nodeCount
  const percentage = wanted > 0 ? wanted : Math.max(5, 50 - Math.floor(nodeCount / 125))
  return Math.max(MIN_FEASIBLE, Math.floor((nodeCount * percentage) / 100))
}

/** Asks every plugin about the Pod as a whole. */
export function prepareFilters(profile: Profile, pod: PodInfo, view: ClusterView): Filters {
  const plugins: { plugin: Plugin; state: unknown }[] = []
  const narrowedBy: string[] = []
  let nodes: ReadonlySet<string> | undefined
  for (const plugin of profile.plugins) {
    const result = plugin.preFilter?.(pod, view)
    if (result?.refusal)
      return { plugins, local: [], others: plugins, narrowedBy, refusal: { plugin: plugin.name, refusal: result.refusal } }
    if (result?.nodes) {
      const before = nodes
      nodes = before ? new Set([...before].filter((name) => result.nodes!.has(name))) : result.nodes
      narrowedBy.push(plugin.name)
    }
    if (plugin.filter && !result?.skip) plugins.push({ plugin, state: result?.state })
  }
  const first = plugins.findIndex(({ plugin }) => !plugin.local)
  const split = first < 0 ? plugins.length : first
  return { plugins, local: plugins.slice(0, split), others: plugins.slice(split), narrowedBy, ...(nodes && { nodes }) }
}

/** The first plugin with something against a node, and what. */
export function filterNode(filters: Filters, pod: PodInfo, node: NodeInfo, view: ClusterView): Omit<NodeRefusal, 'node'> | undefined {
  const nominated = view.nominated(node.name)
  const expected = nominated.length === 0 ? nominated : nominated.filter((other) => other.uid !== pod.uid && other.priority >= pod.priority)
  // Room that a preemptor of at least this importance waits for is not free, but neither may the Pod rely on its company.
  if (expected.length > 0) {
    const refusal = firstRefusal(filters.plugins, pod, nodeWith(node, [...node.pods.values(), ...expected]), view)
    if (refusal) return refusal
  }
  return firstRefusal(filters.plugins, pod, node, view)
}

function firstRefusal(plugins: Filters['plugins'], pod: PodInfo, node: NodeInfo, view: ClusterView) {
  for (const { plugin, state } of plugins) {
    const refusal = plugin.filter!(pod, node, state, view)
    if (refusal) return { plugin: plugin.name, refusal }
  }
  return undefined
}

/** What is known of a node, found out anew when the node has changed since. */
function renewed(known: Finding | undefined, filters: Filters, pod: PodInfo, node: NodeInfo, view: ClusterView): Finding {
  if (known?.version === node.version) return known
  return { version: node.version, refusal: firstRefusal(filters.local, pod, node, view), points: [] }
}

/** Looks for the best node for a Pod: filters, scores, and lets `random` decide between equals. */
export function placePod(profile: Profile, pod: PodInfo, view: ClusterView, random: Random, start: number): Placement {
  const all = view.nodes
  const nowhere = { node: undefined, feasible: [], scores: [], nextStart: start }
  if (all.length === 0) return { ...nowhere, refusals: [], refusedBy: [], message: 'no nodes available to schedule pods' }

  const filters = prepareFilters(profile, pod, view)
  if (filters.refusal) {
    const { plugin, refusal } = filters.refusal
    const refusals = all.map((info) => ({ node: info.name, plugin, refusal }))
    return { ...nowhere, refusals, refusedBy: [plugin], message: noNodeAvailable(all.length, refusal.reasons.join(', '), []) }
  }

  const findings = profile.samePods.findingsFor(pod, all)
  const feasible: NodeInfo[] = []
  const found: Finding[] = []
  const refusals: NodeRefusal[] = []
  const wanted = enough(all.length, profile.percentageOfNodesToScore)
  let looked = 0
  for (; looked < all.length && feasible.length < wanted; looked++) {
    const index = (start + looked) % all.length
    const info = all[index]!
    if (filters.nodes && !filters.nodes.has(info.name)) {
      refusals.push({
        node: info.name,
        plugin: filters.narrowedBy[0]!,
        refusal: { reasons: ["node(s) didn't satisfy plugin(s) [" + filters.narrowedBy.join(' ') + ']'], resolvable: false },
      })
      continue
    }
    const finding = (findings[index] = renewed(findings[index], filters, pod, info, view))
    const refused =
      view.nominated(info.name).length > 0
        ? filterNode(filters, pod, info, view)
        : (finding.refusal ?? firstRefusal(filters.others, pod, info, view))
    if (refused) refusals.push({ node: info.name, plugin: refused.plugin, refusal: refused.refusal })
    else {
      feasible.push(info)
      found.push(finding)
    }
  }
  const nextStart = (start + looked) % all.length
  const refusers = new Set<string>()
  for (const { plugin } of refusals) refusers.add(plugin)
  const refusedBy = [...refusers]
  if (feasible.length === 0) {
    const message = noNodeAvailable(
      all.length,
      undefined,
      refusals.map(({ refusal }) => refusal.reasons),
    )
    return { node: undefined, feasible: [], scores: [], refusals, refusedBy, message, nextStart }
  }
  const scores = feasible.length === 1 ? [] : scoreNodes(profile, pod, feasible, found, view)
  const names = feasible.map((info) => info.name)
  return { node: names[best(names.length, scores, random)], refusals, refusedBy, message: undefined, feasible: names, scores, nextStart }
}

function scoreNodes(
  profile: Profile,
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  findings: readonly Finding[],
  view: ClusterView,
): Decision['scores'] {
  const scores: { plugin: string; points: readonly number[] }[] = []
  for (const [place, plugin] of profile.plugins.entries()) {
    if (!plugin.score) continue
    const prepared = plugin.preScore?.(pod, nodes, view)
    if (prepared?.skip) continue
    const points: number[] = []
    for (let i = 0; i < nodes.length; i++) {
      const known = plugin.local ? findings[i]!.points : undefined
      let point = known?.[place]
      if (point === undefined) {
        point = plugin.score(pod, nodes[i]!, prepared?.state, view)
        if (known) known[place] = point
      }
      points.push(point)
    }
    plugin.normalize?.(points, prepared?.state)
    const weight = profile.weightOf(plugin.name)
    if (weight !== 1) for (let i = 0; i < points.length; i++) points[i] = points[i]! * weight
    scores.push({ plugin: plugin.name, points })
  }
  return scores
}

/** The index of a highest total; among equals each is as likely as the other. */
function best(count: number, scores: Decision['scores'], random: Random): number {
  let winner = 0
  let highest = -Infinity
  let ties = 0
  for (let i = 0; i < count; i++) {
    let total = 0
    for (const { points } of scores) total += points[i]!
    if (total > highest) {
      winner = i
      highest = total
      ties = 1
    } else if (total === highest && random.int(++ties) === 0) winner = i
  }
  return winner
}
