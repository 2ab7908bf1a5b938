import { expect, test } from 'vitest'
import { celEnvironment, compile } from '../../../../src/sim/api/cel/expression'

const env = celEnvironment({
  self: { size: 'int', name: 'string', list: 'list<string>', map: 'map<string, int>', sub: { a: 'string' } },
  object: 'dyn',
})
const values = {
  self: { size: 1n, name: 'n', list: ['a', 'b'], map: { a: 1n, b: 2n }, sub: { a: 'x' } },
  object: { a: 'x', n: 5n, list: [1n] },
}

function saidOf(expression: string): string {
  try {
    const { evaluate } = compile(env, expression)
    try {
      return JSON.stringify(evaluate(values), (_key, value: unknown) =>
        typeof value === 'bigint' ? Number(value) : value instanceof Map ? Object.fromEntries(value) : value,
      )
    } catch (error) {
      return (error as Error).message
    }
  } catch (error) {
    return (error as Error).message.split('\n')[0]!.replace('compilation failed: ERROR: <input>:', '')
  }
}

// prettier-ignore
test.each([
  ['self.foo', "1:5: undefined field 'foo'"],
  ['self.name.foo', "1:10: type 'string' does not support field selection"],
  ['self.size + "a"', "1:11: found no matching overload for '_+_' applied to '(int, string)'"],
  ['self.size == "a == b"', "1:11: found no matching overload for '_==_' applied to '(int, string)'"],
  ['1 in self.list', "1:3: found no matching overload for '@in' applied to '(int, list(string))'"],
  ['foo(1)', "1:4: undeclared reference to 'foo' (in container '')"],
  ['self.name.foo()', "1:14: undeclared reference to 'foo' (in container '')"],
  ['size(self.size)', "1:5: found no matching overload for 'size' applied to '(int)'"],
  ['self.name.matches(1)', "1:18: found no matching overload for 'matches' applied to 'string.(int)'"],
  ['selv.size', "1:1: undeclared reference to 'selv' (in container '')"],
  ['self.size && true', "1:1: expected type 'bool' but found 'int'"],
  ['(1', "1:3: Syntax error: missing ')' at '<EOF>'"],
])('%s does not compile: %s', (expression, words) => {
  expect(saidOf(expression)).toBe(words)
})

test.each([
  ['object.b', 'no such key: b'],
  ['object.a + 1', 'no such overload'],
  ['object.n.startsWith("x")', 'no such overload'],
  ['object.list[3]', 'index out of bounds: 3'],
  ['int(self.name)', "type conversion error from 'string' to 'int'"],
  ['1/0 == 1', 'division by zero'],
])('%s has no value: %s', (expression, words) => {
  expect(saidOf(expression)).toBe(words)
})

test.each([
  ['self.list.all(i, v, i < 2 && v != "")', 'true'],
  ['self.map.exists(k, v, k == "b" && v == 2)', 'true'],
  ['self.map.existsOne(k, v, v > 0)', 'false'],
  ['self.list.transformList(i, v, v + string(i))', '["a0","b1"]'],
  ['self.list.transformList(i, v, i > 0, v)', '["b"]'],
  ['self.map.transformMap(k, v, v * 10)', '{"a":10,"b":20}'],
  ['self.map.transformMap(k, v, v > 1, v * 10)', '{"b":20}'],
  ['self.list.all(i, v, self.map.exists(k, n, k == v))', 'true'],
])('the macros of two variables: %s is %s', (expression, result) => {
  expect(saidOf(expression)).toBe(result)
})
