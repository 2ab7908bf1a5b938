import { close, open, random, read, useCpu, write, readAll } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { unescape } from './format'
import { ToolError, complain, createOutput, eachInput, eachLine, linesOf, parseOptions, readInputs, tool } from './tool'

/** Tools on lines and columns: sort, uniq, cut, paste, tr, fold, expand, rev, column, comm, join, shuf, split, tee. */

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

/** `1,3-5,7-` as a test. */
function parseList(text: string): (position: number) => boolean {
  const ranges = text.split(',').map((part) => {
    const match = /^(\d*)(-?)(\d*)$/.exec(part)
    if (!match || part === '' || part === '-') throw new ToolError(`invalid field range\nTry 'cut --help' for more information.`)
    const from = Number(match[1] || 1)
    if (from === 0) throw new ToolError(`fields are numbered from 1\nTry 'cut --help' for more information.`)
    const to = match[2] ? (match[3] ? Number(match[3]) : Infinity) : from
    if (to < from) throw new ToolError(`invalid decreasing range\nTry 'cut --help' for more information.`)
    return [from, to] as const
  })
  return (position) => ranges.some(([from, to]) => position >= from && position <= to)
}

export const cut = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'b:c:d:f:sn',
    long: {
      'bytes=': 'b',
      'characters=': 'c',
      'delimiter=': 'd',
      'fields=': 'f',
      'only-delimited': 's',
      complement: '!',
      'output-delimiter=': 'O',
    },
  })
  const list = options.get('f') ?? options.get('c') ?? options.get('b')
  if (list === undefined)
    throw new ToolError(
      context.busybox
        ? 'expected a list of bytes, characters, or fields'
        : `you must specify a list of bytes, characters, or fields\nTry 'cut --help' for more information.`,
    )
  const chosen = parseList(list)
  const wanted = options.has('!') ? (i: number) => !chosen(i) : chosen
  const delimiter = options.get('d') ?? '\t'
  if ([...delimiter].length > 1) throw new ToolError(`the delimiter must be a single character\nTry 'cut --help' for more information.`)
  const output = createOutput()
  const status = yield* eachInput(context, options.operands, (fd) =>
    eachLine(
      fd,
      function* (line) {
        if (!options.has('f')) return yield* output.line([...line].filter((_, i) => wanted(i + 1)).join(options.get('O') ?? ''))
        if (!line.includes(delimiter)) return options.has('s') ? undefined : yield* output.line(line)
        yield* output.line(
          line
            .split(delimiter)
            .filter((_, i) => wanted(i + 1))
            .join(options.get('O') ?? delimiter),
        )
      },
      output.flush,
    ),
  )
  yield* output.flush()
  return status
})

export const paste = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'd:s', long: { 'delimiters=': 'd', serial: 's' } })
  const delimiters = [...unescape(options.get('d') ?? '\t', false).text]
  const columns: string[][] = []
  const status = yield* eachInput(context, options.operands, function* (fd, path) {
    // Each `-` takes the next line in turn.
    const dashes = options.operands.filter((operand) => operand === '-').length
    if (path === '-' && dashes > 1) {
      if (columns.length > 0 && columns.some((_, i) => options.operands[i] === '-')) {
        columns.push(columns[options.operands.indexOf('-')]!)
        return
      }
    }
    const pieces: string[] = []
    pieces.push(yield* readAll(fd))
    columns.push(linesOf(pieces.join('')))
  })
  const join = (cells: readonly string[]) =>
    cells.reduce((out, cell, i) => (i === 0 ? cell : out + (delimiters[(i - 1) % delimiters.length] ?? '') + cell), '')
  const dashes = options.operands.filter((operand) => operand === '-').length
  if (options.has('s')) for (const column of columns) yield* write(1, `${join(column)}\n`)
  else if (dashes > 1 && dashes === options.operands.length) {
    const lines = columns[0] ?? []
    for (let i = 0; i < lines.length; i += dashes)
      yield* write(1, `${join(Array.from({ length: dashes }, (_, j) => lines[i + j] ?? ''))}\n`)
  } else {
    const height = Math.max(0, ...columns.map((column) => column.length))
    for (let i = 0; i < height; i++) yield* write(1, `${join(columns.map((column) => column[i] ?? ''))}\n`)
  }
  return status
})

const sets: Readonly<Record<string, string>> = {
  alpha: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  lower: 'abcdefghijklmnopqrstuvwxyz',
  digit: '0123456789',
  alnum: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  space: '\t\n\v\f\r ',
  blank: '\t ',
  punct: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  xdigit: '0123456789ABCDEFabcdef',
  cntrl: Array.from({ length: 32 }, (_, i) => String.fromCharCode(i)).join('') + '\x7f',
  print: Array.from({ length: 95 }, (_, i) => String.fromCharCode(i + 32)).join(''),
  graph: Array.from({ length: 94 }, (_, i) => String.fromCharCode(i + 33)).join(''),
}

