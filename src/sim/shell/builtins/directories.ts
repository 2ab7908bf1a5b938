import { changeDirectory, stat } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import type { Shell } from '../state'
import { declare, lookUp, setText, textOf } from '../variables'
import { failure, options, print, type Builtin, type Call } from './builtin'

/** Builtins about the working directory. */

/** `path` made absolute against `cwd`, with `.` and `..` taken out by name, as `cd` and `pwd` count them. */
export function joinPath(cwd: string, path: string): string {
  const out: string[] = []
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '..') out.pop()
    else if (part !== '' && part !== '.') out.push(part)
  }
  return `/${out.join('/')}`
}

/** Changes to a directory; answers the message of a refusal. */
export function* changeTo(shell: Shell, path: string, physical = false): Proc<string | undefined> {
  const logical = joinPath(shell.cwd, path)
  try {
    const real = yield* changeDirectory(logical)
    setText(shell.variables, 'OLDPWD', shell.cwd)
    declare(shell.variables, 'OLDPWD', { exported: true })
    shell.cwd = physical ? real : logical
    setText(shell.variables, 'PWD', shell.cwd)
    declare(shell.variables, 'PWD', { exported: true })
    return undefined
  } catch (error) {
    if (error instanceof SyscallError) return error.message
    throw error
  }
}

const cd: Builtin = function* (call) {
  const { shell } = call
  const parsed =
    call.args[0] === '-'
      ? { flags: new Map<string, string>(), rest: [...call.args] }
      : yield* options(call, 'LPe@', 'cd [-L|[-P [-e]] [-@]] [dir]')
  if (!parsed) return 2
  const { flags, rest } = parsed
  if (rest.length > 1 && shell.flavour === 'bash') return yield* failure(call, 'too many arguments')
  const target = rest[0] ?? textOf(lookUp(shell.variables, 'HOME'))
  if (target === undefined) return yield* failure(call, 'HOME not set')
  if (target === '-') {
    const old = textOf(lookUp(shell.variables, 'OLDPWD'))
    if (old === undefined) return yield* failure(call, 'OLDPWD not set')
    const refused = yield* changeTo(shell, old)
    if (refused) return yield* failure(call, `${old}: ${refused}`)
    yield* print(shell, `${shell.cwd}\n`)
    return 0
  }
  if (!/^\.{0,2}(?:\/|$)/.test(target)) {
    for (const base of (textOf(lookUp(shell.variables, 'CDPATH')) ?? '').split(':').filter(Boolean)) {
      if ((yield* stat(`${base}/${target}`))?.type !== 'directory') continue
      yield* changeTo(shell, `${base}/${target}`)
      yield* print(shell, `${shell.cwd}\n`)
      return 0
    }
  }
  const refused = target === '' ? undefined : yield* changeTo(shell, target, flags.has('P') || shell.options.has('physical'))
  if (!refused) return 0
  if (shell.flavour === 'bash') return yield* failure(call, `${target}: ${refused}`)
  return yield* failure(
    call,
    shell.flavour === 'busybox' ? `can't cd to ${target}: ${refused}` : `can't cd to ${target}`,
    shell.flavour === 'dash' ? 2 : 2,
  )
}

const pwd: Builtin = function* ({ shell }) {
  yield* print(shell, `${shell.cwd}\n`)
  return 0
}

const home = (shell: Shell, path: string) => {
  const at = textOf(lookUp(shell.variables, 'HOME')) ?? ''
  return at && (path === at || path.startsWith(`${at}/`)) ? `~${path.slice(at.length)}` : path
}

function* show(shell: Shell): Proc<number> {
  yield* print(shell, `${[shell.cwd, ...shell.directories].map((path) => home(shell, path)).join(' ')}\n`)
  return 0
}

const pushd: Builtin = function* (call) {
  const { shell, args } = call
  const target = args[0] ?? shell.directories[0]
  if (target === undefined) return yield* failure(call, 'no other directory')
  const before = shell.cwd
  const refused = yield* changeTo(shell, target)
  if (refused) return yield* failure(call, `${target}: ${refused}`)
  shell.directories = [before, ...(args.length === 0 ? shell.directories.slice(1) : shell.directories)]
  return yield* show(shell)
}

const popd: Builtin = function* (call) {
  const { shell } = call
  const [next, ...rest] = shell.directories
  if (next === undefined) return yield* failure(call, 'directory stack empty')
  const refused = yield* changeTo(shell, next)
  if (refused) return yield* failure(call, `${next}: ${refused}`)
  shell.directories = rest
  return yield* show(shell)
}

const dirs: Builtin = function* (call: Call) {
  if (call.args[0] === '-c') {
    call.shell.directories = []
    return 0
  }
  return yield* show(call.shell)
}

export const directories: Readonly<Record<string, Builtin>> = { cd, pwd, pushd, popd, dirs }
