import type { Redirection } from 'unbash'
import { close, dup, open, pipe, stat, wait, write } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { expandHereDocument, expandText } from '../expand/words'
import { refuseToken } from '../dialect'
import { ShellError, type Shell } from '../state'
import { setText } from '../variables'

/** Descriptors as a command will see them, and those opened for it, to be closed when it has ended. */
export interface Redirected {
  readonly io: Map<number, number>
  readonly opened: number[]
}

/** Opens what redirections name, in order. Throws ShellError (which ends only the command) with the message of the first that fails. */
export function* applyRedirections(
  shell: Shell,
  redirections: readonly Redirection[],
  from: ReadonlyMap<number, number> = shell.io,
): Proc<Redirected> {
  const io = new Map(from)
  const opened: number[] = []
  try {
    for (const redirection of redirections) yield* applyOne(shell, redirection, io, opened)
  } catch (error) {
    for (const fd of opened) yield* close(fd)
    throw error
  }
  return { io, opened }
}

function* applyOne(shell: Shell, redirection: Redirection, io: Map<number, number>, opened: number[]): Proc {
  const use = (logical: number, fd: number) => {
    opened.push(fd)
    io.set(logical, fd)
  }
  const operator = redirection.operator
  const named = redirection.descriptor?.type === 'FileDescriptorVariable' ? redirection.descriptor.name : undefined
  let target = redirection.descriptor?.type === 'FileDescriptor' ? redirection.descriptor.value : operator.startsWith('<') ? 0 : 1
  if (named !== undefined) {
    target = 10
    while (io.has(target)) target++
    setText(shell.variables, named, String(target))
  }
  if (redirection.type !== 'Redirect') {
    if (redirection.type === 'HereString') refuseToken(shell, 'redirection')
    const text =
      redirection.type === 'HereDoc' ? yield* expandHereDocument(shell, redirection) : `${yield* expandText(shell, redirection.target)}\n`
    const [reader, writer] = yield* pipe()
    yield* write(writer, text)
    yield* close(writer)
    return use(target, reader)
  }
  const word = yield* expandText(shell, redirection.target)
  if (operator === '>&' || operator === '<&') {
    if (word === '-') return void io.delete(target)
    const move = /^(\d+)-?$/.exec(word)
    if (move) {
      const source = io.get(Number(move[1]))
      if (source === undefined)
        throw new ShellError(`${shell.flavour === 'busybox' ? `dup2(${word},${target})` : word}: Bad file descriptor`, 1, 'command')
      use(target, yield* dup(source))
      if (word.endsWith('-')) io.delete(Number(move[1]))
      return
    }
    if (operator === '<&' || redirection.descriptor) throw new ShellError(`${word}: ambiguous redirect`, 1, 'command')
    use(1, yield* openFile(shell, word, 'write', io))
    return use(2, yield* dup(io.get(1)!))
  }
  if (operator === '&>' || operator === '&>>') {
    use(1, yield* openFile(shell, word, operator === '&>' ? 'write' : 'append', io))
    return use(2, yield* dup(io.get(1)!))
  }
  if (operator === '>' && shell.options.has('noclobber') && (yield* stat(word))?.type === 'file')
    throw new ShellError(`${word}: cannot overwrite existing file`, 1, 'command')
  const mode = operator === '<' ? 'read' : operator === '>>' ? 'append' : operator === '<>' ? 'readwrite' : 'write'
  use(target, yield* openFile(shell, word, mode, io))
}

function* openFile(
  shell: Shell,
  path: string,
  mode: 'read' | 'write' | 'append' | 'readwrite',
  io: ReadonlyMap<number, number>,
): Proc<number> {
  // The script's own descriptors: the kernel numbers them differently.
  const own = /^\/dev\/(?:fd\/(\d+)|std(in|out|err))$/.exec(path) ?? /^\/proc\/self\/fd\/(\d+)$/.exec(path)
  const number = own && (own[1] ? Number(own[1]) : ['in', 'out', 'err'].indexOf(own[2]!))
  const inherited = number === null ? undefined : (io.get(number) ?? shell.io.get(number))
  if (inherited !== undefined) return yield* dup(inherited)
  try {
    return yield* open(path, mode)
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code === 'EINTR') throw error
    throw new ShellError(message(shell, path, mode, error), shell.flavour === 'dash' ? 2 : 1, 'command')
  }
}

function message(shell: Shell, path: string, mode: string, error: SyscallError): string {
  if (path === '') return ': No such file or directory'
  if (shell.flavour === 'bash') return `${path}: ${error.message}`
  const missing = error.code === 'ENOENT'
  if (mode === 'read')
    return shell.flavour === 'busybox'
      ? `can't open ${path}: ${missing ? 'no such file' : error.message}`
      : `cannot open ${path}: ${missing ? 'No such file' : error.message}`
  return shell.flavour === 'busybox'
    ? `can't create ${path}: ${missing ? 'nonexistent directory' : error.message}`
    : `cannot create ${path}: ${missing ? 'Directory nonexistent' : error.message}`
}

/** Closes the descriptors of process substitutions made since there were `before` of them; their processes are not waited for. */
export function* endSubstitutions(shell: Shell, before: number): Proc {
  for (const { fd, pid } of shell.substitutions.splice(before)) {
    const kernel = shell.io.get(fd)
    shell.io.delete(fd)
    if (kernel !== undefined) yield* close(kernel)
    yield* wait(pid, { noHang: true })
  }
}
