import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEngine } from '../../../src/sim/engine/engine'
import { calendar, microTimestamp, parseTimestamp, timestamp } from '../../../src/sim/engine/time'

const START = Date.UTC(2026, 0, 1)
const engine = () => createEngine({ seed: 7, startMs: START })

describe('the virtual clock', () => {
  test('moves only when it is driven, and runs events in order of time, then of scheduling', () => {
    const e = engine()
    const seen: string[] = []
    e.after(200, () => seen.push(`late ${e.nowMs - START}`))
    e.after(100, () => seen.push(`first ${e.nowMs - START}`))
    e.after(100, () => seen.push(`second ${e.nowMs - START}`))
    expect(seen).toEqual([])
    e.advanceTo(START + 150)
    expect(seen).toEqual(['first 100', 'second 100'])
    expect(e.nowMs).toBe(START + 150)
    e.step()
    expect(seen.at(-1)).toBe('late 200')
  })

  test('an event scheduled from an event for now runs after what is already due now', () => {
    const e = engine()
    const seen: string[] = []
    e.after(10, () => {
      seen.push('a')
      e.after(0, () => seen.push('c'))
    })
    e.after(10, () => seen.push('b'))
    e.advanceTo(START + 10)
    expect(seen).toEqual(['a', 'b', 'c'])
  })

  test('a cancelled event never runs, and cancelling twice or too late is harmless', () => {
    const e = engine()
    let runs = 0
    const timer = e.after(1, () => runs++)
    const done = e.after(2, () => runs++)
    e.cancel(timer)
    e.cancel(timer)
    e.advanceTo(START + 5)
    e.cancel(done)
    expect(runs).toBe(1)
    expect(e.foreground).toBe(0)
  })

  test('background events do not count as work that is left', () => {
    const e = engine()
    e.after(1, () => {}, { background: true })
    e.after(1, () => {})
    expect(e.foreground).toBe(1)
    e.advanceTo(START + 1)
    expect(e.foreground).toBe(0)
  })

  test('whatever is scheduled comes out sorted', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ delay: fc.nat(1000), cancelled: fc.boolean() })), (entries) => {
        const e = engine()
        const seen: { at: number; index: number }[] = []
        entries.forEach(({ delay, cancelled }, index) => {
          const timer = e.after(delay, () => seen.push({ at: e.nowMs, index }))
          if (cancelled) e.cancel(timer)
        })
        while (e.step());
        const expected = entries
          .map(({ delay, cancelled }, index) => ({ at: START + delay, index, cancelled }))
          .filter(({ cancelled }) => !cancelled)
          .sort((x, y) => x.at - y.at || x.index - y.index)
          .map(({ at, index }) => ({ at, index }))
        expect(seen).toEqual(expected)
      }),
    )
  })
})

describe('seeded chance', () => {
  test('the same seed tells the same story, another seed another', () => {
    const story = (seed: number) => {
      const { random } = createEngine({ seed, startMs: 0 })
      return [random.suffix(5), random.uuid(), random.int(1000), random.next(), random.hex(12)]
    }
    expect(story(1)).toEqual(story(1))
    expect(story(1)).not.toEqual(story(2))
  })

  test('suffixes use the alphabet without vowels, uuids are version 4', () => {
    const { random } = engine()
    expect(random.suffix(200)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{200}$/)
    expect(random.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('timestamps', () => {
  const times = fc.integer({ min: Date.UTC(1600, 0, 1), max: Date.UTC(2400, 0, 1) })

  test('are written and read as RFC 3339 in UTC', () => {
    fc.assert(
      fc.property(times, (ms) => {
        const second = Math.floor(ms / 1000) * 1000
        expect(timestamp(second)).toBe(new Date(second).toISOString().replace('.000Z', 'Z'))
        expect(parseTimestamp(timestamp(second))).toBe(second)
        expect(calendar(ms).weekday).toBe(new Date(ms).getUTCDay())
      }),
    )
  })

  test.each([
    ['2026-01-01T09:00:00+09:00', Date.UTC(2026, 0, 1)],
    ['2026-01-01T00:00:00.250Z', Date.UTC(2026, 0, 1) + 250],
    ['yesterday', NaN],
    ['2026-01-01', NaN],
  ])('%s is %d', (text, expected) => {
    expect(parseTimestamp(text)).toBe(expected)
  })

  test('micro time has six digits', () => {
    expect(microTimestamp(START + 12.345)).toBe('2026-01-01T00:00:00.012345Z')
  })
})
