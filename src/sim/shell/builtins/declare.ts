import type { Proc } from '../../node/os/syscalls'
import { assign } from '../evaluate/assign'
import { attributeLetters, declaration, variableOf } from '../expand/parameters'
import { singleQuote, quoteIfNeeded } from '../expand/quote'
import { expandArithmetic } from '../expand/words'
import { ShellError, type Shell } from '../state'
import {
  declare,
  findScope,
  lookUp,
  setElement,
  setText,
  textOf,
  unset,
  unsetElement,
  visibleNames,
  type Scope,
  type Variable,
} from '../variables'
import { print as printFunction } from './functions'
import { failure, options, print, type Builtin, type Call } from './builtin'

/** Builtins that make, mark and forget variables. */

interface Marks {
  readonly attributes: Partial<Variable>
  /** Where a new variable goes; undefined: where it is, else global. */
  readonly scope?: Scope
}

/** Handles one `name`, `name=value` or `name=(…)` argument. */
function* declareOne(call: Call, at: number, argument: string, { attributes, scope }: Marks): Proc<boolean> {
  const { shell } = call
  const array = call.array(at)
  const match = /^([A-Za-z_]\w*)(?:\[([^\]]*)\])?(?:(\+?=)([^]*))?$/.exec(argument)
  if (!match) {
    yield* failure(call, `\`${argument}': not a valid identifier`)
    return false
  }
  const [, name, index, operator, value] = match as unknown as [string, string, string?, string?, string?] // group 1 always takes part
  const readonly = lookUp(shell.variables, name)?.readonly && (!scope || scope.has(name))
  if (readonly && (operator !== undefined || array)) {
    yield* failure(call, `${name}: readonly variable`)
    return false
  }
  const target = scope ?? findScope(shell.variables, name) ?? shell.variables.scopes[0]!
  const { readonly: makeReadonly, ...early } = attributes
  if (array) {
    declare(
      shell.variables,
      name,
      { kind: target.get(name)?.kind === 'table' || attributes.kind === 'table' ? 'table' : 'list', ...early },
      target,
    )
    yield* assign(shell, array)
  } else {
    declare(
      shell.variables,
      name,
      index !== undefined && early.kind === undefined && target.get(name)?.kind !== 'table' ? { kind: 'list', ...early } : early,
      target,
    )
    if (operator !== undefined) {
      const variable = lookUp(shell.variables, name)
      const text = variable?.integer
        ? String(yield* expandArithmetic(shell, operator === '+=' ? `${textOf(variable) ?? 0}+(${value})` : value!))
        : operator === '+='
          ? (textOf(variable) ?? '') + value!
          : value!
      if (index !== undefined) setElement(shell.variables, name, variable?.kind === 'table' ? index : Number(index), text)
      else if (attributes.reference) declare(shell.variables, name, { value: text }, target)
      else setText(shell.variables, name, text)
    }
  }
  if (makeReadonly) declare(shell.variables, name, { readonly: true }, target)
  return true
}

function* declareAll(call: Call, first: number, args: readonly string[], marks: Marks): Proc<number> {
  let sound = true
  for (const [i, argument] of args.entries()) sound = (yield* declareOne(call, first + i, argument, marks)) && sound
  return sound ? 0 : 1
}

const usage = 'declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]'

const declareBuiltin: Builtin = function* (call) {
  const { shell, args } = call
  const flags = new Set<string>()
  const removed = new Set<string>()
  let i = 0
  for (; i < args.length && /^[-+][a-zA-Z]/.test(args[i]!); i++) {
    for (const letter of args[i]!.slice(1)) {
      if (!'aAfFgiIlnrtuxp'.includes(letter)) {
        yield* failure(call, `${args[i]![0]}${letter}: invalid option`)
        yield* print(
          { ...shell, io: new Map(shell.io).set(1, shell.io.get(2) ?? 2) },
          `${call.name}: usage: ${call.name === 'local' ? 'local [option] name[=value] ...' : usage}\n`,
        )
        return 2
      }
      ;(args[i]![0] === '-' ? flags : removed).add(letter)
    }
  }
  if (args[i] === '--') i++
  const rest = args.slice(i)
  if (flags.has('f') || flags.has('F')) return yield* printFunctions(call, rest, flags.has('F'))
  if (flags.has('p') || rest.length === 0) return yield* printVariables(call, rest, flags)
  const attributes: Partial<Variable> = {
    ...(flags.has('a') ? { kind: 'list' as const } : flags.has('A') ? { kind: 'table' as const } : {}),
    ...(flags.has('x') ? { exported: true } : removed.has('x') ? { exported: false } : {}),
    ...(flags.has('r') ? { readonly: true } : {}),
    ...(flags.has('i') ? { integer: true } : removed.has('i') ? { integer: false } : {}),
    ...(flags.has('u') ? { letters: 'upper' as const } : flags.has('l') ? { letters: 'lower' as const } : {}),
    ...(flags.has('n') ? { reference: true } : removed.has('n') ? { reference: false } : {}),
  }
  const local = call.name === 'local' || (shell.functionDepth > 0 && !flags.has('g'))
  return yield* declareAll(call, i, rest, {
    attributes,
    scope: local ? functionScope(shell) : flags.has('g') ? shell.variables.scopes[0] : undefined,
  })
}

/** The scope of the running function: the last one pushed by a call. */
const functionScope = (shell: Shell): Scope => shell.variables.scopes.at(-1)!

