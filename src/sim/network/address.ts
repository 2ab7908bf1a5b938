/** Numbers of addresses that were asked about before: every connection asks about the same few. */
const known = new Map<string, number | undefined>()
const REMEMBERED = 20_000

/** An IPv4 address as a number; undefined when the text is none. */
function numberOf(text: string): number | undefined {
  if (known.has(text)) return known.get(text)
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
  const slash = cidr.indexOf('/')
  const base = slash < 0 ? cidr : cidr.slice(0, slash)
  const [a, b] = [numberOf(address), numberOf(base)]
  if (a === undefined || b === undefined) return address === base
  const size = 2 ** (32 - (slash < 0 ? 32 : Number(cidr.slice(slash + 1))))
  return Math.floor(a / size) === Math.floor(b / size)
}

/** The name under which DNS keeps an address's pointer: `10.0.96.10.in-addr.arpa` for 10.96.0.10. */
export const reverseName = (address: string) => `${address.split('.').reverse().join('.')}.in-addr.arpa`
