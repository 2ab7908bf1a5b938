import { err, out, type Kubectl } from './session'
import { argumentCompletions, flagCompletion } from './completing-arguments'
import { childrenOf, commandSpec, findCommand, globalFlags } from './command-tree'
import { commandSummary, flagSummary } from './descriptions'
import { CommandError } from './errors'
import { parseFlags, type FlagSpec } from './flags'
import { commands } from './commands'
import type { Proc, Self } from '../node/os/syscalls'

/** What the shell should do with candidates, in cobra's bits. */
export const directives = { default: 0, noSpace: 2, noFiles: 4, filterExtensions: 8 }

const directiveNames: readonly (readonly [number, string])[] = [
  [1, 'ShellCompDirectiveError'],
  [2, 'ShellCompDirectiveNoSpace'],
  [4, 'ShellCompDirectiveNoFileComp'],
  [8, 'ShellCompDirectiveFilterFileExt'],
  [16, 'ShellCompDirectiveFilterDirs'],
]

/** Words that could stand at the cursor, each perhaps with `\t` and a description, and what to do with them. */
export interface Completions {
  readonly words: readonly string[]
  readonly directive: number
}

/** `kubectl __complete WORD…`: the last word is the one being typed. Prints candidates and the directive as cobra's protocol has it. */
export function* completeCommand(self: Self, words: readonly string[], withDescriptions: boolean): Proc<number> {
  if (words.length === 0) throw new CommandError('requires at least 1 arg(s), only received 0')
  const { words: found, directive } = yield* complete(self, words.slice(0, -1), words.at(-1)!)
  const shown = found.map((word) => (withDescriptions ? word.trim() : word.split('\t')[0]!))
  yield* out(`${shown.map((word) => `${word}\n`).join('')}:${directive}\n`)
  const names = directiveNames.filter(([bit]) => directive & bit).map(([, name]) => name)
  const ended = `Completion ended with directive: ${names.join(', ') || 'ShellCompDirectiveDefault'}\n`
  // `options` speaks on standard output alone.
  yield* findCommand(words.slice(0, -1)).path === 'options' ? out(ended) : err(ended)
  return 0
}

function* complete(self: Self, before: readonly string[], typed: string): Proc<Completions> {
  const { path, rest, unknown } = findCommand(before)
  const nothing: Completions = { words: [], directive: directives.default }
  if (unknown !== undefined) {
    yield* err(`[Debug] Cleared global flags for plugin completion\n[Debug] [Error] unable to find a command for arguments: [${before.join(' ')}]\n`) // prettier-ignore
    return nothing
  }
  const { allFlags, spec } = commandSpec(path)
  const beyondFlags = rest.includes('--')
  const valued = beyondFlags ? undefined : flagBeingGiven(allFlags, rest, typed)
  if (valued && 'unknown' in valued) {
    yield* err(`[Debug] [Error] Subcommand '${path.split(' ').at(-1)}' does not support flag '${valued.unknown}'\n`)
    return nothing
  }
  const usage = `kubectl${path ? ` ${path}` : ''}`
  const words = valued && !valued.equals ? rest.slice(0, -1) : rest
  let kubectl: Kubectl
  try {
    kubectl = { ...parseFlags(allFlags, words, usage), self, path, known: { warnings: new Set(), warningCount: 0 } }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    yield* err(`[Debug] [Error] Error while parsing flags from args [${words.join(' ')}]: ${error.message.split('\n')[0]}\n`)
    return nothing
  }
  if (kubectl.flags.bool('help')) return { words: [], directive: directives.noFiles }
  if (valued) return yield* completeFlagValue(kubectl, valued.flag, valued.typed)
  const required = requiredFlags(path, allFlags, kubectl).flatMap((flag) => flagWords(path, flag, typed))
  if (!beyondFlags && typed.startsWith('-') && !typed.includes('=')) {
    const flags = required.length ? required : inHelpOrder(path, allFlags, kubectl).flatMap((flag) => flagWords(path, flag, typed))
    return { words: flags, directive: directives.noFiles }
  }
  const children =
    kubectl.args.length === 0 && !spec.flags.some(({ name }) => kubectl.flags.changed(name))
      ? [...childrenOf(path), ...(path === '' ? ['help', 'options'] : [])].toSorted()
      : []
  const offered = children
    .filter((name) => name.startsWith(typed))
    .map((name) => `${name}\t${commandSummary(path ? `${path} ${name}` : name)}`)
  const more = yield* argumentCompletions(kubectl, typed)
  const directive = more?.directive ?? (children.length ? directives.noFiles : directives.default)
  return { words: [...offered, ...required, ...(more?.words ?? [])], directive }
}

