let lastSecond = NaN
let lastText = ''

/** A virtual time as Kubernetes writes `metav1.Time`: RFC 3339, UTC, whole seconds. */
export function timestamp(timeMs: number): string {
  const second = Math.floor(timeMs / 1000)
  if (second === lastSecond) return lastText // thousands of objects are written in one second: they share its text
  const t = calendar(timeMs)
  lastSecond = second
  // Joined: text put together by `+` rests in memory as a tree of its pieces.
  lastText = [t.year, '-', two(t.month), '-', two(t.day), 'T', two(t.hour), ':', two(t.minute), ':', two(t.second), 'Z'].join('')
  return lastText
}

/** A virtual time as Kubernetes writes `metav1.MicroTime`: six digits after the second. */
export function microTimestamp(timeMs: number): string {
  const micros = Math.round((((timeMs % 1000) + 1000) % 1000) * 1000)
  return [timestamp(timeMs).slice(0, -1), '.', String(micros).padStart(6, '0'), 'Z'].join('')
}

/** The moment an RFC 3339 text names, in milliseconds since the Unix epoch; NaN when it is none. */
export function parseTimestamp(text: string): number {
  const match = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/.exec(text)
  if (!match) return NaN
  const [, year, month, day, hour, minute, second, fraction = '', zone] = match
  const utc =
    epochDays(Number(year), Number(month), Number(day)) * DAY_MS + Number(hour) * HOUR_MS + Number(minute) * 60_000 + Number(second) * 1000
  const offset = /^[Zz]$/.test(zone!)
    ? 0
    : (zone![0] === '-' ? -1 : 1) * (Number(zone!.slice(1, 3)) * HOUR_MS + Number(zone!.slice(4)) * 60_000)
  return utc - offset + Number(`0.${fraction || 0}`) * 1000
}

/** Calendar fields of a virtual time in UTC; `weekday` 0 is Sunday. */
export interface CalendarTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millisecond: number
  readonly weekday: number
}

const two = (value: number) => String(value).padStart(2, '0')
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** Splits a virtual time into UTC calendar fields (the proleptic Gregorian calendar, as in RFC 3339). */
export function calendar(timeMs: number): CalendarTime {
  const days = Math.floor(timeMs / DAY_MS)
  const rest = timeMs - days * DAY_MS
  // Civil-from-days: shift the year to begin in March, so that the leap day comes last.
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
    hour: Math.floor(rest / HOUR_MS),
    minute: Math.floor(rest / 60_000) % 60,
    second: Math.floor(rest / 1000) % 60,
    millisecond: Math.floor(rest % 1000),
    weekday: (((days + 4) % 7) + 7) % 7,
  }
}

/** Days from 1970-01-01 to a date of the Gregorian calendar. */
export function epochDays(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year
  const era = Math.floor(shiftedYear / 400)
  const yearOfEra = shiftedYear - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}