const local: Builtin = function* (call) {
  if (call.shell.functionDepth === 0) {
    if (call.shell.flavour === 'bash') return yield* failure(call, 'can only be used in a function')
    throw new ShellError('local: not in a function', 2, 'shell')
  }
  const plain = call.args.filter((argument) => argument !== '-')
  if (plain.length === 0) return 0
  // A new local hides the outer variable: it begins unset.
  for (const argument of plain) {
    const name = /^([A-Za-z_]\w*)/.exec(argument)?.[1]
    const scope = functionScope(call.shell)
    if (name && !scope.has(name) && !argument.startsWith('-'))
      scope.set(name, { kind: 'text', value: undefined, exported: lookUp(call.shell.variables, name)?.exported })
  }
  return yield* declareBuiltin(call)
}

function* printFunctions({ shell }: Call, names: readonly string[], namesOnly: boolean): Proc<number> {
  let status = 0
  for (const name of names.length > 0 ? names : [...shell.functions.keys()].sort()) {
    const known = shell.functions.get(name)
    if (!known) status = 1
    else yield* print(shell, namesOnly ? (names.length > 0 ? `${name}\n` : `declare -f ${name}\n`) : printFunction(known))
  }
  return status
}

/** `export -f NAME...`. */
function* exportFunctions(call: Call, names: readonly string[], exported: boolean): Proc<number> {
  const { functions } = call.shell
  let status = 0
  for (const name of names) {
    const known = functions.get(name)
    if (known) functions.set(name, { ...known, exported })
    else status = yield* failure(call, `${name}: not a function`)
  }
  return status
}

function* printVariables(call: Call, names: readonly string[], flags: ReadonlySet<string>): Proc<number> {
  const { shell } = call
  let status = 0
  for (const name of names) {
    const variable = variableOf(shell, name)
    if (variable) yield* print(shell, `${declaration(name, variable)}\n`)
    else status = yield* failure(call, `${name}: not found`)
  }
  if (names.length > 0) return status
  const wanted = [...flags].filter((flag) => flag !== 'p' && flag !== 'g')
  for (const name of visibleNames(shell.variables)) {
    const variable = lookUp(shell.variables, name)!
    if (call.name === 'local' && !functionScope(shell).has(name)) continue
    if (wanted.length > 0 ? wanted.every((flag) => attributeLetters(variable).includes(flag)) : true) {
      yield* print(
        shell,
        flags.size > 0 ? `${declaration(name, variable)}\n` : variable.value === undefined ? '' : `${shown(name, variable)}\n`,
      )
    }
  }
  return 0
}

const shown = (name: string, variable: Variable) =>
  typeof variable.value === 'string'
    ? `${name}=${quoteIfNeeded(variable.value)}`
    : declaration(name, variable).replace(/^declare -\S+ /, '')

const mark = (attributes: Partial<Variable>, usageText: string): Builtin =>
  function* (call) {
    const { shell } = call
    const parsed = yield* options(call, 'fnpaA', usageText)
    if (!parsed) return 2
    const { flags, rest } = parsed
    const first = call.args.length - rest.length
    if (rest.length === 0) {
      for (const name of visibleNames(shell.variables)) {
        const variable = lookUp(shell.variables, name)!
        if (attributes.exported ? !variable.exported : !variable.readonly) continue
        const value = variable.value === undefined ? '' : `=${singleQuote(textOf(variable) ?? '')}`
        yield* print(shell, shell.flavour === 'bash' ? `${declaration(name, variable)}\n` : `${call.name} ${name}${value}\n`)
      }
      return 0
    }
    if (flags.has('f')) return yield* exportFunctions(call, rest, !flags.has('n'))
    return yield* declareAll(call, first, rest, { attributes: flags.has('n') ? { exported: false } : attributes })
  }

const unsetBuiltin: Builtin = function* (call) {
  const { shell } = call
  const parsed = yield* options(call, 'fvn', 'unset [-f] [-v] [-n] [name ...]')
  if (!parsed) return 2
  const { flags, rest } = parsed
  let status = 0
  for (const name of rest) {
    const element = /^([A-Za-z_]\w*)\[(.+)\]$/.exec(name)
    if (flags.has('f')) shell.functions.delete(name)
    else if (lookUp(shell.variables, element?.[1] ?? name)?.readonly)
      status = yield* failure(call, `${element?.[1] ?? name}: cannot unset: readonly variable`)
    else if (element) {
      const variable = lookUp(shell.variables, element[1]!)
      if (variable?.kind === 'list' && (element[2] === '@' || element[2] === '*')) unset(shell.variables, element[1]!)
      else
        unsetElement(
          shell.variables,
          element[1]!,
          variable?.kind === 'table' ? element[2]! : Number(yield* expandArithmetic(shell, element[2]!)),
        )
    } else if (!/^[A-Za-z_]\w*$/.test(name)) status = yield* failure(call, `\`${name}': not a valid identifier`)
    else if (lookUp(shell.variables, name) || flags.has('v')) unset(shell.variables, name)
    else shell.functions.delete(name)
  }
  return status
}

const letBuiltin: Builtin = function* (call) {
  if (call.args.length === 0) return yield* failure(call, 'expression expected')
  let value = 0n
  try {
    for (const argument of call.args) value = yield* expandArithmetic(call.shell, argument)
  } catch (error) {
    if (!(error instanceof ShellError)) throw error
    return yield* failure(call, error.message)
  }
  return value === 0n ? 1 : 0
}

export const variables: Readonly<Record<string, Builtin>> = {
  declare: declareBuiltin,
  typeset: declareBuiltin,
  local,
  export: mark({ exported: true }, 'export [-fn] [name[=value] ...] or export -p'),
  readonly: mark({ readonly: true }, 'readonly [-aAf] [name[=value] ...] or readonly -p'),
  unset: unsetBuiltin,
  let: letBuiltin,
}
