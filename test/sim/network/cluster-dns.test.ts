import { describe, expect, test } from 'vitest'
import type { Service } from '../../../src/sim/api/types/core-v1.gen'
import { answerClusterName } from '../../../src/sim/network/cluster-dns'
import type { Backend, ServiceIndex } from '../../../src/sim/network/service-index'

const service = (name: string, spec: object) => ({ metadata: { name, namespace: 'shop' }, spec }) as unknown as Service
const backend = (address: string, more: Partial<Backend> = {}): Backend => ({
  address,
  port: 8080,
  node: 'node01',
  ready: true,
  terminating: false,
  hostname: undefined,
  pod: undefined,
  ...more,
})

const all: Record<string, [Service, Backend[]]> = {
  web: [service('web', { clusterIP: '10.96.1.1', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }), [backend('192.168.1.5')]],
  db: [
    service('db', { clusterIP: 'None', ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }] }),
    [
      backend('192.168.1.7', { hostname: 'db-0' }),
      backend('192.168.2.7', { hostname: 'db-1' }),
      backend('192.168.3.7', { hostname: 'db-2', ready: false }),
    ],
  ],
  books: [service('books', { type: 'ExternalName', externalName: 'books.example.com' }), []],
}
const services = {
  get: (namespace: string, name: string) => (namespace === 'shop' ? all[name]?.[0] : undefined),
  byClusterIP: (address: string) => (address === '10.96.1.1' ? all.web![0] : undefined),
  endpoints: (of: Service) => all[of.metadata.name]![1],
} as unknown as ServiceIndex
const ask = (name: string, type: 'A' | 'SRV' | 'PTR' | 'CNAME' = 'A') =>
  answerClusterName({ services, podCidr: '192.168.0.0/16' }, name, type)?.map(({ type, value }) => `${type} ${value}`)

describe('cluster DNS answers', () => {
  test.each([
    ['a Service by its cluster address', 'web.shop.svc.cluster.local', 'A', ['A 10.96.1.1']],
    ['whatever the case', 'WEB.shop.svc.cluster.local', 'A', ['A 10.96.1.1']],
    ['a headless Service by the addresses of its ready Pods', 'db.shop.svc.cluster.local', 'A', ['A 192.168.1.7', 'A 192.168.2.7']],
    ['one Pod of a headless Service by its hostname', 'db-1.db.shop.svc.cluster.local', 'A', ['A 192.168.2.7']],
    ['not a Pod that is not ready', 'db-2.db.shop.svc.cluster.local', 'A', []],
    ['an ExternalName by an alias', 'books.shop.svc.cluster.local', 'A', ['CNAME books.example.com']],
    ['a named port by a SRV record', '_http._tcp.web.shop.svc.cluster.local', 'SRV', ['SRV 0 100 80 web.shop.svc.cluster.local']],
    [
      'the ports of a headless Service Pod by Pod',
      '_sql._tcp.db.shop.svc.cluster.local',
      'SRV',
      ['SRV 0 50 8080 db-0.db.shop.svc.cluster.local', 'SRV 0 50 8080 db-1.db.shop.svc.cluster.local'],
    ],
    ['a Pod by its address with dashes', '192-168-1-5.shop.pod.cluster.local', 'A', ['A 192.168.1.5']],
    ['an address by its Service', '1.1.96.10.in-addr.arpa', 'PTR', ['PTR web.shop.svc.cluster.local']],
    ['nothing for what is not there', 'nope.shop.svc.cluster.local', 'A', []],
  ] as const)('%s', (_what, name, type, expected) => {
    expect(ask(name, type)).toEqual(expected)
  })

  test('names outside the cluster are not its business', () => {
    expect(ask('example.com')).toBeUndefined()
  })
})
