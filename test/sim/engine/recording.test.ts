import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEngine } from '../../../src/sim/engine/engine'
import { createRecorder, replay } from '../../../src/sim/engine/recording'

/** A little world: ticks for ever, and every input starts a chain of events whose lengths chance decides. */
function world() {
  const engine = createEngine({ seed: 3, startMs: 0 })
  const log: string[] = []
  const tick = () => {
    log.push(`${engine.nowMs} tick ${engine.random.int(100)}`)
    engine.after(7, tick, { background: true })
  }
  tick()
  const apply = (input: number) => {
    log.push(`${engine.nowMs} input ${input}`)
    for (let i = 0; i < input; i++)
      engine.after(engine.random.int(3), () => log.push(`${engine.nowMs} echo ${input} ${engine.random.int(100)}`))
  }
  return { engine, log, apply }
}

test('a replay lives through the same past, to the letter, and goes on the same way', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ steps: fc.nat(6), advance: fc.nat(10), input: fc.nat(4) }), { maxLength: 12 }), (moves) => {
      const first = world()
      const recorder = createRecorder<number>(first.engine, undefined, () => undefined)
      for (const { steps, advance, input } of moves) {
        for (let i = 0; i < steps; i++) first.engine.step()
        recorder.note(input)
        first.apply(input)
        first.engine.advanceTo(first.engine.nowMs + advance)
      }
      const again = world()
      expect(replay(again.engine, recorder.recording(), again.apply)).toBe(true)
      expect(again.log).toEqual(first.log)
      for (const { engine } of [first, again]) engine.advanceTo(engine.nowMs + 50)
      expect(again.log).toEqual(first.log)
    }),
  )
})

test('a replay to a moment in between shows the world as it was then', () => {
  const first = world()
  const recorder = createRecorder<number>(first.engine, undefined, () => undefined)
  recorder.note(2)
  first.apply(2)
  first.engine.advanceTo(40)
  const then = [...first.log]
  recorder.note(3)
  first.apply(3)
  first.engine.advanceTo(90)
  const past = world()
  expect(replay(past.engine, recorder.recording(), past.apply, 39)).toBe(true)
  expect(past.log).toEqual(then)
})

test('a past that does not unfold as recorded is noticed', () => {
  const { engine, apply } = world()
  expect(replay(engine, { inputs: [{ atMs: 1, step: 50, input: 1 }], endMs: 2, endStep: 51 }, apply)).toBe(false)
})
