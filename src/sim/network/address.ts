/** Numbers of addresses that were asked about before: every connection asks about the same few. */
const known = new Map<string, number | undefined>()
const REMEMBERED = 20_000

/** An IPv4 address as a number; undefined when the text is none. */
function numberOf(text: string): number | undefined {
  const before = known.get(text)
  if (before !== undefined || known.has(text)) return before
  if (known.size >= REMEMBERED) known.clear()
  const parts = /^\d{1,3}(\.\d{1,3}){3}$/.test(text) ? text.split('.').map(Number) : []
  const number = parts.length === 4 && parts.every((part) => part <= 255) ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined
  known.set(text, number)
  return number
}

/** Whether a text is an IPv4 address. */
export const isIPv4 = (text: string) => numberOf(text) !== undefined

/** Whether a text is an address at all (IPv6 is recognised, not routed). */
export const isAddress = (text: string) => isIPv4(text) || (text.includes(':') && /^[0-9a-f:.]+$/i.test(text))

/** Whether `address` lies in `cidr` (`10.96.0.0/12`). */
export function inCidr(address: string, cidr: string): boolean {
  const { base, first, size } = rangeOf(cidr)
  const number = numberOf(address)
  return number === undefined || first === undefined ? address === base : Math.floor(number / size) === first
}

interface Range {
  readonly base: string
  /** The number of the range among all of its size; undefined when `base` is no IPv4 address. */
  readonly first: number | undefined
  readonly size: number
}

const ranges = new Map<string, Range>()

function rangeOf(cidr: string): Range {
  const known = ranges.get(cidr)
  if (known) return known
  const slash = cidr.indexOf('/')
  const base = slash < 0 ? cidr : cidr.slice(0, slash)
  const size = 2 ** (32 - (slash < 0 ? 32 : Number(cidr.slice(slash + 1))))
  const number = numberOf(base)
  const range = { base, first: number === undefined ? undefined : Math.floor(number / size), size }
  if (ranges.size >= REMEMBERED) ranges.clear()
  ranges.set(cidr, range)
  return range
}

/** The name under which DNS keeps an address's pointer: `10.0.96.10.in-addr.arpa` for 10.96.0.10. */
export const reverseName = (address: string) => `${address.split('.').reverse().join('.')}.in-addr.arpa`
