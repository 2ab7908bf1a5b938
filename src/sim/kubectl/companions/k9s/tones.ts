import type { AnyObject } from '../../../api/object'
import type { Column, Tone } from './state'

/** Words in a STATUS, STATE or TYPE column that say by themselves how things are. */
const words: readonly (readonly [RegExp, Tone])[] = [
  [/^(Terminating|Released)$/, 'leaving'],
  [/^(Pending|ContainerCreating|SchedulingGated|Suspended)$/, 'waiting'],
  [/^(PodInitializing|Init:\d.*)$/, 'new'],
  [/^(Completed|Complete|Succeeded)$/, 'done'],
  [/^(Running|Active|Bound|Available|Ready|Normal|Approved.*|<none>|)$/, 'plain'],
  [/^Ready,SchedulingDisabled$/, 'waiting'],
  [/(Back[oO]ff|Err|Error|Failed|Unknown|Evicted|OOMKilled|NotReady|Lost|Warning|Invalid|NeverPull|Unschedulable|Deadline|NotFound|Denied|Signal:|ExitCode:)/, 'faulty'],
] // prettier-ignore

const SAYING = new Set(['STATUS', 'STATE'])

/** How a row is meant, by what its cells say: a status, or fewer ready than there should be. */
export function toneOf(columns: readonly Column[], cells: readonly string[], object: AnyObject | undefined): Tone {
  const cell = (name: string) => cells[columns.findIndex((column) => column.name === name)]
  if (object?.metadata.deletionTimestamp) return 'leaving'
  const text = [...SAYING].map(cell).find((found) => found !== undefined) ?? (object?.kind === 'Event' ? cell('TYPE') : undefined)
  const said = text === undefined ? 'plain' : (words.find(([pattern]) => pattern.test(text))?.[1] ?? 'plain')
  if (said !== 'plain') return said
  const ready = cell('READY')
  const [is, wanted] = ready?.split('/') ?? []
  if (ready === 'false' || (wanted !== undefined && is !== wanted)) return 'faulty'
  const [desired, current] = [cell('DESIRED'), cell('READY')]
  if (desired !== undefined && current !== undefined && wanted === undefined && Number(desired) !== Number(current)) return 'faulty'
  return 'plain'
}
