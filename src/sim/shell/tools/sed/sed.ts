import { close, open, read, readFile, useCpu, write, writeFile } from '../../../node/os/calls'
import { type Proc, SyscallError } from '../../../node/os/syscalls'
import { type Address, type Command, parseScript, Problem, type ReplacementPart } from './parse'
import { complain, parseOptions, tool, ToolError } from '../tool'

/** sed: options, inputs, and the cycle over lines. */

function replaced(parts: readonly ReplacementPart[], match: RegExpExecArray): string {
  let out = ''
  let mode = ''
  let once = ''
  for (const part of parts) {
    if ('change' in part) {
      if (part.change === 'E') mode = once = ''
      else if (/[ul]/.test(part.change)) once = part.change
      else mode = part.change
      continue
    }
    let piece = 'text' in part ? part.text : (match[part.group] ?? '')
    if (mode === 'U') piece = piece.toUpperCase()
    if (mode === 'L') piece = piece.toLowerCase()
    if (once && piece) {
      piece = (once === 'u' ? piece[0]!.toUpperCase() : piece[0]!.toLowerCase()) + piece.slice(1)
      once = ''
    }
    out += piece
  }
  return out
}

/** Lines of the inputs with one line of foresight, for `$`. */
interface Input {
  next(): Proc<{ text: string; newline: boolean } | undefined>
  isLast(): Proc<boolean>
}

export const sed = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'ne:f:Eri::suzl:',
    long: {
      quiet: 'n',
      silent: 'n',
      'expression=': 'e',
      'file=': 'f',
      'regexp-extended': 'E',
      'in-place=?': 'i',
      separate: 's',
      unbuffered: 'u',
      'null-data': 'z',
      posix: 'P',
      debug: 'D',
    },
  })
  const operands = [...options.operands]
  const pieces: string[] = []
  for (const [letter, value] of options.given) {
    if (letter === 'e') pieces.push(value)
    if (letter === 'f') pieces.push((yield* readFile(value)).replace(/\n$/, ''))
  }
  if (pieces.length === 0) {
    const script = operands.shift()
    if (script === undefined) {
      yield* write(2, `Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n`)
      return 1
    }
    pieces.push(script)
  }
  let commands: Command[]
  try {
    commands = parseScript(pieces.join('\n'), options.has('E') || options.has('r'))
  } catch (error) {
    if (error instanceof Problem)
      throw new ToolError(context.busybox ? error.message.replace(/^-e expression #1, char \d+: /, '') : error.message)
    throw error
  }
  const quiet = options.has('n') || /^#n(?:\n|$)/.test(pieces[0]!)
  const separate = options.has('i') || options.has('s')
  let status = 0
  const opened = new Map<string, number>()
  const fileFor = function* (path: string): Proc<number> {
    if (path === '/dev/stdout') return 1
    if (path === '/dev/stderr') return 2
    if (!opened.has(path)) opened.set(path, yield* open(path, 'write'))
    return opened.get(path)!
  }
  const groups = separate ? operands.map((path) => [path]) : [operands]
  let lineNumber = 0
  for (const group of groups.length > 0 ? groups : [[]]) {
    let sink = ''
    const inPlace = options.has('i') && group[0] !== undefined
    const emit = function* (text: string): Proc {
      if (inPlace) sink += text
      else yield* write(1, text)
    }
    const input = createInput(group, function* (path, error) {
      yield* complain(
        context,
        context.busybox
          ? `${path}: ${error.message}`
          : error.code === 'EISDIR'
            ? inPlace
              ? `couldn't edit ${path}: not a regular file`
              : `read error on ${path}: Is a directory`
            : `can't read ${path}: ${error.message}`,
      )
      status = inPlace && error.code === 'EISDIR' ? 4 : 2
    })
    if (separate) lineNumber = 0
    const result = yield* runScript(commands, input, { quiet, emit, fileFor, firstLine: lineNumber, path: group[0] ?? '-' })
    lineNumber = result.lines
    if (inPlace && !result.failed) {
      if (options.get('i')) yield* writeFile(group[0]! + options.get('i')!, yield* readFile(group[0]!))
      if (status === 0) yield* writeFile(group[0]!, sink)
    }
    if (result.quit !== undefined) {
      status = result.quit || status
      break
    }
  }
  for (const fd of opened.values()) yield* close(fd)
  return status
})

