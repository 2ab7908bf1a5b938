import type { Engine } from './engine'

/** Real time, handed in so that the simulation itself never touches it. */
export interface RealClock {
  /** Monotonic milliseconds. */
  nowMs(): number
  /** Calls back once after about `delayMs` (0: as soon as other messages have had their turn). Returns how to call it off. */
  after(delayMs: number, run: () => void): () => void
}

export interface DriverOptions {
  readonly engine: Engine
  readonly clock: RealClock
  /** Virtual milliseconds per real one; 0 is paused. Default 1. */
  readonly speed?: number
  /** Longest stretch of work before other messages get their turn. Default 8 ms. */
  readonly sliceMs?: number
  /** Called at the end of each slice, also when nothing was due. */
  readonly onSlice?: () => void
  /** A bug in the simulator: one event threw. The driver goes on with the next one. */
  readonly onError?: (error: unknown) => void
}

/** Ties virtual time to real time. */
export interface Driver {
  readonly speed: number
  setSpeed(speed: number): void
  /** Something was put in from outside: catch up with real time and run what is due, within one slice or a part of one. */
  nudge(longestMs?: number): void
  /** Stops the clock while someone else (a slow screen, a host computation) has to catch up. */
  hold(held: boolean): void
  /** Runs events until `found` holds or `limitMs` virtual milliseconds have passed; for single steps while paused. */
  stepUntil(found: () => boolean, limitMs: number): void
  stop(): void
}

/** More real time than this between two slices was no waiting but sleep (a closed lid, a frozen tab): it does not count. */
const LONGEST_GAP_MS = 1000
/** How far virtual time may lag behind, in real milliseconds, before the debt is dropped: then the cluster runs slower, not later. */
const LONGEST_DEBT_MS = 100
/** Looks at the clock at least this often, so that a display of virtual time stays true. */
const LONGEST_REST_MS = 200

/** Runs `engine` at `speed` in short slices. Starts at once; call `stop` when done. */
export function createDriver({ engine, clock, speed = 1, sliceMs = 8, onSlice, onError }: DriverOptions): Driver {
  let current = speed
  let held = false
  let stopped = false
  let targetMs = engine.nowMs
  let lastRealMs = clock.nowMs()
  let cancel: (() => void) | undefined

  /** Moves the goal of virtual time by the real time that has passed. */
  function moveTarget() {
    const realMs = clock.nowMs()
    const passedMs = Math.min(realMs - lastRealMs, LONGEST_GAP_MS)
    lastRealMs = realMs
    if (current > 0 && !held && !engine.held) targetMs += passedMs * current
    targetMs = Math.max(targetMs, engine.nowMs)
  }

  function runOne() {
    try {
      engine.step()
    } catch (error) {
      if (!onError) throw error
      onError(error)
    }
  }

  /** Runs what is due until the slice is used up. True when nothing due is left. */
  function runDue(longestMs: number): boolean {
    const endMs = clock.nowMs() + longestMs
    let due = engine.nextDueMs()
    // An event may hold the engine, until something has arrived from outside; whoever brings it nudges.
    while (due !== undefined && due <= Math.floor(targetMs) && !engine.held) {
      runOne()
      if (clock.nowMs() >= endMs) return false
      due = engine.nextDueMs()
    }
    if (!engine.held) engine.advanceTo(Math.floor(targetMs)) // whole milliseconds: half of one means nothing to anybody in the cluster
    return true
  }

  const slice = () => run(sliceMs)

  function run(longestMs: number) {
    cancel?.()
    cancel = undefined
    if (stopped) return
    moveTarget()
    const caughtUp = held || runDue(longestMs)
    if (!caughtUp && current > 0) targetMs = Math.min(targetMs, engine.nowMs + LONGEST_DEBT_MS * current)
    onSlice?.()
    if (!caughtUp) cancel = clock.after(0, slice)
    else if (current > 0 && !held) cancel = clock.after(restMs(), slice)
  }

  function restMs(): number {
    const due = engine.held ? undefined : engine.nextDueMs()
    return due === undefined ? LONGEST_REST_MS : Math.min(LONGEST_REST_MS, Math.max(1, (due - engine.nowMs) / current))
  }

  slice()
  return {
    get speed() {
      return current
    },
    setSpeed(next) {
      moveTarget()
      if (next === 0) targetMs = engine.nowMs
      current = next
      slice()
    },
    nudge: (longestMs = sliceMs) => run(longestMs),
    hold(next) {
      if (next === held) return
      moveTarget()
      held = next
      slice()
    },
    stepUntil(found, limitMs) {
      const limit = engine.nowMs + limitMs
      for (let due = engine.nextDueMs(); due !== undefined && due <= limit && !found() && !engine.held; due = engine.nextDueMs()) runOne()
      if (!found() && !engine.held) engine.advanceTo(limit)
      targetMs = engine.nowMs
      onSlice?.()
    },
    stop() {
      stopped = true
      cancel?.()
    },
  }
}
