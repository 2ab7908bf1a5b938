/** Values of jq: their order, their arithmetic, and how messages show them. */
import { byteLength } from '../../../node/os/text'

/** An error a program raised or ran into; `value` is what `catch` gets. */
export class JqError extends Error {
  constructor(readonly value: unknown) {
    super(typeof value === 'string' ? value : `${toJson(value)} (not a string)`)
  }
}

export type Dictionary = Readonly<Record<string, unknown>>

export const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value)
export const isObject = (value: unknown): value is Dictionary => typeof value === 'object' && value !== null && !Array.isArray(value)

export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  return isArray(value) ? 'array' : typeof value
}

export const toJson = (value: unknown): string => writeJson(value, { indent: '', sortKeys: false })

const rank = (value: unknown) =>
  value === null
    ? 0
    : value === false
      ? 1
      : value === true
        ? 2
        : typeof value === 'number'
          ? 3
          : typeof value === 'string'
            ? 4
            : isArray(value)
              ? 5
              : 6

/** jq's total order: null, false, true, numbers, strings (by code point), arrays, objects. */
export function compare(a: unknown, b: unknown): number {
  const difference = rank(a) - rank(b)
  if (difference !== 0) return difference
  if (typeof a === 'number') return a < (b as number) ? -1 : a > (b as number) ? 1 : 0 // same rank, same type
  if (typeof a === 'string') return compareText(a, b as string)
  if (isArray(a)) {
    const other = b as readonly unknown[]
    for (let i = 0; i < Math.min(a.length, other.length); i++) {
      const order = compare(a[i], other[i])
      if (order !== 0) return order
    }
    return a.length - other.length
  }
  if (isObject(a)) {
    const other = b as Dictionary
    const [keys, otherKeys] = [Object.keys(a).sort(compareText), Object.keys(other).sort(compareText)]
    const order = compare(keys, otherKeys)
    if (order !== 0) return order
    for (const key of keys) {
      const inner = compare(a[key], other[key])
      if (inner !== 0) return inner
    }
  }
  return 0
}

/** By code point: unlike JavaScript's own order, which goes by UTF-16 units. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return (x >= 0xd800 && x < 0xe000) === (y >= 0xd800 && y < 0xe000) ? x - y : x >= 0xd800 && x < 0xe000 ? 1 : -1
  }
  return a.length - b.length
}

export const truthy = (value: unknown) => value !== null && value !== false && value !== undefined

/** A value cut short for a message. */
export function shown(value: unknown): string {
  const text = toJson(value)
  if (byteLength(text) <= 11) return text
  let cut = ''
  for (const c of text) {
    if (byteLength(cut + c) > 10) break
    cut += c
  }
  return `${cut}...`
}

/** A type and a value, as in `string ("abc")`. */
export const described = (value: unknown) => `${typeOf(value)} (${shown(value)})`

export function arithmetic(operator: string, a: unknown, b: unknown): unknown {
  switch (operator) {
    case '+':
      if (a === null) return b
      if (b === null) return a
      if (typeof a === 'number' && typeof b === 'number') return a + b
      if (typeof a === 'string' && typeof b === 'string') return a + b
      if (isArray(a) && isArray(b)) return [...a, ...b]
      if (isObject(a) && isObject(b)) return { ...a, ...b }
      throw new JqError(`${described(a)} and ${described(b)} cannot be added`)
    case '-':
      if (typeof a === 'number' && typeof b === 'number') return a - b
      if (isArray(a) && isArray(b)) return a.filter((item) => !b.some((other) => compare(item, other) === 0))
      throw new JqError(`${described(a)} and ${described(b)} cannot be subtracted`)
    case '*': {
      if (typeof a === 'number' && typeof b === 'number') return a * b
      const [text, times] = typeof a === 'string' ? [a, b] : [b, a]
      if (typeof text === 'string' && typeof times === 'number')
        return times > 0 ? text.repeat(Math.min(Math.max(1, Math.ceil(times - 0)), 10_000_000)) : null
      if (isObject(a) && isObject(b)) return deepMerge(a, b)
      throw new JqError(`${described(a)} and ${described(b)} cannot be multiplied`)
    }
    case '/':
      if (typeof a === 'number' && typeof b === 'number') {
        if (b === 0) throw new JqError(`${described(a)} and ${described(b)} cannot be divided because the divisor is zero`)
        return a / b
      }
      if (typeof a === 'string' && typeof b === 'string') return splitText(a, b)
      throw new JqError(`${described(a)} and ${described(b)} cannot be divided`)
    case '%': {
      if (typeof a !== 'number' || typeof b !== 'number') throw new JqError(`${described(a)} and ${described(b)} cannot be divided`)
      const divisor = Math.abs(Math.trunc(b))
      if (divisor === 0) throw new JqError(`${described(a)} and ${described(b)} cannot be divided because the divisor is zero`)
      return Math.trunc(a) % divisor
    }
    case '==':
      return compare(a, b) === 0
    case '!=':
      return compare(a, b) !== 0
    case '<':
      return compare(a, b) < 0
    case '<=':
      return compare(a, b) <= 0
    case '>':
      return compare(a, b) > 0
    default:
      return compare(a, b) >= 0
  }
}

