import { expect, test } from 'vitest'
import { createDriver, type RealClock } from '../../../src/sim/engine/driver'
import { createEngine } from '../../../src/sim/engine/engine'

/** A real clock that moves only when told; `work` is how long one look at it seems to take. */
function handClock() {
  let nowMs = 0
  let waiting: { dueMs: number; run: () => void }[] = []
  const clock: RealClock = {
    nowMs: () => nowMs,
    after(delayMs, run) {
      const entry = { dueMs: nowMs + delayMs, run }
      waiting.push(entry)
      return () => void (waiting = waiting.filter((other) => other !== entry))
    },
  }
  return {
    clock,
    spend: (ms: number) => void (nowMs += ms),
    pass(ms: number) {
      const end = nowMs + ms
      for (;;) {
        const next = waiting.filter(({ dueMs }) => dueMs <= end).sort((a, b) => a.dueMs - b.dueMs)[0]
        if (!next) break
        waiting = waiting.filter((other) => other !== next)
        nowMs = Math.max(nowMs, next.dueMs)
        next.run()
      }
      nowMs = Math.max(nowMs, end)
    },
  }
}

const newEngine = () => createEngine({ seed: 1, startMs: 0 })

test.each([
  { speed: 1, afterMs: 1000, expected: 1000 },
  { speed: 10, afterMs: 1000, expected: 10_000 },
  { speed: 60, afterMs: 500, expected: 30_000 },
  { speed: 0, afterMs: 5000, expected: 0 },
])('at $speed× a cluster lives $expected ms in $afterMs real ms', ({ speed, afterMs, expected }) => {
  const engine = newEngine()
  const real = handClock()
  const driver = createDriver({ engine, clock: real.clock, speed })
  real.pass(afterMs)
  driver.nudge()
  expect(engine.nowMs).toBe(expected)
})

test('an event runs at its own virtual moment, not at the next look at the clock', () => {
  const engine = newEngine()
  const real = handClock()
  const seen: number[] = []
  engine.after(37, () => seen.push(engine.nowMs, real.clock.nowMs()))
  createDriver({ engine, clock: real.clock })
  real.pass(100)
  expect(seen).toEqual([37, 37])
})

test('a slice ends after 8 ms of work, so that a keystroke waits no longer than that', () => {
  const engine = newEngine()
  const real = handClock()
  let ran = 0
  const busy = () => {
    ran++
    real.spend(1)
    engine.after(0, busy)
  }
  engine.after(0, busy)
  createDriver({ engine, clock: real.clock })
  expect(ran).toBe(8)
})

test('a cluster that cannot keep up runs slower instead of piling up a debt', () => {
  const engine = newEngine()
  const real = handClock()
  const busy = () => {
    real.spend(10)
    engine.after(1, busy)
  }
  engine.after(0, busy)
  const driver = createDriver({ engine, clock: real.clock })
  real.pass(5000)
  driver.setSpeed(0)
  const stoppedAt = engine.nowMs
  real.pass(5000)
  expect(engine.nowMs).toBe(stoppedAt)
  expect(stoppedAt).toBeLessThan(1000)
})

test('the hours of a closed lid do not happen in the cluster', () => {
  const engine = newEngine()
  const real = handClock()
  const driver = createDriver({ engine, clock: real.clock })
  real.spend(3_600_000)
  driver.nudge()
  expect(engine.nowMs).toBe(1000)
})

test('pausing stops virtual time, and a single step runs up to what was looked for', () => {
  const engine = newEngine()
  const real = handClock()
  let changes = 0
  for (const ms of [100, 200, 300]) engine.at(ms, () => void changes++)
  const driver = createDriver({ engine, clock: real.clock, speed: 0 })
  real.pass(1000)
  expect(changes).toBe(0)
  driver.stepUntil(() => changes > 0, 1000)
  expect([changes, engine.nowMs]).toEqual([1, 100])
})

test('an event that throws is reported and the next one still runs', () => {
  const engine = newEngine()
  const real = handClock()
  const errors: unknown[] = []
  let survived = false
  engine.after(1, () => {
    throw new Error('a bug')
  })
  engine.after(2, () => void (survived = true))
  createDriver({ engine, clock: real.clock, onError: (error) => errors.push(error) })
  real.pass(50)
  expect([errors.length, survived]).toEqual([1, true])
})

test('an event that holds the engine stops the cluster until what it waits for has come', () => {
  const engine = newEngine()
  const real = handClock()
  const errors: unknown[] = []
  let ran = false
  let release = () => {}
  engine.at(10, () => void (release = engine.hold()))
  engine.at(10, () => void (ran = true))
  const driver = createDriver({ engine, clock: real.clock, onError: (error) => errors.push(error) })
  real.pass(5000)
  expect([ran, engine.nowMs, errors]).toEqual([false, 10, []])
  release()
  driver.nudge()
  expect(ran).toBe(true)
})
