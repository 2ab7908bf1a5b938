import { calendar, epochDays, type CalendarTime } from '../../engine/time'
import { textFromBytes } from '../../node/os/text'

/** Output of `printf`, what it complained about, and whether `\c` ended it. */
export interface Formatted {
  readonly text: string
  readonly problems: readonly string[]
  readonly stopped: boolean
}

const simple: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
}

/** Backslash escapes as `echo -e`, `printf` and `printf %b` read them; `octalZero`: octal codes begin with `\0`. */
export function unescape(text: string, octalZero: boolean): { text: string; stopped: boolean } {
  let out = ''
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '\\' || i === text.length - 1) {
      out += text[i]!
      continue
    }
    const rest = text.slice(i + 1)
    const octal = (octalZero ? /^0([0-7]{0,3})/ : /^([0-7]{1,3})/).exec(rest)
    const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest)
    const unicode = /^(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8}))/.exec(rest)
    if (rest[0] === 'c') return { text: out, stopped: true }
    if (octal) {
      const bytes: number[] = [parseInt(octal[1] || '0', 8) & 255]
      i += octal[0].length
      // Bytes of one character are written as several escapes.
      for (
        let more;
        bytes[0]! >= 0x80 && (more = (octalZero ? /^\\0([0-7]{3})/ : /^\\([0-7]{3})/).exec(text.slice(i + 1)));
        i += more[0].length
      )
        bytes.push(parseInt(more[1]!, 8) & 255)
      out += textFromBytes(Uint8Array.from(bytes))
    } else if (hex) {
      const bytes = [parseInt(hex[1]!, 16)]
      i += hex[0].length
      for (let more; bytes[0]! >= 0x80 && (more = /^\\x([0-9a-fA-F]{2})/.exec(text.slice(i + 1))); i += more[0].length)
        bytes.push(parseInt(more[1]!, 16))
      out += textFromBytes(Uint8Array.from(bytes))
    } else if (unicode) {
      out += String.fromCodePoint(Math.min(0x10ffff, parseInt(unicode[1] ?? unicode[2]!, 16)))
      i += unicode[0].length
    } else if (simple[rest[0]!] !== undefined && !(octalZero && /['"?]/.test(rest[0]!))) {
      out += simple[rest[0]!]!
      i++
    } else out += '\\'
  }
  return { text: out, stopped: false }
}

