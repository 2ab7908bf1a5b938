import { SyscallError, type Proc, type Self } from '../node/os/syscalls'
import { write } from '../node/os/calls'
import { commandSpec, findCommand } from './command-tree'
import { CommandError, Exit } from './errors'
import { parseFlags, type FlagSpec } from './flags'
import { kubercPath, readPreference, type Alias, type OptionDefault, type Preference } from './kuberc-file'

/** A command line with the user's preferences worked into it. */
export interface Preferred {
  readonly words: readonly string[]
  readonly preference?: Preference
}

/**
 * Reads the user's kuberc and applies it: an alias becomes the command it stands for, flags that the line does not mention get their defaults.
 * Throws CommandError in the real one's words.
 */
export function* applyPreferences(self: Self, words: readonly string[]): Proc<Preferred> {
  if (words.length === 0 || self.env.KUBECTL_KUBERC === 'false') return { words }
  try {
    const preference = yield* loadPreference(self, explicitKuberc(words))
    if (!preference) return { words }
    validate(preference)
    const aliased = yield* withAlias(preference, words)
    return { words: yield* withDefaults(preference, aliased.words, aliased.alias), preference }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    yield* write(2, `error occurred while applying preferences ${error.message}\n`)
    throw new Exit(1)
  }
}

/** `--kuberc` is looked for before flags are known as such. Throws CommandError when it has no value. */
function explicitKuberc(words: readonly string[]): string {
  const end = words.indexOf('--')
  const line = end < 0 ? words : words.slice(0, end)
  for (const [i, word] of line.entries()) {
    const value = word === '--kuberc' ? words[i + 1] : word.startsWith('--kuberc=') ? word.slice('--kuberc='.length) : undefined
    if (value) return value
    if (word === '--kuberc' || word.startsWith('--kuberc=')) throw new CommandError('kuberc file is not found')
  }
  return ''
}

/** The preferences; a file that nobody named may be missing, or be wrong for a warning. The warnings have no line's end: that is how it is. */
function* loadPreference(self: Self, flag: string): Proc<Preference | undefined> {
  try {
    const file = kubercPath(self, flag)
    if (!file) return undefined
    try {
      const { preference, complaint } = yield* readPreference(file.path)
      if (complaint) yield* write(2, `kuberc: ignoring strict decoding error in ${file.path}: ${complaint}`)
      return preference
    } catch (error) {
      if (error instanceof SyscallError) {
        if (!file.explicit) return undefined
        throw new CommandError(`kuberc: open ${file.path}: ${error.message.toLowerCase()}`)
      }
      if (!(error instanceof CommandError)) throw error
      if (file.explicit) throw new CommandError(`kuberc: ${error.message}`)
      yield* write(2, `kuberc: no preferences loaded from ${file.path}: ${error.message}`)
      return undefined
    }
  } catch (error) {
    throw error instanceof CommandError ? new CommandError(`kuberc error ${error.message}`) : error
  }
}

function validate({ aliases = [], defaults = [] }: Preference): void {
  const names = new Set<string>()
  for (const { name, options } of aliases) {
    if (!/^[a-zA-Z]+$/.test(name ?? '')) throw new CommandError('invalid alias name, can only include alphabetical characters')
    checkOptions(options)
    if (names.has(name)) throw new CommandError(`duplicate alias name ${name}`)
    names.add(name)
  }
  for (const { options } of defaults) checkOptions(options)
}

function checkOptions(options: readonly OptionDefault[] = []): void {
  const short = options.find(({ name }) => name.startsWith('-'))
  if (short) throw new CommandError(`flag name ${short.name} should be in long form without dashes`)
}

/** The line with its alias replaced by what that stands for. A command of kubectl's own is no alias, whatever the file says. */
function* withAlias({ aliases = [] }: Preference, words: readonly string[]): Proc<{ words: readonly string[]; alias?: string }> {
  if (findCommand(words).unknown === undefined) return { words }
  const at = words.findIndex((word) => !word.startsWith('-'))
  const alias = aliases.find(({ name }) => name === words[at])
  if (!alias) return { words }
  const command = alias.command.split(/\s+/).filter(Boolean)
  const { path, rest, unknown } = findCommand(command)
  if (unknown !== undefined) throw new CommandError(`command ${JSON.stringify(alias.command)} not found to set alias ${JSON.stringify(alias.name)}: [${rest.join(' ')}]`) // prettier-ignore
  const flags = presetFlags(path, alias.options, words, {
    unknown: (name) => `invalid alias flag ${name} in alias kubectl`,
    place: 'alias kubectl',
    value: 'value',
  })
  return { words: expanded(words, at, alias, [...command, ...flags]), alias: alias.name }
}

const expanded = (words: readonly string[], at: number, { prependArgs = [], appendArgs = [] }: Alias, command: readonly string[]) => [
  ...words.slice(0, at),
  ...command,
  ...prependArgs,
  ...words.slice(at + 1),
  ...appendArgs,
]

/** The line with the defaults of its command put before everything else. Commands are compared by their last word alone. */
function* withDefaults({ defaults = [] }: Preference, words: readonly string[], alias: string | undefined): Proc<readonly string[]> {
  const line = findCommand(words)
  if (line.unknown !== undefined) return words
  const name = alias ?? line.path.split(' ').at(-1)
  const flags: string[] = []
  for (const { command, options } of defaults) {
    const parts = command.split(/\s+/).filter(Boolean)
    if (alias !== undefined && parts[0] === alias) throw new CommandError(`alias ${alias} can not be overridden`)
    const found = findCommand(parts)
    if (found.unknown !== undefined) yield* write(2, `Warning: command ${JSON.stringify(command)} not found to set kuberc override\n`)
    else if (found.path.split(' ').at(-1) === name)
      flags.push(
        ...presetFlags(line.path, options, words, {
          unknown: (flag) => `invalid flag ${flag} for command ${command}`,
          place: `command ${command}`,
          value: 'override value',
        }),
      )
  }
  return flags.length ? [...line.path.split(' ').filter(Boolean), ...flags, ...line.rest] : words
}

interface Wording {
  readonly unknown: (flag: string) => string
  readonly place: string
  readonly value: string
}

/** `--output=wide` for each option that the line does not set itself. Throws CommandError for flags and values the command does not know. */
function presetFlags(path: string, options: readonly OptionDefault[] = [], words: readonly string[], wording: Wording): string[] {
  const { allFlags } = commandSpec(path)
  return options.flatMap(({ name, default: value }) => {
    const flag = allFlags.find((one) => one.name === name)
    if (!flag) throw new CommandError(wording.unknown(name))
    if (isSet(flag, words)) return []
    try {
      parseFlags([flag], [`--${name}=${value}`], 'kubectl')
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      throw new CommandError(`could not apply ${wording.value} ${value} to flag ${name} in ${wording.place} err: ${error.message.split('\n')[0]}`) // prettier-ignore
    }
    return [`--${name}=${value}`]
  })
}

/** Whether a word sets the flag: written out, by its letter, or among other letters. */
const isSet = ({ name, shorthand }: FlagSpec, words: readonly string[]) =>
  words.some(
    (word) =>
      word === `--${name}` ||
      word.startsWith(`--${name}=`) ||
      (shorthand !== null && (word.startsWith(`-${shorthand}`) || (/^-[a-zA-Z]+$/.test(word) && word.includes(shorthand)))),
  )
