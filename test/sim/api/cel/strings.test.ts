import { expect, test } from 'vitest'
import { formatted, replaced } from '../../../../src/sim/api/cel/strings'

test.each([
  ['min %d exceeds max', [20n], 'min 20 exceeds max'],
  ['%s and %s', ['a', true], 'a and true'],
  ['%s', [[1n, 'x']], '[1, x]'],
  ['%s', [{ b: 1n, a: 'x' }], '{a: x, b: 1}'],
  ['%.2f%%', [12.345], '12.35%'],
  ['%x %X %b %o', [255n, 255n, 5n, 8n], 'ff FF 101 10'],
])('CEL formats %s', (template, values, text) => {
  expect(formatted(template, values)).toBe(text)
})

test('too few values are an error of the expression', () => {
  expect(() => formatted('%d %d', [1n])).toThrow('index 1 out of range')
})

test('replace changes all occurrences, or as many as it is told to', () => {
  expect(replaced('a-b-c', '-', '+')).toBe('a+b+c')
  expect(replaced('a-b-c', '-', '+', 1n)).toBe('a+b-c')
})
