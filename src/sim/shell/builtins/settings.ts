import type { Proc } from '../../node/os/syscalls'
import { printError } from '../evaluate/fork'
import { quoteIfNeeded, singleQuote } from '../expand/quote'
import { declaration } from '../expand/parameters'
import { ShellError, type Shell } from '../state'
import { lookUp, setText, textOf, unset, visibleNames } from '../variables'
import { print as printFunction } from './functions'
import { failure, options, print, type Builtin } from './builtin'

/** Builtins that set options, arguments and aliases. */

const optionNames: readonly (readonly [string, string])[] = [
  ['allexport', 'a'],
  ['braceexpand', 'B'],
  ['emacs', ''],
  ['errexit', 'e'],
  ['errtrace', 'E'],
  ['functrace', 'T'],
  ['hashall', 'h'],
  ['histexpand', 'H'],
  ['history', ''],
  ['ignoreeof', ''],
  ['interactive-comments', ''],
  ['keyword', 'k'],
  ['monitor', 'm'],
  ['noclobber', 'C'],
  ['noexec', 'n'],
  ['noglob', 'f'],
  ['nolog', ''],
  ['notify', 'b'],
  ['nounset', 'u'],
  ['onecmd', 't'],
  ['physical', 'P'],
  ['pipefail', ''],
  ['posix', ''],
  ['privileged', 'p'],
  ['verbose', 'v'],
  ['vi', ''],
  ['xtrace', 'x'],
]

/** Applies shell options (`-e`, `+x`, `-o pipefail`); answers what is left, or the message of a mistake. */
export function applyOptions(
  shell: Shell,
  args: readonly string[],
): { rest: string[]; ended: boolean; list?: '-' | '+' } | { mistake: string } {
  let i = 0
  for (; i < args.length; i++) {
    const argument = args[i]!
    if (argument === '--') return { rest: args.slice(i + 1), ended: true }
    if (argument === '-') return { rest: args.slice(i + 1), ended: args.length > i + 1 }
    if (!/^[-+]./.test(argument)) break
    const change = (name: string) => (argument[0] === '-' ? shell.options.add(name) : shell.options.delete(name))
    for (const letter of argument.slice(1)) {
      if (letter === 'o') {
        const name = args[i + 1]
        if (name === undefined) return { rest: [], ended: false, list: argument[0] as '-' | '+' } // checked above
        if (name === 'pipefail' && shell.flavour === 'dash') throw new ShellError('set: Illegal option -o pipefail', 2, 'shell')
        if (!optionNames.some(([known]) => known === name)) return { mistake: `${name}: invalid option name` }
        change(name)
        i++
        continue
      }
      const known = optionNames.find(([, short]) => short === letter)
      if (!known) return { mistake: `${argument[0]}${letter}: invalid option` }
      change(known[0])
    }
  }
  return { rest: args.slice(i), ended: i < args.length }
}

const set: Builtin = function* (call) {
  const { shell, args } = call
  if (args.length === 0) {
    for (const name of visibleNames(shell.variables)) {
      const variable = lookUp(shell.variables, name)!
      if (variable.value === undefined) continue
      yield* print(
        shell,
        typeof variable.value === 'string'
          ? `${name}=${shell.flavour === 'bash' ? quoteIfNeeded(variable.value) : singleQuote(variable.value)}\n`
          : `${declaration(name, variable).replace(/^declare -\S+ /, '')}\n`,
      )
    }
    if (shell.flavour === 'bash') for (const known of shell.functions.values()) yield* print(shell, printFunction(known))
    return 0
  }
  const applied = applyOptions(shell, args)
  if ('mistake' in applied) {
    yield* failure(call, applied.mistake)
    if (shell.flavour === 'bash' && applied.mistake.endsWith('invalid option'))
      yield* printError(shell, 'set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n')
    return 2
  }
  if (applied.list === '-')
    for (const [name] of optionNames) yield* print(shell, `${name.padEnd(15)}\t${shell.options.has(name) ? 'on' : 'off'}\n`)
  if (applied.list === '+') for (const [name] of optionNames) yield* print(shell, `set ${shell.options.has(name) ? '-' : '+'}o ${name}\n`)
  if (applied.ended) shell.args = applied.rest
  return 0
}

const shoptNames =
  'autocd assoc_expand_once cdable_vars cdspell checkhash checkjobs checkwinsize cmdhist complete_fullquote direxpand dirspell dotglob execfail expand_aliases extdebug extglob extquote failglob force_fignore globasciiranges globskipdots globstar gnu_errfmt histappend histreedit histverify hostcomplete huponexit inherit_errexit interactive_comments lastpipe lithist localvar_inherit localvar_unset login_shell mailwarn no_empty_cmd_completion nocaseglob nocasematch noexpand_translation nullglob patsub_replacement progcomp progcomp_alias promptvars restricted_shell shift_verbose sourcepath varredir_close xpg_echo'.split(
    ' ',
  )