type Valued = { readonly flag: FlagSpec; readonly typed: string; readonly equals: boolean }

/** The flag whose value is being typed: `--flag=va`, or `--flag va` for one that cannot stand alone. */
function flagBeingGiven(flags: readonly FlagSpec[], before: readonly string[], typed: string): Valued | { unknown: string } | undefined {
  const isFlag = (word: string) => /^--.|^-[^-]/.test(word)
  const named = (word: string) =>
    word.startsWith('--') ? flags.find(({ name }) => name === word.slice(2)) : flags.find(({ shorthand }) => shorthand === word.at(-1))
  const equals = typed.indexOf('=')
  if (isFlag(typed)) {
    if (equals < 0) return undefined
    const flag = named(typed.slice(0, equals))
    return flag ? { flag, typed: typed.slice(equals + 1), equals: true } : { unknown: typed.slice(0, equals).replace(/^--?/, '') }
  }
  const last = before.at(-1)
  if (last === undefined || !isFlag(last) || last.includes('=')) return undefined
  const flag = named(last)
  return flag && flag.type !== 'bool' && !flag.bareAllowed ? { flag, typed, equals: false } : undefined
}

function* completeFlagValue(kubectl: Kubectl, flag: FlagSpec, typed: string): Proc<Completions> {
  if (flag.fileExtensions) return { words: flag.fileExtensions, directive: directives.filterExtensions }
  if (flag.completions) return { words: flag.completions.filter((value) => value.startsWith(typed)), directive: directives.noFiles }
  const found = yield* flagCompletion(kubectl, flag.name, typed)
  return found ? { words: found, directive: directives.noFiles } : { words: [], directive: directives.default }
}

/** Flags the command refuses to run without and that are not there yet. */
const requiredFlags = (path: string, flags: readonly FlagSpec[], kubectl: Kubectl) =>
  flags.filter(({ name }) => (commands[path]?.required ?? []).includes(name) && !kubectl.flags.changed(name))

/** The flags of every command, then the command's own; those that can be given only once are gone when they have been. */
function inHelpOrder(path: string, flags: readonly FlagSpec[], kubectl: Kubectl): FlagSpec[] {
  const own = new Set(commandSpec(path).spec.flags.map(({ name }) => name))
  const shared = new Set(globalFlags.map(({ name }) => name))
  // What a group of commands shares comes after the flags of each.
  const rank = ({ name }: FlagSpec) =>
    path === '' || !(own.has(name) || name === 'help') ? 0 : path.startsWith('config') && name === 'kubeconfig' ? 2 : 1
  const repeatable = ({ type }: FlagSpec) => /slice|array|stringTo/i.test(type)
  const listed = ({ name }: FlagSpec) => own.has(name) || shared.has(name) || name === 'help'
  return flags
    .filter((flag) => listed(flag) && (repeatable(flag) || !kubectl.flags.changed(flag.name)))
    .toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
}

function flagWords(path: string, { name, shorthand }: FlagSpec, typed: string): string[] {
  const forms = [`--${name}`, ...(shorthand ? [`-${shorthand}`] : [])]
  return forms.filter((form) => form.startsWith(typed)).map((form) => `${form}\t${flagSummary(path, name)}`)
}
