import { timestamp } from '../../engine/time'
import { parseOptions, tool, ToolError, type Options } from '../../shell/tools/tool'
import { parseDate } from '../../shell/tools/dates'
import type { Host } from '../host'
import { KERNEL, type JournalEntry } from '../journal'
import { nowMs, sleep, write } from '../os/calls'
import type { Program } from '../os/syscalls'
import { journalLine, textOf } from './journal-text'

const LONG = {
  'unit=': 'u', 'lines=?': 'n', follow: 'f', reverse: 'r', 'pager-end': 'e', catalog: 'x', 'boot=?': 'b', dmesg: 'k', 'priority=': 'p',
  'since=': 'S', 'until=': 'U', 'output=': 'o', 'grep=': 'g', quiet: 'q', 'identifier=': 't', all: 'a', 'no-pager': 'P', 'no-hostname': 'H',
  'no-full': 'F', full: 'l', utc: 'Z',
} // prettier-ignore

/** How many of the last lines `-f`, `-n` alone and `-e` show. */
const LINES: Readonly<Record<string, number>> = { f: 10, n: 10, e: 1000 }

/** `journalctl [-u UNIT…] [-n [LINES]] [-f] [-r] [-k] [-p PRIORITY] [--since TIME] [--until TIME] [-g PATTERN] [-o FORMAT]`. */
export const journalctl = (host: () => Host): Program =>
  tool(function* (context, args) {
    const options = parseOptions(context, joined(args), { short: 'u:n::frexb::kp:S:U:o:g:qt:al', long: LONG })
    const { has, get } = options
    const { journal, facts } = host()
    const isWanted = chosen(options, yield* nowMs())
    const mine = () => journal.entries.filter(isWanted)
    const show = (entry: JournalEntry) => write(1, `${shown(entry, facts.name, get('o') ?? 'short', has('H'))}\n`)
    const limit = Number(get('n') || (['f', 'n', 'e'].map((flag) => (has(flag) ? LINES[flag] : undefined)).find(Boolean) ?? Infinity))
    const first = mine()
    if (first.length === 0 && !has('q')) yield* write(1, '-- No entries --\n')
    const last = limit === 0 ? [] : first.slice(-limit)
    for (const entry of has('r') ? last.toReversed() : last) yield* show(entry)
    for (let newest = first.at(-1); has('f');) {
      yield* sleep(500)
      const now = mine()
      for (const entry of now.slice(newest === undefined ? 0 : now.indexOf(newest) + 1)) yield* show((newest = entry))
    }
    return 0
  })('gnu')

/** `-n 20` and `-b -1`: the value of a flag whose value is optional may stand apart. */
function joined(args: readonly string[]): readonly string[] {
  const out: string[] = []
  for (const word of args) {
    const before = out.at(-1) ?? ''
    if (
      (/^-[a-z]*n$/.test(before) && /^\d+$/.test(word)) ||
      (/^-[a-z]*b$/.test(before) && /^-?\d+$/.test(word)) ||
      (before === '--lines' && /^\d+$/.test(word))
    )
      // prettier-ignore
      out[out.length - 1] = before === '--lines' ? `--lines=${word}` : before + word
    else out.push(word)
  }
  return out
}

function chosen({ has, get, all }: Options, now: number): (entry: JournalEntry) => boolean {
  const units = all('u').map((unit) => unit.replace(/\.service$/, ''))
  const since = moment(get('S'), now, -Infinity)
  const until = moment(get('U'), now, Infinity)
  const level = PRIORITIES.indexOf(get('p') ?? '')
  const worst = level >= 0 ? level : Number(get('p') ?? 7)
  const pattern = get('g') === undefined ? undefined : expression(get('g')!)
  return (entry) => {
    const { unit, timeMs } = entry
    const text = textOf(entry)
    return (
      (has('k') ? unit === KERNEL : units.length === 0 || units.includes(unit)) &&
      (get('t') === undefined || text.startsWith(`${get('t')}[`) || text.startsWith(`${get('t')}:`)) &&
      timeMs >= since &&
      timeMs <= until &&
      priorityOf(text) <= worst &&
      (pattern === undefined || pattern.test(message(text)))
    )
  }
}

const PRIORITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']

/** Services write to their standard error, which counts as information, whatever the line says; the kernel counts what it kills as errors. */
const priorityOf = (text: string) => (/^kernel: .*Killed process/.test(text) ? 3 : 6)

/** `10 minutes ago`, `-1h`, `today`, `2026-01-01 10:00`. Ends the tool for what is no time. */
function moment(text: string | undefined, now: number, otherwise: number): number {
  if (text === undefined) return otherwise
  const midnight = now - (now % 86_400_000)
  if (text === 'now') return now
  if (text === 'today') return midnight
  if (text === 'yesterday') return midnight - 86_400_000
  const ago = /^-?((?:\d+ ?[a-z]+ ?)+?)( ago)?$/.exec(text)
  if (ago && (text.startsWith('-') || ago[2])) {
    let ms = 0
    for (const [, count = '', unit = ''] of ago[1]!.matchAll(/(\d+) ?([a-z]+)/g)) ms += Number(count) * (UNITS[unit.slice(0, unit.startsWith('mo') || unit.startsWith('ms') ? 2 : 1)] ?? Number.NaN) // prettier-ignore
    if (!Number.isNaN(ms)) return now - ms
  }
  const time = parseDate(text, now)
  if (time === undefined) throw new ToolError(`\x00Failed to parse timestamp: ${text}`)
  return time
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, mo: 2_629_800_000, y: 31_557_600_000 } // prettier-ignore

function expression(pattern: string): RegExp {
  try {
    return new RegExp(pattern, pattern === pattern.toLowerCase() ? 'i' : '')
  } catch {
    throw new ToolError(`\x00Bad pattern "${pattern}": missing closing parenthesis or bracket`)
  }
}

const message = (text: string) => text.replace(/^[\w-]+(\[\d+\])?: /, '')

function shown(entry: JournalEntry, host: string, format: string, nameless: boolean): string {
  const { timeMs, unit } = entry
  const text = textOf(entry)
  const who = nameless ? '' : `${host} `
  if (format === 'cat') return message(text)
  if (format.startsWith('short-iso')) return `${timestamp(timeMs).replace('Z', '+0000')} ${who}${text}`
  if (format === 'json') {
    return JSON.stringify({ __REALTIME_TIMESTAMP: String(timeMs * 1000), _HOSTNAME: host, _SYSTEMD_UNIT: `${unit}.service`, PRIORITY: String(priorityOf(text)), SYSLOG_IDENTIFIER: /^[\w-]+/.exec(text)?.[0] ?? '', MESSAGE: message(text) }) // prettier-ignore
  }
  return nameless ? journalLine('', entry).replace('  ', ' ') : journalLine(host, entry)
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** `Thu 2026-01-01 00:00:00 UTC`. */
export const spoken = (timeMs: number): string =>
  `${DAYS[(Math.floor(timeMs / 86_400_000) + 4) % 7]} ${timestamp(timeMs).replace('T', ' ').replace('Z', ' UTC')}`
