import { parse as parseBash, type Assignment, type Word } from 'unbash'
import type { Proc } from '../../node/os/syscalls'
import { expandArithmetic, expandText, expandWords } from '../expand/words'
import { subscript, variableOf } from '../expand/parameters'
import { refuseToken } from '../dialect'
import type { Shell } from '../state'
import {
  declare,
  elementsOf,
  elementAt,
  keysOf,
  resolveName,
  setElement,
  setList,
  setTable,
  setText,
  textOf,
  type Variable,
} from '../variables'

/** Carries out `name=value`, `name+=value`, `name[i]=value`, `name=(…)`; answers the expanded value, '' for a list. */
export function* assign(shell: Shell, assignment: Assignment): Proc<string> {
  const { variables } = shell
  const name = resolveName(variables, assignment.name)
  const variable = variableOf(shell, name)
  if (assignment.value.type === 'ArrayValue') {
    refuseToken(shell, '(')
    yield* assignArray(shell, name, assignment.value.elements, assignment.append ?? false, variable)
    return ''
  }
  const text = yield* expandText(shell, assignment.value, 'assignment')
  const joined = function* (old: string | undefined): Proc<string> {
    if (variable?.integer) return String(yield* expandArithmetic(shell, assignment.append ? `${old || 0}+(${text || 0})` : text))
    return assignment.append ? (old ?? '') + text : text
  }
  if (assignment.index) {
    const key = yield* subscript(shell, variable, assignment.index)
    setElement(variables, name, key, yield* joined(elementAt(variable, key)))
    return text
  }
  if (name === 'RANDOM') shell.randomSeed = Number(text) >>> 0
  setText(variables, name, yield* joined(textOf(variable)))
  if (shell.options.has('allexport')) declare(variables, name, { exported: true })
  return text
}

function* assignArray(shell: Shell, name: string, elements: readonly Word[], append: boolean, variable: Variable | undefined): Proc {
  if (variable?.kind === 'table') {
    const entries: [string, string][] = append ? keysOf(variable).map((key) => [String(key), elementAt(variable, key)!]) : []
    const loose: string[] = []
    for (const word of elements) {
      const keyed = keyedElement(word)
      if (keyed) entries.push([yield* expandText(shell, keyed.key), yield* expandText(shell, keyed.value)])
      else loose.push(...(yield* expandWords(shell, [word])))
    }
    for (let i = 0; i < loose.length; i += 2) entries.push([loose[i]!, loose[i + 1] ?? ''])
    return setTable(shell.variables, name, entries)
  }
  const entries: [number, string][] = append ? keysOf(variable).map((key, i) => [Number(key), elementsOf(variable)[i]!]) : []
  let index = entries.length ? entries.at(-1)![0] + 1 : 0
  for (const word of elements) {
    const keyed = keyedElement(word)
    if (keyed) {
      index = Number(yield* expandArithmetic(shell, keyed.key.text))
      entries.push([index++, yield* expandText(shell, keyed.value)])
    } else for (const text of yield* expandWords(shell, [word])) entries.push([index++, text])
  }
  setList(shell.variables, name, entries)
}

/** `[key]=value` inside `( )`. */
function keyedElement(word: Word): { key: Word; value: Word } | undefined {
  const match = /^\[([^\]]+)\]=/.exec(word.text)
  if (!match) return undefined
  const key = match[1]!
  const rest = word.text.slice(match[0].length)
  return { key: wordOf(key), value: wordOf(rest) }
}

/** A word parsed on its own from source text. */
export function wordOf(text: string): Word {
  const command = parseWord(`: ${text}`)
  return command ?? { type: 'Word', text, value: text, pos: 0, end: text.length }
}

function parseWord(source: string): Word | undefined {
  const command = parseBash(source).commands[0]?.command
  const word = command?.type === 'Command' ? command.args[0] : undefined
  return word?.type === 'Word' ? word : undefined
}
