const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Reads a Go duration such as `1h30m`, `1.5s` or `-2ms` into milliseconds; undefined when it is none. See `time.ParseDuration`. */
export function parseGoDuration(text: string): number | undefined {
  if (/^[+-]?0$/.test(text)) return 0
  if (!/^[+-]?((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined
  const sign = text.startsWith('-') ? -1 : 1
  let totalMs = 0
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) totalMs += Number(amount) * UNIT_MS[unit!]!
  // An int64 of nanoseconds holds some 292 years.
  return totalMs > 9_223_372_036_854 ? undefined : sign * totalMs
}

/** Writes milliseconds as Go prints a duration: `1h0m0s`, `1m30s`, `250ms`, `0s`. */
export function formatGoDuration(durationMs: number): string {
  const nanoseconds = Math.round(Math.abs(durationMs) * 1e6)
  if (nanoseconds === 0) return '0s'
  const sign = durationMs < 0 ? '-' : ''
  if (nanoseconds < 1e3) return `${sign}${nanoseconds}ns`
  if (nanoseconds < 1e6) return `${sign}${nanoseconds / 1e3}µs`
  if (nanoseconds < 1e9) return `${sign}${nanoseconds / 1e6}ms`
  const wholeSeconds = Math.floor(nanoseconds / 1e9)
  const fraction = String(nanoseconds % 1e9)
    .padStart(9, '0')
    .replace(/0+$/, '')
  const seconds = `${wholeSeconds % 60}${fraction && `.${fraction}`}s`
  const minutes = Math.floor(wholeSeconds / 60) % 60
  const hours = Math.floor(wholeSeconds / 3600)
  return sign + (hours > 0 ? `${hours}h${minutes}m${seconds}` : minutes > 0 ? `${minutes}m${seconds}` : seconds)
}

/** A duration as the AGE column shows it: two units at most, fewer the longer it is (`118s`, `2m5s`, `3h`, `5d4h`, `2y30d`). */
export function humanDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / 1000)
  // A clock that is a little behind is no reason to alarm anybody.
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return `${minutes}m${nonZero(seconds % 60, 's')}`
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return `${hours}h${nonZero(minutes % 60, 'm')}`
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (days < 8) return `${days}d${nonZero(hours % 24, 'h')}`
  if (days < 365 * 2) return `${days}d`
  const years = Math.floor(days / 365)
  return years < 8 ? `${years}y${nonZero(days % 365, 'd')}` : `${years}y`
}

const nonZero = (amount: number, unit: string) => (amount === 0 ? '' : `${amount}${unit}`)
