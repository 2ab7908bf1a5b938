import { close, open, random, useCpu, write } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { ToolError, complain, createOutput, eachInput, eachLine, linesOf, parseOptions, readInputs, tool } from './tool'

/** Tools that order lines and compare ordered ones: sort, uniq, comm, shuf. */

interface Key {
  readonly from: { field: number; character: number }
  readonly to: { field: number; character: number } | undefined
  readonly flags: string
}

function parseKey(text: string, globalFlags: string): Key {
  const match = /^(\d+)(?:\.(\d+))?([bdfghiMnRrV]*)(?:,(\d+)(?:\.(\d+))?([bdfghiMnRrV]*))?$/.exec(text)
  if (!match || match[1] === '0')
    throw new ToolError(
      match
        ? `field number is zero: invalid field specification ‘${text}’`
        : `invalid number at field start: invalid count at start of ‘${text}’`,
      2,
    )
  const flags = (match[3] ?? '') + (match[6] ?? '')
  return {
    from: { field: Number(match[1]), character: Number(match[2] ?? 1) },
    to: match[4] ? { field: Number(match[4]), character: Number(match[5] ?? 0) } : undefined,
    flags: flags || globalFlags,
  }
}

/** The part of a line a key looks at. */
function keyOf(line: string, key: Key, separator: string | undefined): string {
  const fields = separator === undefined ? (line.match(/\s*\S+|\s+$/g) ?? ['']) : line.split(separator)
  const joiner = separator ?? ''
  const offsetOf = (field: number) => fields.slice(0, field - 1).reduce((sum, one) => sum + one.length + joiner.length, 0)
  if (key.from.field > fields.length) return ''
  let begin = offsetOf(key.from.field)
  if (key.flags.includes('b') || (separator === undefined && key.from.character > 1)) while (/\s/.test(line[begin] ?? '')) begin++
  begin += key.from.character - 1
  const end = !key.to
    ? line.length
    : key.to.character === 0
      ? offsetOf(key.to.field) + (fields[key.to.field - 1] ?? '').length
      : offsetOf(key.to.field) + key.to.character
  return line.slice(begin, Math.max(begin, end))
}

const suffixes = 'KMGTPEZY'

function numberOf(text: string, flags: string): number {
  const match = (flags.includes('g') ? /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/ : /^\s*-?(?:\d+\.?\d*|\.\d+)/).exec(text)
  if (!match) return flags.includes('g') ? -Infinity : 0
  const scale = flags.includes('h') ? suffixes.indexOf((text[match[0].length] ?? '').toUpperCase()) + 1 : 0
  return Number(match[0]) * 1024 ** scale
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const byCode = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** `1.10` after `1.9`. */
export function compareVersions(a: string, b: string): number {
  const pieces = (text: string) => text.match(/\d+|\D+/g) ?? []
  const [x, y] = [pieces(a), pieces(b)]
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    if (x[i] === undefined || y[i] === undefined) return x.length - y.length
    const order = /^\d/.test(x[i]!) && /^\d/.test(y[i]!) ? Number(x[i]) - Number(y[i]) : byCode(x[i]!, y[i]!)
    if (order !== 0) return order
  }
  return 0
}

function compareBy(a: string, b: string, flags: string): number {
  if (/[ngh]/.test(flags)) {
    const [x, y] = [numberOf(a, flags), numberOf(b, flags)]
    return x < y ? -1 : x > y ? 1 : 0
  }
  if (flags.includes('V')) return compareVersions(a, b)
  if (flags.includes('M')) return months.indexOf(a.trim().slice(0, 3).toUpperCase()) - months.indexOf(b.trim().slice(0, 3).toUpperCase())
  const plain = (text: string) => {
    const kept = flags.includes('d') ? text.replace(/[^\w\s]/g, '') : text
    return flags.includes('f') ? kept.toUpperCase() : kept
  }
  return byCode(plain(a), plain(b))
}

