import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClientPace } from '../../../src/sim/cli/client-pace'
import type { Driver } from '../../../src/sim/engine/driver'

describe('a cluster that runs thirty times as fast as its clients', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function pacedDriver(speed = 30) {
    let current = speed
    const driver = { setSpeed: (next: number) => (current = next) } as unknown as Driver // the pace asks nothing else of it
    return { pace: createClientPace(driver, speed, () => Date.now()), speed: () => current }
  }

  test('goes at the pace of a client that deletes and then asks one thing after the other, and on when it has nothing left to ask', () => {
    const { pace, speed } = pacedDriver()
    pace.requested('DELETE', false)
    expect(speed()).toBe(1)
    vi.advanceTimersByTime(80)
    pace.requested('GET', false)
    vi.advanceTimersByTime(80)
    expect(speed()).toBe(1)
    vi.advanceTimersByTime(20)
    expect(speed()).toBe(30)
  })

  test('runs at once when a client watches: whatever happens now, it is told', () => {
    const { pace, speed } = pacedDriver()
    pace.requested('DELETE', false)
    pace.requested('GET', true)
    expect(speed()).toBe(30)
  })

  test('takes no notice of a client that deletes nothing', () => {
    const { pace, speed } = pacedDriver()
    for (const method of ['GET', 'POST', 'PATCH', 'PUT']) pace.requested(method, false)
    expect(speed()).toBe(30)
  })

  test('is not stopped by a client that never ceases to ask', () => {
    const { pace, speed } = pacedDriver()
    const fast: boolean[] = []
    for (let asked = 0; asked < 100; asked++) {
      pace.requested(asked % 2 === 0 ? 'DELETE' : 'GET', false)
      vi.advanceTimersByTime(50)
      fast.push(speed() === 30)
    }
    expect(fast.filter(Boolean).length).toBeGreaterThan(25)
  })
})
