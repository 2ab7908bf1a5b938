import { describe, expect, test } from 'vitest'
import { formatSelector, matches, parseFieldSelector, parseSelector, selectorOf, selectorText } from '../../../src/sim/formats/selector'

describe('a label selector', () => {
  test.each([
    ['a=b', { a: 'b' }, true],
    ['a=b', { a: 'c' }, false],
    ['a==b', { a: 'b' }, true],
    ['a!=b', {}, true],
    ['a!=b', { a: 'b' }, false],
    ['a in (b, c)', { a: 'c' }, true],
    ['a in (b, c)', {}, false],
    ['a notin (b,c)', {}, true],
    ['a notin (b,c)', { a: 'b' }, false],
    ['a', { a: '' }, true],
    ['!a', { a: '' }, false],
    ['!a', {}, true],
    ['a>3', { a: '4' }, true],
    ['a<3', { a: '4' }, false],
    ['a>3', { a: 'x' }, false],
    ['a=', { a: '' }, true],
    ['', {}, true],
    ['constructor', {}, false],
    ['example.com/a=b , c', { 'example.com/a': 'b', c: '1' }, true],
  ])('%s on %j: %s', (text, labels, expected) => {
    expect(matches(parseSelector(text), labels)).toBe(expected)
  })

  test.each([
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    ['a=b,', "found '', expected: identifier after ','"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    [',', "found ',', expected: !, identifier, or 'end of string'"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['(', "found '(', expected: !, identifier, or 'end of string'"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['!!a', "unable to parse requirement: found '!', expected: identifier"],
    ['a===b', "unable to parse requirement: found '=', expected: identifier"],
    ['a=(b)', "unable to parse requirement: found '(', expected: identifier"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a!', "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in', "unable to parse requirement: found '' expected: '('"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a>x', `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`],
    ['a<1.5', `unable to parse requirement: values[0]: Invalid value: "1.5": for 'Gt', 'Lt' operators, the value must be an integer`],
    ['/x', 'unable to parse requirement: <nil>: Invalid value: "/x": prefix part must be non-empty'],
    ['a=-', 'unable to parse requirement: values[0][a]: Invalid value: "-": a valid label must be an empty string or consist of'],
  ])('%s is refused', (text, why) => {
    expect(() => parseSelector(text)).toThrow(why)
  })

  test('that is absent selects nothing, and an empty one everything', () => {
    expect(matches(selectorOf(undefined), { a: 'b' })).toBe(false)
    expect(matches(selectorOf({}), { a: 'b' })).toBe(true)
  })

  test('reads the same as text', () => {
    const selector = {
      matchLabels: { b: '1' },
      matchExpressions: [
        { key: 'a', operator: 'In', values: ['y', 'x'] },
        { key: 'c', operator: 'DoesNotExist' },
      ],
    }
    expect(formatSelector(selector)).toBe('a in (x,y),b=1,!c')
    expect(selectorText(parseSelector('b=1,a in (y,x),!c'))).toBe('a in (x,y),b=1,!c')
    expect(formatSelector({})).toBe('<none>')
  })
})

test('a field selector reads conditions, with commas and equals escaped', () => {
  expect(parseFieldSelector('a=b,c.d!=e\\,f,g==h\\=i')).toEqual([
    { field: 'a', operator: '=', value: 'b' },
    { field: 'c.d', operator: '!=', value: 'e,f' },
    { field: 'g', operator: '=', value: 'h=i' },
  ])
  expect(() => parseFieldSelector('a')).toThrow("invalid selector: 'a'; can't understand 'a'")
})
