import type { Engine, Timer } from '../engine/engine'
import { controllerOf } from '../api/owners'
import type { ClusterEvent, Hint } from './framework'
import { addPod, nodeWith, type PodInfo } from './node-info'

/** A Pod on its way through the scheduler. */
export interface QueuedPod {
  pod: PodInfo
  attempts: number
  /** When it last joined the queue; among equals, who came first goes first. */
  sinceMs: number
  /** Not tried again before this. */
  notBeforeMs: number
  /** The plugins that said no the last time. */
  refusedBy: readonly string[]
  state: 'active' | 'backing off' | 'unschedulable' | 'gated'
  timer?: Timer
  order: number
}

/** First and longest pause between two attempts for one Pod. */
const FIRST_BACK_OFF_MS = 1000
const LONGEST_BACK_OFF_MS = 10_000
/** A Pod that no event woke is tried again after this long all the same. */
const FORGOTTEN_AFTER_MS = 300_000
const LOOK_FOR_FORGOTTEN_MS = 30_000

export interface SchedulingQueue {
  add(pod: PodInfo, gated: boolean): void
  /** The Pod itself has changed; `helpful` when the change may get it scheduled. */
  update(pod: PodInfo, gated: boolean, helpful: boolean): void
  delete(uid: string): void
  /** The next Pod to try; it has left the queue until it is put back. */
  pop(): QueuedPod | undefined
  /** Puts a Pod back that could not be placed; it waits for an event that concerns one of these plugins. */
  putBack(entry: QueuedPod, refusedBy: readonly string[]): void
  /** Puts a Pod back whose attempt failed for a reason of no plugin's; it is tried again after its back-off. */
  retry(entry: QueuedPod): void
  happened(event: ClusterEvent): void
  get(uid: string): QueuedPod | undefined
  readonly pending: Iterable<QueuedPod>
  clear(): void
}

/** Pods of one template share every answer a hint can give, so one of them is asked for all. */
const groupOf = ({ pod, uid }: PodInfo): string => {
  const owner = controllerOf(pod)
  return owner ? `${owner.uid}/${pod.metadata.labels?.['pod-template-hash'] ?? ''}` : uid
}

/** Groups in the order in which they would be tried: room goes to the more important first. */
function byPriority(groups: ReadonlyMap<string, ReadonlyMap<string, QueuedPod>>): readonly ReadonlyMap<string, QueuedPod>[] {
  const all = [...groups.values()]
  const priorityOf = (members: ReadonlyMap<string, QueuedPod>) => members.values().next().value?.pod.priority ?? 0
  return all.length < 2 ? all : all.sort((a, b) => priorityOf(b) - priorityOf(a))
}

