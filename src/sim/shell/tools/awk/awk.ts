import { close, nowMs, open, pipe, random, read, readFile, spawn, useCpu, wait, write } from '../../../node/os/calls'
import { SyscallError, type Proc } from '../../../node/os/syscalls'
import { formatFloat, formatInteger, formatTime } from '../format'
import { posixRegex } from '../regex'
import { ToolError, complain, createOutput, parseOptions, tool, type Context } from '../tool'
import { AwkSyntaxError, parseAwk, unescapeAwk, type Expression, type Program, type Rule, type Statement } from './parse'

/** Text that came from outside: it compares as a number when it looks like one. */
interface Numeral {
  readonly text: string
  readonly number: number
}

type Value = number | string | Numeral | undefined
type Table = Map<string, Value>
type Cell = Value | Table

/** What ends a block early. */
type Signal = 'break' | 'continue' | 'next' | 'nextfile' | 'exit' | { readonly returned: Value } | undefined

const MAX_CALLS = 400

/** `exit` inside a function. */
class Exit extends Error {}

const looksNumeric = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/
const outside = (text: string): Value => (looksNumeric.test(text) ? { text, number: Number(text) } : text)

function toNumber(value: Value): number {
  if (typeof value === 'number') return value
  if (value === undefined) return 0
  if (typeof value === 'object') return value.number
  return Number(/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/.exec(value)?.[0] ?? 0)
}

export const awk = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'F:v:f:WV',
    long: { 'field-separator=': 'F', 'assign=': 'v', 'file=': 'f', version: 'V' },
    strict: true,
    usage: 2,
  })
  const operands = [...options.operands]
  let source = ''
  for (const path of options.all('f')) {
    try {
      source += `${yield* readFile(path)}\n`
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      throw new ToolError(`cannot open ${path} (${error.message})`, 2)
    }
  }
  if (!options.has('f')) {
    const text = operands.shift()
    if (text === undefined) {
      yield* write(2, `usage: ${context.name} [-F fs][-v var=value][prog | -f progfile][file ...]\n`)
      return 2
    }
    source = text
  }
  let program: Program
  try {
    program = parseAwk(source)
  } catch (error) {
    if (!(error instanceof AwkSyntaxError)) throw error
    throw new ToolError(error.message, context.busybox ? 1 : 2)
  }
  return yield* runAwk(context, program, { operands, assignments: options.all('v'), separator: options.get('F') })
})

