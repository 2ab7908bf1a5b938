import type { AddonEnvironment } from '../addon'
import type { KindDefinition } from '../../api/kind'
import type { KubeObject } from '../../api/object'
import type { Node, Pod } from '../../api/types/core-v1.gen'
import { attempt } from '../../controllers/component'
import { node as nodeKind } from '../../kinds/core/node'
import { pod as podKind } from '../../kinds/core/pod'
import { podDisruptionBudget } from '../../kinds/policy/pod-disruption-budget'
import { podInfo } from '../../scheduler/node-info'
import { statusObject, type Memory, type Options } from './cluster-autoscaler'
import { belongsToNode, utilizationOf, utilizationText, whyNotMovable } from './removable'
import { workersOf } from './scale-up'
import { pictureOf, tryToPlace } from './simulation'

const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler'
const CANDIDATE = 'DeletionCandidateOfClusterAutoscaler'
const SCALE_DOWN_DISABLED = 'cluster-autoscaler.kubernetes.io/scale-down-disabled'
/** `--max-pod-eviction-time` and `--max-graceful-termination-sec`: longer than both together no node is emptied. */
const LONGEST_DRAIN_MS = 120_000 + 600_000
/** `--max-empty-bulk-delete`. */
const MOST_AT_ONCE = 10

/** Looks which nodes are not needed, and takes those away that have not been needed for long enough: empty ones together, others one by one. */
export function scaleDown(environment: AddonEnvironment, options: Options, memory: Memory) {
  const { engine } = environment
  if (memory.draining) return continueDrain(environment, memory)
  const workers = workersOf(environment)
  const unneeded = unneededOf(environment, workers, options)
  for (const name of memory.unneededSince.keys()) if (!unneeded.has(name)) memory.unneededSince.delete(name)
  for (const name of unneeded.keys()) if (!memory.unneededSince.has(name)) memory.unneededSince.set(name, engine.nowMs)
  for (const node of workers) markCandidate(environment, node, unneeded.has(node.metadata.name))
  if (memory.ordered > 0 || engine.nowMs - memory.lastAddMs < options.delayAfterAddMs) return

  const ripe = [...unneeded].filter(([name]) => engine.nowMs - memory.unneededSince.get(name)! >= options.unneededMs)
  const spare = Math.max(0, workers.length - options.min)
  const empty = ripe.filter(([, pods]) => pods.length === 0).slice(0, Math.min(spare, MOST_AT_ONCE))
  for (const [name] of empty) removeEmpty(environment, name, memory)
  const [next] = ripe.filter(([, pods]) => pods.length > 0)
  if (next && empty.length < spare) beginDrain(environment, next[0], next[1], memory)
}

/** Nodes that could go, the newest first, each with the Pods that would have to move. Each judgement counts with those before it. */
function unneededOf(environment: AddonEnvironment, workers: readonly Node[], options: Options): ReadonlyMap<string, readonly Pod[]> {
  const { client } = environment
  const unneeded = new Map<string, readonly Pod[]>()
  const view = pictureOf(environment)
  const budgets = client.list(podDisruptionBudget)
  for (const node of [...workers].reverse()) {
    const { name, annotations } = node.metadata
    const pods = client.onNode<Pod>(podKind, name)
    const { cpu, memory } = utilizationOf(node, pods)
    if (annotations?.[SCALE_DOWN_DISABLED] === 'true' || Math.max(cpu, memory) >= options.threshold) continue
    const moving = pods.filter((pod) => !belongsToNode(pod))
    if (whyNotMovable(moving, budgets, options)) continue
    const infos = moving.map(({ metadata }) => view.podOf(metadata.uid)).filter((info) => info !== undefined)
    const others = view.nodes.filter((other) => other.name !== name && !unneeded.has(other.name))
    for (const { uid } of infos) view.deletePod(uid)
    if (infos.every(({ pod }) => 'node' in tryToPlace(view, podInfo(unbound(pod)), others))) unneeded.set(name, moving)
    else for (const info of infos) view.setPod(info, name)
  }
  return unneeded
}

/** The Pod as if it had no node yet. */
const unbound = (pod: Pod): Pod => ({ ...pod, spec: { ...pod.spec, nodeName: undefined } })

/** A node that is not needed is made a little less attractive, as long as that is so. */
function markCandidate(environment: AddonEnvironment, node: Node, isCandidate: boolean) {
  const taints = node.spec?.taints ?? []
  if (taints.some(({ key }) => key === CANDIDATE) === isCandidate) return
  const others = taints.filter(({ key }) => key !== CANDIDATE)
  setTaints(environment, node, isCandidate ? [...others, taint(environment, CANDIDATE, 'PreferNoSchedule')] : others)
}

