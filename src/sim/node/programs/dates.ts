import { calendar, type CalendarTime } from '../../engine/time'

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const SECONDS_KEPT = 50
const two = (value: number) => String(value).padStart(2, '0')

/** As in HTTP headers: `Thu, 01 Jan 2026 00:00:00 GMT`. */
export const httpDate = perSecond(
  (t) => `${weekdays[t.weekday]}, ${two(t.day)} ${months[t.month - 1]} ${t.year} ${two(t.hour)}:${two(t.minute)}:${two(t.second)} GMT`,
)

/** As in access logs of Apache and nginx: `01/Jan/2026:00:00:00 +0000`. */
export const logDate = perSecond(
  (t) => `${two(t.day)}/${months[t.month - 1]}/${t.year}:${two(t.hour)}:${two(t.minute)}:${two(t.second)} +0000`,
)

/** Remembers the texts of a few seconds: many servers answer in one, and a file's date is told with every answer. */
function perSecond(write: (time: CalendarTime) => string): (timeMs: number) => string {
  const texts = new Map<number, string>()
  return (timeMs) => {
    const second = Math.floor(timeMs / 1000)
    let text = texts.get(second)
    if (text === undefined) {
      if (texts.size >= SECONDS_KEPT) texts.clear()
      texts.set(second, (text = write(calendar(timeMs))))
    }
    return text
  }
}

/** As in nginx's error log: `2026/01/01 00:00:00`. */
export function slashDate(timeMs: number): string {
  const t = calendar(timeMs)
  return `${t.year}/${two(t.month)}/${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}`
}

/** klog's beginning of a line: `I0101 00:00:00.000000       1 `. */
export function klogHead(timeMs: number, severity: 'I' | 'W' | 'E' | 'F' = 'I', pid = 1): string {
  const t = calendar(timeMs)
  return `${severity}${two(t.month)}${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}.${String(t.millisecond).padStart(3, '0')}000 ${String(pid).padStart(7)} `
}

/** As in journals and syslog: `Jan 01 00:00:00`. */
export function syslogDate(timeMs: number): string {
  const t = calendar(timeMs)
  return `${months[t.month - 1]} ${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}`
}