function createInput(paths: readonly string[], refuse: (path: string, error: SyscallError) => Proc): Input {
  const todo = paths.length > 0 ? [...paths] : ['-']
  let fd: number | undefined
  let buffer = ''
  let ended = false
  function* fill(): Proc<boolean> {
    // True when a whole line (or the end) is in the buffer.
    for (;;) {
      if (buffer.includes('\n')) return true
      if (ended) {
        if (todo.length === 0) return true
        if (buffer !== '') return true
        ended = false
        fd = undefined
      }
      if (fd === undefined) {
        const path = todo.shift()
        if (path === undefined) {
          ended = true
          return true
        }
        try {
          fd = path === '-' ? 0 : yield* open(path, 'read')
        } catch (error) {
          if (!(error instanceof SyscallError)) throw error
          yield* refuse(path, error)
          ended = todo.length === 0
          if (ended) return true
          continue
        }
      }
      const chunk = yield* read(fd)
      if (chunk === '') {
        if (fd !== 0) yield* close(fd)
        ended = true
      } else buffer += chunk
    }
  }
  return {
    *next() {
      yield* fill()
      if (buffer === '') return undefined
      const at = buffer.indexOf('\n')
      const text = at < 0 ? buffer : buffer.slice(0, at)
      buffer = at < 0 ? '' : buffer.slice(at + 1)
      return { text, newline: at >= 0 || todo.length > 0 }
    },
    *isLast() {
      yield* fill()
      return buffer === ''
    },
  }
}

interface Surroundings {
  readonly quiet: boolean
  readonly emit: (text: string) => Proc
  readonly fileFor: (path: string) => Proc<number>
  readonly firstLine: number
  readonly path: string
}

