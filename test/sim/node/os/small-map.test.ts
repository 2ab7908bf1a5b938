import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SmallMap } from '../../../../src/sim/node/os/small-map'

const step = fc.record({ does: fc.constantFrom('set', 'set', 'delete', 'clear'), key: fc.integer({ min: 0, max: 5 }), value: fc.integer() })

test('answers as a built-in Map does, whatever was set and deleted before', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const map = new Map<number, number>()
      const small = new SmallMap<number, number>()
      for (const { does, key, value } of steps) {
        if (does === 'set') [map, small].forEach((each) => each.set(key, value))
        else if (does === 'delete') expect(small.delete(key)).toBe(map.delete(key))
        else if (key === 0) [map, small].forEach((each) => each.clear())
        expect([small.size, [...small], [...small.keys()], [...small.values()], small.get(key), small.has(key)]).toEqual([
          map.size,
          [...map],
          [...map.keys()],
          [...map.values()],
          map.get(key),
          map.has(key),
        ])
      }
    }),
  )
})

test('who iterates sees what was there at the beginning', () => {
  const small = new SmallMap([
    ['a', 1],
    ['b', 2],
  ])
  const seen: string[] = []
  for (const [key] of small) {
    seen.push(key)
    small.clear()
  }
  expect(seen).toEqual(['a', 'b'])
})
