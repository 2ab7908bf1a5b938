/**
 * What a plain YAML scalar means to Go's yaml.v2, which kubectl and the API server read YAML with: YAML 1.1 booleans (`yes`, `on`), octal `017`,
 * `1_000`, but neither base-60 numbers nor times. The emitter asks the same question, because a text that would come back as something else is quoted.
 */
export type PlainKind = 'text' | 'null' | 'boolean' | 'integer' | 'float' | 'timestamp'

export interface PlainScalar {
  readonly kind: PlainKind
  readonly value: string | number | boolean | null
}

const words = new Map<string, boolean | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
])
const specialFloats = new Map<string, number>([
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
])
const goFloat = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/
const goTimestamp = /^\d{4}-(0?[1-9]|1[0-2])-(0?[1-9]|[12]\d|3[01])(([Tt]| +)\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[-+]\d\d:\d\d)?)?$/

/** Resolves a plain scalar that carries no tag. */
export function resolvePlain(text: string): PlainScalar {
  const word = words.get(text)
  if (word !== undefined) return { kind: word === null ? 'null' : 'boolean', value: word }
  const first = text[0]!
  if (first === '.' || first === '+' || first === '-') {
    const special = specialFloats.get(text)
    if (special !== undefined) return { kind: 'float', value: special }
    if (first === '.') return goFloat.test(text) ? { kind: 'float', value: Number(text) } : { kind: 'text', value: text }
  } else if (first < '0' || first > '9') return { kind: 'text', value: text }
  if (goTimestamp.test(text)) return { kind: 'timestamp', value: text }
  const plain = text.replaceAll('_', '')
  const integer = parseGoInteger(plain)
  if (integer !== undefined) return { kind: 'integer', value: integer }
  if (goFloat.test(plain)) return { kind: 'float', value: Number(plain) }
  return { kind: 'text', value: text }
}

/** `strconv.ParseInt(text, 0, 64)` and its unsigned sister: bases by prefix; undefined when it is none or out of range. */
function parseGoInteger(text: string): number | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/.exec(text)
  if (!match) return undefined
  const digits = /^0[0-7]/.test(match[2]!) ? `0o${match[2]!.slice(1)}` : match[2]!.toLowerCase()
  const value = Number(digits)
  if (match[1] === '-') return value > 2 ** 63 ? undefined : value === 0 ? 0 : -value
  return value >= 2 ** 64 ? undefined : value
}

/** Numbers such as `12:30` were base 60 in YAML 1.1: Go reads them as text but writes them in quotes for the sake of other readers. */
export const isBase60 = (text: string) => /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text)