const taint = ({ engine }: AddonEnvironment, key: string, effect: string) => ({
  key,
  value: String(Math.floor(engine.nowMs / 1000)),
  effect,
})

const setTaints = ({ client }: AddonEnvironment, { metadata }: Node, taints: readonly object[]) =>
  attempt(() => client.patch(nodeKind, undefined, metadata.name, 'merge', { spec: { taints: taints.length > 0 ? taints : null } }))

function markToBeDeleted(environment: AddonEnvironment, name: string): Node | undefined {
  const node = environment.client.get<Node>(nodeKind, undefined, name)
  if (!node) return undefined
  setTaints(environment, node, [...(node.spec?.taints ?? []), taint(environment, TO_BE_DELETED, 'NoSchedule')])
  environment.recorder('cluster-autoscaler').event(node, 'Normal', 'ScaleDown', 'marked the node as toBeDeleted/unschedulable')
  return node
}

function removeMachine({ client, nodes, recorder }: AddonEnvironment, node: Node, memory: Memory) {
  const { name } = node.metadata
  if (nodes.hosts.has(name)) nodes.remove(name)
  recorder('cluster-autoscaler').event(node, 'Normal', 'ScaleDown', 'node removed by cluster autoscaler')
  attempt(() => client.delete(nodeKind, undefined, name, {}))
  memory.unneededSince.delete(name)
}

function removeEmpty(environment: AddonEnvironment, name: string, memory: Memory) {
  const say = environment.recorder('cluster-autoscaler')
  const status = statusObject(environment)
  say.event(status, 'Normal', 'ScaleDownEmpty', `Scale-down: removing empty node ${JSON.stringify(name)}`)
  const node = markToBeDeleted(environment, name)
  if (!node) return
  removeMachine(environment, node, memory)
  say.event(status, 'Normal', 'ScaleDownEmpty', `Scale-down: empty node ${name} removed`)
}

function beginDrain(environment: AddonEnvironment, name: string, moving: readonly Pod[], memory: Memory) {
  const { client, engine, recorder } = environment
  const node = markToBeDeleted(environment, name)
  if (!node) return
  const text = utilizationText(utilizationOf(node, client.onNode<Pod>(podKind, name)))
  const pods = moving.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(',')
  recorder('cluster-autoscaler').event(
    statusObject(environment),
    'Normal',
    'ScaleDown',
    `Scale-down: removing node ${name}, utilization: ${text}, pods to reschedule: ${pods}`,
  )
  memory.draining = { name, sinceMs: engine.nowMs, evicted: new Set() }
  continueDrain(environment, memory)
}

/** Evicts what can be evicted now; when nothing is left that had to move the machine goes, and when that takes too long it stays. */
function continueDrain(environment: AddonEnvironment, memory: Memory) {
  const { client, engine, recorder } = environment
  const { name, sinceMs, evicted } = memory.draining!
  const say = recorder('cluster-autoscaler')
  const node = client.get<Node>(nodeKind, undefined, name)
  if (!node) {
    memory.draining = undefined
    return
  }
  const moving = client.onNode<Pod>(podKind, name).filter((pod) => !belongsToNode(pod))
  if (moving.length === 0) {
    removeMachine(environment, node, memory)
    say.event(statusObject(environment), 'Normal', 'ScaleDown', `Scale-down: node ${name} removed with drain`)
    memory.draining = undefined
    return
  }
  if (engine.nowMs - sinceMs > LONGEST_DRAIN_MS) {
    setTaints(environment, node, (node.spec?.taints ?? []).filter(({ key }) => key !== TO_BE_DELETED)) // prettier-ignore
    say.event(node, 'Warning', 'ScaleDownFailed', 'failed to drain and delete node: Failed to drain node /' + name + ', due to following errors: [pods remaining after timeout]') // prettier-ignore
    memory.unneededSince.delete(name)
    memory.draining = undefined
    return
  }
  for (const pod of moving) {
    const { uid, namespace, name: podName, deletionTimestamp } = pod.metadata
    if (deletionTimestamp) continue
    if (!evicted.has(uid)) {
      evicted.add(uid)
      say.event(pod, 'Normal', 'ScaleDown', 'deleting pod for node scale down')
    }
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name: podName } }
    // The eviction subresource takes an Eviction, which the client's signature, made for whole objects, does not know.
    attempt(() =>
      client.create(podKind as unknown as KindDefinition<KubeObject>, eviction as unknown as KubeObject, { subresource: 'eviction' }),
    )
  }
}
