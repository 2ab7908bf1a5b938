import { calendar, epochDays, type CalendarTime } from '../../engine/time'

/** Midnight UTC of a date. */
export const utcMs = (year: number, month: number, day: number): number => epochDays(year, month, day) * 86_400_000

const formats = new Map<string, Intl.DateTimeFormat | undefined>()

/** The platform knows the time zones; it is asked about numbers, never about the present. */
function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(timeZone)) {
    try {
      const parts = {
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
        hourCycle: 'h23',
      } as const
      formats.set(timeZone, new Intl.DateTimeFormat('en-US', { timeZone, ...parts }))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      formats.set(timeZone, undefined)
    }
  }
  return formats.get(timeZone)
}

/** Whether the platform knows a time zone by this name. */
export const isTimeZone = (timeZone: string): boolean => formatOf(timeZone) !== undefined

/** How far clocks in a time zone are ahead of UTC at a moment. */
function offsetMs(timeMs: number, timeZone: string | undefined): number {
  const format = timeZone ? formatOf(timeZone) : undefined
  if (!format) return 0
  const part: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(timeMs)) part[type] = Number(value)
  const local =
    utcMs(part['year']!, part['month']!, part['day']!) + part['hour']! * 3_600_000 + part['minute']! * 60_000 + part['second']! * 1000
  return local - Math.floor(timeMs / 1000) * 1000
}

/** What clocks in a time zone show at a moment; UTC unless told. */
export const calendarIn = (timeMs: number, timeZone: string | undefined): CalendarTime => calendar(timeMs + offsetMs(timeMs, timeZone))

/** The moment at which clocks in a time zone show this; undefined when they skip it in spring. */
export function instantIn(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  timeZone: string | undefined,
): number | undefined {
  const local = utcMs(year, month, day) + hour * 3_600_000 + minute * 60_000
  const guess = local - offsetMs(local, timeZone)
  const exact = local - offsetMs(guess, timeZone)
  const shown = calendarIn(exact, timeZone)
  return shown.hour === hour && shown.minute === minute ? exact : undefined
}