function* runScript(
  commands: readonly Command[],
  input: Input,
  { quiet, emit, fileFor, firstLine, path }: Surroundings,
): Proc<{ lines: number; quit?: number; failed?: boolean }> {
  let line = firstLine
  let hold = ''
  let lastRegex: RegExp | undefined
  let steps = 0
  let pattern = ''
  let newline = true
  const after: string[] = []
  /** The line that `D` leaves for the next cycle. */
  let restart = false

  const finishCycle = function* (): Proc {
    if (!quiet) yield* emit(pattern + (newline ? '\n' : ''))
    for (const text of after.splice(0)) yield* emit(text)
  }
  const test = function* (address: Address): Proc<boolean> {
    if (address === 'last') return yield* input.isLast()
    if ('line' in address) return address.step ? (line - address.line) % address.step === 0 && line >= address.line : line === address.line
    const regex = address.regex ?? lastRegex
    if (!regex) throw new ToolError('no previous regular expression')
    lastRegex = regex
    regex.lastIndex = 0
    return regex.test(pattern)
  }
  const selected = function* (command: Command): Proc<boolean> {
    const { from, to } = command
    if (from === undefined) return true
    if (to === undefined) return yield* test(from)
    if (!command.active) {
      const begins = from !== 'last' && 'line' in from && from.line === 0 ? line === 1 : yield* test(from)
      if (!begins) return false
      if (typeof to === 'object' && 'plus' in to) command.end = line + to.plus
      else if (typeof to === 'object' && 'multiple' in to)
        command.end = to.multiple > 0 ? Math.ceil(line / to.multiple) * to.multiple : line
      else if (typeof to === 'object' && 'line' in to) command.end = to.line
      else command.end = undefined
      command.active = command.end === undefined ? true : command.end > line
      // `0,/re/` may end on the first line itself.
      if (from !== 'last' && 'line' in from && from.line === 0 && command.end === undefined && (yield* test(to as Address)))
        command.active = false
      return true
    }
    if (command.end !== undefined ? line >= command.end : yield* test(to as Address)) command.active = false
    return command.end === undefined || line <= command.end
  }

  for (;;) {
    if (!restart) {
      const next = yield* input.next()
      if (!next) return { lines: line }
      pattern = next.text
      newline = next.newline
      line++
    }
    restart = false
    let substituted = false
    let deleted = false
    cycle: for (let i = 0; i < commands.length; i++) {
      if (++steps % 200 === 0) yield* useCpu(0.2)
      const command = commands[i]!
      if ((yield* selected(command)) === command.negated) {
        if (command.name === '{') i = command.jump!
        continue
      }
      switch (command.name) {
        case '=':
          yield* emit(`${line}\n`)
          break
        case 'a':
          after.push(command.text!)
          break
        case 'i':
          yield* emit(command.text!)
          break
        case 'c':
          if (command.to === undefined || !command.active || command.negated) yield* emit(command.text!)
          deleted = true
          break cycle
        case 'd':
          deleted = true
          break cycle
        case 'D':
          if (pattern.includes('\n')) {
            pattern = pattern.slice(pattern.indexOf('\n') + 1)
            restart = true
          }
          deleted = true
          break cycle
        case 'g':
          pattern = hold
          break
        case 'G':
          pattern += `\n${hold}`
          break
        case 'h':
          hold = pattern
          break
        case 'H':
          hold += `\n${pattern}`
          break
        case 'x':
          ;[pattern, hold] = [hold, pattern]
          break
        case 'z':
          pattern = ''
          break
        case 'F':
          yield* emit(`${path}\n`)
          break
        case 'l':
          yield* emit(
            `${pattern.replace(/[\\\n\t\x00-\x1f\x7f]/g, (c) => ({ '\\': '\\\\', '\n': '\\n', '\t': '\\t' })[c] ?? `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)}$\n`,
          )
          break
        case 'n': {
          if (!quiet && !(yield* input.isLast())) yield* emit(`${pattern}\n`)
          for (const text of after.splice(0)) yield* emit(text)
          const next = yield* input.next()
          if (!next) {
            if (!quiet) yield* emit(pattern + (newline ? '\n' : ''))
            return { lines: line }
          }
          pattern = next.text
          newline = next.newline
          line++
          break
        }
        case 'N': {
          const next = yield* input.next()
          if (!next) {
            if (!quiet) yield* emit(pattern + (newline ? '\n' : ''))
            return { lines: line }
          }
          pattern += `\n${next.text}`
          newline = next.newline
          line++
          break
        }
        case 'p':
          yield* emit(`${pattern}\n`)
          break
        case 'P':
          yield* emit(`${pattern.split('\n')[0]}\n`)
          break
        case 'q':
          yield* finishCycle()
          return { lines: line, quit: command.code ?? 0 }
        case 'Q':
          return { lines: line, quit: command.code ?? 0 }
        case 'r':
          try {
            after.push(yield* readFile(command.text!))
          } catch (error) {
            if (!(error instanceof SyscallError)) throw error // a file that is not there adds nothing
          }
          break
        case 'w':
          yield* write(yield* fileFor(command.text!), `${pattern}\n`)
          break
        case 'y':
          pattern = [...pattern].map((c) => command.map!.get(c) ?? c).join('')
          break
        case 's': {
          const one = command.substitute!
          const regex = one.regex ?? (lastRegex && new RegExp(lastRegex.source, [...new Set(`${lastRegex.flags}g`)].join('')))
          if (!regex) throw new ToolError('no previous regular expression')
          lastRegex = regex
          const result = substitute(pattern, regex, one)
          if (result === undefined) break
          pattern = result
          substituted = true
          if (one.print) yield* emit(`${pattern}\n`)
          if (one.file) yield* write(yield* fileFor(one.file), `${pattern}\n`)
          break
        }
        case 'b':
          i = command.jump ?? commands.length
          break
        case 't':
        case 'T':
          if (substituted === (command.name === 't')) i = command.jump ?? commands.length
          if (command.name === 't') substituted = false
          break
      }
    }
    if (deleted) for (const text of after.splice(0)) yield* emit(text)
    else yield* finishCycle()
  }
}

export function substitute(
  text: string,
  regex: RegExp,
  { replacement, global, occurrence }: NonNullable<Command['substitute']>,
): string | undefined {
  let out = ''
  let at = 0
  let count = 0
  let done = false
  regex.lastIndex = 0
  for (let match = regex.exec(text); match; match = regex.exec(text)) {
    // An empty match right behind the last one is none.
    if (match[0] === '' && match.index === at && count > 0 && at > 0 && done) {
      regex.lastIndex = match.index + 1
      if (regex.lastIndex > text.length) break
      continue
    }
    count++
    if (count >= occurrence) {
      out += text.slice(at, match.index) + replaced(replacement, match)
      at = match.index + match[0].length
      done = true
      if (!global) break
    }
    if (match[0] === '') {
      if (match.index >= text.length) break
      regex.lastIndex = match.index + 1
    }
  }
  return done ? out + text.slice(at) : undefined
}