/** A queue that calls `onActive` when there is something to pop. `hintsOf` lists the hints of a plugin by name. */
export function createSchedulingQueue(engine: Engine, hints: ReadonlyMap<string, readonly Hint[]>, onActive: () => void): SchedulingQueue {
  const entries = new Map<string, QueuedPod>()
  const heap: QueuedPod[] = []
  /** plugin → group → uid → the unschedulable Pods it refused. */
  const refused = new Map<string, Map<string, Map<string, QueuedPod>>>()
  let unschedulable = 0
  let arrivals = 0
  let sweep: Timer | undefined

  const before = (a: QueuedPod, b: QueuedPod) =>
    a.pod.priority !== b.pod.priority
      ? a.pod.priority > b.pod.priority
      : a.sinceMs !== b.sinceMs
        ? a.sinceMs < b.sinceMs
        : a.order < b.order

  function activate(entry: QueuedPod) {
    engine.cancel(entry.timer)
    entry.state = 'active'
    entry.order = arrivals++
    let i = heap.length
    heap.push(entry)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!before(entry, heap[parent]!)) break
      heap[i] = heap[parent]!
      i = parent
    }
    heap[i] = entry
    onActive()
  }

  function popHeap(): QueuedPod {
    const top = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return top
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      if (!before(heap[child]!, last)) break
      heap[i] = heap[child]!
      i = child
    }
    heap[i] = last
    return top
  }

  function activateWhenDue(entry: QueuedPod) {
    const wait = entry.notBeforeMs - engine.nowMs
    if (wait <= 0) return activate(entry)
    entry.state = 'backing off'
    entry.timer = engine.after(wait, () => activate(entry))
  }

  function index(entry: QueuedPod, present: boolean) {
    const group = groupOf(entry.pod)
    for (const plugin of entry.refusedBy) {
      const groups = refused.get(plugin) ?? new Map<string, Map<string, QueuedPod>>()
      const members = groups.get(group) ?? new Map<string, QueuedPod>()
      if (present) members.set(entry.pod.uid, entry)
      else members.delete(entry.pod.uid)
      if (members.size > 0) groups.set(group, members)
      else groups.delete(group)
      refused.set(plugin, groups)
    }
    unschedulable += present ? 1 : -1
  }

  function wake(entry: QueuedPod) {
    if (entry.state !== 'unschedulable') return
    index(entry, false)
    activateWhenDue(entry)
  }

  function sweepLater() {
    sweep ??= engine.after(
      LOOK_FOR_FORGOTTEN_MS,
      () => {
        sweep = undefined
        for (const entry of entries.values())
          if (entry.state === 'unschedulable' && engine.nowMs - entry.sinceMs >= FORGOTTEN_AFTER_MS) wake(entry)
        if (unschedulable > 0) sweepLater()
      },
      { background: true },
    )
  }

  function backOff(entry: QueuedPod) {
    entry.sinceMs = engine.nowMs
    entry.notBeforeMs = engine.nowMs + Math.min(FIRST_BACK_OFF_MS * 2 ** (entry.attempts - 1), LONGEST_BACK_OFF_MS)
  }

  /** Wakes the members of a group one by one as long as the event still helps: room that one takes is not there for the next. */
  function wakeGroup(members: ReadonlyMap<string, QueuedPod>, hint: Hint, event: ClusterEvent) {
    for (const entry of [...members.values()]) {
      if (hint.helps && !hint.helps(entry.pod, event)) return
      wake(entry)
      if (event.node) addPod(event.node, entry.pod)
    }
  }

  return {
    add(pod, gated) {
      if (entries.has(pod.uid)) return
      const entry: QueuedPod = { pod, attempts: 0, sinceMs: engine.nowMs, notBeforeMs: 0, refusedBy: [], state: 'gated', order: 0 }
      entries.set(pod.uid, entry)
      if (!gated) activate(entry)
    },
    update(pod, gated, helpful) {
      const entry = entries.get(pod.uid)
      if (!entry) return
      if (entry.state === 'unschedulable') index(entry, false)
      entry.pod = pod
      if (entry.state === 'unschedulable') index(entry, true)
      if (entry.state === 'gated' && !gated) activate(entry)
      else if (helpful) wake(entry)
    },
    delete(uid) {
      const entry = entries.get(uid)
      if (!entry) return
      entries.delete(uid)
      engine.cancel(entry.timer)
      if (entry.state === 'unschedulable') index(entry, false)
    },
    pop() {
      while (heap.length > 0) {
        const entry = popHeap()
        if (entries.get(entry.pod.uid) !== entry || entry.state !== 'active') continue
        entry.attempts++
        return entry
      }
      return undefined
    },
    putBack(entry, refusedBy) {
      if (entries.get(entry.pod.uid) !== entry) return
      entry.state = 'unschedulable'
      entry.refusedBy = refusedBy
      backOff(entry)
      index(entry, true)
      sweepLater()
    },
    retry(entry) {
      if (entries.get(entry.pod.uid) !== entry) return
      backOff(entry)
      activateWhenDue(entry)
    },
    happened(event) {
      if (unschedulable === 0) return
      const trial: ClusterEvent = event.node ? { ...event, node: nodeWith(event.node, event.node.pods.values()) } : event
      for (const [plugin, groups] of refused) {
        for (const hint of hints.get(plugin) ?? []) {
          if (hint.resource !== event.resource || hint.action !== event.action) continue
          for (const members of byPriority(groups)) wakeGroup(members, hint, trial)
        }
      }
    },
    get: (uid) => entries.get(uid),
    get pending() {
      return entries.values()
    },
    clear() {
      for (const entry of entries.values()) engine.cancel(entry.timer)
      engine.cancel(sweep)
      sweep = undefined
      entries.clear()
      refused.clear()
      heap.length = 0
      unschedulable = 0
    },
  }
}