function* runAwk(
  context: Context,
  program: Program,
  start: { operands: readonly string[]; assignments: readonly string[]; separator: string | undefined },
): Proc<number> {
  const globals = new Map<string, Cell>([
    ['FS', start.separator === undefined ? ' ' : start.separator === 't' ? '\t' : unescapeAwk(start.separator)],
    ['OFS', ' '],
    ['ORS', '\n'],
    ['RS', '\n'],
    ['NR', 0],
    ['NF', 0],
    ['FNR', 0],
    ['SUBSEP', '\x1c'],
    ['CONVFMT', '%.6g'],
    ['OFMT', '%.6g'],
    ['RSTART', 0],
    ['RLENGTH', -1],
    ['FILENAME', ''],
    ['ENVIRON', new Map(Object.entries(context.env).map(([name, text]) => [name, outside(text)]))],
    ['ARGC', start.operands.length + 1],
    ['ARGV', new Map([context.name, ...start.operands].map((text, i) => [String(i), outside(text)]))],
  ])
  const output = createOutput()
  const files = new Map<string, { fd: number; pid?: number }>()
  const readers = new Map<string, { fd: number; pid?: number; buffer: string; ended: boolean }>()
  const frames: Map<string, Cell>[] = []
  let record = ''
  let fields: Value[] = []
  /** Whether `fields` (or `record`) is what the other was last made from. */
  let split = true
  let steps = 0
  let exitCode = 0
  let seed = 0
  let lastSeed = 0

  const text = (value: Value, format = 'CONVFMT'): string => {
    if (value === undefined) return ''
    if (typeof value === 'string') return value
    if (typeof value === 'object') return value.text
    if (Number.isInteger(value)) return Math.abs(value) < 1e16 ? String(value === 0 ? 0 : value) : formatFloat(value, 'g', '', 6)
    return formatOne(String(globals.get(format)), value)
  }
  const formatOne = (format: string, value: number) => sprintf(format, [value])
  const truthy = (value: Value) =>
    typeof value === 'number' ? value !== 0 : value === undefined ? false : typeof value === 'object' ? value.number !== 0 : value !== ''
  const global = (name: string) => text(globals.get(name) as Value) // special variables are never arrays

  function compare(a: Value, b: Value): number {
    const plain = (value: Value) => typeof value === 'string'
    if (!plain(a) && !plain(b)) {
      const [x, y] = [toNumber(a), toNumber(b)]
      return x < y ? -1 : x > y ? 1 : 0
    }
    const [x, y] = [text(a), text(b)]
    return x < y ? -1 : x > y ? 1 : 0
  }

  function sprintf(format: string, args: readonly Value[]): string {
    let next = 0
    return format.replace(
      /%%|%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?[hlLqjzt]*([a-zA-Z])/g,
      (whole, given: string | undefined, width: string | undefined, precision: string | undefined, kind: string | undefined) => {
        if (whole === '%%') return '%'
        let flags = given ?? ''
        let size = width === '*' ? toNumber(args[next++]) : Number(width ?? 0)
        if (size < 0) {
          flags += '-'
          size = -size
        }
        const digits = precision === undefined ? undefined : precision === '*' ? toNumber(args[next++]) : Number(precision || 0)
        const value = args[next++]
        let body: string
        if (kind === 's') body = digits === undefined ? text(value) : [...text(value)].slice(0, digits).join('')
        else if (kind === 'c') body = typeof value === 'number' ? String.fromCodePoint(value) : ([...text(value)][0] ?? '')
        else if (/[diouxX]/.test(kind!)) {
          const number = Math.trunc(toNumber(value))
          body = Number.isFinite(number)
            ? formatInteger(BigInt(number), kind!, flags, digits)
            : String(number).toLowerCase().replace('infinity', 'inf')
        } else if (/[eEfFgG]/.test(kind!)) body = formatFloat(toNumber(value), kind!, flags, digits)
        else return whole
        const missing = size - [...body].length
        if (missing <= 0) return body
        if (flags.includes('-')) return body + ' '.repeat(missing)
        if (flags.includes('0') && kind !== 's' && kind !== 'c' && digits === undefined) {
          const sign = /^[-+ ]/.exec(body)?.[0] ?? ''
          return sign + '0'.repeat(missing) + body.slice(sign.length)
        }
        return ' '.repeat(missing) + body
      },
    )
  }

  function regex(source: string, isGlobal = false): RegExp {
    try {
      return posixRegex(unescapeRegex(source), { extended: true, global: isGlobal })
    } catch (error) {
      throw new ToolError(`regular expression compile failed (${error instanceof Error ? error.message : ''})\n${source}`, 2)
    }
  }

  // ---- records and fields ----

  function setRecord(line: string): void {
    record = line
    split = false
  }

  function separate(line: string, separator: string): string[] {
    if (separator === ' ') return line.split(/[ \t\n]+/).filter(Boolean)
    if (line === '') return []
    if (separator === '') return [...line]
    if (separator === '\t' || (separator.length === 1 && separator !== '|' && !/[\\^$.*+?()[\]{}]/.test(separator)))
      return line.split(separator)
    if (separator.length === 1) return line.split(separator === '\\' ? '\\' : separator)
    const by = regex(separator)
    return line.split(new RegExp(by.source.replace(/\((?!\?)/g, '(?:'), by.flags))
  }

  function ensureFields(): void {
    if (split) return
    const paragraph = global('RS') === ''
    fields = (
      paragraph && global('FS') !== ' '
        ? record.split('\n').flatMap((line) => separate(line, global('FS')))
        : separate(record, global('FS'))
    ).map(outside)
    globals.set('NF', fields.length)
    split = true
  }

  function rebuild(): void {
    record = fields.map((field) => text(field)).join(global('OFS'))
  }

  function getField(index: number): Value {
    if (index < 0) throw new ToolError(`trying to access out of range field ${index}`, 2)
    if (index === 0) return outside(record)
    ensureFields()
    return fields[index - 1]
  }

  function setField(index: number, value: Value): void {
    if (index < 0 || index > 100_000) throw new ToolError(`trying to access out of range field ${index}`, 2)
    if (index === 0) return setRecord(text(value))
    ensureFields()
    while (fields.length < index) fields.push('')
    fields[index - 1] = value
    globals.set('NF', fields.length)
    rebuild()
  }

  // ---- variables ----

  const frameOf = (name: string) => {
    const top = frames.at(-1)
    return top?.has(name) ? top : globals
  }

  function getVariable(name: string): Value {
    if (name === 'NF') ensureFields()
    const value = frameOf(name).get(name)
    if (value instanceof Map) throw new ToolError(`can't use array ${name} in scalar context`, 2)
    return value
  }

  function setVariable(name: string, value: Value): void {
    frameOf(name).set(name, value)
    if (name !== 'NF') return
    ensureFields()
    const count = Math.max(0, Math.min(100_000, Math.trunc(toNumber(value))))
    while (fields.length < count) fields.push('')
    fields.length = count
    globals.set('NF', count)
    rebuild()
  }

  function table(name: string): Table {
    const frame = frameOf(name)
    const value = frame.get(name)
    if (value instanceof Map) return value
    if (value !== undefined) throw new ToolError(`can't use scalar ${name} as array`, 2)
    const made: Table = new Map()
    frame.set(name, made)
    return made
  }

  function* keyOf(keys: readonly Expression[]): Proc<string> {
    const parts: string[] = []
    for (const key of keys) parts.push(text(yield* evaluate(key)))
    return parts.join(global('SUBSEP'))
  }

  function* assignTo(target: Expression, value: Value): Proc {
    if (target.type === 'variable') setVariable(target.name, value)
    else if (target.type === 'field') setField(toNumber(yield* evaluate(target.index)), value)
    else if (target.type === 'element') table(target.name).set(yield* keyOf(target.keys), value)
    else if (target.type === 'group' && target.items.length === 1) yield* assignTo(target.items[0]!, value)
    else throw new ToolError('assignment to something that cannot be assigned', 2)
  }

  // ---- expressions ----

  function arithmetic(operator: string, a: number, b: number): number {
    switch (operator) {
      case '+':
        return a + b
      case '-':
        return a - b
      case '*':
        return a * b
      case '/':
        if (b === 0) throw new ToolError('division by zero', 2)
        return a / b
      case '%':
        if (b === 0) throw new ToolError('division by zero in %', 2)
        return a % b
      default:
        return a ** b
    }
  }

  function* tick(): Proc {
    if (++steps % 500 === 0) {
      yield* output.flush()
      yield* useCpu(0.5)
    }
  }

  function* evaluate(node: Expression): Proc<Value> {
    switch (node.type) {
      case 'number':
      case 'string':
        return node.value
      case 'regex':
        return regex(node.source).test(record) ? 1 : 0
      case 'variable':
        return getVariable(node.name)
      case 'field':
        return getField(Math.trunc(toNumber(yield* evaluate(node.index))))
      case 'element': {
        const all = table(node.name)
        const key = yield* keyOf(node.keys)
        if (!all.has(key)) all.set(key, undefined) // looking creates
        return all.get(key)
      }
      case 'group':
        if (node.items.length === 1) return yield* evaluate(node.items[0]!)
        return yield* keyOf(node.items)
      case 'assign': {
        if (node.operator === '=') {
          const value = yield* evaluate(node.value)
          yield* assignTo(node.target, value)
          return value
        }
        const right = toNumber(yield* evaluate(node.value))
        const value = arithmetic(node.operator.slice(0, -1), toNumber(yield* evaluate(node.target)), right)
        yield* assignTo(node.target, value)
        return value
      }
      case 'step': {
        const old = toNumber(yield* evaluate(node.target))
        const value = node.operator === '++' ? old + 1 : old - 1
        yield* assignTo(node.target, value)
        return node.prefix ? value : old
      }
      case 'unary': {
        const value = yield* evaluate(node.operand)
        return node.operator === '!' ? (truthy(value) ? 0 : 1) : node.operator === '-' ? -toNumber(value) : toNumber(value)
      }
      case 'and':
        return truthy(yield* evaluate(node.left)) && truthy(yield* evaluate(node.right)) ? 1 : 0
      case 'or':
        return truthy(yield* evaluate(node.left)) || truthy(yield* evaluate(node.right)) ? 1 : 0
      case 'ternary':
        return truthy(yield* evaluate(node.test)) ? yield* evaluate(node.yes) : yield* evaluate(node.no)
      case 'binary': {
        const left = yield* evaluate(node.left)
        const right = yield* evaluate(node.right)
        switch (node.operator) {
          case ' ':
            return text(left) + text(right)
          case '<':
            return compare(left, right) < 0 ? 1 : 0
          case '<=':
            return compare(left, right) <= 0 ? 1 : 0
          case '==':
            return compare(left, right) === 0 ? 1 : 0
          case '!=':
            return compare(left, right) !== 0 ? 1 : 0
          case '>':
            return compare(left, right) > 0 ? 1 : 0
          case '>=':
            return compare(left, right) >= 0 ? 1 : 0
          default:
            return arithmetic(node.operator, toNumber(left), toNumber(right))
        }
      }
      case 'match': {
        const subject = text(yield* evaluate(node.subject))
        return regex(yield* patternOf(node.pattern)).test(subject) !== node.negated ? 1 : 0
      }
      case 'in':
        return table(node.name).has(yield* keyOf(node.keys)) ? 1 : 0
      case 'getline':
        return yield* getLine(node)
      case 'builtin':
        return yield* builtin(node.name, node.args)
      case 'call':
        return yield* call(node.name, node.args)
    }
  }

  function* patternOf(node: Expression): Proc<string> {
    return node.type === 'regex' ? node.source : text(yield* evaluate(node))
  }

  function* call(name: string, args: readonly Expression[]): Proc<Value> {
    const known = program.functions.get(name)
    if (!known) throw new ToolError(`calling undefined function ${name}`, 2)
    if (frames.length >= MAX_CALLS) throw new ToolError(`function call nesting too deep: ${name}`, 2)
    const frame = new Map<string, Cell>()
    const shared: [string, string][] = []
    for (const [i, parameter] of known.parameters.entries()) {
      const argument = args[i]
      if (argument?.type === 'variable') {
        const held = frameOf(argument.name).get(argument.name)
        frame.set(parameter, held)
        // An untouched name may turn out to be an array inside.
        if (held === undefined) shared.push([parameter, argument.name])
      } else frame.set(parameter, argument ? yield* evaluate(argument) : undefined)
    }
    frames.push(frame)
    const signal = yield* runAll(known.body)
    frames.pop()
    for (const [parameter, outer] of shared) {
      const made = frame.get(parameter)
      if (made instanceof Map && frameOf(outer).get(outer) === undefined) frameOf(outer).set(outer, made)
    }
    if (signal === 'exit') throw new Exit()
    return typeof signal === 'object' ? signal.returned : undefined
  }

  function* builtin(name: string, args: readonly Expression[]): Proc<Value> {
    const [a, b, c] = args
    const number = function* (node: Expression | undefined): Proc<number> {
      return node ? toNumber(yield* evaluate(node)) : 0
    }
    const string = function* (node: Expression | undefined): Proc<string> {
      return node ? text(yield* evaluate(node)) : ''
    }
    switch (name) {
      case 'length': {
        if (!a) return [...record].length
        const held = a.type === 'variable' ? frameOf(a.name).get(a.name) : undefined
        return held instanceof Map ? held.size : [...(yield* string(a))].length
      }
      case 'substr': {
        const characters = [...(yield* string(a))]
        const from = yield* number(b)
        const count = c ? yield* number(c) : Infinity
        const begin = Math.max(1, Math.round(from))
        const end = count === Infinity ? characters.length + 1 : Math.round(from + count)
        return characters.slice(begin - 1, Math.max(begin - 1, end - 1)).join('')
      }
      case 'index': {
        const [subject, wanted] = [yield* string(a), yield* string(b)]
        const at = subject.indexOf(wanted)
        return at < 0 ? 0 : [...subject.slice(0, at)].length + 1
      }
      case 'split': {
        const subject = yield* string(a)
        const target = table((b as Extract<Expression, { type: 'variable' }>).name)
        const separator = c ? yield* patternOf(c) : global('FS')
        const parts =
          c?.type === 'regex' && separator.length === 1
            ? subject === ''
              ? []
              : subject.split(regex(separator))
            : separate(subject, separator)
        target.clear()
        for (const [i, part] of parts.entries()) target.set(String(i + 1), outside(part))
        return parts.length
      }
      case 'sub':
      case 'gsub': {
        const pattern = regex(yield* patternOf(a!), true)
        const replacement = yield* string(b)
        const target: Expression = c ?? { type: 'field', index: { type: 'number', value: 0 } }
        const subject = text(yield* evaluate(target))
        const { result, count } = replace(subject, pattern, replacement, name === 'gsub')
        if (count > 0) yield* assignTo(target, result)
        return count
      }
      case 'gensub': {
        const how = yield* string(c)
        const subject = args[3] ? yield* string(args[3]) : record
        const replacement = yield* string(b)
        let seen = 0
        return subject.replace(regex(yield* patternOf(a!), true), (...found: unknown[]) => {
          const groups = found.slice(0, -2) as string[]
          seen++
          if (!/^[gG]/.test(how) && seen !== Math.max(1, Number(how))) return groups[0]!
          return replacement.replace(/\\(.)|&/g, (whole, escaped: string | undefined) =>
            whole === '&' || escaped === '0' ? groups[0]! : /\d/.test(escaped!) ? (groups[Number(escaped)] ?? '') : escaped!,
          )
        })
      }
      case 'match': {
        const subject = yield* string(a)
        const found = regex(yield* patternOf(b!)).exec(subject)
        globals.set('RSTART', found ? [...subject.slice(0, found.index)].length + 1 : 0)
        globals.set('RLENGTH', found ? [...found[0]].length : -1)
        if (c?.type === 'variable') {
          const target = table(c.name)
          target.clear()
          found?.forEach((group, i) => target.set(String(i), outside(group ?? '')))
        }
        return globals.get('RSTART') as number // set just above
      }
      case 'sprintf': {
        const values: Value[] = []
        for (const argument of args.slice(1)) values.push(yield* evaluate(argument))
        return sprintf(yield* string(a), values)
      }
      case 'sin':
        return Math.sin(yield* number(a))
      case 'cos':
        return Math.cos(yield* number(a))
      case 'atan2':
        return Math.atan2(yield* number(a), yield* number(b))
      case 'exp':
        return Math.exp(yield* number(a))
      case 'log':
        return Math.log(yield* number(a))
      case 'sqrt':
        return Math.sqrt(yield* number(a))
      case 'int':
        return Math.trunc(yield* number(a))
      case 'rand': {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
        return seed / 0x1_0000_0000
      }
      case 'srand': {
        const before = lastSeed
        lastSeed = a ? yield* number(a) : Math.floor((yield* nowMs()) / 1000)
        seed = Math.trunc(lastSeed) >>> 0
        return before
      }
      case 'tolower':
        return (yield* string(a)).toLowerCase()
      case 'toupper':
        return (yield* string(a)).toUpperCase()
      case 'systime':
        return Math.floor((yield* nowMs()) / 1000)
      case 'strftime':
        return formatTime(a ? yield* string(a) : '%a %b %e %H:%M:%S %Z %Y', b ? (yield* number(b)) * 1000 : yield* nowMs())
      case 'strtonum': {
        const subject = yield* string(a)
        return /^\s*0[xX]/.test(subject) ? parseInt(subject, 16) : /^\s*0\d/.test(subject) ? parseInt(subject, 8) : toNumber(subject)
      }
      case 'and':
        return Number(BigInt(Math.trunc(yield* number(a))) & BigInt(Math.trunc(yield* number(b))))
      case 'or':
        return Number(BigInt(Math.trunc(yield* number(a))) | BigInt(Math.trunc(yield* number(b))))
      case 'xor':
        return Number(BigInt(Math.trunc(yield* number(a))) ^ BigInt(Math.trunc(yield* number(b))))
      case 'lshift':
        return (yield* number(a)) * 2 ** (yield* number(b))
      case 'rshift':
        return Math.floor((yield* number(a)) / 2 ** (yield* number(b)))
      case 'asort':
      case 'asorti': {
        const from = table((a as Extract<Expression, { type: 'variable' }>).name)
        const values: Value[] = name === 'asort' ? [...from.values()] : [...from.keys()]
        const to = b?.type === 'variable' ? table(b.name) : from
        values.sort(compare)
        to.clear()
        values.forEach((value, i) => to.set(String(i + 1), value))
        return values.length
      }
      case 'fflush':
        yield* output.flush()
        return 0
      case 'close':
        return yield* closeStream(yield* string(a))
      case 'system': {
        yield* output.flush()
        return (yield* wait(yield* shell(yield* string(a), {}))).code
      }
      default:
        throw new ToolError(`function ${name} not defined`, 2)
    }
  }

  // ---- input and output ----

  function* shell(command: string, fds: Readonly<Record<number, number>>): Proc<number> {
    return yield* spawn({ argv: ['sh', '-c', command], env: context.env, cwd: context.self.cwd, fds: { 0: 0, 1: 1, 2: 2, ...fds } })
  }

  function* closeStream(name: string): Proc<number> {
    const file = files.get(name)
    const reader = readers.get(name)
    files.delete(name)
    readers.delete(name)
    for (const one of [file, reader]) {
      if (!one) continue
      yield* close(one.fd)
      if (one.pid !== undefined) return (yield* wait(one.pid)).code
    }
    return file || reader ? 0 : -1
  }

  function* sinkFor(operator: string, name: string): Proc<number> {
    if (name === '/dev/stdout' || name === '-') return 1
    if (name === '/dev/stderr') return 2
    const known = files.get(name)
    if (known) return known.fd
    if (operator === '|') {
      yield* output.flush()
      const [from, to] = yield* pipe()
      const pid = yield* shell(name, { 0: from })
      yield* close(from)
      files.set(name, { fd: to, pid })
      return to
    }
    const fd = yield* open(name, operator === '>' ? 'write' : 'append')
    files.set(name, { fd })
    return fd
  }

  function* print(node: Extract<Statement, { type: 'print' | 'printf' }>): Proc {
    const values: Value[] = []
    for (const argument of node.args) values.push(yield* evaluate(argument))
    const line =
      node.type === 'printf'
        ? sprintf(text(values[0]), values.slice(1))
        : (values.length === 0 ? record : values.map((value) => text(value, 'OFMT')).join(global('OFS'))) + global('ORS')
    if (!node.to) return yield* output.text(line)
    const fd = yield* sinkFor(node.to.operator, text(yield* evaluate(node.to.target)))
    if (fd === 1) yield* output.text(line)
    else {
      if (fd === 2) yield* output.flush()
      yield* write(fd, line)
    }
  }

  interface Reader {
    fd: number
    buffer: string
    ended: boolean
  }

  /** The next record of a stream; undefined at its end. */
  function* readRecord(reader: Reader): Proc<string | undefined> {
    const separator = global('RS')
    for (;;) {
      if (separator === '') {
        reader.buffer = reader.buffer.replace(/^\n+/, '')
        const found = /\n\n+/.exec(reader.buffer)
        if (found && (reader.ended || found.index + found[0].length < reader.buffer.length)) {
          const taken = reader.buffer.slice(0, found.index)
          reader.buffer = reader.buffer.slice(found.index + found[0].length)
          return taken
        }
      } else {
        const found =
          separator.length === 1 ? { index: reader.buffer.indexOf(separator), 0: separator } : regex(separator).exec(reader.buffer)
        if (found && found.index >= 0 && (separator.length === 1 || reader.ended || found.index + found[0].length < reader.buffer.length)) {
          const taken = reader.buffer.slice(0, found.index)
          reader.buffer = reader.buffer.slice(found.index + found[0].length)
          return taken
        }
      }
      if (reader.ended) {
        if (reader.buffer === '' || (separator === '' && reader.buffer.trim() === '')) return undefined
        const taken = separator === '\n' ? reader.buffer : reader.buffer.replace(/\n$/, '')
        reader.buffer = ''
        return taken
      }
      yield* output.flush()
      const chunk = yield* read(reader.fd)
      if (chunk === '') reader.ended = true
      else reader.buffer += chunk
    }
  }

  function* getLine(node: Extract<Expression, { type: 'getline' }>): Proc<number> {
    let line: string | undefined
    if (node.from === '') {
      line = yield* nextMainRecord()
      if (line === undefined) return 0
      globals.set('NR', toNumber(globals.get('NR') as Value) + 1)
      globals.set('FNR', toNumber(globals.get('FNR') as Value) + 1)
    } else {
      const name = text(yield* evaluate(node.source!))
      let reader = readers.get(name)
      if (!reader) {
        try {
          if (node.from === '<') reader = { fd: name === '-' ? 0 : yield* open(name, 'read'), buffer: '', ended: false }
          else {
            yield* output.flush()
            const [from, to] = yield* pipe()
            const pid = yield* shell(name, { 1: to })
            yield* close(to)
            reader = { fd: from, pid, buffer: '', ended: false }
          }
        } catch (error) {
          if (error instanceof SyscallError) return -1
          throw error
        }
        readers.set(name, reader)
      }
      line = yield* readRecord(reader)
      if (line === undefined) return 0
      if (node.from === '|') globals.set('NR', toNumber(globals.get('NR') as Value) + 1)
    }
    if (node.target) yield* assignTo(node.target, outside(line))
    else setRecord(line)
    return 1
  }

  let main: Reader | undefined
  let argument = 1
  let usedFile = false

  function* nextMainRecord(): Proc<string | undefined> {
    for (;;) {
      if (!main) {
        const path = yield* nextFile()
        if (path === undefined) return undefined
        try {
          main = { fd: path === '-' ? 0 : yield* open(path, 'read'), buffer: '', ended: false }
        } catch (error) {
          if (!(error instanceof SyscallError)) throw error
          yield* output.flush()
          yield* complain(context, context.busybox ? `${path}: ${error.message}` : `cannot open "${path}" (${error.message})`)
          exitCode = 2
          continue
        }
        globals.set('FILENAME', path === '-' ? '' : path)
        globals.set('FNR', 0)
      }
      let line: string | undefined
      try {
        line = yield* readRecord(main)
      } catch (error) {
        if (!(error instanceof SyscallError) || error.code !== 'EISDIR') throw error
      }
      if (line !== undefined) return line
      if (main.fd !== 0) yield* close(main.fd)
      main = undefined
    }
  }

  function* nextFile(): Proc<string | undefined> {
    const argv = globals.get('ARGV') as Table
    while (argument < toNumber(globals.get('ARGC') as Value)) {
      const operand = text(argv.get(String(argument++)))
      const assignment = /^([A-Za-z_]\w*)=([^]*)$/.exec(operand)
      if (assignment) setVariable(assignment[1]!, outside(unescapeAwk(assignment[2]!)))
      else if (operand !== '') {
        usedFile = true
        return operand
      }
    }
    if (usedFile) return undefined
    usedFile = true
    return '-'
  }

  // ---- statements ----

  function* runAll(statements: readonly Statement[]): Proc<Signal> {
    for (const statement of statements) {
      const signal = yield* run(statement)
      if (signal) return signal
    }
    return undefined
  }

  function* run(node: Statement): Proc<Signal> {
    yield* tick()
    switch (node.type) {
      case 'block':
        return yield* runAll(node.body)
      case 'expression':
        yield* evaluate(node.expression)
        return undefined
      case 'print':
      case 'printf':
        yield* print(node)
        return undefined
      case 'if':
        if (truthy(yield* evaluate(node.test))) return yield* run(node.then)
        return node.otherwise ? yield* run(node.otherwise) : undefined
      case 'while':
      case 'do':
        for (let first = node.type === 'do'; first || truthy(yield* evaluate(node.test)); first = false) {
          yield* tick()
          const signal = yield* run(node.body)
          if (signal === 'break') break
          if (signal && signal !== 'continue') return signal
        }
        return undefined
      case 'for':
        if (node.init) yield* run(node.init)
        while (!node.test || truthy(yield* evaluate(node.test))) {
          yield* tick()
          const signal = yield* run(node.body)
          if (signal === 'break') break
          if (signal && signal !== 'continue') return signal
          if (node.update) yield* run(node.update)
        }
        return undefined
      case 'each':
        for (const key of [...table(node.array).keys()]) {
          setVariable(node.variable, outside(key))
          const signal = yield* run(node.body)
          if (signal === 'break') break
          if (signal && signal !== 'continue') return signal
        }
        return undefined
      case 'delete':
        if (node.keys) table(node.name).delete(yield* keyOf(node.keys))
        else table(node.name).clear()
        return undefined
      case 'exit':
        if (node.value) exitCode = toNumber(yield* evaluate(node.value)) & 255
        return 'exit'
      case 'return':
        return { returned: node.value ? yield* evaluate(node.value) : undefined }
      default:
        return node.type
    }
  }

  const openRanges = new Set<Rule>()

  function* selects(rule: Rule): Proc<boolean> {
    if (typeof rule.when === 'string') return false
    const { from, to } = rule.when
    if (!from) return true
    if (!to) return truthy(yield* evaluate(from))
    if (!openRanges.has(rule)) {
      if (!truthy(yield* evaluate(from))) return false
      openRanges.add(rule)
    }
    if (truthy(yield* evaluate(to))) openRanges.delete(rule)
    return true
  }

  function* runRules(): Proc<Signal> {
    for (const rule of program.rules) {
      if (typeof rule.when === 'string' || !(yield* selects(rule))) continue
      if (!rule.body) yield* output.text(record + global('ORS'))
      else {
        const signal = yield* runAll(rule.body)
        if (signal === 'next' || signal === 'nextfile' || signal === 'exit') return signal
      }
    }
    return undefined
  }

  function* runSpecial(when: 'BEGIN' | 'END'): Proc<Signal> {
    for (const rule of program.rules) {
      if (rule.when !== when) continue
      const signal = yield* runAll(rule.body ?? [])
      if (signal === 'exit') return signal
    }
    return undefined
  }

  function* whole(): Proc<boolean> {
    if ((yield* runSpecial('BEGIN')) === 'exit') return true
    if (!program.rules.some((rule) => rule.when !== 'BEGIN')) return true
    for (;;) {
      const line = yield* nextMainRecord()
      if (line === undefined) return false
      setRecord(line)
      globals.set('NR', toNumber(globals.get('NR') as Value) + 1)
      globals.set('FNR', toNumber(globals.get('FNR') as Value) + 1)
      yield* tick()
      const signal = yield* runRules()
      if (signal === 'exit') return false
      if (signal === 'nextfile' && main) main = { ...main, buffer: '', ended: true }
    }
  }

  for (const one of start.assignments) {
    const at = one.indexOf('=')
    if (at < 0) throw new ToolError(`invalid -v argument`, 2)
    globals.set(one.slice(0, at), outside(unescapeAwk(one.slice(at + 1))))
  }
  seed = Math.floor((yield* random()) * 0x1_0000_0000)
  try {
    try {
      if (!(yield* whole())) yield* runSpecial('END')
    } catch (error) {
      if (!(error instanceof Exit)) throw error
    }
  } finally {
    yield* output.flush()
  }
  for (const name of [...files.keys()]) yield* closeStream(name)
  return exitCode
}

/** Escapes that a regular expression constant keeps: `\.` stays, `\/` and `\"` lose their backslash. */
const unescapeRegex = (source: string) => source.replace(/\\(["/])/g, '$1').replace(/\\y/g, '\\b')

/** `&` is what matched, `\\&` an ampersand. */
function replace(subject: string, pattern: RegExp, replacement: string, all: boolean): { result: string; count: number } {
  let count = 0
  let result = ''
  let at = 0
  pattern.lastIndex = 0
  for (let match = pattern.exec(subject); match; match = pattern.exec(subject)) {
    const empty = match[0] === ''
    if (!(empty && count > 0 && match.index === at)) {
      count++
      result +=
        subject.slice(at, match.index) +
        replacement.replace(/\\\\&|\\&|&/g, (mark) => (mark === '&' ? match[0] : mark === '\\&' ? '&' : `\\${match[0]}`))
      at = match.index + match[0].length
      if (!all) break
    }
    if (empty) {
      if (match.index >= subject.length) break
      pattern.lastIndex = match.index + 1
    }
  }
  return { result: result + subject.slice(at), count }
}
