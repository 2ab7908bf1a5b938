import type { Node, NodeCondition, Pod, Taint } from '../../api/types/core-v1.gen'
import { parseTimestamp, timestamp } from '../../engine/time'
import { lease as leaseKind } from '../../kinds/coordination/lease'
import { node as nodeKind } from '../../kinds/core/node'
import { pod as podKind } from '../../kinds/core/pod'
import { anyKind, defineController, type Step } from '../controller'
import { conditionOf } from '../pod-state'
import { same } from '../../formats/same'
import { again, patch, patchStatus, say, setStatus } from '../steps'
import { looksAt } from '../watches'
import { evictionPauseMs } from './zones'

/** A kubelet that has not renewed its lease for this long is taken for dead; it renews every ten seconds. */
const GRACE_MS = 50_000
const MONITOR_MS = 5000

const REPORTED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const
const NOT_READY = 'node.kubernetes.io/not-ready'
const UNREACHABLE = 'node.kubernetes.io/unreachable'

/** Conditions that put a NoSchedule taint on a node while they have this status. */
const CONDITION_TAINTS: readonly (readonly [type: string, status: string, taint: string])[] = [
  ['Ready', 'False', NOT_READY],
  ['Ready', 'Unknown', UNREACHABLE],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
]
const ILLNESSES = CONDITION_TAINTS.filter(([type]) => type === 'Ready')
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'
const OWN_TAINTS: ReadonlySet<string> = new Set([...CONDITION_TAINTS.map(([, , taint]) => taint), UNSCHEDULABLE])

/** Notices nodes whose kubelet has fallen silent, and turns nodes' conditions into taints. */
export const nodeLifecycleController = defineController({
  name: 'node-controller',
  reconciles: nodeKind,
  watches: {
    // Renewed leases wake nobody: silence is what matters, and that is looked for from time to time.
    lease: looksAt(anyKind(leaseKind), ({ metadata }: Node, find) => find.get(leaseKind, 'kube-node-lease', metadata.name)),
    pods: looksAt(
      anyKind(podKind),
      ({ metadata }: Node, find) =>
        () =>
          find.onNode(podKind, metadata.name),
    ),
    // Only asked when a node is not ready: how the others fare decides whether its Pods are driven away, and when.
    all: looksAt(anyKind(nodeKind), (_node: Node, find) => () => find.list(nodeKind)),
  },
  resyncMs: MONITOR_MS,

  reconcile(node, { lease, pods, all, nowMs }) {
    if (node.metadata.deletionTimestamp) return []
    const isSilent = nowMs - lastSignMs(node, lease?.spec?.renewTime) > GRACE_MS
    const conditions = isSilent ? silentConditions(node, nowMs) : (node.status?.conditions ?? [])
    const ready = conditions.find(({ type }) => type === 'Ready')
    const illness = ILLNESSES.find(([, status]) => status === ready?.status)?.[2]
    const eviction = illness ? evictionOf(node, conditions, all(), nowMs) : 'none'
    const taints = taintsFor(node, conditions, eviction === 'now' ? illness : undefined, nowMs)
    const { name } = node.metadata
    const wentSilent = isSilent && readyOf(node) === 'True'
    return [
      ...(conditions === node.status?.conditions || !isSilent ? [] : [setStatus(node, { ...node.status, conditions })]),
      ...(same(taints, node.spec?.taints ?? []) ? [] : [patch(nodeKind, node, { spec: { taints: taints.length > 0 ? taints : null } })]),
      ...(wentSilent ? [say('Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`)] : []),
      ...(ready && ready.status !== 'True' ? markNotReady(pods(), nowMs) : []),
      ...(typeof eviction === 'number' ? [again(eviction, { background: true })] : []),
    ]
  },
})

const readyOf = (node: Node) => node.status?.conditions?.find(({ type }) => type === 'Ready')?.status

/** The last sign of life: a renewed lease or a posted status, or else the node's creation. */
function lastSignMs(node: Node, renewTime: string | undefined): number {
  const posted = node.status?.conditions?.find(({ type }) => type === 'Ready')
  const heartbeat = posted?.status === 'Unknown' ? undefined : posted?.lastHeartbeatTime
  return Math.max(...[renewTime, heartbeat, node.metadata.creationTimestamp].flatMap((text) => (text ? [parseTimestamp(text)] : [])))
}

function silentConditions(node: Node, nowMs: number): readonly NodeCondition[] {
  const present = node.status?.conditions ?? []
  if (REPORTED.every((type) => present.find((it) => it.type === type)?.status === 'Unknown')) return present
  const others = present.filter(({ type }) => !REPORTED.some((it) => it === type))
  const unknown = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type): NodeCondition => {
    const before = present.find((it) => it.type === type)
    if (before?.status === 'Unknown') return before
    const words = before
      ? { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }
      : { reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' }
    const lastHeartbeatTime = before?.lastHeartbeatTime ?? node.metadata.creationTimestamp
    return { type, status: 'Unknown', lastHeartbeatTime, lastTransitionTime: timestamp(nowMs), ...words }
  })
  return [...others, ...unknown]
}

/**
 * Whether Pods are driven from a node that is not ready: nodes that fall ill together do so one after the other, and where most of a zone or all
 * of the cluster is ill, nobody is driven away. A number: look again after so many milliseconds.
 */
function evictionOf(node: Node, conditions: readonly NodeCondition[], nodes: readonly Node[], nowMs: number): 'now' | 'none' | number {
  const isDriving = node.spec?.taints?.some(({ key, effect }) => effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE))
  // What is about to be written of this node counts already.
  const asSeen = nodes.map((other) =>
    other.metadata.uid === node.metadata.uid ? { ...node, status: { ...node.status, conditions } } : other,
  )
  const pauseMs = evictionPauseMs(node, asSeen, nowMs)
  if (pauseMs === 'never') return 'none'
  if (isDriving || pauseMs === 0) return 'now'
  return pauseMs === Infinity ? 'none' : pauseMs
}

/** The taints a node ought to have: others' as they are, ours by its conditions, with the time since when. `evicting` also drives Pods away. */
function taintsFor(node: Node, conditions: readonly NodeCondition[], evicting: string | undefined, nowMs: number): readonly Taint[] {
  const present = node.spec?.taints ?? []
  const holding = CONDITION_TAINTS.filter(([type, status]) =>
    conditions.some((condition) => condition.type === type && condition.status === status),
  ).map(([, , taint]) => taint)
  const timeAdded = timestamp(nowMs)
  const keys = [...holding, ...(node.spec?.unschedulable ? [UNSCHEDULABLE] : [])]
  const wanted = keys.map((key): Taint => ({ key, effect: 'NoSchedule', timeAdded }))
  if (evicting) wanted.push({ key: evicting, effect: 'NoExecute', timeAdded })
  const isWanted = (taint: Taint) => wanted.some((it) => it.key === taint.key && it.effect === taint.effect)
  const kept = present.filter((taint) => !OWN_TAINTS.has(taint.key) || isWanted(taint))
  return [...kept, ...wanted.filter((it) => !present.some((taint) => taint.key === it.key && taint.effect === it.effect))]
}

/** Pods on a node that is not ready get no traffic, whatever they said last. */
function markNotReady(pods: readonly Pod[], nowMs: number): Step[] {
  return pods.flatMap((pod) => {
    const ready = conditionOf(pod, 'Ready')
    if (ready?.status !== 'True') return []
    const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: timestamp(nowMs) }]
    return [patchStatus(podKind, pod, { conditions }), say('Warning', 'NodeNotReady', 'Node is not ready', pod)]
  })
}