export const sort = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'bdfghiMnRrVk:t:uo:scCmz',
    long: {
      'ignore-leading-blanks': 'b',
      'dictionary-order': 'd',
      'ignore-case': 'f',
      'general-numeric-sort': 'g',
      'human-numeric-sort': 'h',
      'month-sort': 'M',
      'numeric-sort': 'n',
      'random-sort': 'R',
      reverse: 'r',
      'version-sort': 'V',
      'key=': 'k',
      'field-separator=': 't',
      unique: 'u',
      'output=': 'o',
      stable: 's',
      'check=?': 'c',
      merge: 'm',
      'zero-terminated': 'z',
    },
    usage: 2,
  })
  const flags = [...'bdfghiMnRV'].filter(options.has).join('')
  const separator = options.get('t')
  if (separator !== undefined && separator !== '\\0' && [...separator].length > 1)
    throw new ToolError(`multi-character tab ‘${separator}’`, 2)
  const reverse = options.has('r')
  const keys = options.all('k').map((text) => parseKey(text, flags + (reverse ? 'r' : '')))
  const { text, status } = yield* readInputs(context, options.operands)
  if (status !== 0) return 2
  const mark = options.has('z') ? '\0' : '\n'
  const lines = text.split(mark)
  if (lines.at(-1) === '') lines.pop()
  yield* useCpu(lines.length * 0.002)
  const byKeys = (a: string, b: string) => {
    if (keys.length === 0) return (reverse ? -1 : 1) * compareBy(a, b, flags)
    for (const key of keys) {
      const order = compareBy(keyOf(a, key, separator), keyOf(b, key, separator), key.flags)
      if (order !== 0) return key.flags.includes('r') ? -order : order
    }
    return 0
  }
  const compare = (a: string, b: string) => byKeys(a, b) || (options.has('u') || options.has('s') ? 0 : (reverse ? -1 : 1) * byCode(a, b))
  if (options.has('c') || options.has('C')) {
    const at = lines.findIndex(
      (line, i) => i > 0 && (options.has('u') ? compare(lines[i - 1]!, line) >= 0 : compare(lines[i - 1]!, line) > 0),
    )
    if (at > 0 && options.has('c')) yield* complain(context, `${options.operands[0] ?? '-'}:${at + 1}: disorder: ${lines[at]}`)
    return at > 0 ? 1 : 0
  }
  let sorted = lines
  if (options.has('R')) {
    const seed = yield* random()
    const weight = (line: string) =>
      ([...line].reduce((sum, c) => (Math.imul(sum, 31) + c.charCodeAt(0)) >>> 0, Math.floor(seed * 1e9)) * 2654435761) % 4294967296
    sorted = lines.toSorted((a, b) => weight(a) - weight(b))
  } else sorted = lines.toSorted(compare)
  if (options.has('u')) sorted = sorted.filter((line, i) => i === 0 || byKeys(sorted[i - 1]!, line) !== 0)
  const out = sorted.map((line) => line + mark).join('')
  if (options.has('o')) {
    const fd = yield* open(options.get('o')!, 'write')
    yield* write(fd, out)
    yield* close(fd)
  } else yield* write(1, out)
  return 0
})

export const uniq = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'cdDuif:s:w:z',
    long: {
      count: 'c',
      repeated: 'd',
      'all-repeated': 'D',
      unique: 'u',
      'ignore-case': 'i',
      'skip-fields=': 'f',
      'skip-chars=': 's',
      'check-chars=': 'w',
    },
  })
  const keyOfLine = (line: string) => {
    let key = line
    for (let i = Number(options.get('f') ?? 0); i > 0; i--) key = key.replace(/^\s*\S+/, '')
    key = key.slice(Number(options.get('s') ?? 0))
    if (options.has('w')) key = key.slice(0, Number(options.get('w')))
    return options.has('i') ? key.toLowerCase() : key
  }
  let group: string[] = []
  const output = createOutput()
  function* finish(): Proc {
    if (group.length === 0) return
    const wanted = options.has('D') || options.has('d') ? group.length > 1 : options.has('u') ? group.length === 1 : true
    if (!wanted) return
    for (const line of options.has('D') ? group : group.slice(0, 1))
      yield* output.line(options.has('c') ? `${String(group.length).padStart(7)} ${line}` : line)
  }
  const status = yield* eachInput(context, options.operands.slice(0, 1), (fd) =>
    eachLine(
      fd,
      function* (line) {
        if (group.length > 0 && keyOfLine(group[0]!) === keyOfLine(line)) group.push(line)
        else {
          yield* finish()
          group = [line]
        }
      },
      output.flush,
    ),
  )
  yield* finish()
  yield* output.flush()
  return status
})

export const comm = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: '123', long: { 'check-order': 'x', 'nocheck-order': 'x' } })
  if (options.operands.length !== 2) throw new ToolError(`missing operand\nTry 'comm --help' for more information.`)
  const a = linesOf((yield* readInputs(context, [options.operands[0]!])).text)
  const b = linesOf((yield* readInputs(context, [options.operands[1]!])).text)
  const indent2 = options.has('1') ? '' : '\t'
  const indent3 = indent2 + (options.has('2') ? '' : '\t')
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const order = i >= a.length ? 1 : j >= b.length ? -1 : byCode(a[i]!, b[j]!)
    if (order < 0 && !options.has('1')) yield* write(1, `${a[i]}\n`)
    if (order > 0 && !options.has('2')) yield* write(1, `${indent2}${b[j]}\n`)
    if (order === 0 && !options.has('3')) yield* write(1, `${indent3}${a[i]}\n`)
    if (order <= 0) i++
    if (order >= 0) j++
  }
  return 0
})

export const shuf = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'n:i:er',
    long: { 'head-count=': 'n', 'input-range=': 'i', echo: 'e', repeat: 'r' },
  })
  const range = /^(\d+)-(\d+)$/.exec(options.get('i') ?? '')
  const items = range
    ? Array.from({ length: Number(range[2]) - Number(range[1]) + 1 }, (_, i) => String(Number(range[1]) + i))
    : options.has('e')
      ? [...options.operands]
      : linesOf((yield* readInputs(context, options.operands)).text)
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor((yield* random()) * (i + 1))
    ;[items[i], items[j]] = [items[j]!, items[i]!]
  }
  yield* write(
    1,
    items
      .slice(0, Number(options.get('n') ?? items.length))
      .map((item) => `${item}\n`)
      .join(''),
  )
  return 0
})
