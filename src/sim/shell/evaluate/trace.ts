import type { Assignment } from 'unbash'
import type { Proc } from '../../node/os/syscalls'
import { singleQuote } from '../expand/quote'
import type { Shell } from '../state'
import { lookUp, textOf } from '../variables'
import { printError } from './fork'

/** What `set -x` prints: each command as it is about to run, its words expanded (Bash Reference Manual, The Set Builtin). */

/** Prints a line of the trace, with PS4's first character once more for each command substitution around it. */
export function* trace(shell: Shell, text: string): Proc {
  if (!shell.options.has('xtrace')) return
  const mark = textOf(lookUp(shell.variables, 'PS4')) ?? '+ '
  yield* printError(shell, `${mark.slice(0, 1).repeat(shell.flavour === 'bash' ? shell.substitutionDepth + 1 : 1)}${mark.slice(1)}${text}\n`)
} // prettier-ignore

/** A word as the trace shows it: quoted when the shell would read it otherwise. */
const shown = (word: string) =>
  word === '' ? "''" : /[\s'"\\|&;()<>!{}*[\]?^$`\x00-\x1f]|^[#~]|[=:]~/.test(word) ? singleQuote(word) : word

/** A command with the assignments before it: bash gives each assignment a line of its own. */
export function* traceCommand(shell: Shell, assignments: readonly string[], argv: readonly string[]): Proc {
  const words = argv.map(shown)
  if (shell.flavour !== 'bash') return yield* trace(shell, [...assignments, ...words].join(' '))
  for (const one of assignments) yield* trace(shell, one)
  if (words.length > 0) yield* trace(shell, words.join(' '))
  if (argv[0] !== 'export' && argv[0] !== 'readonly') return
  for (const [, name, value] of argv.slice(1).join('\0').matchAll(/(?<=^|\0)(\w+\+?=)([^\0]*)/g)) yield* trace(shell, name! + (value && shown(value)))
} // prettier-ignore

/** `name=value` with the value it was given; a list as it is written. */
export const tracedAssignment = ({ name, index, append, value, text }: Assignment, given: string) =>
  value.type === 'ArrayValue'
    ? text
    : `${name}${index === undefined ? '' : `[${index.text}]`}${append ? '+=' : '='}${given === '' ? '' : shown(given)}`

/** A test of `[[ ]]`, its words expanded. */
export function* traceTest(shell: Shell, ...words: readonly string[]): Proc {
  if (shell.flavour === 'bash') yield* trace(shell, `[[ ${words.map((word) => word || "''").join(' ')} ]]`)
}

/** A line that only bash prints: loops, `case`, arithmetic. */
export function* traceSyntax(shell: Shell, text: string): Proc {
  if (shell.flavour === 'bash') yield* trace(shell, text)
}
