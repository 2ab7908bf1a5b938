import { isOwn, nameOf, type Listed } from './state'

/** What a key of a table does; `press-table.ts` knows how. */
export type Action =
  | 'describe' | 'yaml' | 'edit' | 'delete' | 'kill' | 'logs' | 'previous logs' | 'shell' | 'attach' | 'scale' | 'restart'
  | 'cordon' | 'uncordon' | 'drain' | 'show node' | 'jump to owner' | 'use namespace' | 'use context' | 'decode' | 'trigger' | 'sort'
  | 'suspend' | 'roll back' | 'port-forward' // prettier-ignore

export interface TableKey {
  readonly key: string
  /** How the menu writes it, without brackets. */
  readonly shown: string
  readonly about: string
  readonly action: Action
  /** The tables that have it; none named: all of the server's resources. */
  readonly on?: readonly string[]
  /** Not in read-only mode. */
  readonly writes?: boolean
  /** In the help alone. */
  readonly hidden?: boolean
  /** The column that is sorted by, and which way at first. */
  readonly column?: string
  readonly descending?: boolean
}

const withLogs = ['pods', 'containers', 'deployments', 'statefulsets', 'daemonsets', 'jobs', 'services']
const restartable = ['deployments', 'statefulsets', 'daemonsets']
const scalable = ['deployments', 'statefulsets']
const running = ['pods', 'containers']

const sort = (key: string, column: string, on?: readonly string[], descending = false): TableKey => ({
  key,
  shown: key.length === 1 ? `shift-${key.toLowerCase()}` : key,
  about: `Sort ${/^[A-Z]{5,}/.test(column) ? column[0] + column.slice(1).toLowerCase() : column}`,
  action: 'sort',
  column,
  hidden: true,
  ...(on ? { on } : {}),
  ...(descending ? { descending } : {}),
})

/** The keys of tables: letters and names are the real program's. */
export const tableKeys: readonly TableKey[] = [
  { key: 'a', shown: 'a', about: 'Attach', action: 'attach', on: running, writes: true },
  { key: 'c', shown: 'c', about: 'Cordon', action: 'cordon', on: ['nodes'], writes: true },
  { key: 'x', shown: 'x', about: 'Decode', action: 'decode', on: ['secrets'] },
  { key: 'ctrl-d', shown: 'ctrl-d', about: 'Delete', action: 'delete', writes: true },
  { key: 'd', shown: 'd', about: 'Describe', action: 'describe' },
  { key: 'r', shown: 'r', about: 'Drain', action: 'drain', on: ['nodes'], writes: true },
  { key: 'e', shown: 'e', about: 'Edit', action: 'edit', writes: true },
  { key: 'J', shown: 'shift-j', about: 'Jump Owner', action: 'jump to owner', hidden: true },
  { key: 'ctrl-k', shown: 'ctrl-k', about: 'Kill', action: 'kill', on: ['pods'], writes: true },
  { key: 'l', shown: 'l', about: 'Logs', action: 'logs', on: withLogs },
  { key: 'p', shown: 'p', about: 'Logs Previous', action: 'previous logs', on: withLogs },
  { key: 'F', shown: 'shift-f', about: 'Port-Forward', action: 'port-forward', on: withLogs, writes: true, hidden: true },
  { key: 'r', shown: 'r', about: 'Restart', action: 'restart', on: restartable, writes: true },
  { key: 'ctrl-l', shown: 'ctrl-l', about: 'Rollback', action: 'roll back', on: ['replicasets'], writes: true },
  { key: 's', shown: 's', about: 'Scale', action: 'scale', on: scalable, writes: true },
  { key: 's', shown: 's', about: 'Shell', action: 'shell', on: running, writes: true },
  { key: 'o', shown: 'o', about: 'Show Node', action: 'show node', on: ['pods'] },
  { key: 's', shown: 's', about: 'Suspend/Resume', action: 'suspend', on: ['cronjobs'], writes: true },
  { key: 't', shown: 't', about: 'Trigger', action: 'trigger', on: ['cronjobs'], writes: true },
  { key: 'u', shown: 'u', about: 'Uncordon', action: 'uncordon', on: ['nodes'], writes: true },
  { key: 'u', shown: 'u', about: 'Use', action: 'use namespace', on: ['namespaces'] },
  { key: 'y', shown: 'y', about: 'YAML', action: 'yaml' },
  sort('N', 'NAME'),
  sort('A', 'AGE'),
  sort('P', 'NAMESPACE'),
  sort('R', 'READY', ['pods', 'deployments', 'statefulsets', 'daemonsets', 'replicasets']),
  sort('R', 'ROLES', ['nodes']),
  sort('S', 'STATUS', ['pods', 'namespaces', 'nodes', 'persistentvolumes', 'persistentvolumeclaims']),
  sort('T', 'RESTARTS', running, true),
  sort('T', 'TYPE', ['services', 'secrets']),
  sort('C', 'CPU', [...running, 'nodes'], true),
  sort('D', 'DESIRED', ['replicasets']),
  sort('C', 'CURRENT', ['replicasets']),
  sort('M', 'MEM', [...running, 'nodes'], true),
  sort('X', '%CPU/R', running, true),
  sort('Z', '%MEM/R', running, true),
  sort('I', 'IP', ['pods']),
  sort('O', 'NODE', ['pods']),
  sort('U', 'UP-TO-DATE', ['deployments']),
  sort('L', 'AVAILABLE', ['deployments']),
  sort('L', 'LAST SEEN', ['events']),
  sort('L', 'LAST SCHEDULE', ['cronjobs']),
]

