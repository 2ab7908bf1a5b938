import { close, exec, onSignal, spawn, write } from '../../node/os/calls'
import { SyscallError, type Proc, type Program } from '../../node/os/syscalls'
import { print as printFunction } from '../builtins/functions'
import { parse } from '../parse'
import { ShellError, messagePrefix, type ForkOptions, type Shell, type ShellFunction } from '../state'
import { ReadonlyError, copyVariables, environmentOf, lookUp, textOf } from '../variables'
import { runTrap } from './signals'

/** Starts a subshell on a copy of `shell` as it is now; answers its pid. */
export function* fork(shell: Shell, work: (child: Shell) => Proc<void>, options: ForkOptions): Proc<number> {
  const copy: Shell = {
    ...shell,
    interactive: false,
    monitor: false,
    terminal: undefined,
    substitutionDepth: shell.substitutionDepth + (options.substitution ? 1 : 0),
    variables: copyVariables(shell.variables),
    functions: new Map(shell.functions),
    aliases: new Map(shell.aliases),
    options: new Set([...shell.options].filter((name) => name !== 'monitor')),
    shopts: new Set(shell.shopts),
    io: new Map([...options.io.keys()].map((fd) => [fd, fd])),
    jobs: [],
    jobsOutside: options.parentheses ? undefined : shell.jobs,
    // Traps are not inherited, but ignoring is.
    traps: new Map([...shell.traps].filter(([, action]) => action === '')),
    directories: [...shell.directories],
    hashed: new Map(shell.hashed),
    substitutions: [],
    tested: shell.tested,
    jump: undefined,
  }
  const program: Program = function* (self) {
    const child: Shell = { ...copy, self, ownPid: self.pid, givesWay: options.givesWay ?? false }
    if (options.background) {
      for (const signal of ['SIGINT', 'SIGQUIT'] as const) yield* onSignal(signal, 'ignore')
    }
    return yield* runToExit(child, () => work(child))
  }
  return yield* spawn({
    argv: shell.self.argv,
    run: program,
    env: shell.self.env,
    cwd: shell.cwd,
    fds: Object.fromEntries(options.io),
    group: options.group,
  })
}

/** Runs `work` and then the EXIT trap; answers the exit code. Mistakes that end a shell end here, with their message. */
export function* runToExit(shell: Shell, work: () => Proc<void>): Proc<number> {
  yield* guarded(shell, work)
  yield* finishJump(shell)
  return shell.status
}

function* finishJump(shell: Shell): Proc {
  if (shell.jump?.to === 'exit' || shell.jump?.to === 'return') shell.status = shell.jump.code
  const last = shell.traps.get('EXIT')
  shell.traps.delete('EXIT')
  shell.jump = undefined
  if (last) {
    yield* runTrap(shell, last)
    const after = shell.jump as Shell['jump'] // the trap may have called exit, which the compiler cannot see
    if (after?.to === 'exit') shell.status = after.code
  }
}

/** Runs `work`; a mistake in it is reported, and ends a shell that nobody sits at. */
export function* guarded(shell: Shell, work: () => Proc<void>): Proc {
  try {
    yield* work()
  } catch (error) {
    if (!(yield* reported(shell, error))) throw error
    const ends = shell.flavour !== 'bash' ? 'shell' : error instanceof ShellError ? error.ends : 'line'
    if (shell.interactive) shell.jump = { to: 'prompt' }
    else shell.jump = ends === 'shell' ? { to: 'exit', code: shell.status } : { to: 'line' }
  }
}

/** Prints the message of an error a user can cause and sets $?; false for any other. */
export function* reported(shell: Shell, error: unknown): Proc<boolean> {
  if (error instanceof ShellError) {
    yield* complain(shell, error.message)
    shell.status = error.status
    return true
  }
  if (error instanceof ReadonlyError) {
    yield* complain(shell, shell.flavour === 'bash' ? error.message : `${error.variable}: is read only`)
    shell.status = shell.flavour === 'bash' ? 1 : 2
    return true
  }
  return false
}

