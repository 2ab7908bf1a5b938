import type { Assignment, Command, Redirection, Word, WordPart } from 'unbash'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { builtins, declarations, type Builtin } from '../builtins/all'
import { hasBuiltin } from '../dialect'
import { expandText, expandWords } from '../expand/words'
import { parse } from '../parse'
import { ShellError, lineAt, type Shell, type ShellFunction } from '../state'
import { lookUp, textOf, type Scope, type Variable } from '../variables'
import { assign } from './assign'
import { closeAll, complain, environment, replace, reported, start } from './fork'
import { waitForeground } from './jobs'
import { applyRedirections, endSubstitutions } from './redirect'
import { runNode } from './run'
import { trace, traceCommand, tracedAssignment } from './trace'

/** The deepest functions may call each other: beyond it a script has lost its way, and the page must not. */
const MAX_CALLS = 400

/** Runs a simple command: assignments, then a function, a builtin or a program. */
export function* runSimple(shell: Shell, node: Command, skipAlias?: string): Proc {
  shell.line = lineAt(shell.unit, node.pos)
  if (node.name && shell.aliases.size > 0 && (shell.interactive || shell.shopts.has('expand_aliases') || shell.flavour !== 'bash')) {
    const alias = node.name.parts || node.name.text === skipAlias ? undefined : shell.aliases.get(node.name.text)
    if (alias !== undefined) return yield* runAlias(shell, node, alias)
  }
  const { givesWay } = shell
  shell.givesWay = false
  try {
    yield* runExpanded(shell, node, givesWay)
  } catch (error) {
    const mild = error instanceof ShellError && error.ends === 'command'
    if (!mild || !(yield* reported(shell, error))) throw error
  }
}

/** An alias is replaced in the text of the command; when it is a plain command line its words go before the others. */
function* runAlias(shell: Shell, node: Command, alias: string): Proc {
  const unit = parse(alias, shell.line)
  const only = unit.script.commands.length === 1 ? unit.script.commands[0]!.command : undefined
  if (only?.type === 'Command' && only.name) {
    const suffix = [...only.suffix, ...node.suffix]
    const merged: Command = {
      ...only,
      pos: node.pos,
      end: node.end,
      prefix: [...node.prefix, ...only.prefix],
      suffix,
      args: suffix.filter((part): part is Word | Assignment => part.type === 'Word' || part.type === 'Assignment'),
      redirects: [...node.prefix, ...only.prefix, ...suffix].filter(
        (part): part is Redirection => part.type === 'Redirect' || part.type === 'HereDoc' || part.type === 'HereString',
      ),
    }
    return yield* runSimple(shell, merged, node.name!.text)
  }
  const before = shell.unit
  const name = node.name!.text
  shell.givesWay = false
  shell.aliases.delete(name) // it is not expanded again inside itself
  shell.unit = parse(`${alias} ${before.source.slice(node.name!.end, node.end)}`, shell.line)
  yield* shell.run(shell, shell.unit.script.commands)
  shell.unit = before
  shell.aliases.set(name, alias)
}

function* runExpanded(shell: Shell, node: Command, givesWay: boolean): Proc {
  const assignments = node.prefix.filter((part): part is Assignment => part.type === 'Assignment')
  shell.substitutionStatus = 0
  const before = shell.substitutions.length
  const { argv, arrays } = node.name ? yield* expandCommandLine(shell, node) : { argv: [], arrays: new Map<number, Assignment>() }
  if (argv.length === 0) {
    const { opened } = yield* applyRedirections(shell, node.redirects)
    yield* closeAll(opened)
    for (const one of assignments) {
      const given = yield* assign(shell, one)
      if (shell.options.has('xtrace')) yield* trace(shell, tracedAssignment(one, given))
    }
    shell.status = shell.substitutionStatus
    return
  }
  const scope = assignments.length > 0 ? yield* temporaryScope(shell, assignments) : undefined
  if (shell.options.has('xtrace')) yield* traceCommand(shell, scope ? tracedAssignments(assignments, scope) : [], argv)
  const { io, opened } = yield* applyRedirections(shell, node.redirects)
  const outer = shell.io
  shell.io = io
  if (scope) shell.variables.scopes.push(scope)
  let keep = false
  try {
    const name = argv[0]!
    const called = shell.functions.get(name)
    const builtin = hasBuiltin(shell, name) ? builtins[name] : undefined
    if (called) yield* callFunction(shell, called, argv.slice(1))
    else if (builtin) {
      keep = name === 'exec' && argv.length === 1
      yield* runBuiltin(shell, builtin, argv, arrays)
    } else if (givesWay && shell.traps.size === 0 && shell.substitutions.length === 0) shell.status = yield* replace(shell, argv)
    else yield* runProgram(shell, argv, node)
  } finally {
    if (scope) shell.variables.scopes.splice(shell.variables.scopes.indexOf(scope), 1)
    if (!keep) {
      // What a builtin changed in the table itself (exec in a function) is not undone by us: only our own redirections are.
      shell.io = outer
      yield* closeAll(opened)
    }
  }
  yield* endSubstitutions(shell, before)
}