/** A key of the log: what it changes, and how the menu and the line above the log call it. */
export const logKeys: readonly (readonly [key: string, shown: string, about: string])[] = [
  ['0', '0', 'tail'],
  ['1', '1', 'head'],
  ['2', '2', '1m'],
  ['3', '3', '5m'],
  ['4', '4', '15m'],
  ['5', '5', '30m'],
  ['6', '6', '1h'],
  ['C', 'shift-c', 'Clear'],
  ['m', 'm', 'Mark'],
  ['s', 's', 'Toggle AutoScroll'],
  ['f', 'f', 'Toggle FullScreen'],
  ['t', 't', 'Toggle Timestamp'],
  ['w', 'w', 'Toggle Wrap'],
]

/** How far back the digits of the log look, in seconds; 0 is from the beginning, -1 the last lines. */
export const logSince: readonly number[] = [-1, 0, 60, 300, 900, 1800, 3600]

export const textKeys: readonly (readonly [key: string, shown: string, about: string])[] = [
  ['n', 'n', 'Next Match'],
  ['N', 'shift-n', 'Prev Match'],
  ['r', 'r', 'Refresh'],
]

/** Keys that work everywhere, and those that move, as the help shows them. */
export const generalKeys: readonly (readonly [shown: string, about: string])[] = [
  ['?', 'Help'],
  ['ctrl-a', 'Aliases'],
  [':cmd', 'Command mode'],
  ['/term', 'Filter mode'],
  ['esc', 'Back/Clear'],
  ['q', 'Back'],
  ['tab', 'Field Next'],
  ['backtab', 'Field Previous'],
  ['ctrl-r', 'Reload'],
  ['ctrl-u', 'Command Clear'],
  ['ctrl-e', 'Toggle Header'],
  ['ctrl-g', 'Toggle Crumbs'],
  ['ctrl-w', 'Toggle Wide'],
  ['ctrl-z', 'Toggle Faults'],
  [':q', 'Quit'],
  ['space', 'Mark'],
  ['ctrl-space', 'Mark Range'],
  ['ctrl-\\', 'Marks Clear'],
]
export const navigationKeys: readonly (readonly [shown: string, about: string])[] = [
  ['g', 'Goto Top'],
  ['shift-g', 'Goto Bottom'],
  ['ctrl-b', 'Page Up'],
  ['ctrl-f', 'Page Down'],
  ['k', 'Up'],
  ['j', 'Down'],
  ['left', 'Left'],
  ['right', 'Right'],
  ['[', 'History Back'],
  [']', 'History Forward'],
  ['-', 'Last Used Command'],
]

/** The keys that a table has. */
export function keysOf(lists: Listed, readOnly: boolean): readonly TableKey[] {
  const name = nameOf(lists)
  return tableKeys.filter(
    ({ on, writes, column }) => !(writes && readOnly) && (on ? on.includes(name) : !isOwn(lists) || column === 'NAME' || column === 'AGE'),
  )
}

/** What a key does in a table; the one that is said of this table in particular comes first. */
export function keyFor(lists: Listed, readOnly: boolean, key: string): TableKey | undefined {
  const found = keysOf(lists, readOnly).filter((one) => one.key === key)
  return found.find(({ on }) => on) ?? found[0]
}
