import { describe, expect, test } from 'vitest'
import { inCidr, isAddress, reverseName } from '../../../src/sim/network/address'
import { addressInHosts, candidates, nameInHosts, parseResolvConf } from '../../../src/sim/network/resolver'

const podConfig = parseResolvConf('search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n')

describe('a Pod resolves names by its resolv.conf', () => {
  test('which names the cluster DNS, a search list and ndots', () => {
    expect(podConfig).toEqual({
      nameservers: ['10.96.0.10'],
      search: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
      ndots: 5,
    })
  })

  test.each([
    ['a short name is searched first', 'web', ['web.shop.svc.cluster.local', 'web.svc.cluster.local', 'web.cluster.local', 'web']],
    [
      'so is a name with fewer dots than ndots',
      'web.other',
      ['web.other.shop.svc.cluster.local', 'web.other.svc.cluster.local', 'web.other.cluster.local', 'web.other'],
    ],
    ['a last dot makes a name final', 'example.com.', ['example.com']],
    [
      'with five dots it is tried as it is first',
      'a.b.c.d.e.f',
      ['a.b.c.d.e.f', 'a.b.c.d.e.f.shop.svc.cluster.local', 'a.b.c.d.e.f.svc.cluster.local', 'a.b.c.d.e.f.cluster.local'],
    ],
  ])('%s', (_what, name, expected) => {
    expect(candidates(name, podConfig, true)).toEqual(expected)
  })

  test('without searching, only the name itself is asked', () => {
    expect(candidates('web', podConfig, false)).toEqual(['web'])
  })
})

test('/etc/hosts comes before DNS, comments do not count', () => {
  const hosts = '127.0.0.1\tlocalhost\n# 10.0.0.9 web\n10.1.2.3 foo.local foo # bar\n'
  expect(addressInHosts(hosts, 'foo')).toBe('10.1.2.3')
  expect(addressInHosts(hosts, 'bar')).toBeUndefined()
  expect(addressInHosts(hosts, 'web')).toBeUndefined()
  expect(nameInHosts(hosts, '10.1.2.3')).toBe('foo.local')
})

test.each([
  ['10.96.0.10', '10.96.0.0/12', true],
  ['10.112.0.1', '10.96.0.0/12', false],
  ['192.168.3.7', '192.168.0.0/16', true],
  ['172.30.1.2', '172.30.1.2/32', true],
  ['1.2.3.4', '0.0.0.0/0', true],
])('%s in %s: %s', (address, cidr, expected) => {
  expect(inCidr(address, cidr)).toBe(expected)
})

test('addresses are told from names', () => {
  expect(['10.0.0.1', '::1', '999.1.1.1', 'web', 'a.b.c.d'].map(isAddress)).toEqual([true, true, false, false, false])
  expect(reverseName('10.96.0.10')).toBe('10.0.96.10.in-addr.arpa')
})
