import type { FlagSpec, FlagType } from '../../flags'

type Row = readonly [name: string, shorthand: string | null, type: FlagType, value: string, about: string]

/** The flags of k9s that mean something here; names and letters are the real ones. */
const rows: readonly Row[] = [
  ['all-namespaces', 'A', 'bool', 'false', 'Begin in all namespaces.'],
  ['as', null, 'string', '', 'Ask as this user.'],
  ['as-group', null, 'stringArray', '[]', 'Ask as a member of this group.'],
  ['cluster', null, 'string', '', 'Cluster of the kubeconfig to use.'],
  ['command', 'c', 'string', '', 'What to show first, as behind the colon (pods).'],
  ['context', null, 'string', '', 'Context of the kubeconfig to use.'],
  ['crumbsless', null, 'bool', 'false', 'Leave out the way back at the bottom.'],
  ['headless', null, 'bool', 'false', 'Leave out the header.'],
  ['help', 'h', 'bool', 'false', 'Show this.'],
  ['kubeconfig', null, 'string', '', 'The kubeconfig file.'],
  ['namespace', 'n', 'string', '', 'Begin in this namespace.'],
  ['readonly', null, 'bool', 'false', 'No keys that change anything.'],
  ['refresh', 'r', 'int', '2', 'Seconds between two looks at what is not watched.'],
  ['request-timeout', null, 'string', '', 'How long to wait for an answer.'],
  ['token', null, 'string', '', 'Bearer token to ask with.'],
  ['user', null, 'string', '', 'User of the kubeconfig to use.'],
  ['write', null, 'bool', 'false', 'Allow changes, whatever else says no.'],
]

export const k9sFlags: readonly FlagSpec[] = rows.map(([name, shorthand, type, value]) => ({ name, shorthand, type, default: value }))

/** Flags that are kubectl's, and that every kubectl started from here gets. */
export const clientFlags = ['as', 'cluster', 'kubeconfig', 'request-timeout', 'token', 'user'] as const

/** What k9s says of itself. */
export const k9sUsage = `A full-screen view of a cluster: lists that live, and keys to act on what they show

Usage:
  k9s [flags]
  k9s [command]

Available Commands:
  help        Show this
  info        Show where the configuration is
  version     Show the version

Flags:
${rows.map(([name, letter, type, , about]) => `  ${letter ? `-${letter}, ` : '    '}--${`${name}${type === 'bool' ? '' : ` ${type === 'stringArray' ? 'strings' : type}`}`.padEnd(23)} ${about}\n`).join('')}
Keys: ? shows all of them, : goes to a resource (:po, :deploy, :svc, :ns, :ctx), / filters, Enter goes in, Esc out, :q leaves.
`
