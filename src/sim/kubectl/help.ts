import { write } from '../node/os/calls'
import type { Proc, Self } from '../node/os/syscalls'
import { childrenOf, commandSpec, globalFlags } from './command-tree'
import { commandGroups, commandHelp } from './data/command-help'
import usageLines from './data/usage.json'
import { commandSummary, flagSummary } from './descriptions'
import type { FlagSpec } from './flags'

/** Writes a command's help to a descriptor, laid out as the real one lays it out. */
export function* printHelp(self: Self, path: string, fd: number): Proc {
  yield* write(fd, path === 'options' ? optionsText(self) : helpText(self, path))
}

/** `kubectl options`: the flags that every command takes. */
export const optionsText = (self: Self) => `The following options can be passed to any command:\n\n${flagText(self, '', globalFlags)}\n`

function helpText(self: Self, path: string): string {
  const { summary, more } = commandHelp[path]!
  return `${summary.endsWith('.') ? summary : `${summary}.`}${more ? `\n\n ${more}` : ''}\n\n${helpBody(path, self)}`
}

/** Everything below the first sentences. */
export function helpBody(path: string, self?: Self): string {
  const { spec } = commandSpec(path)
  const { examples = [] } = commandHelp[path]!
  const sections = [
    ...(spec.aliases.length ? [`Aliases:\n${[path.split(' ').at(-1), ...spec.aliases].join(', ')}`] : []),
    ...(examples.length ? [`Examples:\n${examples.map(([about, line]) => `  # ${about}\n  ${line}`).join('\n  \n')}`] : []),
    ...commandLists(path),
    ...(spec.flags.length ? [`Options:\n${flagText(self, path, spec.flags)}`.replace(/\n$/, '')] : []),
    `Usage:\n  ${usageLine(path)}`,
    advice(path),
  ]
  return `${sections.join('\n\n')}\n`
}

/** `kubectl rollout undo (TYPE NAME | TYPE/NAME) [flags] [options]`. */
export function usageLine(path: string): string {
  const rest = (usageLines as Readonly<Record<string, string>>)[path] ?? '[flags] [options]'
  return `kubectl ${path ? `${path} ` : ''}${rest}`
}

function commandLists(path: string): string[] {
  if (path === '') return commandGroups.map(([heading, names]) => `${heading}:${lines('', names)}`)
  const children = childrenOf(path)
  return children.length ? [`Available Commands:${lines(path, children)}`] : []
}

/** Names and summaries in two columns; the names' column is wide enough for the longest, and never narrower than eleven. */
function lines(path: string, names: readonly string[]): string {
  const width = Math.max(path === '' ? 13 : 11, ...names.map((name) => name.length))
  return names.map((name) => `\n  ${name.padEnd(width)}   ${commandSummary(path ? `${path} ${name}` : name)}`).join('')
}

const flagText = (self: Self | undefined, path: string, flags: readonly FlagSpec[]) => flags.map((flag) => `    ${flagLine(self, flag)}:\n\t${flagSummary(path, flag.name)}\n`).join('\n') // prettier-ignore

/** Flags of types of their own, whose defaults help does not quote though they take any text. */
const unquoted = ['aggregation-rule', 'log-flush-frequency', 'vmodule']

/** `-o, --output=''`. */
export function flagLine(self: Self | undefined, { name, shorthand, type, default: value }: FlagSpec): string {
  const shown = value.replace('$HOME', self?.env.HOME ?? '/root')
  return `${shorthand ? `-${shorthand}, ` : ''}--${name}=${type === 'string' && !unquoted.includes(name) ? `'${shown}'` : shown}`
}

function advice(path: string): string {
  const more = path === '' || childrenOf(path).length ? `Use "kubectl ${path ? `${path} ` : ''}<command> --help" for more information about a given command.\n` : '' // prettier-ignore
  return `${more}Use "kubectl options" for a list of global command-line options (applies to all commands).`
}