const shopt: Builtin = function* (call) {
  const { shell } = call
  const parsed = yield* options(call, 'supqo', 'shopt [-pqsu] [-o] [optname ...]')
  if (!parsed) return 2
  const { flags, rest } = parsed
  if (flags.has('o')) return yield* set({ ...call, args: rest.flatMap((name) => [flags.has('u') ? '+o' : '-o', name]) })
  let status = 0
  const shown = (name: string) =>
    flags.has('p')
      ? `shopt ${shell.shopts.has(name) ? '-s' : '-u'} ${name}\n`
      : `${name.padEnd(15)}\t${shell.shopts.has(name) ? 'on' : 'off'}\n`
  if (rest.length === 0) {
    for (const name of shoptNames) {
      if ((flags.has('s') && !shell.shopts.has(name)) || (flags.has('u') && shell.shopts.has(name))) continue
      yield* print(shell, shown(name))
    }
    return 0
  }
  for (const name of rest) {
    if (!shoptNames.includes(name)) status = yield* failure(call, `${name}: invalid shell option name`)
    else if (flags.has('s')) shell.shopts.add(name)
    else if (flags.has('u')) shell.shopts.delete(name)
    else {
      if (!shell.shopts.has(name)) status = 1
      if (!flags.has('q')) yield* print(shell, shown(name))
    }
  }
  return status
}

const shift: Builtin = function* (call) {
  const { shell, args } = call
  const count = Number(args[0] ?? 1)
  if (!Number.isInteger(count)) return yield* failure(call, `${args[0]}: numeric argument required`)
  if (count < 0) return yield* failure(call, `${args[0]}: shift count out of range`)
  if (count > shell.args.length) {
    if (shell.flavour === 'dash') throw new ShellError("shift: can't shift that many", 2, 'shell')
    return 1
  }
  shell.args = shell.args.slice(count)
  return 0
}

const getopts: Builtin = function* (call) {
  const { shell, args } = call
  const [known, name, ...given] = args
  if (known === undefined || name === undefined) {
    yield* printError(shell, `${shell.name}: line ${shell.line}: getopts: usage: getopts optstring name [arg ...]\n`)
    return 2
  }
  const words = given.length > 0 ? given : shell.args
  const set = (variable: string, text: string) => setText(shell.variables, variable, text)
  let index = Number(textOf(lookUp(shell.variables, 'OPTIND')) ?? 1)
  if (index !== shell.getoptsAt.index) shell.getoptsAt = { index, offset: 1 }
  let { offset } = shell.getoptsAt
  const finish = (status: number) => {
    set('OPTIND', String(index))
    shell.getoptsAt = { index, offset }
    return status
  }
  const word = words[index - 1]
  if (word === undefined || !/^-./.test(word) || word === '--') {
    if (word === '--') index++
    set(name, '?')
    offset = 1
    return finish(1)
  }
  const letter = word[offset++]!
  const silent = known.startsWith(':')
  const at = letter === ':' ? -1 : known.indexOf(letter)
  const advance = () => {
    index++
    offset = 1
  }
  if (at < 0) {
    if (offset >= word.length) advance()
    set(name, '?')
    if (silent) set('OPTARG', letter)
    else yield* printError(shell, `${shell.name}: illegal option -- ${letter}\n`)
    return finish(0)
  }
  if (known[at + 1] !== ':') {
    if (offset >= word.length) advance()
    set(name, letter)
    unset(shell.variables, 'OPTARG')
    return finish(0)
  }
  let value: string | undefined = word.slice(offset)
  advance()
  if (value === '') value = words[index++ - 1]
  if (value === undefined) {
    index--
    set(name, silent ? ':' : '?')
    if (silent) set('OPTARG', letter)
    else yield* printError(shell, `${shell.name}: option requires an argument -- ${letter}\n`)
    return finish(0)
  }
  set(name, letter)
  set('OPTARG', value)
  return finish(0)
}

