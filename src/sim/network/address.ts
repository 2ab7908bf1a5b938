/** Whether a text is an IPv4 address. */
export const isIPv4 = (text: string) => /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255)

/** Whether a text is an address at all (IPv6 is recognised, not routed). */
export const isAddress = (text: string) => isIPv4(text) || (text.includes(':') && /^[0-9a-f:.]+$/i.test(text))

const numberOf = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

/** Whether `address` lies in `cidr` (`10.96.0.0/12`). */
export function inCidr(address: string, cidr: string): boolean {
  const [base = '', bits = '32'] = cidr.split('/')
  if (!isIPv4(address) || !isIPv4(base)) return address === base
  const size = 2 ** (32 - Number(bits))
  return Math.floor(numberOf(address) / size) === Math.floor(numberOf(base) / size)
}

/** The name under which DNS keeps an address's pointer: `10.0.96.10.in-addr.arpa` for 10.96.0.10. */
export const reverseName = (address: string) => `${address.split('.').reverse().join('.')}.in-addr.arpa`
