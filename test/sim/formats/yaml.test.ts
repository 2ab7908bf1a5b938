import { expect, test } from 'vitest'
import { parseYaml, parseYamlDocuments, toYaml, YamlError } from '../../../src/sim/formats/yaml'

/** Outputs of the real kubectl 1.33, each for one value of a ConfigMap's data. */
const emitted: [value: string, text: string][] = [
  ['y', '"y"'],
  ['yes', '"yes"'],
  ['on', '"on"'],
  ['N', '"N"'],
  ['True', '"True"'],
  ['1', '"1"'],
  ['1.5', '"1.5"'],
  ['1.', '"1."'],
  ['.5', '".5"'],
  ['+1', '"+1"'],
  ['-0', '"-0"'],
  ['08', '"08"'],
  ['0x1f', '"0x1f"'],
  ['0o17', '"0o17"'],
  ['0b11', '"0b11"'],
  ['0x', '0x'],
  ['017', '"017"'],
  ['1_000', '"1_000"'],
  ['_1', '_1'],
  ['1e3', '"1e3"'],
  ['1e', '1e'],
  ['0.1.2', '0.1.2'],
  ['1,000', '1,000'],
  ['.inf', '".inf"'],
  ['.', '.'],
  ['=', '='],
  ['<<', '<<'],
  ['2001-01-01', '"2001-01-01"'],
  ['2024-1-1', '"2024-1-1"'],
  ['2024-01-01T00:00:00Z', '"2024-01-01T00:00:00Z"'],
  ['1:30', '"1:30"'],
  ['12:30:45', '"12:30:45"'],
  ['~', '"~"'],
  ['null', '"null"'],
  ['', '""'],
  [' lead', "' lead'"],
  ['trail ', "'trail '"],
  ['a: b', "'a: b'"],
  ['a #b', "'a #b'"],
  ['# x', "'# x'"],
  ['- x', "'- x'"],
  ['-x', '-x'],
  ['?x', '?x'],
  [':x', ':x'],
  ['a:', "'a:'"],
  ["'q'", "'''q'''"],
  ['"dq"', `'"dq"'`],
  ["it's", "it's"],
  ['---', "'---'"],
  ['-', "'-'"],
  ['[a]', "'[a]'"],
  ['a,b', 'a,b'],
  ['%x', "'%x'"],
  ['@x', "'@x'"],
  ['`x', "'`x'"],
  ['!x', "'!x'"],
  ['\\d', '\\d'],
  ['a\0b', '"a\\0b"'],
  ['日本', '日本'],
  ['😀', '"\\U0001F600"'],
  ['\r\n', '"\\r\\n"'],
  ['x\ty\nz', '"x\\ty\\nz"'],
  ['x\n ', '"x\\n "'],
  ['x \ny', '"x \\ny"'],
  ['line1\nline2', '|-\n  line1\n  line2'],
  ['line1\n', '|\n  line1'],
  ['a\n\nb\n', '|\n  a\n\n  b'],
  ['\nx', '|2-\n\n  x'],
  ['  x\ny', '|2-\n    x\n  y'],
  ['x\n\n', '|+\n  x\n'],
  ['\n', '|2+\n'],
]

test.each(emitted)('the text %j is written as kubectl writes it', (value, text) => {
  expect(toYaml({ k: value })).toBe(`k: ${text}\n`)
  expect(parseYaml(toYaml({ k: value }))).toEqual({ k: value })
})

test('keys are sorted as kubectl sorts them: numbers by value, letters last, lists at the column of their key', () => {
  const value = {
    data: { a10: 'x', a2: 'x', a1: 'x', '10': 'x', '2': 'x', true: 'x', Zeta: 'x' },
    arr: [[1, 2], [], { b: [{ c: 2 }], a: 1 }],
    em: {},
    f: [1e21, 1e-7, 12345678901, null],
  }
  expect(toYaml(value)).toBe(
    'arr:\n- - 1\n  - 2\n- []\n- a: 1\n  b:\n  - c: 2\ndata:\n  "2": x\n  "10": x\n  Zeta: x\n  a1: x\n  a2: x\n  a10: x\n  "true": x\nem: {}\nf:\n- 1e+21\n- 1e-07\n- 12345678901\n- null\n',
  )
})

