import type { Pod } from '../../api/types/core-v1.gen'
import { node as nodeKind } from '../../kinds/core/node'
import { storageKept } from '../kubelet-configuration'
import { memoryBytesOf } from '../runtime/memory'
import { localStorageExcess, localStorageBytes } from './local-storage'
import type { Pressure, WatchedNode } from './late-eviction'
import type { PodState } from './pod-state'
import { quantityValue } from '../../formats/quantity'

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB

/** Kubelets count a threshold as crossed for this long after it no longer is, lest conditions flap. */
const TRANSITION_MS = 300_000
/** What kernel, systemd, containerd and kubelet take themselves. */
const SYSTEM_MEMORY_BYTES = 700 * MIB
const SYSTEM_DISK_BYTES = 5 * GIB
/** Processes a node can have, and those of the system. */
const MOST_PIDS = 32_768
const SYSTEM_PIDS = 160
/** Pods of this priority and above are never evicted. */
const CRITICAL_PRIORITY = 2_000_000_000

/** Something a node can run short of. */
interface Resource {
  readonly name: 'memory' | 'ephemeral-storage' | 'pids'
  readonly pressure: Pressure
  /** As the event about the node has it: `Attempting to reclaim memory`. */
  readonly available: (node: WatchedNode, usedByPods: number) => number
  /** Less than this is too little. */
  readonly threshold: (node: WatchedNode) => number
  readonly usedBy: (state: PodState) => number
  /** Of one container, for the message. */
  readonly usedByContainer?: (state: PodState, name: string) => number
}

/** In the order in which a kubelet deals with them. */
const resources: readonly Resource[] = [
  {
    name: 'memory',
    pressure: 'MemoryPressure',
    threshold: ({ settings }) => settings().evictionHard.memoryBytes,
    available: ({ facts, ballast }, used) => Math.max(0, facts.memoryGiB * GIB - SYSTEM_MEMORY_BYTES - ballast.memoryBytes - used),
    usedBy: memoryOf,
    usedByContainer: (state, name) => {
      const running = state.containers.get(name)?.running
      return running ? memoryBytesOf(running) : 0
    },
  },
  {
    name: 'ephemeral-storage',
    pressure: 'DiskPressure',
    threshold: ({ facts, settings }) => storageKept(settings(), facts.diskGiB * GIB),
    available: ({ facts, ballast, context }, used) =>
      Math.max(
        0,
        facts.diskGiB * GIB -
          SYSTEM_DISK_BYTES -
          ballast.diskBytes -
          context.volumes.hostFiles.root.usedBytes -
          context.images.list().reduce((bytes, { sizeBytes = 0 }) => bytes + sizeBytes, 0) -
          used,
      ),
    usedBy: localStorageBytes,
  },
  {
    name: 'pids',
    pressure: 'PIDPressure',
    threshold: () => Math.floor(MOST_PIDS * 0.1),
    available: (_, used) => MOST_PIDS - SYSTEM_PIDS - used,
    usedBy: processesOf,
  },
]

/**
 * One look of the eviction manager: Pods that write more than they may go at once; when the node itself runs short, one Pod at a time goes,
 * the one first that takes more than it asked for and matters least. Answers the conditions of the node.
 */
export function lookForShortage(node: WatchedNode): ReadonlySet<Pressure> {
  const { context, lastSeenMs } = node
  const { engine } = context
  let hasEvicted = false
  for (const state of node.pods()) {
    const excess = isActive(state) ? localStorageExcess(state) : undefined
    if (excess !== undefined) evict(node, state, excess)
    hasEvicted ||= state.failure?.reason === 'Evicted' && !state.finished
  }
  const used = usedByPods(node)
  for (const resource of resources) {
    const available = resource.available(node, used[resource.name])
    const threshold = resource.threshold(node)
    if (available >= threshold) continue
    if (!lastSeenMs.has(resource.pressure)) tellNode(node, 'EvictionThresholdMet', `Attempting to reclaim ${resource.name}`)
    lastSeenMs.set(resource.pressure, engine.nowMs)
    const [first] = [...node.pods()].filter((state) => isActive(state) && isEvictable(state)).sort(byRank(resource))
    if (!first || hasEvicted) continue
    hasEvicted = true
    evict(node, first, messageFor(resource, first, threshold, available))
  }
  for (const [pressure, seenMs] of lastSeenMs) if (engine.nowMs - seenMs >= TRANSITION_MS) lastSeenMs.delete(pressure)
  return new Set(lastSeenMs.keys())
}

