import type { ParameterExpansionPart } from 'unbash'
import { ShellError, type Flavour, type Shell } from './state'

/**
 * What dash (`sh` of Debian's images) and busybox' ash do not know of Bash's language. Everything is parsed as Bash; where the real shell would stop at a
 * token of Bash's own, so does the evaluator, in its words. Scripts for containers are written for `sh`: here they fail as they will there.
 */

/** Builtins of Bash that these have no command for. */
const missing: Readonly<Record<Exclude<Flavour, 'bash'>, ReadonlySet<string>>> = {
  busybox: new Set(
    'declare typeset pushd popd dirs shopt mapfile readarray compgen complete compopt disown enable caller bind logout suspend'.split(' '),
  ),
  dash: new Set(
    'declare typeset pushd popd dirs shopt mapfile readarray compgen complete compopt disown enable caller bind logout suspend source let help'.split(
      ' ',
    ),
  ),
}

/** Whether a command that is part of Bash is part of this shell. */
export const hasBuiltin = ({ flavour }: Shell, name: string): boolean => flavour === 'bash' || !missing[flavour].has(name)

/** Variables that only Bash makes up; ash knows RANDOM. */
const madeUp = new Set(['SECONDS', 'EPOCHSECONDS', 'EPOCHREALTIME', 'BASHPID', 'PIPESTATUS', 'UID', 'EUID', 'GROUPS', 'RANDOM'])

/** Whether this shell has a value of its own for such a variable. */
export const makesUp = ({ flavour }: Shell, name: string): boolean =>
  flavour === 'bash' || !madeUp.has(name) || (flavour === 'busybox' && name === 'RANDOM')

/** Ends a shell other than Bash at a token that it does not expect: `(`, `do`, `redirection`. */
export function refuseToken({ flavour }: Shell, token: string): void {
  if (flavour === 'bash') return
  const shown = token === 'redirection' ? token : `"${token}"`
  throw new ShellError(flavour === 'dash' ? `Syntax error: ${shown} unexpected` : `syntax error: unexpected ${shown}`, 2, 'shell')
}

/** Ends dash and ash at `for ((…))`. */
export function refuseArithmeticFor({ flavour }: Shell): void {
  if (flavour === 'bash') return
  throw new ShellError(flavour === 'dash' ? 'Syntax error: Bad for loop variable' : 'syntax error: bad for loop variable', 2, 'shell')
}

/** `function f { … }` in dash: `function` is a command's name, and the brace closes nothing. */
export function refuseFunctionWord(shell: Shell, source: string): void {
  if (shell.flavour === 'dash' && /^function\s/.test(source)) refuseToken(shell, /^function\s+[^\s(]+\s*\(/.test(source) ? '(' : '}')
}

const bashOnly = new Set(['CaseModification', 'Transform', 'Names', 'Unknown'])
const notInDash = new Set(['Replace', 'Slice'])

/** Ends dash and ash at `${a^^}` and `${!a}`, and dash at `${a/b/c}` and `${a:1:2}`, which ash knows. */
export function refuseSubstitution({ flavour }: Shell, { operation, prefix, index }: ParameterExpansionPart): void {
  if (flavour === 'bash') return
  const type = operation?.type ?? ''
  const isForeign = bashOnly.has(type) || prefix === '!' || index !== undefined || (flavour === 'dash' && notInDash.has(type))
  if (isForeign) throw new ShellError(flavour === 'dash' ? 'Bad substitution' : 'syntax error: bad substitution', 2, 'shell')
}

/** What dash and ash make of `((…))`: a command in two subshells. An assignment there is lost, anything else is no command. Undefined in Bash. */
export function doubleParentheses({ flavour }: Shell, body: string): { readonly status: number; readonly notFound?: string } | undefined {
  if (flavour === 'bash') return undefined
  const [first = ''] = body.trim().split(/\s/)
  return /^[A-Za-z_]\w*=/.test(first) ? { status: 0 } : { status: 127, notFound: first }
}