const alias: Builtin = function* (call) {
  const { shell, args } = call
  const shown = (name: string, text: string) => `${shell.flavour === 'bash' ? 'alias ' : ''}${name}=${singleQuote(text)}\n`
  const words = args.filter((argument) => argument !== '-p')
  if (words.length === 0)
    for (const [name, text] of [...shell.aliases].sort(([a], [b]) => (a < b ? -1 : 1))) yield* print(shell, shown(name, text))
  let status = 0
  for (const word of words) {
    const at = word.indexOf('=')
    if (at > 0) shell.aliases.set(word.slice(0, at), word.slice(at + 1))
    else if (shell.aliases.has(word)) yield* print(shell, shown(word, shell.aliases.get(word)!))
    else status = yield* failure(call, shell.flavour === 'bash' ? `${word}: not found` : `${word} not found`)
  }
  return status
}

const unalias: Builtin = function* (call) {
  const { shell, args } = call
  if (args[0] === '-a') shell.aliases.clear()
  let status = 0
  for (const name of args.filter((argument) => argument !== '-a'))
    if (!shell.aliases.delete(name)) status = yield* failure(call, `${name}: not found`)
  return status
}

const umask: Builtin = function* (call) {
  const { shell, args } = call
  const symbolic = args[0] === '-S'
  const mode = args.find((argument) => argument !== '-S' && argument !== '-p')
  if (mode === undefined) {
    const part = (shift: number) => [...'rwx'].filter((_, i) => ((~shell.umask >> (shift + 2 - i)) & 1) === 1).join('')
    yield* print(shell, symbolic ? `u=${part(6)},g=${part(3)},o=${part(0)}\n` : `${shell.umask.toString(8).padStart(4, '0')}\n`)
    return 0
  }
  if (!/^[0-7]{1,4}$/.test(mode))
    return yield* failure(call, /^\d/.test(mode) ? `${mode}: octal number out of range` : `\`${mode[0]}': invalid symbolic mode operator`)
  shell.umask = parseInt(mode, 8)
  return 0
}

const limits: readonly (readonly [string, string, string, string])[] = [
  ['c', 'core file size', '(blocks, -c)', '0'],
  ['d', 'data seg size', '(kbytes, -d)', 'unlimited'],
  ['f', 'file size', '(blocks, -f)', 'unlimited'],
  ['l', 'max locked memory', '(kbytes, -l)', '8192'],
  ['m', 'max memory size', '(kbytes, -m)', 'unlimited'],
  ['n', 'open files', '(-n)', '1048576'],
  ['s', 'stack size', '(kbytes, -s)', '8192'],
  ['t', 'cpu time', '(seconds, -t)', 'unlimited'],
  ['u', 'max user processes', '(-u)', 'unlimited'],
  ['v', 'virtual memory', '(kbytes, -v)', 'unlimited'],
]

const ulimit: Builtin = function* ({ shell, args }) {
  if (args[0] === '-a')
    for (const [, label, unit, value] of limits) yield* print(shell, `${label.padEnd(24)}${unit.padStart(14)} ${value}\n`)
  else if (args.length < 2) yield* print(shell, `${limits.find(([letter]) => letter === (args[0] ?? '-f').at(-1))?.[3] ?? 'unlimited'}\n`)
  return 0
}

const times: Builtin = function* ({ shell }) {
  yield* print(shell, '0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n')
  return 0
}

const history: Builtin = function* (call) {
  const { shell, args } = call
  if (args[0] === '-c') shell.history.length = 0
  else if (args[0] === '-d') shell.history.splice(Number(args[1]) - 1, 1)
  else if (args[0] === '-s') shell.history.push(args.slice(1).join(' '))
  else if (args[0] === undefined || /^\d+$/.test(args[0])) {
    const first = args[0] === undefined ? 0 : Math.max(0, shell.history.length - Number(args[0]))
    for (const [i, line] of shell.history.entries()) if (i >= first) yield* print(shell, `${String(i + 1).padStart(5)}  ${line}\n`)
  } else if (!/^-[awrn]$/.test(args[0])) return yield* failure(call, `${args[0]}: numeric argument required`)
  return 0
}

/** `complete -F function name…`: kept, so that scripts which register completions load; the line editor asks programs itself. */
const complete: Builtin = function* ({ shell, args }) {
  const names = args.filter((argument, i) => !argument.startsWith('-') && !/^-[oFCAGWXPS]$/.test(args[i - 1] ?? ''))
  for (const name of names) shell.completions.set(name, args[args.indexOf('-F') + 1] ?? '')
  return 0
}

const nothing = (status: number): Builtin =>
  function* (): Proc<number> {
    return status
  }

export const settings: Readonly<Record<string, Builtin>> = {
  set,
  shopt,
  shift,
  getopts,
  alias,
  unalias,
  umask,
  ulimit,
  times,
  history,
  complete,
  compopt: nothing(0),
  compgen: nothing(1),
  bind: nothing(0),
  enable: nothing(0),
  ':': nothing(0),
  true: nothing(0),
  false: nothing(1),
}
