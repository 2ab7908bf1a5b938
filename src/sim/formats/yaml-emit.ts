import { isBase60, resolvePlain } from './yaml-scalars'

/**
 * Writes a JSON value as `kubectl -o yaml` and sigs.k8s.io/yaml do: keys sorted (numbers in texts by value), lists at their parent's column, lines of
 * words folded after column 80, texts plain where a reader would get the same text back, else quoted or as a block. Ends with a newline; `undefined`
 * members are left out.
 */
export function toYaml(value: unknown): string {
  if (isMap(value) && keysOf(value).length > 0) return mapping(value, 0)
  if (Array.isArray(value) && value.length > 0) return sequence(value, 0)
  return `${leaf(value, 0, 0)}\n`
}

type Map_ = Readonly<Record<string, unknown>>
const isMap = (value: unknown): value is Map_ => typeof value === 'object' && value !== null && !Array.isArray(value)

function keysOf(map: Map_): string[] {
  const keys: string[] = []
  for (const key in map) if (map[key] !== undefined) keys.push(key)
  return keys.sort(compareKeys)
}

function mapping(map: Map_, indent: number): string {
  const margin = ' '.repeat(indent)
  let text = ''
  let first = true
  for (const key of keysOf(map)) {
    const written = keyText(key)
    const complex = written.length > 128
    const column = indent + (complex ? 0 : written.length) + 2
    text += `${first ? '' : margin}${complex ? `? ${written}\n${margin}` : written}:${entry(map[key], indent, column)}`
    first = false
  }
  return text
}

/** What follows the colon of a key in a mapping at `indent`; a scalar begins at `column`. */
function entry(value: unknown, indent: number, column: number): string {
  if (Array.isArray(value) && value.length > 0) return `\n${' '.repeat(indent)}${sequence(value, indent)}`
  if (isMap(value) && keysOf(value).length > 0) return `\n${' '.repeat(indent + 2)}${mapping(value, indent + 2)}`
  return ` ${leaf(value, indent + 2, column)}\n`
}

function sequence(items: readonly unknown[], indent: number): string {
  const margin = ' '.repeat(indent)
  return items
    .map((item, i) => {
      const lead = `${i === 0 ? '' : margin}- `
      if (Array.isArray(item) && item.length > 0) return lead + sequence(item, indent + 2)
      if (isMap(item) && keysOf(item).length > 0) return lead + mapping(item, indent + 2)
      return `${lead}${leaf(item, indent + 2, indent + 2)}\n`
    })
    .join('')
}

/** A scalar or an empty collection that begins at `column`; its further lines stand at `indent`. Without the last newline. */
function leaf(value: unknown, indent: number, column: number): string {
  if (typeof value === 'string') return scalar(value, { indent, column })
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number') return formatGoFloat(value)
  if (typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? '[]' : '{}'
}

const plainForSure = /^[A-EG-MP-SU-XZa-eg-mp-su-xz/][A-Za-z0-9_./-]*$/

function keyText(key: string): string {
  if (plainForSure.test(key)) return key
  const shape = analyse(key)
  if (key !== '' && !shape.multiline && shape.plain && canBePlain(key)) return key
  return canBePlain(key) && shape.single && !shape.multiline ? single(key) : double(key)
}

interface Place {
  readonly indent: number
  readonly column: number
}

function scalar(text: string, place: Place): string {
  if (plainForSure.test(text)) return text
  const shape = analyse(text)
  if (text.includes('\n')) return shape.block ? literal(text, place.indent) : double(text, place)
  if (!canBePlain(text)) return double(text, place)
  if (shape.plain) return plain(text, place)
  return shape.single ? single(text, place) : double(text, place)
}

/** Whether a reader would take the text, unquoted, for the same text. */
function canBePlain(text: string): boolean {
  const { kind } = resolvePlain(text)
  return kind === 'text' && !isBase60(text)
}

const FOLDED_AFTER = 80

/**
 * Writes a text character by character; the first space after column 80 becomes a line break where a reader gives the space back. Quoted texts keep
 * their first and last character in line, and only between double quotes a second space can follow, behind a backslash. A key has no place to break.
 */
function folded(text: string, place: Place | undefined, quote: '' | "'" | '"', write: (character: string) => string): string {
  const characters = [...text]
  let out: string = quote
  let column = (place?.column ?? 0) + quote.length
  let afterSpace = false
  characters.forEach((character, i) => {
    const next = characters[i + 1]
    const inside = quote === '' || (i > 0 && next !== undefined)
    if (place && character === ' ' && !afterSpace && column > FOLDED_AFTER && inside && (quote === '"' || next !== ' ')) {
      const lead = `${' '.repeat(place.indent)}${next === ' ' ? '\\' : ''}`
      out += `\n${lead}`
      column = lead.length
    } else {
      const written = write(character)
      out += written
      column += written.length
    }
    afterSpace = character === ' '
  })
  return out + quote
}

const plain = (text: string, place?: Place) => folded(text, place, '', (character) => character)
const single = (text: string, place?: Place) => folded(text, place, "'", (character) => (character === "'" ? "''" : character))

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0', '\x07': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r', '\x1b': '\\e', '"': '\\"', '\\': '\\\\',
  '\x85': '\\N', '\xa0': '\\_', '\u2028': '\\L', '\u2029': '\\P',
} // prettier-ignore