/** A message on standard error, with the shell's name and the line in front. */
export const complain = (shell: Shell, message: string) => printError(shell, `${messagePrefix(shell)}${message}\n`)

export function* printError(shell: Shell, text: string): Proc {
  const fd = shell.io.get(2)
  if (fd !== undefined) yield* write(fd, text)
}

/** What a program started by this shell finds in its environment. */
export function environment(shell: Shell): Record<string, string> {
  const env = environmentOf(shell.variables)
  // The kernel looks programs up in PATH of what it is given.
  if (env.PATH === undefined)
    env.PATH = textOf(lookUp(shell.variables, 'PATH')) ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  for (const known of shell.functions.values()) if (known.exported) env[`BASH_FUNC_${known.name}%%`] = handedDown(known)
  return env
}

/** An exported function as the variable in which bash hands it down. */
const handedDown = (known: ShellFunction) =>
  printFunction(known)
    .slice(known.name.length + 1)
    .replace(/^\(\) *\n\{ *\n */, '() {  ')
    .trimEnd()

const HANDED_DOWN = /^BASH_FUNC_(.+)%%$/

/** The functions that the shell which started this one has exported. */
export function inheritedFunctions(env: Readonly<Record<string, string>>): Map<string, ShellFunction> {
  const found = new Map<string, ShellFunction>()
  for (const [variable, value] of Object.entries(env)) {
    const name = HANDED_DOWN.exec(variable)?.[1]
    if (name === undefined || !value.startsWith('() {')) continue
    const unit = parse(`${name} ${value}`)
    const node = unit.script.commands[0]?.command
    if (node?.type === 'Function') found.set(name, { name, body: node.body, unit, exported: true })
  }
  return found
}

/** Starts a program; answers its pid, or the exit code of the refusal, which has been reported on `io`'s standard error. */
export function* start(
  shell: Shell,
  argv: readonly string[],
  options: { io: ReadonlyMap<number, number>; env: Readonly<Record<string, string>>; group?: number },
): Proc<{ pid: number } | { code: number }> {
  const { io, env, group } = options
  const fds = Object.fromEntries(io)
  const name = argv[0] ?? ''
  try {
    return { pid: yield* spawn({ argv, env, cwd: shell.cwd, fds, group }) }
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    const { message, code } = yield* refusal(shell, name, error)
    const stderr = io.get(2)
    if (stderr !== undefined) yield* write(stderr, `${message}\n`)
    return { code }
  }
}

/** Puts a program in the shell's place; comes back with an exit code only when it cannot be run, which has been reported. */
export function* replace(shell: Shell, argv: readonly string[]): Proc<number> {
  try {
    return yield* exec({ argv, env: environment(shell), cwd: shell.cwd, fds: Object.fromEntries(shell.io) })
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    const { message, code } = yield* refusal(shell, argv[0] ?? '', error)
    yield* printError(shell, `${message}\n`)
    return code
  }
}

function* refusal(shell: Shell, name: string, error: SyscallError): Proc<{ message: string; code: number }> {
  const prefix = messagePrefix(shell)
  const missing = error.code === 'ENOENT' || error.code === 'ENOTDIR'
  if (missing) {
    if (shell.flavour === 'bash')
      return { message: prefix + (name.includes('/') ? `${name}: ${error.message}` : `${name}: command not found`), code: 127 }
    return { message: `${prefix}${name}: not found`, code: 127 }
  }
  const text = error.code === 'EAGAIN' ? 'fork: retry: Resource temporarily unavailable' : `${name}: ${error.message}`
  return { message: prefix + text, code: error.code === 'EAGAIN' ? 254 : 126 }
}

export function* closeAll(fds: readonly number[]): Proc {
  for (const fd of fds) yield* close(fd)
}
