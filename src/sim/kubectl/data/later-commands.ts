import type { CommandSpec } from '../command-tree'
import type { FlagSpec } from '../flags'

const flag = (name: string, type: FlagSpec['type'] = 'string', value = '', shorthand: string | null = null): FlagSpec => ({ name, shorthand, type, default: value }) // prettier-ignore

/** Commands that came after the release of which commands.json tells. Lists of commands do not show them. */
export const laterCommands: readonly CommandSpec[] = [
  { path: 'kuberc', aliases: [], subcommands: ['set', 'view'], flags: [] },
  {
    path: 'kuberc set',
    aliases: [],
    subcommands: [],
    flags: [
      flag('allowlist-entry', 'stringArray', '[]'),
      flag('appendarg', 'stringArray', '[]'),
      flag('command'),
      flag('kuberc'),
      flag('name'),
      flag('option', 'stringArray', '[]'),
      flag('overwrite', 'bool', 'false'),
      flag('policy'),
      flag('prependarg', 'stringArray', '[]'),
      flag('section'),
    ],
  },
  {
    path: 'kuberc view',
    aliases: [],
    subcommands: [],
    flags: [
      flag('allow-missing-template-keys', 'bool', 'true'),
      flag('kuberc'),
      flag('output', 'string', 'yaml', 'o'),
      flag('show-managed-fields', 'bool', 'false'),
      flag('template'),
    ],
  },
]
