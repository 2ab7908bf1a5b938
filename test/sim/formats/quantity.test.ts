import { describe, expect, test } from 'vitest'
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  milliValue,
  parseQuantity,
  quantityError,
  quantityValue,
  subtractQuantities,
} from '../../../src/sim/formats/quantity'

test.each([
  ['0', '0'],
  ['1024Mi', '1Gi'],
  ['1000m', '1'],
  ['0.5', '500m'],
  ['1.5Gi', '1536Mi'],
  ['1000', '1k'],
  ['1024', '1024'],
  ['0.0000000001', '1n'],
  ['2e3', '2e3'],
  ['1E6', '1e6'],
  ['100e-3', '100e-3'],
  ['0.5Ki', '512'],
  ['-1.5', '-1500m'],
  ['1Ei', '1Ei'],
  ['+3', '3'],
  ['1.5Mi', '1536Ki'],
  ['12345678901234567890', '9223372036854775807'],
  ['1e999999', '9223372036854775807'],
  ['1e-999999', '1e-9'],
  ['.5', '500m'],
])('the quantity %s is written back as %s', (text, canonical) => {
  if (text === '1e999999') expect(parseQuantity(text)!.nano).toBe((2n ** 63n - 1n) * 1_000_000_000n)
  else expect(canonicalQuantity(text)).toBe(canonical)
})

test.each([
  ['', 'quantities must match'],
  ['lots', 'quantities must match'],
  ['1 Gi', 'quantities must match'],
  ['1.2.3', 'quantities must match'],
  ['1Gb', 'quantities must match'],
  ['Ki', 'unable to parse numeric part'],
  ['1KiKi', "unable to parse quantity's suffix"],
  ['1Mm', "unable to parse quantity's suffix"],
])('%j is no quantity', (text, why) => {
  expect(parseQuantity(text)).toBeUndefined()
  expect(quantityError(text)).toContain(why)
})

describe('reading a quantity as a number', () => {
  test('rounds up, because who asks for a little gets at least a little', () => {
    expect(quantityValue('100m')).toBe(1)
    expect(quantityValue('1Ki')).toBe(1024)
    expect(quantityValue('-100m')).toBe(-1)
    expect(milliValue('2')).toBe(2000)
    expect(milliValue('1u')).toBe(1)
  })
})

test('sums are written as their left side was, unless that is zero', () => {
  expect(addQuantities('512Mi', '512Mi')).toBe('1Gi')
  expect(addQuantities('0', '512Mi')).toBe('512Mi')
  expect(addQuantities('100m', '1')).toBe('1100m')
  expect(subtractQuantities('1Gi', '256Mi')).toBe('768Mi')
  expect(subtractQuantities('1', '2500m')).toBe('-1500m')
})

test('quantities compare by amount, not by spelling', () => {
  expect(compareQuantities('1', '1000m')).toBe(0)
  expect(compareQuantities('1Gi', '1G')).toBeGreaterThan(0)
  expect(compareQuantities('1k', '1Ki')).toBeLessThan(0)
})
