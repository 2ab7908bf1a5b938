import { expect, test } from 'vitest'
import { remembering } from '../../../src/sim/formats/remembering'

test('the same text is worked out once, as long as not too many others come between', () => {
  const asked: string[] = []
  const length = remembering(2, (text) => (asked.push(text), text.length))
  expect(['a', 'bb', 'a', 'bb'].map(length)).toEqual([1, 2, 1, 2])
  expect(asked).toEqual(['a', 'bb'])
  expect(['ccc', 'a'].map(length)).toEqual([3, 1])
  expect(asked).toEqual(['a', 'bb', 'ccc', 'a'])
})

test('a failure is told each time, and nothing is remembered of it', () => {
  let isBroken = true
  const read = remembering(2, (text) => {
    if (isBroken) throw new Error(`cannot read ${text}`)
    return text
  })
  expect(() => read('a')).toThrow('cannot read a')
  isBroken = false
  expect(read('a')).toBe('a')
})
