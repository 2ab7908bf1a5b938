import type { FlagSpec, FlagType } from '../flags'

type Row = readonly [name: string, shorthand: string | null, type: FlagType, value: string, about: string]

/** stern's flags: names, letters and defaults are the real ones. */
const rows: readonly Row[] = [
  ['all-namespaces', 'A', 'bool', 'false', 'Follow pods of all namespaces.'],
  ['color', null, 'string', 'auto', 'Use colours: auto (on a terminal), always or never.'],
  ['container', 'c', 'string', '.*', 'Containers to follow (regular expression).'],
  ['container-state', null, 'stringSlice', '[all]', 'Follow containers that are running, waiting, terminated, or all.'],
  ['context', null, 'string', '', 'Context of the kubeconfig to use.'],
  ['ephemeral-containers', null, 'bool', 'true', 'Follow ephemeral containers too.'],
  ['exclude', 'e', 'stringArray', '[]', 'Lines to leave out (regular expression).'],
  ['exclude-container', 'E', 'stringArray', '[]', 'Containers to leave out (regular expression).'],
  ['exclude-pod', null, 'stringArray', '[]', 'Pods to leave out (regular expression).'],
  ['field-selector', null, 'string', '', 'Follow the pods whose fields are so.'],
  ['help', 'h', 'bool', 'false', 'Show this.'],
  ['highlight', 'H', 'stringArray', '[]', 'Text to mark (regular expression).'],
  ['include', 'i', 'stringArray', '[]', 'Show only such lines (regular expression).'],
  ['init-containers', null, 'bool', 'true', 'Follow init containers too.'],
  ['kubeconfig', null, 'string', '', 'Kubeconfig file to use.'],
  ['max-log-requests', null, 'int', '-1', 'Most logs to follow at once: 50, or 5 with --no-follow.'],
  ['namespace', 'n', 'stringSlice', '[]', 'Namespaces to look in.'],
  ['no-follow', null, 'bool', 'false', 'Show what there is and end.'],
  ['only-log-lines', null, 'bool', 'false', 'Say nothing of containers that come and go.'],
  ['output', 'o', 'string', 'default', 'How lines look: default, raw, json, extjson or ppextjson.'],
  ['selector', 'l', 'string', '', 'Follow the pods with such labels.'],
  ['since', 's', 'duration', '48h0m0s', 'Show lines that are no older.'],
  ['tail', null, 'int', '-1', 'Show so many lines from the end; -1 for all.'],
  ['timestamps', 't', 'bool', 'false', 'Put the time before each line.'],
  ['version', 'v', 'bool', 'false', 'Show the version.'],
]

export const sternFlags: readonly FlagSpec[] = rows.map(([name, shorthand, type, value]) => ({ name, shorthand, type, default: value }))

/** What stern says of itself. */
export const sternUsage = `Follow the logs of several pods and containers at once

Usage:
  stern pod-query [flags]

Flags:
${rows.map(([name, letter, type, , about]) => `  ${letter ? `-${letter}, ` : '    '}--${`${name}${type === 'bool' ? '' : ` ${type === 'stringArray' || type === 'stringSlice' ? 'strings' : type}`}`.padEnd(26)} ${about}\n`).join('')}`
