/*
 * Ages and sizes as container tools write them: the words of go-units, which docker, crictl and nerdctl share.
 */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** `About a minute`, `3 hours`, `2 weeks`: roughly how long something has been there. */
export function inWords(ms: number): string {
  const seconds = Math.floor(ms / SECOND)
  const minutes = Math.floor(ms / MINUTE)
  const hours = Math.floor(ms / HOUR + 0.5)
  if (seconds < 1) return 'Less than a second'
  if (seconds === 1) return '1 second'
  if (seconds < 60) return `${seconds} seconds`
  if (minutes === 1) return 'About a minute'
  if (minutes < 60) return `${minutes} minutes`
  if (hours === 1) return 'About an hour'
  if (hours < 48) return `${hours} hours`
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`
  return `${Math.floor(ms / HOUR / 24 / 365)} years`
}

/** `43.8MB`: three digits that count, thousands of thousands of bytes. */
export function inSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let size = bytes
  let unit = 0
  for (; size >= 1000 && unit < units.length - 1; unit++) size /= 1000
  return `${Number(size.toPrecision(3))}${units[unit]}`
}
