import { nowMs, poll, read, readLine, setTerminalMode, terminalSize } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { printError } from '../evaluate/fork'
import { quoteForReuse } from '../expand/quote'
import { formatPrintf, unescape } from '../tools/format'
import type { Shell } from '../state'
import { lookUp, setElement, setList, setText, textOf } from '../variables'
import { failure, options, print, type Builtin } from './builtin'

/** Builtins that print and read. */

const echo: Builtin = function* ({ shell, args }) {
  let newline = true
  let escapes = shell.flavour === 'dash' || shell.shopts.has('xpg_echo')
  let i = 0
  for (; i < args.length && (shell.flavour === 'dash' ? args[i] === '-n' : /^-[neE]+$/.test(args[i]!)); i++) {
    if (args[i]!.includes('n')) newline = false
    if (/e/.test(args[i]!)) escapes = true
    if (/E/.test(args[i]!)) escapes = false
  }
  const text = args.slice(i).join(' ')
  const plain = escapes ? unescape(text, true) : { text, stopped: false }
  yield* print(shell, plain.text + (newline && !plain.stopped ? '\n' : ''))
  return 0
}

const printf: Builtin = function* (call) {
  const { shell } = call
  let { args } = call
  let variable: string | undefined
  if (args[0] === '-v' && shell.flavour === 'bash') {
    variable = args[1]
    args = args.slice(2)
  }
  if (args[0] === '--') args = args.slice(1)
  if (args.length === 0) {
    if (shell.flavour === 'bash') yield* printError(shell, 'printf: usage: printf [-v var] format [arguments]\n')
    return 2
  }
  const timed = args[0]!.includes(')T')
  const { text, problems } = formatPrintf(args[0]!, args.slice(1), { quote: quoteForReuse, nowMs: timed ? yield* nowMs() : 0 })
  if (variable === undefined) yield* print(shell, text)
  else {
    const element = /^(\w+)\[(.*)\]$/.exec(variable)
    if (element)
      setElement(
        shell.variables,
        element[1]!,
        lookUp(shell.variables, element[1]!)?.kind === 'table' ? element[2]! : Number(element[2]),
        text,
      )
    else setText(shell.variables, variable, text)
  }
  for (const problem of problems) yield* failure(call, problem)
  return problems.length > 0 ? 1 : 0
}

const readUsage = 'read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]'

const readInto: Builtin = function* (call) {
  const { shell } = call
  const parsed = yield* options(call, 'ersa:d:i:n:N:p:t:u:', readUsage)
  if (!parsed) return 2
  const { flags, rest } = parsed
  const bad = rest.find((name) => !/^[A-Za-z_]\w*(\[.*\])?$/.test(name))
  if (bad !== undefined) return yield* failure(call, `\`${bad}': not a valid identifier`)
  const fd = shell.io.get(Number(flags.get('u') ?? 0))
  if (fd === undefined) return yield* failure(call, `${flags.get('u') ?? 0}: invalid file descriptor: Bad file descriptor`)
  const terminal = yield* terminalSize(fd)
  if (terminal && flags.has('p')) yield* printError(shell, flags.get('p')!)
  if (flags.has('t') && (yield* poll([fd], Number(flags.get('t')) * 1000)) < 0) {
    yield* store(shell, '', flags, rest)
    return 142
  }
  const quiet = terminal && flags.has('s')
  if (quiet) yield* setTerminalMode(fd, { echo: false })
  const count = flags.get('n') ?? flags.get('N')
  const { text, ended } =
    count !== undefined
      ? yield* readCharacters(fd, Number(count), terminal !== undefined)
      : yield* readDelimited(fd, flags.get('d') ?? '\n', flags.has('r'))
  if (quiet) {
    yield* setTerminalMode(fd, { echo: true })
  }
  yield* store(shell, text, flags, rest)
  return ended ? 1 : 0
}

function* readCharacters(fd: number, count: number, terminal: boolean): Proc<{ text: string; ended: boolean }> {
  let text = ''
  if (terminal) yield* setTerminalMode(fd, { raw: true })
  while (text.length < count) {
    const piece = yield* read(fd, 1)
    if (piece === '') break
    if (piece === '\n' || (terminal && piece === '\r')) return { text, ended: false }
    text += piece
  }
  if (terminal) yield* setTerminalMode(fd, { raw: false })
  return { text, ended: text === '' && count > 0 }
}