const double = (text: string, place?: Place) => folded(text, place, '"', escaped)

function escaped(character: string): string {
  const code = character.codePointAt(0)!
  if (character === '\xa0') return character
  if (character in escapes) return escapes[character]!
  if (isPrintable(code)) return character
  if (code <= 0xff) return `\\x${hex(code, 2)}`
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}
const hex = (code: number, width: number) => code.toString(16).toUpperCase().padStart(width, '0')

/** Go's emitter thinks that nothing beyond the basic plane can be printed, nor a tab. */
const isPrintable = (code: number) =>
  code === 0x0a ||
  (code >= 0x20 && code <= 0x7e) ||
  (code >= 0xa0 && code <= 0xd7ff) ||
  (code >= 0xe000 && code <= 0xfffd && code !== 0xfeff)

function literal(text: string, indent: number): string {
  const lead = text[0] === ' ' || text[0] === '\n' ? '2' : ''
  const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : ''
  const margin = ' '.repeat(indent)
  const body = text.endsWith('\n') ? text.slice(0, -1) : text
  return `|${lead}${chomp}\n${body
    .split('\n')
    .map((line) => (line === '' ? '' : margin + line))
    .join('\n')}`
}

interface Shape {
  readonly plain: boolean
  readonly single: boolean
  readonly block: boolean
  readonly multiline: boolean
}

/** Which notations the emitter allows for a text outside flow collections; the rules are those of libyaml's analysis of a scalar. */
function analyse(text: string): Shape {
  if (text === '') return { plain: true, single: true, block: false, multiline: false }
  let special = false
  for (const character of text) if (!isPrintable(character.codePointAt(0)!)) special = true
  const multiline = /[\n\r\x85\u2028\u2029]/.test(text)
  const spaceBeforeBreak = / [\n\r]/.test(text)
  const spaceAfterBreak = /[\n\r] /.test(text)
  const indicators =
    /^(---|\.\.\.)/.test(text) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(text) ||
    /^[?:-]( |$)/.test(text) ||
    /:( |$)/.test(text) ||
    /[ \n]#/.test(text)
  const edges = /^[ \n]|[ \n]$/.test(text)
  const none = special || spaceBeforeBreak
  return {
    plain: !none && !indicators && !edges && !spaceAfterBreak && !multiline,
    single: !none && !spaceAfterBreak,
    block: !none && !text.endsWith(' '),
    multiline,
  }
}

/** A number as Go prints a float64 of JSON: whole numbers in full, exponents with at least two digits. */
export function formatGoFloat(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(value)
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf'
  const magnitude = Math.abs(value)
  const text = magnitude < 1e-4 || magnitude >= 1e21 ? value.toExponential() : String(value)
  return text.replace(/e([-+])(\d)$/, 'e$10$2')
}

const isLetter = (code: number) =>
  (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || (code > 127 && /\p{L}/u.test(String.fromCodePoint(code)))
const isDigit = (code: number) => code >= 48 && code <= 57

/** The order of mapping keys: letters after everything else, runs of digits by their value. */
export function compareKeys(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(i)
    if (left === right) continue
    const leftLetter = isLetter(left)
    const rightLetter = isLetter(right)
    if (leftLetter && rightLetter) return left - right
    if (leftLetter || rightLetter) return rightLetter ? -1 : 1
    // A zero in the middle of a number counts as a digit of it: the run then starts with a nonzero digit before.
    let offset = 0
    if (left === 48 || right === 48) for (let j = i - 1; j >= 0 && isDigit(a.charCodeAt(j)); j--) if (a.charCodeAt(j) !== 48) { offset = 1; break } // prettier-ignore
    const [leftValue, leftEnd] = digits(a, i, offset)
    const [rightValue, rightEnd] = digits(b, i, offset)
    if (leftValue !== rightValue) return leftValue - rightValue
    if (leftEnd !== rightEnd) return leftEnd - rightEnd
    return left - right
  }
  return a.length - b.length
}

function digits(text: string, from: number, start: number): [value: number, end: number] {
  let value = start
  let end = from
  for (; end < text.length && isDigit(text.charCodeAt(end)); end++) value = value * 10 + text.charCodeAt(end) - 48
  return [value, end]
}