function expandSet(text: string, length = 0): string[] {
  const out: string[] = []
  const tokens = text.match(/\[:\w+:\]|\[=.=\]|\[.\*\d*\]|\\(?:[0-7]{1,3}|.)|[^]/gu) ?? []
  const plain = (token: string) => (token.startsWith('\\') ? unescape(token, false).text.replace(/^\\/, '') || '\\' : token)
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    const name = /^\[:(\w+):\]$/.exec(token)?.[1]
    const repeat = /^\[(.)\*(\d*)\]$/u.exec(token)
    if (name) {
      if (!sets[name]) throw new ToolError(`invalid character class ‘${name}’`)
      out.push(...sets[name])
    } else if (repeat) for (let n = Number(repeat[2] || Math.max(0, length - out.length)); n > 0; n--) out.push(repeat[1]!)
    else if (tokens[i + 1] === '-' && tokens[i + 2] !== undefined) {
      const [from, to] = [plain(token).codePointAt(0)!, plain(tokens[i + 2]!).codePointAt(0)!]
      if (to < from) throw new ToolError(`range-endpoints of '${token}-${tokens[i + 2]}' are in reverse collating sequence order`)
      for (let code = from; code <= to; code++) out.push(String.fromCodePoint(code))
      i += 2
    } else out.push(plain(token))
  }
  return out
}

export const tr = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'cCdst',
    long: { complement: 'c', delete: 'd', 'squeeze-repeats': 's', 'truncate-set1': 't' },
    strict: true,
  })
  const [first, second] = options.operands
  if (first === undefined) throw new ToolError(`missing operand\nTry 'tr --help' for more information.`)
  const remove = options.has('d')
  const squeeze = options.has('s')
  if (second === undefined && !remove && !squeeze)
    throw new ToolError(
      `missing operand after ‘${first}’\nTwo strings must be given when translating.\nTry 'tr --help' for more information.`,
    )
  const from = expandSet(first)
  const to = second === undefined ? [] : expandSet(second, from.length)
  const complement = options.has('c') || options.has('C')
  const members = new Set(from)
  const inFirst = (c: string) => members.has(c) !== complement
  const map = new Map(complement ? [] : from.map((c, i) => [c, to[Math.min(i, to.length - 1)] ?? c] as const).reverse())
  const squeezed = new Set(second === undefined ? from : to)
  const squeezes = (c: string) => (second === undefined ? inFirst(c) : squeezed.has(c))
  let last = ''
  for (let chunk = yield* read(0); chunk !== ''; chunk = yield* read(0)) {
    let out = ''
    for (const c of chunk) {
      if (remove && inFirst(c)) continue
      const mapped = remove || second === undefined ? c : complement ? (inFirst(c) ? to.at(-1)! : c) : (map.get(c) ?? c)
      if (squeeze && mapped === last && squeezes(mapped)) continue
      out += mapped
      last = mapped
    }
    yield* write(1, out)
  }
  return 0
})

export const fold = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'w:sb', long: { 'width=': 'w', spaces: 's' }, number: 'w' })
  const width = Number(options.get('w') ?? 80)
  return yield* eachInput(context, options.operands, (fd) =>
    eachLine(fd, function* (line) {
      let rest = line
      while (rest.length > width) {
        const blank = options.has('s') ? rest.slice(0, width).lastIndexOf(' ') : -1
        const at = blank >= 0 ? blank + 1 : width
        yield* write(1, `${rest.slice(0, at)}\n`)
        rest = rest.slice(at)
      }
      yield* write(1, `${rest}\n`)
    }),
  )
})

export const expand = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 't:i', long: { 'tabs=': 't' } })
  const size = Number(options.get('t') ?? 8)
  return yield* eachInput(context, options.operands, (fd) =>
    eachLine(fd, function* (line) {
      let out = ''
      for (const c of line) out += c === '\t' ? ' '.repeat(size - (out.length % size)) : c
      yield* write(1, `${out}\n`)
    }),
  )
})

export const rev = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: '' })
  return yield* eachInput(context, options.operands, (fd) =>
    eachLine(fd, (line, complete) => write(1, [...line].reverse().join('') + (complete ? '\n' : ''))),
  )
})

