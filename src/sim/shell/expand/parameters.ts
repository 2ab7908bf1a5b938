import type { ParameterExpansionPart, SimpleExpansionPart, Word } from 'unbash'
import { nowMs } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { evaluateArithmetic, type Names } from '../arithmetic'
import { matchesPattern, removeMatch, replaceMatches } from '../pattern'
import { makesUp, refuseSubstitution } from '../dialect'
import { ShellError, type Shell } from '../state'
import {
  absoluteIndex,
  elementAt,
  elementsOf,
  keysOf,
  lookUp,
  resolveName,
  setElement,
  setText,
  textOf,
  visibleNames,
  type Variable,
} from '../variables'
import { addQuoted, addSplit, addWord, expandArithmetic, expandPattern, expandText, nextField, type Builder } from './words'
import { doubleQuote, singleQuote } from './quote'

/** What a parameter stands for: one text, or several elements (`$@`, `${a[*]}`). */
interface Meaning {
  /** Undefined when unset. */
  readonly text: string | undefined
  readonly elements?: readonly string[]
  readonly joined?: boolean
}

const list = (elements: readonly string[], joined: boolean): Meaning => ({
  text: elements.length ? elements.join(' ') : undefined,
  elements,
  joined,
})

/** Adds `$x` or `${x…}` to the word being built. */
export function* expandParameter(
  shell: Shell,
  builder: Builder,
  part: SimpleExpansionPart | ParameterExpansionPart,
  quoted: boolean,
): Proc {
  if (part.type === 'SimpleExpansion') {
    const name = part.text.slice(1)
    return addMeaning(shell, builder, checked(shell, name, yield* meaningOf(shell, name, undefined)), quoted)
  }
  refuseSubstitution(shell, part)
  const { operation } = part
  let { parameter, index } = part
  if (part.prefix === '!' && operation?.type === 'Names') {
    return addMeaning(
      shell,
      builder,
      list(
        visibleNames(shell.variables).filter((name) => name.startsWith(parameter)),
        operation.operator === '*',
      ),
      quoted,
    )
  }
  if (part.prefix === '!' && index && (index.text === '@' || index.text === '*')) {
    return addMeaning(shell, builder, list(keysOf(variableOf(shell, parameter)).map(String), index.text === '*'), quoted)
  }
  if (operation?.type === 'Unknown' || (parameter === '' && !part.prefix)) throw new ShellError(`${part.text}: bad substitution`)
  if (part.prefix === '!' && !lookUp(shell.variables, parameter)?.reference) {
    const target = (yield* meaningOf(shell, parameter, index)).text ?? ''
    const match = /^([A-Za-z_]\w*|\d+|[@*#?$!-])(?:\[(.*)\])?$/.exec(target)
    if (!match) throw new ShellError(target === '' ? `${parameter}: invalid indirect expansion` : `${target}: invalid variable name`)
    parameter = match[1]!
    index = match[2] === undefined ? undefined : { type: 'Word', text: match[2], value: match[2], pos: 0, end: 0 }
  } else if (part.prefix === '!') return addMeaning(shell, builder, { text: resolveName(shell.variables, parameter) }, quoted)
  const meaning = yield* meaningOf(shell, parameter, index)
  if (part.prefix === '#') {
    const { elements, text } = checked(shell, parameter, meaning)
    return addMeaning(shell, builder, { text: String(elements ? elements.length : [...(text ?? '')].length) }, quoted)
  }
  if (!operation) return addMeaning(shell, builder, checked(shell, parameter, meaning, part.text), quoted)
  if (operation.type === 'Default') return yield* applyDefault(shell, builder, { ...part, parameter, index }, meaning, quoted)
  checked(shell, parameter, meaning)
  const each = (change: (text: string) => string): Meaning =>
    meaning.elements
      ? list(meaning.elements.map(change), meaning.joined ?? false)
      : { text: meaning.text === undefined ? undefined : change(meaning.text) }
  switch (operation.type) {
    case 'Remove': {
      const pattern = yield* expandPattern(shell, operation.operand)
      const from = operation.operator[0] === '#' ? 'start' : 'end'
      return addMeaning(
        shell,
        builder,
        each((text) => removeMatch(text, pattern, from, operation.operator.length === 2)),
        quoted,
      )
    }
    case 'Replace': {
      const pattern = yield* expandPattern(shell, operation.pattern)
      const template = yield* expandPattern(shell, operation.replacement)
      const replace = (matched: string) => template.replace(/\\(.)|&/gs, (_, escaped: string | undefined) => escaped ?? matched)
      return addMeaning(
        shell,
        builder,
        each((text) => replaceMatches(text, pattern, operation.operator, replace)),
        quoted,
      )
    }
    case 'CaseModification': {
      const pattern = operation.operand?.text ? yield* expandPattern(shell, operation.operand) : '?'
      return addMeaning(
        shell,
        builder,
        each((text) => changeCase(text, operation.operator, pattern)),
        quoted,
      )
    }
    case 'Slice':
      return addMeaning(shell, builder, yield* slice(shell, parameter, index, meaning, operation.offset, operation.length), quoted)
    case 'Transform':
      return addMeaning(shell, builder, transformed(shell, parameter, meaning, operation.operand.text, each), quoted)
    case 'Names':
      throw new ShellError(`${part.text}: bad substitution`)
  }
}

/** Under `set -u` an unset parameter is a mistake. */
function checked(shell: Shell, name: string, meaning: Meaning, shown?: string): Meaning {
  if (meaning.text === undefined && !meaning.elements && shell.options.has('nounset')) {
    const what =
      shown?.startsWith('${') && shown.includes('[') ? shown.slice(2, -1) : /^\d/.test(name) && shell.flavour === 'bash' ? `$${name}` : name
    throw new ShellError(
      shell.flavour === 'bash' ? `${what}: unbound variable` : `${what}: parameter not set`,
      shell.flavour === 'bash' ? (shell.script ? 1 : 127) : 2,
      'shell',
    )
  }
  return meaning
}

function addMeaning(shell: Shell, builder: Builder, { text, elements, joined }: Meaning, quoted: boolean): void {
  if (!elements) return quoted ? addQuoted(builder, text ?? '') : addSplit(builder, text ?? '')
  const separators = textOf(lookUp(shell.variables, 'IFS')) ?? ' '
  if (joined && (quoted || builder.separators === undefined)) {
    const all = elements.join(separators.slice(0, 1))
    return quoted ? addQuoted(builder, all) : addSplit(builder, all)
  }
  if (builder.separators === undefined) return quoted ? addQuoted(builder, elements.join(' ')) : addSplit(builder, elements.join(' '))
  for (const [i, element] of elements.entries()) {
    if (i > 0 && (quoted || builder.current)) nextField(builder)
    if (quoted) addQuoted(builder, element)
    else addSplit(builder, element)
  }
}

/** A variable, those included whose value is made up when asked. */
export function variableOf(shell: Shell, name: string): Variable | undefined {
  const text = (value: string | number): Variable => ({ kind: 'text', value: String(value) })
  const array = (items: readonly (string | number)[]): Variable => ({
    kind: 'list',
    value: new Map(items.map((item, i) => [i, String(item)])),
  })
  if (!makesUp(shell, name)) return lookUp(shell.variables, name)
  switch (name) {
    case 'RANDOM':
      // The C library's old generator, as bash has it; the seed came from the cluster's.
      shell.randomSeed = (Math.imul(shell.randomSeed, 1103515245) + 12345) >>> 0
      return text((shell.randomSeed >>> 16) & 0x7fff)
    case 'SECONDS':
      return text(Math.floor((shell.nowMs - shell.startedMs) / 1000) + Number(textOf(lookUp(shell.variables, 'SECONDS')) ?? 0))
    case 'EPOCHSECONDS':
      return text(Math.floor(shell.nowMs / 1000))
    case 'EPOCHREALTIME':
      return text((shell.nowMs / 1000).toFixed(6))
    case 'LINENO':
      return text(shell.line)
    case 'BASHPID':
      return text(shell.ownPid)
    case 'PIPESTATUS':
      return array(shell.pipeStatus)
    case 'FUNCNAME':
      return shell.functionNames.length ? array([...shell.functionNames].reverse().concat(shell.script ? ['main'] : [])) : undefined
    case 'DIRSTACK':
      return array([shell.cwd, ...shell.directories])
    case 'UID':
    case 'EUID':
      return text(shell.self.uid)
    default:
      return lookUp(shell.variables, resolveName(shell.variables, name))
  }
}

const special = (shell: Shell, name: string): Meaning | undefined => {
  switch (name) {
    case '@':
      return list(shell.args, false)
    case '*':
      return list(shell.args, true)
    case '#':
      return { text: String(shell.args.length) }
    case '?':
      return { text: String(shell.status) }
    case '$':
      return { text: String(shell.pid) }
    case '!':
      return { text: shell.lastBackground === undefined ? undefined : String(shell.lastBackground) }
    case '0':
      return { text: shell.name }
    case '-':
      return { text: optionLetters(shell) }
    default:
      return /^\d+$/.test(name) ? { text: shell.args[Number(name) - 1] } : undefined
  }
}

const letters: readonly (readonly [string, string])[] = [
  ['allexport', 'a'],
  ['notify', 'b'],
  ['errexit', 'e'],
  ['noglob', 'f'],
  ['hashall', 'h'],
  ['monitor', 'm'],
  ['noexec', 'n'],
  ['nounset', 'u'],
  ['verbose', 'v'],
  ['xtrace', 'x'],
  ['braceexpand', 'B'],
  ['noclobber', 'C'],
  ['errtrace', 'E'],
  ['histexpand', 'H'],
]

/** `$-`. */
const optionLetters = (shell: Shell) =>
  letters
    .filter(([name]) => shell.options.has(name))
    .map(([, letter]) => letter)
    .join('') +
  (shell.interactive ? 'i' : '') +
  (shell.options.has('stdin') ? 's' : shell.options.has('command') ? 'c' : '')

function* meaningOf(shell: Shell, name: string, index: Word | undefined): Proc<Meaning> {
  const known = special(shell, name)
  if (known) return known
  if (name === 'SECONDS' || name.startsWith('EPOCH')) shell.nowMs = yield* nowMs()
  const variable = variableOf(shell, name)
  if (!index) return { text: textOf(variable) }
  if (index.text === '@' || index.text === '*') return list(elementsOf(variable), index.text === '*')
  return { text: elementAt(variable, yield* subscript(shell, variable, index)) }
}

/** The key a subscript names: a number for lists, text for tables. */
export function* subscript(shell: Shell, variable: Variable | undefined, index: Word): Proc<string | number> {
  if (variable?.kind === 'table') return yield* expandText(shell, index)
  return absoluteIndex(variable, Number(yield* expandArithmetic(shell, index.text)))
}

function* applyDefault(shell: Shell, builder: Builder, part: ParameterExpansionPart, meaning: Meaning, quoted: boolean): Proc {
  const operation = part.operation
  if (operation?.type !== 'Default') return
  const colon = operation.operator.length === 2
  const value = meaning.elements ? (meaning.elements.length ? meaning.elements.join(' ') : undefined) : meaning.text
  const missing = value === undefined || (colon && value === '')
  switch (operation.operator.at(-1)) {
    case '+':
      return missing ? undefined : yield* addWord(shell, builder, operation.operand, 'word', quoted)
    case '-':
      return missing ? yield* addWord(shell, builder, operation.operand, 'word', quoted) : addMeaning(shell, builder, meaning, quoted)
    case '=': {
      if (!missing) return addMeaning(shell, builder, meaning, quoted)
      if (!/^[A-Za-z_]\w*$/.test(part.parameter)) throw new ShellError(`$${part.parameter}: cannot assign in this way`)
      const text = yield* expandText(shell, operation.operand)
      if (part.index)
        setElement(shell.variables, part.parameter, yield* subscript(shell, variableOf(shell, part.parameter), part.index), text)
      else setText(shell.variables, part.parameter, text)
      return addMeaning(shell, builder, { text }, quoted)
    }
    default: {
      if (!missing) return addMeaning(shell, builder, meaning, quoted)
      const text = yield* expandText(shell, operation.operand)
      const message = text || (shell.flavour === 'bash' ? (colon ? 'parameter null or not set' : 'parameter not set') : 'parameter not set')
      throw new ShellError(`${part.parameter}: ${message}`, shell.flavour === 'bash' ? (shell.script ? 1 : 127) : 2, 'shell')
    }
  }
}

function* slice(
  shell: Shell,
  name: string,
  index: Word | undefined,
  meaning: Meaning,
  offsetWord: Word,
  lengthWord: Word | undefined,
): Proc<Meaning> {
  const offset = Number(yield* expandArithmetic(shell, offsetWord.text))
  const length = lengthWord ? Number(yield* expandArithmetic(shell, lengthWord.text)) : undefined
  if (meaning.elements) {
    if (length !== undefined && length < 0) throw new ShellError(`${lengthWord!.text}: substring expression < 0`)
    const positional = name === '@' || name === '*'
    const keys = positional ? [...meaning.elements.keys()].map((i) => i + 1) : keysOf(variableOf(shell, name)).map(Number)
    const elements = positional && offset === 0 ? [shell.name, ...meaning.elements] : [...meaning.elements]
    const first = positional && offset === 0 ? 0 : offset < 0 ? (keys.at(-1) ?? 0) + 1 + offset : offset
    const begin = positional && offset === 0 ? 0 : keys.findIndex((key) => key >= first)
    const taken = begin < 0 ? [] : elements.slice(begin)
    return list(length === undefined ? taken : taken.slice(0, length), meaning.joined ?? false)
  }
  void index
  const characters = [...(meaning.text ?? '')]
  const begin = offset < 0 ? characters.length + offset : offset
  if (begin < 0 || begin > characters.length) return { text: '' }
  const end = length === undefined ? characters.length : length < 0 ? characters.length + length : begin + length
  if (end < begin) throw new ShellError(`${lengthWord!.text}: substring expression < 0`)
  return { text: characters.slice(begin, end).join('') }
}

function changeCase(text: string, operator: string, pattern: string): string {
  const change = (c: string) => (matchesPattern(c, pattern) ? (operator[0] === '^' ? c.toUpperCase() : c.toLowerCase()) : c)
  const characters = [...text]
  return operator.length === 2 ? characters.map(change).join('') : characters.map((c, i) => (i === 0 ? change(c) : c)).join('')
}

function transformed(
  shell: Shell,
  name: string,
  meaning: Meaning,
  operator: string,
  each: (change: (text: string) => string) => Meaning,
): Meaning {
  const variable = variableOf(shell, name)
  switch (operator) {
    case 'Q':
      return each(singleQuote)
    case 'U':
      return each((text) => text.toUpperCase())
    case 'L':
      return each((text) => text.toLowerCase())
    case 'u':
      return each((text) => text.slice(0, 1).toUpperCase() + text.slice(1))
    case 'a':
      return { text: attributeLetters(variable) }
    case 'A':
      return variable
        ? {
            text:
              variable.kind === 'text' && attributeLetters(variable) === ''
                ? `${name}=${singleQuote(textOf(variable) ?? '')}`
                : declaration(name, variable),
          }
        : { text: '' }
    case 'K':
      return {
        text: keysOf(variable)
          .map((key) => `${key} ${doubleQuote(elementAt(variable, key) ?? '')}`)
          .join(' '),
      }
    case 'E':
    case 'P':
      return meaning
    default:
      throw new ShellError(`\${${name}@${operator}}: bad substitution`)
  }
}

export const attributeLetters = (variable: Variable | undefined) =>
  variable
    ? `${variable.kind === 'list' ? 'a' : variable.kind === 'table' ? 'A' : ''}${variable.integer ? 'i' : ''}${variable.letters === 'lower' ? 'l' : ''}${variable.reference ? 'n' : ''}${variable.readonly ? 'r' : ''}${variable.letters === 'upper' ? 'u' : ''}${variable.exported ? 'x' : ''}`
    : ''

/** As `declare -p` prints a variable. */
export function declaration(name: string, variable: Variable): string {
  const head = `declare -${attributeLetters(variable) || '-'} ${name}`
  if (variable.value === undefined) return head
  if (typeof variable.value === 'string') return `${head}=${doubleQuote(variable.value)}`
  const items = keysOf(variable).map(
    (key) => `[${typeof key === 'string' && !/^[\w./-]+$/.test(key) ? doubleQuote(key) : key}]=${doubleQuote(elementAt(variable, key)!)}`,
  )
  return `${head}=(${items.join(' ')}${variable.kind === 'table' && items.length ? ' ' : ''})`
}

/** Variables as arithmetic sees them. */
export function arithmeticNames(shell: Shell): Names {
  const keyOf = (name: string, subscriptText: string): string | number => {
    const variable = variableOf(shell, name)
    if (variable?.kind === 'table') return subscriptText.replace(/^(['"])(.*)\1$/, '$2')
    return absoluteIndex(variable, Number(evaluateArithmetic(subscriptText, names)))
  }
  const names: Names = {
    get(name, subscriptText) {
      const variable = variableOf(shell, name)
      const text = subscriptText === undefined ? textOf(variable) : elementAt(variable, keyOf(name, subscriptText))
      if (text === undefined && shell.options.has('nounset'))
        throw new ShellError(`${name}: unbound variable`, shell.script ? 1 : 127, 'shell')
      return text ?? ''
    },
    set(name, subscriptText, value) {
      if (subscriptText === undefined) setText(shell.variables, name, value)
      else setElement(shell.variables, name, keyOf(name, subscriptText), value)
    },
  }
  return names
}