export const splitText = (text: string, by: string): string[] => (text === '' ? [] : by === '' ? [...text] : text.split(by))

function deepMerge(a: Dictionary, b: Dictionary): Dictionary {
  const out: Record<string, unknown> = { ...a }
  for (const [key, value] of Object.entries(b)) {
    const old = out[key]
    out[key] = isObject(old) && isObject(value) ? deepMerge(old, value) : value
  }
  return out
}

/** Element or field of a value; null when there is none. */
export function getAt(value: unknown, key: unknown): unknown {
  if (isObject(value) && typeof key === 'string') return Object.hasOwn(value, key) ? value[key] : null
  if (isArray(value) && typeof key === 'number') {
    const at = Math.floor(key)
    return value[at < 0 ? at + value.length : at] ?? null
  }
  if (value === null && (typeof key === 'string' || typeof key === 'number')) return null
  if ((value === null || isArray(value) || typeof value === 'string') && isObject(key) && ('start' in key || 'end' in key))
    return slice(value, key.start, key.end)
  if (isArray(value) && isArray(key)) return indices(value, key)
  throw new JqError(`Cannot index ${typeOf(value)} with ${typeof key === 'string' ? `string "${key}"` : typeOf(key)}`)
}

export function indices(value: readonly unknown[], wanted: readonly unknown[]): number[] {
  if (wanted.length === 0) return []
  return value.flatMap((_, i) => (wanted.every((item, j) => i + j < value.length && compare(value[i + j], item) === 0) ? [i] : []))
}

export function slice(value: unknown, from: unknown, to: unknown): unknown {
  if (value === null) return null
  if (!isArray(value) && typeof value !== 'string') throw new JqError(`Cannot index ${typeOf(value)} with object`)
  const items = typeof value === 'string' ? [...value] : value
  const [begin, end] = bounds(items.length, from, to)
  const taken = items.slice(begin, end)
  return typeof value === 'string' ? taken.join('') : taken
}

function bounds(length: number, from: unknown, to: unknown): [number, number] {
  const limit = (value: unknown, absent: number, round: (n: number) => number) => {
    if (value === null || value === undefined) return absent
    if (typeof value !== 'number') throw new JqError('Start and end indices of an array slice must be numbers')
    return Math.min(length, Math.max(0, round(value < 0 ? value + length : value)))
  }
  const begin = limit(from, 0, Math.floor)
  return [begin, Math.max(begin, limit(to, length, Math.ceil))]
}

export type Path = readonly unknown[]

export const getPath = (value: unknown, path: Path): unknown => path.reduce((at, key) => (at === null ? null : getAt(at, key)), value)

/** A copy of `value` with what lies at `path` replaced. */
export function setPath(value: unknown, path: Path, replacement: unknown): unknown {
  if (path.length === 0) return replacement
  const [key, ...rest] = path
  if (isObject(key) && (value === null || isArray(value))) {
    const list = value ?? []
    const [begin, end] = bounds(list.length, key.start, key.end)
    const inner = setPath(list.slice(begin, end), rest, replacement)
    if (!isArray(inner)) throw new JqError('A slice of an array can only be assigned another array')
    return [...list.slice(0, begin), ...inner, ...list.slice(end)]
  }
  const inner = setPath(getAt(value, key), rest, replacement)
  if (typeof key === 'string') {
    if (value !== null && !isObject(value)) throw new JqError(`Cannot index ${typeOf(value)} with "${key}"`)
    return { ...value, [key]: inner }
  }
  if (typeof key !== 'number' || (value !== null && !isArray(value)))
    throw new JqError(`Cannot update field at ${typeOf(key)} index of ${typeOf(value)}`)
  const list = [...(value ?? [])]
  const at = key < 0 ? key + list.length : Math.floor(key)
  if (at < 0) throw new JqError('Out of bounds negative array index')
  if (at > 1_000_000) throw new JqError('Array index too large')
  while (list.length < at) list.push(null)
  list[at] = inner
  return list
}