/** `printf FORMAT [ARGUMENT]…`, the format used again while arguments are left. */
export function formatPrintf(
  format: string,
  args: readonly string[],
  options: { quote?: (text: string) => string; nowMs?: number } = {},
): Formatted {
  const problems: string[] = []
  let text = ''
  let next = 0
  const take = () => args[next++]
  const number = (argument: string | undefined): bigint => {
    if (argument === undefined || argument === '') return 0n
    if (/^["']/.test(argument)) return BigInt(argument.codePointAt(1) ?? 0)
    const match = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(argument)
    if (!match || match[0].length < argument.length) problems.push(`${argument}: invalid number`)
    if (!match) return 0n
    const digits = /^0\d/.test(match[2]!) ? `0o${match[2]!.slice(1)}` : match[2]!
    return match[1] === '-' ? -BigInt(digits) : BigInt(digits)
  }
  do {
    const before = next
    const directive =
      /%%|%([-+ 0#']*)(\*|\d+)?(?:\.(\*|-?\d+)?)?(?:hh?|ll?|[Lqjzt])?(\([^)]*\)T|[a-zA-Z])|\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|[^])|[^%\\]+|[%\\]/g
    for (const match of format.matchAll(directive)) {
      const piece = match[0]
      if (piece === '%%') text += '%'
      else if (piece[0] === '\\') {
        const { text: plain, stopped } = unescape(piece, false)
        text += plain
        if (stopped) return { text, problems, stopped }
      } else if (piece[0] !== '%') text += piece
      else if (!match[4]) {
        problems.push(`\`${piece}': missing format character`)
        return { text, problems, stopped: true }
      } else {
        let flags = match[1]!
        let width = match[2] === '*' ? Number(number(take())) : Number(match[2] ?? 0)
        if (width < 0) {
          flags += '-'
          width = -width
        }
        const hasPrecision = /\./.test(piece.slice(0, piece.indexOf(match[4])))
        const precision = !hasPrecision ? undefined : match[3] === '*' ? Number(number(take())) : Number(match[3] ?? 0)
        const kind = match[4]
        let body: string
        if (kind === 's' || kind === 'b' || kind === 'q') {
          const argument = take() ?? ''
          const plain = kind === 'b' ? unescape(argument, true) : { text: argument, stopped: false }
          body = kind === 'q' ? (options.quote ?? String)(plain.text) : plain.text
          text += pad(precision === undefined ? body : [...body].slice(0, precision).join(''), width, flags.replaceAll('0', ''))
          if (plain.stopped) return { text, problems, stopped: true }
          continue
        }
        if (kind === 'c') body = (take() ?? '').slice(0, 1)
        else if ('diouxX'.includes(kind)) body = formatInteger(number(take()), kind, flags, precision)
        else if ('eEfFgGaA'.includes(kind)) {
          const argument = take()
          const value =
            argument === undefined || argument === ''
              ? 0
              : /^["']/.test(argument)
                ? argument.charCodeAt(1)
                : Number(
                    /^\s*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|0[xX][\da-fA-F]+|inf(?:inity)?|nan)/i
                      .exec(argument)?.[0]
                      ?.replace(/inf(inity)?/i, 'Infinity') ?? NaN,
                  )
          if (argument && Number.isNaN(value) && !/^nan$/i.test(argument)) problems.push(`${argument}: invalid number`)
          body = formatFloat(Number.isNaN(value) && !/^nan$/i.test(argument ?? '') ? 0 : value, kind, flags, precision)
        } else if (kind.endsWith('T')) {
          const argument = take()
          const ms = argument === undefined || argument === '-1' ? (options.nowMs ?? 0) : Number(argument) * 1000
          body = formatTime(kind.slice(1, -2) || '%X', ms)
        } else {
          problems.push(`\`${kind}': invalid format character`)
          return { text, problems, stopped: true }
        }
        text += pad(body, width, precision !== undefined && 'diouxX'.includes(kind) ? flags.replaceAll('0', '') : flags)
      }
    }
    if (next === before) break
  } while (next < args.length)
  return { text, problems, stopped: false }
}

function pad(body: string, width: number, flags: string): string {
  const missing = width - [...body].length
  if (missing <= 0) return body
  if (flags.includes('-')) return body + ' '.repeat(missing)
  if (flags.includes('0') && !/inf|nan/i.test(body)) {
    const sign = /^(?:[-+ ]|0[xX])/.exec(body)?.[0] ?? ''
    return sign + '0'.repeat(missing) + body.slice(sign.length)
  }
  return ' '.repeat(missing) + body
}

const withSign = (negative: boolean, flags: string) => (negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '')

export function formatInteger(value: bigint, kind: string, flags: string, precision: number | undefined): string {
  const signed = kind === 'd' || kind === 'i'
  const bits = signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)
  const magnitude = bits < 0n ? -bits : bits
  let digits = magnitude.toString(kind === 'o' ? 8 : /x/i.test(kind) ? 16 : 10)
  if (kind === 'X') digits = digits.toUpperCase()
  if (precision !== undefined) digits = precision === 0 && magnitude === 0n ? '' : digits.padStart(precision, '0')
  if (flags.includes('#') && magnitude !== 0n) digits = kind === 'o' ? `0${digits}` : /x/i.test(kind) ? `0${kind}${digits}` : digits
  return (signed ? withSign(bits < 0n, flags) : '') + digits
}

/** `%e %f %g` as C prints them. */
export function formatFloat(value: number, kind: string, flags: string, precision = 6): string {
  const sign = withSign(value < 0 || Object.is(value, -0), flags)
  const magnitude = Math.abs(value)
  const upper = kind === kind.toUpperCase()
  const done = (body: string) => sign + (upper ? body.toUpperCase() : body)
  if (!Number.isFinite(magnitude)) return done(Number.isNaN(value) ? 'nan' : 'inf')
  const exponential = (digits: number) => magnitude.toExponential(digits).replace(/e([-+])(\d)$/, 'e$10$2')
  switch (kind.toLowerCase()) {
    case 'f':
      return done(fixed(magnitude, precision))
    case 'e':
      return done(exponential(precision))
    default: {
      const digits = precision === 0 ? 1 : precision
      const exponent = magnitude === 0 ? 0 : Number(/e([-+]\d+)$/.exec(magnitude.toExponential(digits - 1))![1])
      const body = exponent < -4 || exponent >= digits ? exponential(digits - 1) : fixed(magnitude, Math.max(0, digits - 1 - exponent))
      return done(flags.includes('#') || !body.includes('.') ? body : body.replace(/\.?0+(e|$)/, '$1'))
    }
  }
}

/** toFixed without its limit of 10²¹. */
const fixed = (magnitude: number, digits: number) =>
  magnitude >= 1e21 ? `${BigInt(magnitude)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}` : magnitude.toFixed(Math.min(digits, 100))

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

/** strftime with GNU date's padding flags; `zone` is minutes east of UTC and its name. */
export function formatTime(format: string, timeMs: number, zone: { minutes: number; name: string } = { minutes: 0, name: 'UTC' }): string {
  const t = calendar(timeMs + zone.minutes * 60_000)
  return format.replace(/%([-_0^#]*)(\d*)(:{0,2}z|[a-zA-Z%+])/g, (whole, flags: string, width: string, letter: string) => {
    const field = timeField(letter, t, timeMs, zone)
    if (field === undefined) return whole
    let [text, size, fill] = field
    if (flags.includes('-')) size = 0
    if (flags.includes('_')) fill = ' '
    if (flags.includes('0')) fill = '0'
    if (width) size = letter === 'N' ? 0 : Number(width)
    if (letter === 'N' && width) text = text.slice(0, Number(width))
    text = text.padStart(size, fill)
    return flags.includes('^') || flags.includes('#') ? text.toUpperCase() : text
  })
}

type TimeField = [text: string, size: number, fill: string]

function timeField(letter: string, t: CalendarTime, timeMs: number, zone: { minutes: number; name: string }): TimeField | undefined {
  const number = (value: number, size = 2, fill = '0'): TimeField => [String(value), size, fill]
  const plain = (text: string): TimeField => [text, 0, ' ']
  const again = (format: string) => plain(formatTime(format, timeMs, zone))
  const dayOfYear = Math.floor((timeMs + zone.minutes * 60_000) / 86_400_000) - epochDays(t.year, 1, 1) + 1
  switch (letter) {
    case '%':
      return plain('%')
    case 'a':
      return plain(days[t.weekday]!.slice(0, 3))
    case 'A':
      return plain(days[t.weekday]!)
    case 'b':
    case 'h':
      return plain(months[t.month - 1]!.slice(0, 3))
    case 'B':
      return plain(months[t.month - 1]!)
    case 'c':
      return again('%a %b %e %H:%M:%S %Y')
    case 'C':
      return number(Math.floor(t.year / 100))
    case 'd':
      return number(t.day)
    case 'D':
    case 'x':
      return again('%m/%d/%y')
    case 'e':
      return number(t.day, 2, ' ')
    case 'F':
      return again('%Y-%m-%d')
    case 'H':
      return number(t.hour)
    case 'I':
      return number(t.hour % 12 || 12)
    case 'j':
      return number(dayOfYear, 3)
    case 'k':
      return number(t.hour, 2, ' ')
    case 'l':
      return number(t.hour % 12 || 12, 2, ' ')
    case 'm':
      return number(t.month)
    case 'M':
      return number(t.minute)
    case 'n':
      return plain('\n')
    case 'N':
      return plain(`${String(t.millisecond).padStart(3, '0')}000000`)
    case 'p':
      return plain(t.hour < 12 ? 'AM' : 'PM')
    case 'P':
      return plain(t.hour < 12 ? 'am' : 'pm')
    case 'r':
      return again('%I:%M:%S %p')
    case 'R':
      return again('%H:%M')
    case 's':
      return plain(String(Math.floor(timeMs / 1000)))
    case 'S':
      return number(t.second)
    case 't':
      return plain('\t')
    case 'T':
    case 'X':
      return again('%H:%M:%S')
    case 'u':
      return number(t.weekday || 7, 1)
    case 'U':
      return number(Math.floor((dayOfYear + 6 - t.weekday) / 7))
    case 'V':
    case 'G': {
      const week = isoWeek(t, dayOfYear)
      return letter === 'V' ? number(week.week) : number(week.year, 4)
    }
    case 'w':
      return number(t.weekday, 1)
    case 'W':
      return number(Math.floor((dayOfYear + 6 - ((t.weekday + 6) % 7)) / 7))
    case 'y':
      return number(t.year % 100)
    case 'Y':
      return number(t.year, 4)
    case 'z':
    case ':z': {
      const sign = zone.minutes < 0 ? '-' : '+'
      const minutes = Math.abs(zone.minutes)
      return plain(
        `${sign}${String(Math.floor(minutes / 60)).padStart(2, '0')}${letter === ':z' ? ':' : ''}${String(minutes % 60).padStart(2, '0')}`,
      )
    }
    case 'Z':
      return plain(zone.name)
    case '+':
      return again('%a %b %e %H:%M:%S %p %Z %Y')
    default:
      return undefined
  }
}

function isoWeek(t: CalendarTime, dayOfYear: number): { week: number; year: number } {
  const week = Math.floor((dayOfYear - (t.weekday || 7) + 10) / 7)
  const weeksIn = (year: number) => {
    const last = (y: number) => (y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)) % 7
    return last(year) === 4 || last(year - 1) === 3 ? 53 : 52
  }
  if (week < 1) return { week: weeksIn(t.year - 1), year: t.year - 1 }
  return week > weeksIn(t.year) ? { week: 1, year: t.year + 1 } : { week, year: t.year }
}
