import { commandHelp } from './data/command-help'
import { flagHelp } from './data/flag-help'
import { rootSpec } from './command-tree'

/** A command in one line, as lists show it. */
export const commandSummary = (path: string): string => commandHelp[path]?.summary ?? ''

/** A flag in one sentence, as this command means it. A flag of every command is told so everywhere. */
export function flagSummary(path: string, flag: string): string {
  if (flag === 'help') return `help for ${path === rootSpec.path ? 'kubectl' : path.split(' ').at(-1)}`
  return flagHelp[`${path} ${flag}`] ?? flagHelp[flag] ?? ''
}