export function deletePaths(value: unknown, paths: readonly Path[]): unknown {
  return [...paths].sort((a, b) => compare(b, a)).reduce<unknown>((at, path) => deleteAt(at, path), value)
}

function deleteAt(value: unknown, path: Path): unknown {
  const [key, ...rest] = path
  if (path.length === 0) return null
  if (value === null) return null
  if (rest.length > 0) {
    const inner = getAt(value, key)
    return inner === null ? value : setPath(value, [key], deleteAt(inner, rest))
  }
  if (isObject(value) && typeof key === 'string') {
    const { [key]: _, ...others } = value
    return others
  }
  if (isArray(value) && typeof key === 'number') return value.filter((_, i) => i !== (key < 0 ? key + value.length : key))
  if (isArray(value) && isObject(key)) {
    const [begin, end] = bounds(value.length, key.start, key.end)
    return [...value.slice(0, begin), ...value.slice(end)]
  }
  throw new JqError(`Cannot delete field at ${isArray(value) ? 'array' : 'object'} index of ${typeOf(value)}`)
}

export interface JsonStyle {
  /** '' for one line. */
  readonly indent: string
  readonly sortKeys: boolean
  readonly ascii?: boolean
  /** Escape codes, as jq uses on a terminal. */
  readonly colour?: boolean
}

const colours = {
  null: '\x1b[1;30m',
  boolean: '\x1b[0;39m',
  number: '\x1b[0;39m',
  string: '\x1b[0;32m',
  array: '\x1b[1;39m',
  object: '\x1b[1;39m',
  key: '\x1b[34;1m',
  reset: '\x1b[0m',
} as const

/** JSON text of a value. */
export function writeJson(value: unknown, style: JsonStyle, at = ''): string {
  const paint = (kind: keyof typeof colours, text: string) => (style.colour ? `${colours[kind]}${text}${colours.reset}` : text)
  if (value === null || value === undefined) return paint('null', 'null')
  if (typeof value === 'boolean') return paint('boolean', String(value))
  if (typeof value === 'number') return paint('number', numberText(value))
  if (typeof value === 'string') return paint('string', quoteJson(value, style.ascii))
  const inner = at + style.indent
  const open = style.indent ? `\n${inner}` : ''
  const close = style.indent ? `\n${at}` : ''
  const list = isArray(value)
  const kind = list ? 'array' : 'object'
  const colon = style.indent ? ': ' : ':'
  const keys = list ? [] : style.sortKeys ? Object.keys(value as Dictionary).sort(compareText) : Object.keys(value as Dictionary)
  const items = list
    ? value.map((item) => writeJson(item, style, inner))
    : keys.map(
        (key) =>
          `${style.colour ? `${colours.key}${quoteJson(key, style.ascii)}${colours.reset}${colours.object}${colon}${colours.reset}` : `${quoteJson(key, style.ascii)}${colon}`}${writeJson((value as Dictionary)[key], style, inner)}`,
      )
  const [first, last] = list ? ['[', ']'] : ['{', '}']
  if (items.length === 0) return paint(kind, `${first}${last}`)
  if (!style.colour) return `${first}${open}${items.join(`,${open}`)}${close}${last}`
  const mark = colours[kind]
  return `${mark}${first}${open}${colours.reset}${items.join(`${mark},${open}${colours.reset}`)}${mark}${close}${last}${colours.reset}`
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'null'
  if (!Number.isFinite(value)) return value > 0 ? '1.7976931348623157e+308' : '-1.7976931348623157e+308'
  if (Object.is(value, -0)) return '-0'
  const text = String(value)
  return Math.abs(value) >= 1e17 && !text.includes('e')
    ? value.toExponential().replace(/\.?0*e/, 'e')
    : text.replace(/e([-+])(\d)$/, 'e$10$2')
}

const quoteJson = (text: string, ascii = false) => {
  const quoted = JSON.stringify(text)
    .replace(/\x7f/g, '\\u007f')
    .replace(/[\ud800-\udfff]/gu, '\ufffd')
  return ascii ? quoted.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`) : quoted
}
