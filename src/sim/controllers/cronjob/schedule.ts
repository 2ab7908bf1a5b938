import { parseGoDuration } from '../../formats/duration'
import { calendarIn, instantIn, utcMs } from './time-zone'

/** A cron schedule ready to be asked. */
export type Schedule = { readonly everyMs: number } | Fields

interface Fields {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekdays: ReadonlySet<number>
  /** Restricted both by day of the month and by weekday: either will do. */
  readonly eitherDay: boolean
}

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** Reads a schedule that validation has accepted; undefined for any other. */
export function parseSchedule(text: string): Schedule | undefined {
  const every = /^@every (.+)$/.exec(text)
  if (every) {
    const everyMs = parseGoDuration(every[1]!)
    return everyMs === undefined ? undefined : { everyMs: Math.max(1000, everyMs) }
  }
  const [minutes, hours, days, months, weekdays, ...more] = (DESCRIPTORS[text] ?? text).trim().split(/\s+/)
  if (!minutes || !hours || !days || !months || !weekdays || more.length > 0) return undefined
  const starred = (field: string) => /^[*?](\/|$)/.test(field)
  return {
    minutes: valuesOf(minutes, 0, 59),
    hours: valuesOf(hours, 0, 23),
    days: valuesOf(days, 1, 31),
    months: valuesOf(months, 1, 12, MONTHS),
    weekdays: valuesOf(weekdays, 0, 6, WEEKDAYS),
    eitherDay: !starred(days) && !starred(weekdays),
  }
}

function valuesOf(field: string, low: number, high: number, names: readonly string[] = []): ReadonlySet<number> {
  const number = (text: string) => (names.includes(text.toLowerCase()) ? names.indexOf(text.toLowerCase()) : Number(text))
  const values = new Set<number>()
  for (const part of field.split(',')) {
    const [range = '', step] = part.split('/')
    const [first = '', last] = range.split('-')
    const any = first === '*' || first === '?'
    const from = any ? low : number(first)
    const to = any ? high : last !== undefined ? number(last) : step !== undefined ? high : from
    for (let value = from; value <= to; value += Math.max(1, Number(step ?? 1))) values.add(value)
  }
  return values
}

const MINUTE_MS = 60_000
/** A schedule that has no time within so many days (30 February) has none at all. */
const HORIZON_DAYS = 366 * 5

/** The first time of a schedule after a moment; undefined when there is none within five years. */
export function nextTimeMs(schedule: Schedule, afterMs: number, timeZone: string | undefined): number | undefined {
  if ('everyMs' in schedule) return Math.floor(afterMs / 1000) * 1000 + schedule.everyMs
  const start = calendarIn(Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS, timeZone)
  for (let offset = 0; offset <= HORIZON_DAYS; offset++) {
    const midnight = calendarIn(utcMs(start.year, start.month, start.day) + offset * 86_400_000, undefined)
    if (!schedule.months.has(midnight.month) || !matchesDay(schedule, midnight.day, midnight.weekday)) continue
    for (const hour of [...schedule.hours].sort((a, b) => a - b)) {
      for (const minute of [...schedule.minutes].sort((a, b) => a - b)) {
        const at = instantIn(midnight.year, midnight.month, midnight.day, hour, minute, timeZone)
        if (at !== undefined && at > afterMs) return at
      }
    }
  }
  return undefined
}

function matchesDay({ days, weekdays, eitherDay }: Fields, day: number, weekday: number): boolean {
  return eitherDay ? days.has(day) || weekdays.has(weekday) : days.has(day) && weekdays.has(weekday)
}
