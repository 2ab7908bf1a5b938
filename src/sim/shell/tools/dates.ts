import { calendar, epochDays, parseTimestamp } from '../../engine/time'

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const unitMs: Readonly<Record<string, number>> = {
  sec: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  fortnight: 1_209_600_000,
}

/** What `date -d TEXT` means, in milliseconds since the epoch; undefined when it means nothing. All times are UTC. */
export function parseDate(text: string, nowMs: number): number | undefined {
  const plain = text.trim()
  if (/^@-?\d+(?:\.\d+)?$/.test(plain)) return Number(plain.slice(1)) * 1000
  const stamp = parseTimestamp(
    plain
      .replace(' ', 'T')
      .replace(/ ?UTC$/, 'Z')
      .replace(/([-+]\d\d)(\d\d)$/, '$1:$2'),
  )
  if (!Number.isNaN(stamp)) return stamp
  let rest = ` ${plain.toLowerCase()} `
  let time = nowMs
  const take = (regex: RegExp, use: (match: RegExpExecArray) => void) => {
    const match = regex.exec(rest)
    if (!match) return false
    rest = rest.replace(match[0], ' ')
    use(match)
    return true
  }
  const today = calendar(nowMs)
  let date: [number, number, number] | undefined
  let clock: number | undefined
  take(/\b(\d{4})-(\d\d?)-(\d\d?)(?:t|\b)/, (m) => (date = [Number(m[1]), Number(m[2]), Number(m[3])]))
  take(/\b(\d\d?)\/(\d\d?)\/(\d{4})\b/, (m) => (date = [Number(m[3]), Number(m[1]), Number(m[2])]))
  take(
    /\b(\d\d?) (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:,? (\d{4}))?\b/,
    (m) => (date = [Number(m[3] ?? today.year), months.indexOf(m[2]!) + 1, Number(m[1])]),
  )
  take(
    /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (\d\d?)(?:,? (\d{4}))?\b/,
    (m) => (date = [Number(m[3] ?? today.year), months.indexOf(m[1]!) + 1, Number(m[2])]),
  )
  take(
    /\b(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?: ?(am|pm))?/,
    (m) =>
      (clock =
        ((Number(m[1]) % (m[4] ? 12 : 24)) + (m[4] === 'pm' ? 12 : 0)) * 3_600_000 + Number(m[2]) * 60_000 + Number(m[3] ?? 0) * 1000),
  )
  take(/\b(?:utc|gmt|z)\b/, () => {})
  if (date) time = epochDays(...(date as [number, number, number])) * 86_400_000 + (clock ?? 0)
  else if (clock !== undefined) time = Math.floor(nowMs / 86_400_000) * 86_400_000 + clock
  const offset = { months: 0 }
  while (
    take(/([-+]?\s*\d+|\bnext|\blast|\ban?)\s*(sec|second|min|minute|hour|day|week|fortnight|month|year)s?\b(\s+ago\b)?/, (m) => {
      const count =
        (m[1] === 'next' ? 1 : m[1] === 'last' ? -1 : /^an?$/.test(m[1]!.trim()) ? 1 : Number(m[1]!.replace(/\s/g, ''))) * (m[3] ? -1 : 1)
      if (unitMs[m[2]!]) time += count * unitMs[m[2]!]!
      else offset.months += count * (m[2] === 'year' ? 12 : 1)
    })
  );
  take(/\byesterday\b/, () => (time -= 86_400_000))
  take(/\btomorrow\b/, () => (time += 86_400_000))
  if (take(/\bmidnight\b/, () => {})) time = Math.floor(time / 86_400_000) * 86_400_000
  take(/\b(?:now|today)\b/, () => {})
  take(/\b(?:(next|last) )?(sun|mon|tue|wed|thu|fri|sat)[a-z]*\b/, (m) => {
    if (date) return
    const start = Math.floor(time / 86_400_000) * 86_400_000 + (clock ?? 0)
    const ahead = (days.indexOf(m[2]!) - calendar(start).weekday + 7) % 7
    time = start + (m[1] === 'last' ? (ahead || 7) - 7 - (ahead === 0 ? 0 : 0) : m[1] === 'next' && ahead === 0 ? 7 : ahead) * 86_400_000
  })
  if (offset.months !== 0) {
    const t = calendar(time)
    const month = t.year * 12 + t.month - 1 + offset.months
    time =
      epochDays(Math.floor(month / 12), (((month % 12) + 12) % 12) + 1, t.day) * 86_400_000 +
      (((time % 86_400_000) + 86_400_000) % 86_400_000)
  }
  return rest.trim() === '' ? time : undefined
}