export const column = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'ts:o:c:N:',
    long: { table: 't', 'separator=': 's', 'output-separator=': 'o', 'table-columns=': 'N' },
  })
  const { text, status } = yield* readInputs(context, options.operands)
  const lines = linesOf(text).filter((line) => line.trim() !== '')
  if (!options.has('t')) {
    const width = Math.max(0, ...lines.map((line) => line.length))
    const cell = (Math.floor(width / 8) + 1) * 8
    const across = Math.max(1, Math.floor(Number(options.get('c') ?? 80) / cell))
    const down = Math.ceil(lines.length / across)
    for (let row = 0; row < down; row++) {
      const cells = Array.from({ length: across }, (_, i) => lines[row + i * down]).filter((one) => one !== undefined)
      yield* write(
        1,
        `${cells.map((one, i) => (i === cells.length - 1 ? one : one + '\t'.repeat(Math.ceil((cell - one.length) / 8)))).join('')}\n`,
      )
    }
    return status
  }
  const separators = options.get('s')
  const rows = lines.map((line) =>
    separators === undefined ? line.trim().split(/\s+/) : line.split(new RegExp(`[${separators.replace(/[\]\\^-]/g, '\\$&')}]`)),
  )
  if (options.has('N')) rows.unshift(options.get('N')!.split(','))
  const widths = rows.reduce<number[]>((all, row) => (row.forEach((cell, i) => (all[i] = Math.max(all[i] ?? 0, cell.length))), all), [])
  for (const row of rows)
    yield* write(1, `${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join(options.get('o') ?? '  ')}\n`)
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

export const join = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 't:1:2:j:a:v:o:e:i' })
  const separator = options.get('t')
  const split = (line: string) => (separator === undefined ? line.trim().split(/\s+/) : line.split(separator))
  const [first, second] = options.operands
  if (first === undefined || second === undefined) throw new ToolError(`missing operand\nTry 'join --help' for more information.`)
  const [keyA, keyB] = [Number(options.get('1') ?? options.get('j') ?? 1) - 1, Number(options.get('2') ?? options.get('j') ?? 1) - 1]
  const a = linesOf((yield* readInputs(context, [first])).text).map(split)
  const b = linesOf((yield* readInputs(context, [second])).text).map(split)
  const without = (row: readonly string[], key: number) => row.filter((_, i) => i !== key)
  const out = separator ?? ' '
  for (const row of a) {
    const mates = b.filter((other) => other[keyB] === row[keyA])
    for (const mate of options.has('v') ? [] : mates)
      yield* write(1, `${[row[keyA], ...without(row, keyA), ...without(mate, keyB)].join(out)}\n`)
    if (mates.length === 0 && (options.all('a').includes('1') || options.all('v').includes('1')))
      yield* write(1, `${[row[keyA], ...without(row, keyA)].join(out)}\n`)
  }
  for (const row of b) {
    if (!a.some((other) => other[keyA] === row[keyB]) && (options.all('a').includes('2') || options.all('v').includes('2')))
      yield* write(1, `${[row[keyB], ...without(row, keyB)].join(out)}\n`)
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

export const split = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'l:b:a:d', long: { 'lines=': 'l', 'bytes=': 'b', 'numeric-suffixes': 'd' } })
  const { text } = yield* readInputs(context, options.operands.slice(0, 1))
  const size = Number(options.get('l') ?? 1000)
  const bytes = options.get('b')
  const pieces: string[] = []
  if (bytes) for (let i = 0; i < text.length; i += Number(bytes)) pieces.push(text.slice(i, i + Number(bytes)))
  else {
    const lines = text.split(/(?<=\n)/)
    for (let i = 0; i < lines.length; i += size) pieces.push(lines.slice(i, i + size).join(''))
  }
  const width = Number(options.get('a') ?? 2)
  const suffix = (n: number) =>
    options.has('d')
      ? String(n).padStart(width, '0')
      : Array.from({ length: width }, (_, i) => 'abcdefghijklmnopqrstuvwxyz'[Math.floor(n / 26 ** (width - 1 - i)) % 26]).join('')
  for (const [i, piece] of pieces.entries()) {
    const fd = yield* open((options.operands[1] ?? 'x') + suffix(i), 'write')
    yield* write(fd, piece)
    yield* close(fd)
  }
  return 0
})

export const tee = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'ai', long: { append: 'a', 'ignore-interrupts': 'i' } })
  const fds: number[] = []
  for (const path of options.operands) fds.push(yield* open(path, options.has('a') ? 'append' : 'write'))
  for (let chunk = yield* read(0); chunk !== ''; chunk = yield* read(0)) {
    yield* write(1, chunk)
    for (const fd of fds) yield* write(fd, chunk)
  }
  return 0
})

export const sponge = tool(function* (_context, args) {
  const pieces: string[] = []
  pieces.push(yield* readAll(0))
  const fd = args[0] === undefined ? 1 : yield* open(args[0], 'write')
  yield* write(fd, pieces.join(''))
  return 0
})
