import { expect, test } from 'vitest'
import { isCIDR, isIP, isIPv4, isIPv6 } from '../../../src/sim/formats/ip'

test.each(['10.0.0.1', '0.0.0.0', '255.255.255.255'])('%s is an IPv4 address', (text) => expect(isIPv4(text)).toBe(true))
test.each(['10.0.0', '256.1.1.1', '01.2.3.4', '1.2.3.4.5', '', 'a.b.c.d'])('%j is no IPv4 address', (text) =>
  expect(isIPv4(text)).toBe(false),
)
test.each(['::', '::1', 'fe80::1', '2001:db8::ffff', '1:2:3:4:5:6:7:8', '::ffff:10.0.0.1'])('%s is an IPv6 address', (text) =>
  expect(isIPv6(text)).toBe(true),
)
test.each(['1', ':1', '1::2::3', '1:2:3:4:5:6:7', 'g::1', '12345::', '1:2:3:4:5:6:7:8:9', '::1:'])('%j is no IPv6 address', (text) =>
  expect(isIPv6(text)).toBe(false),
)

test('a range is an address and the length of its prefix', () => {
  expect(['10.0.0.0/8', '2001:db8::/64'].every(isCIDR)).toBe(true)
  expect(['10.0.0.0', '10.0.0.0/33', '10.0.0/8', '/8'].some(isCIDR)).toBe(false)
  expect(isIP('localhost')).toBe(false)
})
