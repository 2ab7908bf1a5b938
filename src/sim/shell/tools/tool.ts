import { close, open, read, readAll, write } from '../../node/os/calls'
import { SyscallError, type Proc, type Program, type Self } from '../../node/os/syscalls'

/** Whose tool it is: GNU's, or busybox' leaner one with its own words. */
export type Make = 'gnu' | 'busybox'

/** A tool, made for the image it is to lie in. */
export type Tool = (make: Make) => Program

/** What a tool works with. */
export interface Context {
  readonly self: Self
  readonly name: string
  readonly busybox: boolean
  readonly env: Readonly<Record<string, string>>
}

/** Ends a tool with a message (`name: message`) and an exit code. */
export class ToolError extends Error {
  constructor(
    message: string,
    readonly code = 1,
  ) {
    super(message)
  }
}

/** Wraps a tool's work: its name for messages, and what a refusal or a mistake turns into. */
export function tool(work: (context: Context, args: readonly string[]) => Proc<number>): Tool {
  return (make) =>
    function* (self) {
      const name = (self.argv[0] ?? '').replace(/^.*\//, '')
      const context: Context = { self, name, busybox: make === 'busybox', env: self.env }
      try {
        return yield* work(context, self.argv.slice(1))
      } catch (error) {
        if (error instanceof ToolError) {
          if (error.message) yield* write(2, `${error.message.startsWith('\x00') ? error.message.slice(1) : `${name}: ${error.message}`}\n`)
          return error.code
        }
        if (error instanceof SyscallError && error.code !== 'EPIPE' && error.code !== 'EINTR') {
          yield* write(2, `${name}: ${error.message}\n`)
          return 1
        }
        throw error
      }
    }
}

/** Parsed options: letters (and long names mapped to letters) with their values in order of appearance. */
export interface Options {
  readonly has: (letter: string) => boolean
  /** The last value given. */
  readonly get: (letter: string) => string | undefined
  readonly all: (letter: string) => readonly string[]
  /** Every option in order. */
  readonly given: readonly (readonly [letter: string, value: string])[]
  readonly operands: readonly string[]
}

export interface OptionTable {
  /** Letters; a colon after one that takes a value, two after one whose value is optional and attached. */
  readonly short: string
  /** Long names → the letter (or word) they stand for; ending in `=` when they take a value. */
  readonly long?: Readonly<Record<string, string>>
  /** Options end at the first operand. */
  readonly strict?: boolean
  /** Exit code of a usage error. */
  readonly usage?: number
  /** `-5` means this letter with value 5. */
  readonly number?: string
}

/** Takes options apart as getopt_long does; a mistake ends the tool with GNU's (or busybox') words. */
export function parseOptions(context: Context, args: readonly string[], table: OptionTable): Options {
  const given: [string, string][] = []
  const operands: string[] = []
  const { name, busybox } = context
  const wrong = (message: string) =>
    new ToolError(
      busybox
        ? `${message}\nBusyBox v1.36.1 multi-call binary.\n\nUsage: ${name} [OPTIONS]`
        : `${message}\nTry '${name} --help' for more information.`,
      table.usage ?? 1,
    )
  for (let i = 0; i < args.length; i++) {
    const argument = args[i]!
    if (argument === '--') {
      operands.push(...args.slice(i + 1))
      break
    }
    if (argument.startsWith('--')) {
      const at = argument.indexOf('=')
      const word = argument.slice(2, at < 0 ? undefined : at)
      const long = table.long ?? {}
      const exact = Object.keys(long).find((key) => key === word || key === `${word}=` || key === `${word}=?`)
      const matches = exact ? [exact] : Object.keys(long).filter((key) => key.startsWith(word))
      const known = matches[0]
      if (!known || (matches.length > 1 && new Set(matches.map((key) => long[key])).size > 1)) {
        if (word === 'help' || word === 'version') throw new ToolError(`\x00`, 0)
        throw wrong(known ? `option '--${word}' is ambiguous` : `unrecognized option '--${word}'`)
      }
      const letter = long[known]!
      if (known.endsWith('=?')) given.push([letter, at < 0 ? '' : argument.slice(at + 1)])
      else if (!known.endsWith('=')) {
        if (at >= 0) throw wrong(`option '--${word}' doesn't allow an argument`)
        given.push([letter, ''])
      } else {
        const value = at < 0 ? args[++i] : argument.slice(at + 1)
        if (value === undefined) throw wrong(`option '--${word}' requires an argument`)
        given.push([letter, value])
      }
      continue
    }
    if (table.number && /^-\d+$/.test(argument)) {
      given.push([table.number, argument.slice(1)])
      continue
    }
    if (!/^-./.test(argument)) {
      if (table.strict) {
        operands.push(...args.slice(i))
        break
      }
      operands.push(argument)
      continue
    }
    for (let j = 1; j < argument.length; j++) {
      const letter = argument[j]!
      const at = table.short.indexOf(letter)
      if (at < 0 || letter === ':') throw wrong(busybox ? `unrecognized option: ${letter}` : `invalid option -- '${letter}'`)
      if (table.short[at + 1] !== ':') {
        given.push([letter, ''])
        continue
      }
      const attached = argument.slice(j + 1)
      const value = table.short[at + 2] === ':' ? attached : attached || args[++i]
      if (value === undefined)
        throw wrong(busybox ? `option requires an argument: ${letter}` : `option requires an argument -- '${letter}'`)
      given.push([letter, value])
      break
    }
  }
  return {
    given,
    operands,
    has: (letter) => given.some(([one]) => one === letter),
    get: (letter) => given.findLast(([one]) => one === letter)?.[1],
    all: (letter) => given.filter(([one]) => one === letter).map(([, value]) => value),
  }
}

/** Buffers output a little, so that a thousand lines are not a thousand system calls; flush before waiting. */
export interface Output {
  line(text: string): Proc
  text(text: string): Proc
  flush(): Proc
}

export function createOutput(fd = 1): Output {
  let held: string[] = []
  let size = 0
  function* flush(): Proc {
    if (size === 0) return
    const data = held.join('')
    held = []
    size = 0
    yield* write(fd, data)
  }
  function* text(data: string): Proc {
    held.push(data)
    size += data.length
    if (size > 16_384) yield* flush()
  }
  return { text, flush, line: (data) => text(`${data}\n`) }
}

export const complain = (context: Context, message: string) => write(2, `${context.name}: ${message}\n`)

/** How this make says that a file cannot be opened. */
export const cannotOpen = (context: Context, path: string, error: SyscallError) =>
  context.busybox ? `can't open '${path}': ${error.message}` : `${path}: ${error.message}`

/** Opens each operand (`-` or none: the standard input), runs `work` with its descriptor; a file that cannot be opened is reported and skipped. Answers 1 if any was. */
export function* eachInput(
  context: Context,
  paths: readonly string[],
  work: (fd: number, path: string) => Proc<void>,
  message: (path: string, error: SyscallError) => string = (path, error) => cannotOpen(context, path, error),
): Proc<number> {
  let status = 0
  for (const path of paths.length > 0 ? paths : ['-']) {
    let fd = 0
    try {
      fd = path === '-' ? 0 : yield* open(path, 'read')
      yield* work(fd, path)
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code === 'EPIPE' || error.code === 'EINTR') throw error
      yield* complain(context, message(path, error))
      status = 1
    }
    if (fd !== 0) yield* close(fd)
  }
  return status
}

/** Calls `each` with every line (without its newline; `complete` says whether it had one) as they come. `each` ends the reading by answering false. */
export function* eachLine(fd: number, each: (line: string, complete: boolean) => Proc<boolean | void>, beforeWaiting?: () => Proc): Proc {
  let rest = ''
  for (;;) {
    if (beforeWaiting) yield* beforeWaiting()
    const chunk = yield* read(fd)
    if (chunk === '') break
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    for (const line of lines) if ((yield* each(line, true)) === false) return
  }
  if (rest !== '') yield* each(rest, false)
}

/** Everything from the operands (or standard input), joined. */
export function* readInputs(context: Context, paths: readonly string[]): Proc<{ text: string; status: number }> {
  const pieces: string[] = []
  const status = yield* eachInput(context, paths, function* (fd) {
    pieces.push(yield* readAll(fd))
  })
  return { text: pieces.join(''), status }
}

/** Lines of a text, without a last empty one. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}
