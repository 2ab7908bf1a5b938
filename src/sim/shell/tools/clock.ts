import { nowMs, sleep as pause, stat, write } from '../../node/os/calls'
import { parseDate } from './dates'
import { formatTime } from './format'
import { parseOptions, tool, ToolError } from './tool'

/** Tools on time: sleep, date. */

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `1.5m` in milliseconds; undefined when it is no duration. */
export function durationMs(text: string): number | undefined {
  if (text === 'infinity' || text === 'inf') return 1e15
  const match = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text)
  return match ? Number(match[1]) * (units[match[2] || 's'] ?? 1) * 1000 : undefined
}

export const sleep = tool(function* (context, args) {
  const operands = args.filter((argument) => argument !== '--')
  if (operands.length === 0) throw new ToolError(`missing operand\nTry 'sleep --help' for more information.`)
  let total = 0
  for (const operand of operands) {
    const ms = durationMs(operand)
    if (ms === undefined)
      throw new ToolError(
        context.busybox ? `invalid number '${operand}'` : `invalid time interval ‘${operand}’\nTry 'sleep --help' for more information.`,
      )
    total += ms
  }
  yield* pause(total)
  return 0
})

export const date = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'ud:r:RI::s:D:f:',
    long: {
      utc: 'u',
      universal: 'u',
      'date=': 'd',
      'reference=': 'r',
      'rfc-email': 'R',
      'rfc-2822': 'R',
      'iso-8601=?': 'I',
      'rfc-3339=': '3',
      'set=': 's',
    },
  })
  const now = yield* nowMs()
  let time: number | undefined = now
  if (options.has('d')) time = parseDate(options.get('d')!, now)
  if (time === undefined) throw new ToolError(context.busybox ? `invalid date '${options.get('d')}'` : `invalid date ‘${options.get('d')}’`)
  if (options.has('r'))
    time =
      /^\d+$/.test(options.get('r')!) && context.busybox
        ? Number(options.get('r')) * 1000
        : ((yield* stat(options.get('r')!))?.modifiedMs ?? now)
  const zone = zoneOf(options.has('u') ? 'UTC' : (context.env.TZ ?? 'UTC'))
  const operand = options.operands[0]
  if (operand !== undefined && !operand.startsWith('+'))
    throw new ToolError(context.busybox ? `invalid date '${operand}'` : `invalid date ‘${operand}’`)
  const precision = options.get('I') ?? ''
  const format =
    operand?.slice(1) ??
    (options.has('R')
      ? '%a, %d %b %Y %H:%M:%S %z'
      : options.has('I')
        ? ({
            seconds: '%Y-%m-%dT%H:%M:%S%:z',
            s: '%Y-%m-%dT%H:%M:%S%:z',
            minutes: '%Y-%m-%dT%H:%M%:z',
            hours: '%Y-%m-%dT%H%:z',
            ns: '%Y-%m-%dT%H:%M:%S,%N%:z',
          }[precision] ?? '%Y-%m-%d')
        : options.has('3')
          ? options.get('3') === 'date'
            ? '%Y-%m-%d'
            : '%Y-%m-%d %H:%M:%S%:z'
          : '%a %b %e %H:%M:%S %Z %Y')
  yield* write(1, `${formatTime(format, time, zone)}\n`)
  return 0
})

/** The few zones whose clocks never change, and `UTC+9`-like names (whose sign counts westwards). */
function zoneOf(name: string): { minutes: number; name: string } {
  const fixed: Readonly<Record<string, readonly [number, string]>> = {
    'Asia/Tokyo': [540, 'JST'],
    Japan: [540, 'JST'],
    'Asia/Kolkata': [330, 'IST'],
    'Asia/Shanghai': [480, 'CST'],
    'Asia/Singapore': [480, '+08'],
  }
  const known = fixed[name]
  if (known) return { minutes: known[0], name: known[1] }
  const posix = /^<?([A-Za-z+-]\w{2,})>?([-+]?\d{1,2})(?::(\d\d))?/.exec(name)
  if (posix) return { minutes: -(Number(posix[2]) * 60 + Math.sign(Number(posix[2])) * Number(posix[3] ?? 0)), name: posix[1]! }
  return { minutes: 0, name: 'UTC' }
}
