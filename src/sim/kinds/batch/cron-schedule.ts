/** One field of a schedule: its bounds and the names that stand for numbers. */
interface Field {
  readonly low: number
  readonly high: number
  readonly names?: readonly string[]
}

const FIELDS: readonly Field[] = [
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31 },
  { low: 1, high: 12, names: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { low: 0, high: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
]
const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

/** Why a text is no cron schedule, in the words of the parser that Kubernetes uses; undefined when it is one. */
export function scheduleProblem(schedule: string): string | undefined {
  if (/^(CRON_)?TZ=/.test(schedule)) return 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'
  if (schedule.startsWith('@')) return descriptorProblem(schedule)
  const fields = schedule.split(/\s+/).filter(Boolean)
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`
  for (const [index, text] of fields.entries()) {
    for (const part of text.split(',')) {
      const problem = part && rangeProblem(part, FIELDS[index]!)
      if (problem) return problem
    }
  }
  return undefined
}

function descriptorProblem(schedule: string): string | undefined {
  if (DESCRIPTORS.includes(schedule)) return undefined
  const every = /^@every (.*)$/.exec(schedule)
  if (!every) return `unrecognized descriptor: ${schedule}`
  return /^([\d.]+(ns|us|µs|ms|s|m|h))+$/.test(every[1]!)
    ? undefined
    : `failed to parse duration ${schedule}: time: invalid duration ${JSON.stringify(every[1])}`
}

function rangeProblem(text: string, field: Field): string | undefined {
  const [range = '', step, ...more] = text.split('/')
  const [first = '', last, ...others] = range.split('-')
  if (more.length > 0) return `too many slashes: ${text}`
  if (others.length > 0) return `too many hyphens: ${text}`
  const anything = first === '*' || first === '?'
  const start = anything ? field.low : numberOf(first, field)
  if (typeof start === 'string') return start
  const end = anything ? field.high : last === undefined ? (step === undefined ? start : field.high) : numberOf(last, field)
  if (typeof end === 'string') return end
  const by = step === undefined ? 1 : numberOf(step)
  if (typeof by === 'string') return by
  if (start < field.low) return `beginning of range (${start}) below minimum (${field.low}): ${text}`
  if (end > field.high) return `end of range (${end}) above maximum (${field.high}): ${text}`
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`
  return by === 0 ? `step of range should be a positive number: ${text}` : undefined
}

/** The number a text means, or why it means none. */
function numberOf(text: string, field?: Field): number | string {
  const named = field?.names?.indexOf(text.toLowerCase()) ?? -1
  if (named >= 0 && text !== '') return named
  if (!/^[+-]?\d+$/.test(text)) return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
  const value = Number(text)
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value
}
