import { close, open, pipe, read, spawn, wait } from '../../../node/os/calls'
import { SyscallError, type Proc } from '../../../node/os/syscalls'
import { complain, type Context, type Output } from '../tool'
import type { Memory } from './memory'
import { unescapeAwk } from './tokens'
import { regex } from './regex'
import { outside, toNumber, toText, type Table, type Value } from './values'

interface Reader {
  fd: number
  pid?: number
  buffer: string
  ended: boolean
}

/** The files and commands a running awk program reads from and prints to. */
export interface Streams {
  /** Starts a command with the shell; answers its process. */
  shell(command: string, fds: Readonly<Record<number, number>>): Proc<number>
  /** The descriptor that `print > name`, `>> name` or `| name` writes to. */
  sink(operator: string, name: string): Proc<number>
  /** The stream that `getline < name` or `name | getline` reads; undefined when it cannot be opened. */
  source(from: '<' | '|', name: string): Proc<Reader | undefined>
  /** The next record of a stream; undefined at its end. */
  readRecord(reader: Reader): Proc<string | undefined>
  /** The next record of the operands' files; undefined after the last. */
  nextMainRecord(): Proc<string | undefined>
  /** Leaves the rest of the file that is being read. */
  skipFile(): void
  /** awk's close(): the command's exit code, 0 for a file, -1 when nothing of that name is open. */
  close(name: string): Proc<number>
  closeAll(): Proc
  /** Whether an operand could not be opened. */
  readonly failed: boolean
}

/** Streams of a program whose operands lie in `ARGV`. Output held back is flushed before anything else may print. */
export function createStreams(context: Context, memory: Memory, output: Output): Streams {
  const { globals } = memory
  const files = new Map<string, { fd: number; pid?: number }>()
  const readers = new Map<string, Reader>()
  let main: Reader | undefined
  let argument = 1
  let usedFile = false
  let failed = false

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

  function* sink(operator: string, name: string): Proc<number> {
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

  function* source(from: '<' | '|', name: string): Proc<Reader | undefined> {
    const known = readers.get(name)
    if (known) return known
    let reader: Reader
    try {
      if (from === '<') reader = { fd: name === '-' ? 0 : yield* open(name, 'read'), buffer: '', ended: false }
      else {
        yield* output.flush()
        const [end, to] = yield* pipe()
        const pid = yield* shell(name, { 1: to })
        yield* close(to)
        reader = { fd: end, pid, buffer: '', ended: false }
      }
    } catch (error) {
      if (error instanceof SyscallError) return undefined
      throw error
    }
    readers.set(name, reader)
    return reader
  }

  function* readRecord(reader: Reader): Proc<string | undefined> {
    const separator = memory.special('RS')
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
          failed = true
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
      const operand = toText(argv.get(String(argument++)))
      const assignment = /^([A-Za-z_]\w*)=([^]*)$/.exec(operand)
      if (assignment) memory.setVariable(assignment[1]!, outside(unescapeAwk(assignment[2]!)))
      else if (operand !== '') {
        usedFile = true
        return operand
      }
    }
    if (usedFile) return undefined
    usedFile = true
    return '-'
  }

  function* closeAll(): Proc {
    for (const name of [...files.keys()]) yield* closeStream(name)
  }

  return {
    shell,
    sink,
    source,
    readRecord,
    nextMainRecord,
    skipFile: () => {
      if (main) main = { ...main, buffer: '', ended: true }
    },
    close: closeStream,
    closeAll,
    get failed() {
      return failed
    },
  }
}
