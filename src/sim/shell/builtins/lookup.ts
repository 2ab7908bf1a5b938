import { stat } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { runBuiltin } from '../evaluate/command'
import { environment, start } from '../evaluate/fork'
import { waitForeground } from '../evaluate/jobs'
import { DEFAULT_PATH, type Shell } from '../state'
import { lookUp, textOf } from '../variables'
import { builtins } from './all'
import { print as printFunction } from './functions'
import { failure, options, print, type Builtin, type Call } from './builtin'

/** Builtins that say what a name stands for, or choose among its meanings. */

const keywords = new Set('if then else elif fi case esac for select while until do done in function time { } ! [[ ]] coproc'.split(' '))

/** Every file on PATH that a name could run. */
export function* findPrograms(shell: Shell, name: string, path = textOf(lookUp(shell.variables, 'PATH')) ?? DEFAULT_PATH): Proc<string[]> {
  const candidates = name.includes('/') ? [name] : path.split(':').map((directory) => `${directory || '.'}/${name}`)
  const found: string[] = []
  for (const candidate of candidates) {
    const info = yield* stat(candidate)
    if (info?.type === 'file' && (info.mode & 0o111) !== 0) found.push(candidate)
  }
  return found
}

type Meaning = { readonly kind: 'alias' | 'keyword' | 'function' | 'builtin' | 'file'; readonly text: string }

function* meanings(shell: Shell, name: string): Proc<Meaning[]> {
  const found: Meaning[] = []
  if (shell.aliases.has(name)) found.push({ kind: 'alias', text: shell.aliases.get(name)! })
  if (keywords.has(name)) found.push({ kind: 'keyword', text: name })
  if (shell.functions.has(name)) found.push({ kind: 'function', text: name })
  if (builtins[name]) found.push({ kind: 'builtin', text: name })
  for (const path of yield* findPrograms(shell, name)) found.push({ kind: 'file', text: path })
  return found
}

function describe(shell: Shell, name: string, { kind, text }: Meaning): string {
  const bash = shell.flavour === 'bash'
  switch (kind) {
    case 'alias':
      return bash ? `${name} is aliased to \`${text}'\n` : `${name} is an alias for ${text}\n`
    case 'keyword':
      return `${name} is a shell keyword\n`
    case 'function':
      return bash
        ? `${name} is a function\n${printFunction(shell.functions.get(name)!)}`
        : `${name} is a ${shell.flavour === 'dash' ? 'shell ' : ''}function\n`
    case 'builtin':
      return `${name} is a shell builtin\n`
    default:
      return shell.hashed.has(name) ? `${name} is hashed (${text})\n` : `${name} is ${text}\n`
  }
}

const type: Builtin = function* (call) {
  const { shell } = call
  const parsed = yield* options(call, 'afptP', 'type [-afptP] name [name ...]')
  if (!parsed) return 2
  const { flags, rest } = parsed
  let status = 0
  for (const name of rest) {
    let found = yield* meanings(shell, name)
    if (flags.has('p') || flags.has('P'))
      found = flags.has('p') && found[0]?.kind !== 'file' ? [] : found.filter((one) => one.kind === 'file')
    if (found.length === 0) {
      status = 1
      if (flags.has('t') || flags.has('p') || flags.has('P')) continue
      if (shell.flavour === 'bash') yield* failure(call, `${name}: not found`)
      else yield* print(shell, `${name}: not found\n`)
      if (shell.flavour !== 'bash') status = 127
    }
    for (const one of flags.has('a') ? found : found.slice(0, 1)) {
      yield* print(
        shell,
        flags.has('t') ? `${one.kind}\n` : flags.has('p') || flags.has('P') ? `${one.text}\n` : describe(shell, name, one),
      )
    }
  }
  return status
}

/** Runs a name as anything but a function. */
function* runWithoutFunctions(call: Call, argv: readonly string[]): Proc<number> {
  const { shell } = call
  const builtin = builtins[argv[0]!]
  if (builtin) {
    yield* runBuiltin(shell, builtin, argv)
    return shell.status
  }
  const started = yield* start(shell, argv, { io: shell.io, env: environment(shell), group: shell.monitor ? 0 : undefined })
  if ('code' in started) return started.code
  return yield* waitForeground(shell, [started.pid], shell.monitor ? started.pid : undefined, argv.join(' '))
}

const command: Builtin = function* (call) {
  const { shell } = call
  const parsed = yield* options(call, 'pvV', 'command [-pVv] command [arg ...]')
  if (!parsed) return 2
  const { flags, rest } = parsed
  if (rest.length === 0) return 0
  if (!flags.has('v') && !flags.has('V')) return yield* runWithoutFunctions(call, rest)
  let status = 1
  for (const name of rest) {
    const [found] = yield* meanings(shell, name)
    if (found) {
      status = 0
      yield* print(
        shell,
        flags.has('V')
          ? describe(shell, name, found)
          : found.kind === 'alias'
            ? `alias ${name}='${found.text}'\n`
            : found.kind === 'file'
              ? `${found.text}\n`
              : `${name}\n`,
      )
    } else if (flags.has('V')) yield* failure(call, `${name}: not found`)
  }
  return status === 0 ? 0 : shell.flavour === 'bash' ? 1 : 127
}

const builtin: Builtin = function* (call) {
  const { shell, args } = call
  if (args.length === 0) return 0
  const known = builtins[args[0]!]
  if (!known) return yield* failure(call, `${args[0]}: not a shell builtin`)
  yield* runBuiltin(shell, known, args)
  return shell.status
}

const hash: Builtin = function* (call) {
  const { shell, args } = call
  if (args[0] === '-r') {
    shell.hashed.clear()
    return 0
  }
  if (args.length === 0) {
    if (shell.hashed.size === 0) yield* print(shell, shell.flavour === 'bash' ? 'hash: hash table empty\n' : '')
    else {
      yield* print(shell, 'hits\tcommand\n')
      for (const { path, hits } of shell.hashed.values()) yield* print(shell, `${String(hits).padStart(4)}\t${path}\n`)
    }
    return 0
  }
  let status = 0
  for (const name of args.filter((argument) => !argument.startsWith('-'))) {
    const [path] = yield* findPrograms(shell, name)
    if (path) shell.hashed.set(name, { path, hits: 0 })
    else status = yield* failure(call, `${name}: not found`)
  }
  return status
}

const caller: Builtin = function* ({ shell }) {
  if (shell.functionDepth === 0) return 1
  yield* print(shell, `${shell.line} ${shell.functionNames.at(-2) ?? 'main'} ${shell.name}\n`)
  return 0
}

const help: Builtin = function* ({ shell, args }) {
  if (args.length > 0) {
    for (const name of args) {
      if (builtins[name]) yield* print(shell, `${name}: a shell builtin\n`)
      else
        return yield* failure(
          { shell, name: 'help', args, array: () => undefined },
          `no help topics match \`${name}'.  Try \`help help' or \`man -k ${name}' or \`info ${name}'.`,
        )
    }
    return 0
  }
  const names = Object.keys(builtins).sort()
  yield* print(shell, `These commands are part of the shell itself; \`type NAME' tells where any other comes from.\n\n`)
  for (let i = 0; i < names.length; i += 6)
    yield* print(
      shell,
      ` ${names
        .slice(i, i + 6)
        .map((name) => name.padEnd(12))
        .join('')
        .trimEnd()}\n`,
    )
  yield* print(shell, `\nThe cluster is a \`kubectl' away: try \`kubectl get nodes' or \`kubectl help'.\n`)
  return 0
}

export const lookup: Readonly<Record<string, Builtin>> = { type, command, builtin, hash, caller, help }
