/*
 * What the library says of an expression, in the words of cel-go, which is what people read in front of a real cluster.
 */

/** A complaint and where in the expression it stands, counted from 0. */
export interface Complaint {
  readonly text: string
  readonly at: number
}

const EXPECTED = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

/** `list<map<string, int>>` as `list(map(string, int))`. */
const types = (text: string) => text.replaceAll('<', '(').replaceAll('>', ')')
const noMatch = (name: string, applied: string) => `found no matching overload for '${name}' applied to '${types(applied)}'`

type Row = readonly [said: RegExp, words: (parts: readonly string[], source: string, start: number) => Complaint]

const ROWS: readonly Row[] = [
  [/^No such key: (.*)$/, ([name = ''], source, start) => ({ text: `undefined field '${name}'`, at: dotBefore(source, start) })],
  [
    /^Cannot index type '(.*)'$/,
    ([type = ''], source, start) => ({ text: `type '${types(type)}' does not support field selection`, at: dotBefore(source, start) }),
  ],
  [/^Unknown variable: (.*)$/, ([name = ''], _source, at) => ({ text: `undeclared reference to '${name}' (in container '')`, at })],
  [/^no such overload: ([!-])(\S.*)$/, ([operator = '', type = ''], _source, at) => ({ text: noMatch(`${operator}_`, `(${type})`), at })],
  [
    /^no such overload: (.+) (==|!=|<=|>=|<|>|\+|-|\*|\/|%|in) (.+)$/,
    ([left = '', operator = '', right = ''], source, start) => ({
      text: noMatch(operator === 'in' ? '@in' : `_${operator}_`, `(${left}, ${right})`),
      at: operatorAfter(source, start, operator),
    }),
  ],
  [
    /^Logical operator requires bool operands, got '(.*)'$/,
    ([type = ''], _source, at) => ({ text: `expected type 'bool' but found '${types(type)}'`, at }),
  ],
  [
    /^Ternary condition must be bool, got '(.*)'$/,
    ([type = ''], _source, at) => ({ text: `expected type 'bool' but found '${types(type)}'`, at }),
  ],
  [
    /^List index must be int, got '(.*)'$/,
    ([type = ''], source, start) => ({ text: noMatch('_[_]', `(list(dyn), ${type})`), at: Math.max(start, source.indexOf('[', start)) }),
  ],
  [/^found no matching overload for '(?:(.*)\.)?([\w@]+)\((.*)\)'$/, callWords],
  [/^has\(\) invalid argument$/, (_parts, _source, at) => ({ text: 'invalid argument to has() macro', at })],
  [/^Unexpected token: EOF$/, (_parts, _source, at) => ({ text: `Syntax error: mismatched input '<EOF>' expecting ${EXPECTED}`, at })],
  [/^Expected RPAREN, got EOF$/, (_parts, _source, at) => ({ text: "Syntax error: missing ')' at '<EOF>'", at })],
  [/^Expected RBRACKET, got EOF$/, (_parts, _source, at) => ({ text: "Syntax error: missing ']' at '<EOF>'", at })],
  [/^Unterminated string$/, (_parts, source, at) => ({ text: `Syntax error: token recognition error at: '${source.slice(at)}'`, at })],
]

/** Functions that are there, for other types: of any other name cel-go says that it does not know it. */
function callWords([receiver, name = '', given = '']: readonly string[], source: string, start: number): Complaint {
  const call = source.indexOf(`${name}(`, start)
  const at = call < 0 ? start : call + name.length
  if (!KNOWN.has(name)) return { text: `undeclared reference to '${name}' (in container '')`, at }
  return { text: noMatch(name, receiver ? `${receiver}.(${given})` : `(${given})`), at }
}

const KNOWN = new Set(
  `size contains startsWith endsWith matches int uint double string bool bytes duration timestamp type dyn getFullYear getMonth getDate getDayOfWeek getHours
  getMinutes getSeconds getMilliseconds split join replace substring indexOf lastIndexOf lowerAscii upperAscii trim charAt format find findAll isSorted sum min
  max quantity isQuantity url isURL ip cidr isIP isCIDR semver isSemver add sub compareTo isLessThan isGreaterThan all exists map filter`.split(
    /\s+/,
  ),
)

/** cel-go points at the dot. */
const dotBefore = (source: string, start: number) => (source[start - 1] === '.' ? start - 1 : start)

/** cel-go points at the operator; this is the first one outside of brackets and quotes. */
function operatorAfter(source: string, start: number, operator: string): number {
  let depth = 0
  let quote = ''
  for (let at = start; at < source.length; at++) {
    const character = source[at]!
    if (quote) {
      if (character === '\\') at++
      else if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if ('([{'.includes(character)) depth++
    else if (')]}'.includes(character)) depth--
    else if (depth === 0 && source.startsWith(operator, at) && (operator !== 'in' || /\W/.test(source[at - 1] ?? ' '))) return at
  }
  return start
}

/** A complaint about an expression that does not compile. */
export function compilationComplaint(said: string, source: string, start: number): Complaint {
  for (const [pattern, words] of ROWS) {
    const match = pattern.exec(said)
    if (match) return words(match.slice(1), source, start)
  }
  return { text: said, at: start }
}

const EVALUATION: readonly (readonly [said: RegExp, words: string])[] = [
  [/^No such key: index out of bounds, index (-?\d+).*$/, 'index out of bounds: $1'],
  [/^No such key/, 'no such key'],
  [/^no such overload: .*$/, 'no such overload'],
  [/^found no matching overload for .*$/, 'no such overload'],
  [/^int\(\) type error: .*$/, "type conversion error from 'string' to 'int'"],
  [/^double\(\) type error: .*$/, "type conversion error from 'string' to 'double'"],
  [/^timestamp\(\) requires .*$/, "type conversion error from 'string' to 'google.protobuf.Timestamp'"],
]

/** A complaint about a value for which an expression has none. */
export function evaluationWords(said: string): string {
  for (const [pattern, words] of EVALUATION) if (pattern.test(said)) return said.replace(pattern, words)
  return said
}