const isSubstitution = (argument: Word | Assignment) => argument.type === 'Word' && argument.parts?.[0]?.type === 'ProcessSubstitution'

/** The parser ends a word where a process substitution begins or ends; to the shell `--file=<(…)` is one. */
function joined(words: readonly (Word | Assignment)[]): readonly (Word | Assignment)[] {
  const whole: (Word | Assignment)[] = []
  for (const word of words) {
    const before = whole.at(-1)
    if (before?.type !== 'Word' || word.type !== 'Word' || before.end !== word.pos) whole.push(word)
    else whole[whole.length - 1] = { ...before, end: word.end, text: before.text + word.text, value: before.value + word.value, parts: [...partsOf(before), ...partsOf(word)] } // prettier-ignore
  }
  return whole
}

const partsOf = ({ parts, pos, end, value, text }: Word): readonly WordPart[] => parts ?? [{ type: 'Literal', pos, end, value, text }]

function* expandCommandLine(shell: Shell, node: Command): Proc<{ argv: string[]; arrays: Map<number, Assignment> }> {
  const arrays = new Map<number, Assignment>()
  const argv = yield* expandWords(shell, [node.name!])
  const declares = argv.length > 0 && declarations.has(argv[0]!)
  for (const argument of node.args.some(isSubstitution) ? joined(node.args) : node.args) {
    if (argument.type === 'Word') {
      const plainAssignment = declares && /^[A-Za-z_]\w*\+?=/.test(argument.text)
      if (plainAssignment) argv.push(yield* expandText(shell, argument, 'assignment'))
      else argv.push(...(yield* expandWords(shell, [argument])))
    } else if (argument.value.type === 'ArrayValue') {
      arrays.set(argv.length, argument)
      argv.push(argument.name)
    } else {
      const index = argument.index ? `[${yield* expandText(shell, argument.index)}]` : ''
      argv.push(`${argument.name}${index}${argument.append ? '+=' : '='}${yield* expandText(shell, argument.value, 'assignment')}`)
    }
  }
  return { argv, arrays }
}

/** `A=1 command`: variables that exist while the command runs. */
function* temporaryScope(shell: Shell, assignments: readonly Assignment[]): Proc<Scope> {
  const scope: Scope = new Map<string, Variable>()
  for (const { name, value, append } of assignments) {
    if (value.type !== 'Word') continue // bash ignores arrays here too
    const text = yield* expandText(shell, value, 'assignment')
    if (lookUp(shell.variables, name)?.readonly) throw new ShellError(`${name}: readonly variable`)
    scope.set(name, { kind: 'text', value: append ? (textOf(lookUp(shell.variables, name)) ?? '') + text : text, exported: true })
  }
  return scope
}

const tracedAssignments = (assignments: readonly Assignment[], scope: Scope) =>
  assignments.map((one) => tracedAssignment(one, textOf(scope.get(one.name)) ?? ''))

export function* callFunction(shell: Shell, called: ShellFunction, args: readonly string[]): Proc {
  if (shell.functionDepth >= MAX_CALLS) {
    yield* complain(shell, `${called.name}: maximum function nesting level exceeded (${MAX_CALLS})`)
    shell.status = 1
    shell.jump = shell.interactive ? { to: 'prompt' } : { to: 'exit', code: 1 }
    return
  }
  const { args: outerArgs, loops, unit } = shell
  const scope: Scope = new Map()
  shell.variables.scopes.push(scope)
  shell.functionNames.push(called.name)
  shell.args = args
  shell.loops = 0
  shell.functionDepth++
  shell.unit = called.unit
  try {
    if (called.body.type === 'CompoundList') yield* shell.run(shell, called.body.commands)
    else yield* runNode(shell, called.body)
  } finally {
    shell.unit = unit
    shell.functionDepth--
    shell.loops = loops
    shell.args = outerArgs
    shell.functionNames.pop()
    shell.variables.scopes.splice(shell.variables.scopes.indexOf(scope), 1)
  }
  if (shell.jump?.to === 'return') {
    shell.status = shell.jump.code
    shell.jump = undefined
  }
}

export function* runBuiltin(
  shell: Shell,
  builtin: Builtin,
  argv: readonly string[],
  arrays: ReadonlyMap<number, Assignment> = new Map(),
): Proc {
  try {
    shell.status = yield* builtin({ shell, name: argv[0]!, args: argv.slice(1), array: (at) => arrays.get(at + 1) })
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code === 'EPIPE') throw error
    if (error.code === 'EINTR') {
      shell.status = 130 // the signal is looked at before the next command
      return
    }
    yield* complain(shell, `${argv[0]}: ${error.message}`)
    shell.status = 1
  }
}

function* runProgram(shell: Shell, argv: readonly string[], node: { pos: number; end: number }): Proc {
  const started = yield* start(shell, argv, { io: shell.io, env: environment(shell), group: shell.monitor ? 0 : undefined })
  if ('code' in started) {
    shell.status = started.code
    shell.pipeStatus = [started.code]
    return
  }
  shell.status = yield* waitForeground(
    shell,
    [started.pid],
    shell.monitor ? started.pid : undefined,
    shell.unit.source.slice(node.pos, node.end),
  )
}