const isActive = ({ failure, finished, terminating }: PodState) => !failure && !finished && !terminating

function memoryOf({ containers }: PodState): number {
  let bytes = 0
  for (const { running } of containers.values()) if (running) bytes += memoryBytesOf(running)
  return bytes
}

function processesOf({ containers }: PodState): number {
  let count = 0
  for (const { running } of containers.values()) if (running) count += running.machine.processCount
  return count
}

/** What all Pods take together, in one pass: every node looks six times a minute. */
function usedByPods(node: WatchedNode): Readonly<Record<Resource['name'], number>> {
  const used = { memory: 0, 'ephemeral-storage': 0, pids: 0 }
  for (const state of node.pods()) {
    used.memory += memoryOf(state)
    used['ephemeral-storage'] += localStorageBytes(state)
    used.pids += processesOf(state)
  }
  return used
}

// ---- who goes ----

const isEvictable = ({ pod, fromFile }: PodState) => !fromFile && (pod.spec.priority ?? 0) < CRITICAL_PRIORITY

/** Those over their requests first, then by priority, then by how far they are over. */
const byRank = (resource: Resource) => (a: PodState, b: PodState) => {
  const over = (state: PodState) => resource.usedBy(state) - requestOf(state.pod, resource.name)
  const priority = ({ pod }: PodState) => pod.spec.priority ?? 0
  return Number(over(b) > 0) - Number(over(a) > 0) || priority(a) - priority(b) || over(b) - over(a)
}

const requestOf = ({ spec }: Pod, resource: string): number =>
  spec.containers.reduce((total, { resources }) => total + quantityValue(resources?.requests?.[resource] ?? '0'), 0)

function messageFor(resource: Resource, state: PodState, threshold: number, available: number): string {
  const containers = state.pod.spec.containers.flatMap(({ name, resources: asked }) => {
    const used = resource.usedByContainer?.(state, name) ?? 0
    const request = asked?.requests?.[resource.name] ?? '0'
    if (used <= quantityValue(request)) return []
    return [`Container ${name} was using ${inKibibytes(used)}, request is ${request}, has larger consumption of ${resource.name}. `]
  })
  return `The node was low on resource: ${resource.name}. Threshold quantity: ${shortest(threshold)}, available: ${inKibibytes(available)}. ${containers.join('')}`
}

const inKibibytes = (bytes: number) => `${Math.floor(bytes / KIB)}Ki`

/** As a quantity is written: with the largest unit that leaves a whole number. */
function shortest(bytes: number): string {
  const units = ['', 'Ki', 'Mi', 'Gi']
  let unit = 0
  for (; unit < units.length - 1 && bytes % KIB === 0; unit++) bytes /= KIB
  return `${bytes}${units[unit]}`
}

function evict({ context }: WatchedNode, state: PodState, message: string) {
  state.failure = { reason: 'Evicted', message, disruption: true }
  context.recorder.event(state.pod, 'Warning', 'Evicted', message)
  context.engine.cancel(state.step)
  state.step = undefined
  context.look(state)
}

function tellNode({ context }: WatchedNode, reason: string, message: string) {
  const node = context.client.get(nodeKind, undefined, context.nodeName)
  if (node) context.recorder.event(node, 'Warning', reason, message)
}
