/** Whether a text is an IPv4 address in its usual form, without leading zeros. */
export function isIPv4(text: string): boolean {
  const octets = text.split('.')
  return octets.length === 4 && octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255)
}

/** Whether a text is an IPv6 address. */
export function isIPv6(text: string): boolean {
  if (text.length > 45 || !text.includes(':') || text.split('::').length > 2) return false
  const withoutTail = /^(.*:)((?:\d+\.){3}\d+)$/.exec(text)
  if (withoutTail && !isIPv4(withoutTail[2]!)) return false
  const groups = (withoutTail ? `${withoutTail[1]}0:0` : text).split(':')
  const compressed = text.includes('::')
  const written = groups.filter((group) => group !== '')
  const emptyEnds = (groups[0] === '' && !text.startsWith('::')) || (groups[groups.length - 1] === '' && !text.endsWith('::'))
  return (
    !emptyEnds && written.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) && (compressed ? written.length < 8 : written.length === 8)
  )
}

/** Whether a text is an IP address of either family. */
export const isIP = (text: string): boolean => isIPv4(text) || isIPv6(text)

/** Whether a text is an address range such as `10.0.0.0/8`. */
export function isCIDR(text: string): boolean {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text)
  if (!match) return false
  const [, ip = '', length] = match
  return (isIPv4(ip) && Number(length) <= 32) || (isIPv6(ip) && Number(length) <= 128)
}

/** Whether an IPv4 range lies inside another and is smaller; of IPv6 only the sizes are compared. */
export function isStrictSubset(inner: string, outer: string): boolean {
  const [base = '', length] = inner.split('/')
  const [outerBase = '', outerLength] = outer.split('/')
  if (Number(length) <= Number(outerLength)) return false
  if (!isIPv4(base) || !isIPv4(outerBase)) return isIPv4(base) === isIPv4(outerBase)
  return contains(outer, base)
}

/** An IPv4 address as the number it stands for; -1 for what is none. */
export const ipv4Number = (ip: string): number => (isIPv4(ip) ? ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) : -1)

/** The address that a number stands for. */
export const ipv4Text = (number: number): string => [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.')

/** Whether an address lies in a range; both of IPv4. */
export function contains(cidr: string, ip: string): boolean {
  const [base = '', length] = cidr.split('/')
  if (!isIPv4(base) || !isIPv4(ip)) return false
  const size = 2 ** (32 - Number(length))
  return Math.floor(ipv4Number(base) / size) === Math.floor(ipv4Number(ip) / size)
}
