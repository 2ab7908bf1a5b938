import { formatFloat } from '../format'
import { sprintf } from './sprintf'

/** awk's values: numbers, text, and text from outside that counts as a number when it looks like one. */

/** Text that came from outside: it compares as a number when it looks like one. */
export interface Numeral {
  readonly text: string
  readonly number: number
}

export type Value = number | string | Numeral | undefined
export type Table = Map<string, Value>
export type Cell = Value | Table

const looksNumeric = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/

/** A value read from a file, the environment or the command line. */
export const outside = (text: string): Value => (looksNumeric.test(text) ? { text, number: Number(text) } : text)

/** The number at the beginning of a value; 0 when there is none. */
export function toNumber(value: Value): number {
  if (typeof value === 'number') return value
  if (value === undefined) return 0
  if (typeof value === 'object') return value.number
  return Number(/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/.exec(value)?.[0] ?? 0)
}

/** A value as text; a number with a fraction by `format` (`CONVFMT` or `OFMT`). */
export function toText(value: Value, format = '%.6g'): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'object') return value.text
  if (Number.isInteger(value)) return Math.abs(value) < 1e16 ? String(value === 0 ? 0 : value) : formatFloat(value, 'g', '', 6)
  return sprintf(format, [value], format)
}

/** Whether a value counts as true: a number that is not 0, or text that is not empty. */
export const isTrue = (value: Value): boolean =>
  typeof value === 'number' ? value !== 0 : value === undefined ? false : typeof value === 'object' ? value.number !== 0 : value !== ''

/** Below, equal to or above 0: as numbers unless one of the two is plain text. */
export function compare(a: Value, b: Value, format: string): number {
  const asText = typeof a === 'string' || typeof b === 'string'
  const [x, y] = asText ? [toText(a, format), toText(b, format)] : [toNumber(a), toNumber(b)]
  return x < y ? -1 : x > y ? 1 : 0
}
