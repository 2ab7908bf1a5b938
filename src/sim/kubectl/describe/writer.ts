import { calendar, parseTimestamp } from '../../engine/time'
import { goSort } from '../../formats/go-sort'
import { humanDuration } from '../../formats/duration'
import { descriptionColumns, tabulate } from '../printers/tabwriter'

/** Collects the lines of a description; a tab ends a cell. */
export interface Description {
  /** A line, or several, indented by two spaces a level. */
  readonly write: (level: number, line: string) => void
  /** Everything aligned. */
  readonly text: () => string
  /** The same with its tabs as they are. */
  readonly tabbed: () => string
  /** Virtual time at which it is written. */
  readonly nowMs: number
}

/** A new description. */
export function openDescription(nowMs: number): Description {
  let text = ''
  return {
    nowMs,
    write: (level, line) => (text += `${'  '.repeat(level)}${line}\n`),
    text: () => tabulate(text, descriptionColumns),
    tabbed: () => text,
  }
}

const two = (value: number) => String(value).padStart(2, '0')
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Mon, 02 Jan 2006 15:04:05 +0000`. */
export function longTime(time: string | undefined): string {
  if (!time) return 'Mon, 01 Jan 0001 00:00:00 +0000'
  const t = calendar(parseTimestamp(time))
  return `${weekdays[t.weekday]}, ${two(t.day)} ${months[t.month - 1]} ${t.year} ${two(t.hour)}:${two(t.minute)}:${two(t.second)} +0000`
}

/** `2006-01-02 15:04:05 +0000 UTC`, as Go prints a time that nobody formatted. */
export const goTime = (time: string | undefined): string => (time ? `${time.slice(0, 10)} ${time.slice(11, 19)} +0000 UTC` : '<nil>')

/** How long ago, as the AGE column has it. */
export const since = (time: string | undefined, nowMs: number) => (time ? humanDuration(nowMs - parseTimestamp(time)) : '<unknown>')

export type Labels = Readonly<Record<string, string>>

const sortedKeys = (map: Labels) => Object.keys(map).sort()

/** One label a line, the first beside the title; `space` stands before each of the lines. */
export function writeLabels({ write }: Description, title: string, labels: Labels | undefined, space = ''): void {
  const keys = sortedKeys(labels ?? {})
  if (keys.length === 0) return write(0, `${space}${title}:\t<none>`)
  keys.forEach((key, i) => write(0, `${space}${i === 0 ? `${title}:` : ''}\t${key}=${labels![key]}`))
}

const longest = 140

/** The same for annotations: long ones and those of several lines stand below their key, cut off. */
export function writeAnnotations({ write }: Description, title: string, annotations: Labels | undefined): void {
  const keys = sortedKeys(annotations ?? {}).filter((key) => key !== 'kubectl.kubernetes.io/last-applied-configuration')
  if (keys.length === 0) return write(0, `${title}:\t<none>`)
  keys.forEach((key, i) => {
    const lead = i === 0 ? `${title}:\t` : '\t'
    const value = annotations![key]!.replace(/\n$/, '')
    if (value.length + key.length + 2 <= longest && !value.includes('\n')) return write(0, `${lead}${key}: ${value}`)
    write(0, `${lead}${key}:`)
    for (const line of value.split('\n')) write(0, `\t  ${line.length > longest - 2 ? `${line.slice(0, longest - 2)}...` : line}`)
  })
}

/** Name, namespace, labels and annotations, which most descriptions begin with. */
export function writeHead(
  description: Description,
  { name, namespace, labels, annotations }: { name?: string; namespace?: string; labels?: Labels; annotations?: Labels },
  titles: { namespace?: boolean } = {},
): void {
  description.write(0, `Name:\t${name ?? ''}`)
  if (titles.namespace !== false) description.write(0, `Namespace:\t${namespace ?? ''}`)
  writeLabels(description, 'Labels', labels)
  writeAnnotations(description, 'Annotations', annotations)
}

export interface EventLine {
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  readonly count?: number
  readonly firstTimestamp?: string | null
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly source?: { readonly component?: string }
  readonly reportingComponent?: string
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string }
}

/** What happened to the object, oldest first. */
export function writeEvents({ write, nowMs }: Description, events: readonly EventLine[]): void {
  if (events.length === 0) return write(0, 'Events:\t<none>')
  // Events of the newer sort have no last timestamp and come first.
  const lastSeen = ({ lastTimestamp }: EventLine) => lastTimestamp ?? ''
  write(0, 'Events:')
  write(1, 'Type\tReason\tAge\tFrom\tMessage')
  write(1, '----\t------\t----\t----\t-------')
  for (const event of goSort([...events], (a, b) => lastSeen(a) < lastSeen(b))) {
    const first = since(event.firstTimestamp ?? event.eventTime ?? undefined, nowMs)
    const age = event.series
      ? `${since(event.series.lastObservedTime, nowMs)} (x${event.series.count} over ${first})`
      : (event.count ?? 0) > 1
        ? `${since(event.lastTimestamp ?? undefined, nowMs)} (x${event.count} over ${first})`
        : first
    write(
      1,
      `${event.type ?? ''}\t${event.reason ?? ''}\t${age}\t${event.source?.component || (event.reportingComponent ?? '')}\t${(event.message ?? '').trim()}`,
    )
  }
}