const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n'
/** What the real kubectl says after `error converting YAML to JSON: `. */
const refused: [text: string, message: string][] = [
  ['data:\n  a: b: c\n', 'yaml: line 6: mapping values are not allowed in this context'],
  ['data:\n  a: 1\n b: 2\n', 'yaml: line 6: did not find expected key'],
  ['data: {a: 1\nb: 2\n', "yaml: line 5: did not find expected ',' or '}'"],
  ['data: [a, b\n', "yaml: line 5: did not find expected ',' or ']'"],
  ['data: "x\n', 'yaml: line 6: found unexpected end of stream'],
  ["data: 'x\n", 'yaml: line 6: found unexpected end of stream'],
  ['\tdata: 1\n', 'yaml: line 5: found a tab character that violates indentation'],
  ['data:\n\ta: 1\n', 'yaml: line 6: found character that cannot start any token'],
  ['data: @x\n', 'yaml: line 5: found character that cannot start any token'],
  ['data: `x\n', 'yaml: line 5: found character that cannot start any token'],
  ['data: %x\n', 'yaml: line 5: found character that cannot start any token'],
  ['data: *x\n', "yaml: unknown anchor 'x' referenced"],
  ['data: "\\q"\n', 'yaml: line 5: found unknown escape character'],
  ['- a\n', 'yaml: line 4: did not find expected key'],
  ['data:\n  - a\n  b: 1\n', "yaml: line 6: did not find expected '-' indicator"],
  ['data:\n  a: 1\n  - b\n', 'yaml: line 6: did not find expected key'],
  ['data:\n  a\n  b: 1\n', 'yaml: line 7: mapping values are not allowed in this context'],
  ['data\n', "yaml: line 6: could not find expected ':'"],
  ['data\nfoo: 1\n', "yaml: line 6: could not find expected ':'"],
  ['data: - a\n', 'yaml: line 5: block sequence entries are not allowed in this context'],
  ['data: |\n  x\n y: 1\n', 'yaml: line 6: did not find expected key'],
  ['data: }\n', 'yaml: line 4: did not find expected node content'],
  ['data: ]\n', 'yaml: line 4: did not find expected node content'],
  ["data:\n  a: 'x'y\n", 'yaml: line 5: did not find expected key'],
  ['data:\n  a: "x" y\n', 'yaml: line 5: did not find expected key'],
  ['spec:\n  containers:\n  - name: a\n    image: x\n   ports: 1\n', 'yaml: line 8: did not find expected key'],
  ['spec:\n  containers:\n   - name: a\n  - name: b\n', 'yaml: line 7: did not find expected key'],
  ['a: b:\n', 'yaml: line 5: mapping values are not allowed in this context'],
  ['a: {{ x }}: b\n', 'yaml: line 5: mapping values are not allowed in this context'],
  ['a: {{ .x }}\n', 'yaml: invalid map key: map[interface {}]interface {}{".x":interface {}(nil)}'],
  ['key: - x\n  - y\n', 'yaml: line 5: block sequence entries are not allowed in this context'],
  ['null: 1\n', 'unsupported map key of type: %!s(<nil>), key: <nil>, value: 1'],
  ['data: !!int x\n', 'yaml: cannot decode !!str `x` as a !!int'],
  ['a: \x01\n', 'yaml: control characters are not allowed'],
]

test.each(refused)('%j is refused in the words of Go', (text, message) => {
  expect(() => parseYaml(head + text)).toThrow(new YamlError(message))
})

test('words and numbers mean what YAML 1.1 says, times stay texts, the last of two equal keys counts', () => {
  expect(parseYaml('data: yes\nb: y\nn: 0o17\nt: 2001-01-01\n1: a\ntrue: b\noff: 1_000\nz: 1\nz: 2\n__proto__: 3\n')).toEqual(
    JSON.parse('{"data":true,"b":true,"false":1000,"t":"2001-01-01","1":"a","true":"b","z":2,"__proto__":3}'),
  )
})

test('a key given twice is refused where the reader is strict', () => {
  expect(() => parseYaml('a: 1\nb: 1\na: 2\n', { strict: true })).toThrow('yaml: unmarshal errors:\n  line 3: key "a" already set in map')
})

test('a stream is split at its markers; parts without content do not count', () => {
  expect(parseYamlDocuments('# head\n---\na: 1\n---\n# only a comment\n---\nb: 2\n').map(({ value, line }) => [value, line])).toEqual([
    [{ a: 1 }, 3],
    [{ b: 2 }, 7],
  ])
})

test('words are folded after column 80, in keys never', () => {
  const words = 'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints'
  const folded = (text: string) => toYaml({ data: { a: text } }).replace('data:\n', '')
  expect(folded(words)).toBe('  a: Contains a CA bundle that can be used to verify the kube-apiserver when using\n    internal endpoints\n')
  expect(folded(`so: ${words}`)).toBe(
    "  a: 'so: Contains a CA bundle that can be used to verify the kube-apiserver when\n    using internal endpoints'\n",
  )
  expect(folded(`\t${'x'.repeat(80)}  y z`)).toBe(`  a: "\\t${'x'.repeat(80)}\n    \\ y z"\n`)
  expect(folded(`${'x'.repeat(80)}  y z`)).toBe(`  a: ${'x'.repeat(80)}  y\n    z\n`)
  expect(toYaml({ [words]: 1 })).toBe(`${words}: 1\n`)
})
