import data from './data/commands.json'
import { hiddenFlags } from './data/hidden-flags'
import { laterCommands } from './data/later-commands'
import type { FlagSpec } from './flags'

/** One command as `data/commands.json` lists it. */
export interface CommandSpec {
  readonly path: string
  readonly aliases: readonly string[]
  readonly subcommands: readonly string[]
  readonly argCompletions?: readonly string[]
  readonly flags: readonly FlagSpec[]
}

interface Known {
  readonly spec: CommandSpec
  /** Its own flags and those of every command. */
  readonly allFlags: readonly FlagSpec[]
}

const specs = [...(data.commands as readonly CommandSpec[]), ...laterCommands] // the file's flag types are those of FlagType
export const globalFlags = data.globalFlags as readonly FlagSpec[]
/** Came later than the flags of that file, and is not listed with them. */
const kubercFlag: FlagSpec = { name: 'kuberc', shorthand: null, type: 'string', default: '' }
const helpFlag: FlagSpec = { name: 'help', shorthand: 'h', type: 'bool', default: 'false' }
const byPath = new Map<string, Known>()
for (const spec of specs)
  byPath.set(spec.path, {
    spec,
    allFlags: [
      ...spec.flags,
      ...[...globalFlags, kubercFlag].filter(({ name }) => !spec.flags.some((own) => own.name === name)),
      ...(hiddenFlags[spec.path] ?? []),
      helpFlag,
    ],
  })

export const rootSpec = byPath.get('')!.spec

/** What is known of a command; the path must exist. */
export function commandSpec(path: string): Known {
  const found = byPath.get(path)
  if (!found) throw new Error(`no command is called ${path}`)
  return found
}

/** Whether a command has a flag of its own by that name, which then hides the one every command takes. */
export const ownsFlag = (path: string, name: string) => byPath.get(path)?.spec.flags.some((flag) => flag.name === name) ?? false

/** Commands that help does not list beside the others. */
const unlisted: Readonly<Record<string, readonly string[]>> = { '': ['options', 'alpha', 'help', 'kuberc'] }

/** The commands below a path, in the order in which help lists them. */
export const childrenOf = (path: string): readonly string[] => commandSpec(path).spec.subcommands

/** The subcommand of `path` that a word names, by name or alias. */
export function subcommandOf(path: string, word: string): string | undefined {
  const join = (name: string) => (path ? `${path} ${name}` : name)
  const { subcommands } = commandSpec(path).spec
  return [...subcommands, ...(unlisted[path] ?? [])]
    .map(join)
    .find((child) => child === join(word) || byPath.get(child)?.spec.aliases.includes(word))
}

/**
 * Finds the command in a line of words: flags may stand between its parts. Answers its path and the words that are left; `unknown` is the
 * complaint when the first word names no command. Each level judges by its own flags which words are values: a flag it does not know takes the
 * word after it, and `-h` is known to none of them yet, so that `kubectl -h get` asks for no command's help.
 */
export function findCommand(words: readonly string[], path = ''): { path: string; rest: readonly string[]; unknown?: string } {
  const at = firstArgument(path, words)
  if (at < 0) return { path, rest: words }
  const child = subcommandOf(path, words[at]!)
  if (child !== undefined) return findCommand(words.toSpliced(at, 1), child)
  return { path, rest: words, ...(path === '' ? { unknown: unknownCommand(words[at]!) } : {}) }
}

/** Where the first word stands that is neither a flag nor a flag's value; -1 when there is none before `--`. */
function firstArgument(path: string, words: readonly string[]): number {
  for (let i = 0; i < words.length && words[i] !== '--'; i++) {
    const word = words[i]!
    if (takesNext(path, word)) i++
    else if (word !== '' && !word.startsWith('-')) return i
  }
  return -1
}

/** Whether a flag before a command's name takes the next word as its value. */
function takesNext(path: string, word: string): boolean {
  if (!word.startsWith('-') || word.includes('=')) return false
  const long = word.startsWith('--')
  if (!long && (word.length !== 2 || word[1]! > '\u007f')) return false
  const spec = commandSpec(path).allFlags.find(({ name, shorthand }) => (long ? name === word.slice(2) : shorthand === word[1]))
  return !spec || spec.name === 'help' || (spec.type !== 'bool' && !spec.bareAllowed)
}

function unknownCommand(word: string): string {
  const close = [...rootSpec.subcommands, 'options'].filter(
    (name) => distance(word.toLowerCase(), name) <= 2 || name.startsWith(word.toLowerCase()),
  )
  const hint = close.length ? `\n\nDid you mean this?\n${close.map((name) => `\t${name}\n`).join('')}` : ''
  return `unknown command ${JSON.stringify(word)} for "kubectl"${hint}`
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}
