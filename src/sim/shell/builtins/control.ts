import { readAll, readFile, stat } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { complain, replace } from '../evaluate/fork'
import { runSource } from '../evaluate/source'
import type { Jump, Shell } from '../state'
import { lookUp, textOf } from '../variables'
import { failure, type Builtin, type Call } from './builtin'

/** Builtins that change where the script goes on. */

function* statusArgument(call: Call): Proc<number> {
  const { shell, args } = call
  if (args.length === 0) return shell.status
  if (!/^[-+]?\d+$/.test(args[0]!)) {
    yield* failure(call, shell.flavour === 'bash' ? `${args[0]}: numeric argument required` : `Illegal number: ${args[0]}`)
    return 2
  }
  return Number(BigInt.asUintN(8, BigInt(args[0]!)))
}

const exit: Builtin = function* (call) {
  const code = yield* statusArgument(call)
  if (call.args.length > 1 && /^\d+$/.test(call.args[0]!)) return yield* failure(call, 'too many arguments')
  call.shell.jump = { to: 'exit', code }
  return code
}

const returnFrom: Builtin = function* (call) {
  const { shell } = call
  if (shell.functionDepth === 0 && shell.sourceDepth === 0) {
    if (shell.flavour === 'bash') return yield* failure(call, "can only `return' from a function or sourced script", 2)
    return yield* exit(call)
  }
  const code = yield* statusArgument(call)
  shell.jump = { to: 'return', code }
  return code
}

const leave = (to: 'break' | 'continue'): Builtin =>
  function* (call) {
    const { shell, args } = call
    const levels = Number(args[0] ?? 1)
    if (!Number.isInteger(levels)) {
      yield* failure(call, `${args[0]}: numeric argument required`)
      shell.jump = { to: 'exit', code: 128 }
      return 128
    }
    if (shell.loops === 0) {
      if (shell.flavour === 'bash') yield* failure(call, "only meaningful in a `for', `while', or `until' loop")
      return 0
    }
    if (levels < 1) return yield* failure(call, `${args[0]}: loop count out of range`)
    const jump: Jump = { to, levels: Math.min(levels, shell.loops) }
    shell.jump = jump
    return 0
  }

const evaluate: Builtin = function* ({ shell, args }) {
  const words = args[0] === '--' ? args.slice(1) : args
  if (words.length === 0) return 0
  shell.status = 0
  yield* runSource(shell, words.join(' '), { firstLine: shell.line, label: 'eval' })
  return shell.status
}

/** The text to source: a file's, or what one of the shell's own descriptors gives (`source <(kubectl completion bash)`). */
function* readSource(shell: Shell, path: string): Proc<string> {
  const own = /^\/dev\/(?:fd\/(\d+)|stdin)$/.exec(path)
  const fd = own && shell.io.get(Number(own[1] ?? 0))
  return typeof fd === 'number' ? yield* readAll(fd) : yield* readFile(path)
}

const source: Builtin = function* (call) {
  const { shell, args } = call
  const [path, ...rest] = args
  if (path === undefined) return yield* failure(call, 'filename argument required', 2)
  const file = yield* findSource(shell, path)
  let text: string
  try {
    text = yield* readSource(shell, file)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    // Bash leaves the builtin's own name out of this message.
    if (shell.flavour === 'bash') yield* complain(shell, `${path}: ${error.message}`)
    else yield* failure(call, `can't open '${path}'`)
    return shell.flavour === 'bash' ? 1 : 2
  }
  const { args: outerArgs, unit, name: outerName } = shell
  if (rest.length > 0) shell.args = rest
  shell.sourceDepth++
  shell.status = 0
  try {
    yield* runSource(shell, text, { firstLine: 1, label: path })
  } finally {
    shell.sourceDepth--
    shell.args = rest.length > 0 ? outerArgs : shell.args
    shell.unit = unit
    shell.name = outerName
  }
  if (shell.jump?.to === 'return') {
    shell.status = shell.jump.code
    shell.jump = undefined
  }
  return shell.status
}

function* findSource(shell: Shell, path: string): Proc<string> {
  if (path.includes('/')) return path
  for (const directory of (textOf(lookUp(shell.variables, 'PATH')) ?? '').split(':')) {
    const candidate = `${directory || '.'}/${path}`
    if ((yield* stat(candidate))?.type === 'file') return candidate
  }
  return path
}

const exec: Builtin = function* (call) {
  const { shell } = call
  let { args } = call
  while (args[0] === '-a' || args[0] === '-c' || args[0] === '-l' || args[0] === '--') args = args.slice(args[0] === '-a' ? 2 : 1)
  if (args.length === 0) return 0
  const code = yield* replace(shell, args)
  if (!shell.interactive) shell.jump = { to: 'exit', code }
  return code
}

export const control: Readonly<Record<string, Builtin>> = {
  exit,
  return: returnFrom,
  break: leave('break'),
  continue: leave('continue'),
  eval: evaluate,
  source,
  '.': source,
  exec,
}
