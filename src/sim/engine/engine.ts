import { createRandom, type Random } from './random'

/** What `after` and `at` return, to be given to `cancel`. */
export interface Timer {
  readonly dueMs: number
}

export interface ScheduleOptions {
  /**
   * A background event recurs for ever (a lease, a probe, a resync): "run until nothing is left to do" does not wait for it.
   * Everything else is a foreground event.
   */
  readonly background?: boolean
}

/**
 * The one clock, queue and source of chance of a cluster. Everything that takes time is an event on this queue; events that are due at
 * the same moment run in the order in which they were scheduled. Nothing runs unless somebody drives the engine (`step`, `advanceTo`).
 */
export interface Engine {
  /** Virtual time in milliseconds since the Unix epoch. */
  readonly nowMs: number
  /** How many events have run so far. With `nowMs` it names a moment exactly, which is what a recording needs. */
  readonly processed: number
  /** How many foreground events are waiting. */
  readonly foreground: number
  readonly random: Random
  /** Runs `run` when `delayMs` virtual milliseconds have passed (0: after everything already due now). */
  after(delayMs: number, run: () => void, options?: ScheduleOptions): Timer
  /** Runs `run` at a virtual time; a time in the past means now. */
  at(timeMs: number, run: () => void, options?: ScheduleOptions): Timer
  /** Forgets an event that has not run yet; harmless when it has. */
  cancel(timer: Timer | undefined): void
  /**
   * Freezes virtual time while something outside works that cannot answer at once (code that is still being loaded). Nothing may be stepped until
   * every hold is let go. Returns how to let go.
   */
  hold(): () => void
  readonly held: boolean
  /** When the next event is due, or undefined when the queue is empty. */
  nextDueMs(): number | undefined
  /** Moves the clock to the next event and runs it. False when the queue is empty. */
  step(): boolean
  /** Runs every event due up to and including `timeMs`, then sets the clock to it. */
  advanceTo(timeMs: number): void
  /** Sets the clock without running anything; nothing may be due before `timeMs`. For replay, which stops between events due at one moment. */
  moveTo(timeMs: number): void
}

interface Entry extends Timer {
  dueMs: number
  order: number
  run: (() => void) | undefined
  background: boolean
}

/** A new engine. `startMs` is the virtual time at which it begins, `seed` decides everything that chance decides. */
export function createEngine(options: { seed: number; startMs: number }): Engine {
  const heap: Entry[] = []
  let nowMs = options.startMs
  let processed = 0
  let scheduled = 0
  let foreground = 0
  let holds = 0
  const random = createRandom(options.seed)

  const before = (x: Entry, y: Entry) => x.dueMs < y.dueMs || (x.dueMs === y.dueMs && x.order < y.order)

  function push(entry: Entry) {
    let i = heap.length
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!before(entry, heap[parent]!)) break
      heap[i] = heap[parent]!
      i = parent
    }
    heap[i] = entry
  }

  function pop(): Entry {
    const top = heap[0]!
    const last = heap.pop()!
    const size = heap.length
    if (size === 0) return top
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= size) break
      if (child + 1 < size && before(heap[child + 1]!, heap[child]!)) child++
      if (!before(heap[child]!, last)) break
      heap[i] = heap[child]!
      i = child
    }
    heap[i] = last
    return top
  }

  /** Cancelled entries stay in the heap until they surface: removing them there would cost a search. */
  function dropCancelled() {
    while (heap.length > 0 && heap[0]!.run === undefined) pop()
  }

  const engine: Engine = {
    get nowMs() {
      return nowMs
    },
    get processed() {
      return processed
    },
    get foreground() {
      return foreground
    },
    random,
    after: (delayMs, run, options) => engine.at(nowMs + Math.max(0, delayMs), run, options),
    at(timeMs, run, { background = false } = {}) {
      const entry: Entry = { dueMs: Math.max(nowMs, timeMs), order: scheduled++, run, background }
      if (!background) foreground++
      push(entry)
      return entry
    },
    cancel(timer) {
      const entry = timer as Entry | undefined // every Timer was made by `at` above
      if (!entry?.run) return
      entry.run = undefined
      if (!entry.background) foreground--
    },
    hold() {
      let mine = true
      holds++
      return () => {
        if (mine) holds--
        mine = false
      }
    },
    get held() {
      return holds > 0
    },
    nextDueMs() {
      dropCancelled()
      return heap[0]?.dueMs
    },
    step() {
      if (holds > 0) throw new Error('virtual time is held: wait until what it waits for is done')
      dropCancelled()
      if (heap.length === 0) return false
      const entry = pop()
      const run = entry.run!
      entry.run = undefined
      if (!entry.background) foreground--
      nowMs = entry.dueMs
      processed++
      run()
      return true
    },
    advanceTo(timeMs) {
      for (let due = engine.nextDueMs(); due !== undefined && due <= timeMs; due = engine.nextDueMs()) engine.step()
      nowMs = Math.max(nowMs, timeMs)
    },
    moveTo(timeMs) {
      const due = engine.nextDueMs()
      if (due !== undefined && due < timeMs) throw new Error('an event is due before the time to move to')
      nowMs = Math.max(nowMs, timeMs)
    },
  }
  return engine
}