/** A line; without -r a backslash joins the next one. The mark \x01 protects an escaped character from splitting. */
function* readDelimited(fd: number, delimiter: string, raw: boolean): Proc<{ text: string; ended: boolean }> {
  let text = ''
  for (;;) {
    const piece = delimiter === '\n' ? yield* readLine(fd) : yield* readTo(fd, delimiter === '' ? '\0' : delimiter)
    const end = delimiter === '' ? '\0' : delimiter
    const complete = piece.endsWith(end)
    text += complete ? piece.slice(0, -end.length) : piece
    if (!complete) return { text: raw ? text : text.replace(/\\([^])/g, '\x01$1'), ended: true }
    if (raw || !/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) return { text: raw ? text : text.replace(/\\([^])/g, '\x01$1'), ended: false }
    text = text.slice(0, -1)
  }
}

function* readTo(fd: number, delimiter: string): Proc<string> {
  let text = ''
  for (;;) {
    const piece = yield* read(fd, 1)
    if (piece === '') return text
    text += piece
    if (piece === delimiter) return text
  }
}

function* store(shell: Shell, text: string, flags: ReadonlyMap<string, string>, names: readonly string[]): Proc {
  const separators = textOf(lookUp(shell.variables, 'IFS')) ?? ' \t\n'
  const plain = (part: string) => part.replace(/\x01([^])/g, '$1')
  const array = flags.get('a')
  if (array !== undefined)
    return setList(
      shell.variables,
      array,
      splitFields(text, separators, Infinity).map((part, i) => [i, plain(part)] as const),
    )
  if (names.length === 0) return setText(shell.variables, 'REPLY', plain(text))
  if (flags.has('N')) return setText(shell.variables, names[0]!, plain(text))
  const fields = splitFields(text, separators, names.length)
  for (const [i, name] of names.entries()) {
    const element = /^(\w+)\[(.*)\]$/.exec(name)
    if (element)
      setElement(
        shell.variables,
        element[1]!,
        Number.isInteger(Number(element[2])) ? Number(element[2]) : element[2]!,
        plain(fields[i] ?? ''),
      )
    else setText(shell.variables, name, plain(fields[i] ?? ''))
  }
}

/** Splits as `read` does: the last field takes what is left, without the blanks at its end. */
export function splitFields(text: string, separators: string, most: number): string[] {
  const blanks = [...separators].filter((c) => /[ \t\n]/.test(c)).join('')
  const isBlank = (c: string | undefined) => c !== undefined && blanks.includes(c)
  const isSeparator = (c: string | undefined) => c !== undefined && separators.includes(c)
  const fields: string[] = []
  let i = 0
  while (isBlank(text[i])) i++
  while (i < text.length) {
    if (fields.length === most - 1) {
      let end = text.length
      while (end > i && isBlank(text[end - 1]) && text[end - 2] !== '\x01') end--
      let last = text.slice(i, end)
      // A single trailing separator that is not a blank belongs to the field before it.
      if (last.length > 0 && isSeparator(last.at(-1)) && !isBlank(last.at(-1)) && ![...last.slice(0, -1)].some(isSeparator))
        last = last.slice(0, -1)
      fields.push(last)
      return fields
    }
    let field = ''
    while (i < text.length && !isSeparator(text[i])) {
      if (text[i] === '\x01') field += text[i++]!
      field += text[i++] ?? ''
    }
    fields.push(field)
    while (isBlank(text[i])) i++
    if (isSeparator(text[i]) && !isBlank(text[i])) {
      i++
      while (isBlank(text[i])) i++
    }
  }
  return fields
}

const mapfile: Builtin = function* (call) {
  const { shell } = call
  const parsed = yield* options(
    call,
    'd:n:O:s:tu:C:c:',
    'mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]',
  )
  if (!parsed) return 2
  const { flags, rest } = parsed
  const fd = shell.io.get(Number(flags.get('u') ?? 0))
  if (fd === undefined) return yield* failure(call, `${flags.get('u')}: invalid file descriptor: Bad file descriptor`)
  const delimiter = flags.get('d') ?? '\n'
  const lines: string[] = []
  const most = Number(flags.get('n') ?? 0) || Infinity
  let skip = Number(flags.get('s') ?? 0)
  while (lines.length < most) {
    const line = delimiter === '\n' ? yield* readLine(fd) : yield* readTo(fd, delimiter || '\0')
    if (line === '') break
    if (skip-- > 0) continue
    lines.push(flags.has('t') && line.endsWith(delimiter || '\0') ? line.slice(0, -1) : line)
  }
  const origin = Number(flags.get('O') ?? 0)
  setList(
    shell.variables,
    rest[0] ?? 'MAPFILE',
    lines.map((line, i) => [origin + i, line] as const),
  )
  return 0
}

export const text: Readonly<Record<string, Builtin>> = { echo, printf, read: readInto, mapfile, readarray: mapfile }
