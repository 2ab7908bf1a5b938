import { describe, expect, test } from 'vitest'
import type { Pod } from '../../../src/sim/api/types/core-v1.gen'
import type { NetworkPolicy } from '../../../src/sim/api/types/networking-v1.gen'
import { allowedByPolicies, type Peer } from '../../../src/sim/network/network-policy'

const pod = (namespace: string, labels: Record<string, string>, address: string): Peer => ({
  address,
  pod: {
    metadata: { namespace, labels },
    spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 80 }] }] },
  } as unknown as Pod,
})
const web = pod('shop', { app: 'web' }, '192.168.1.1')
const cart = pod('shop', { app: 'cart' }, '192.168.1.2')
const spy = pod('other', { app: 'cart' }, '192.168.1.3')
const node: Peer = { address: '172.30.2.2' }

const policy = (spec: NetworkPolicy['spec']): NetworkPolicy =>
  ({ metadata: { name: 'p', namespace: 'shop' }, spec }) as unknown as NetworkPolicy
const namespaceLabels = (name: string): Record<string, string> => ({
  'kubernetes.io/metadata.name': name,
  ...(name === 'other' && { team: 'blue' }),
})
const allows = (policies: NetworkPolicy[], from: Peer, to: Peer, port = 80, protocol = 'TCP') =>
  allowedByPolicies({ policies, namespaceLabels }, from, to, port, protocol)
const onlyWeb = { matchLabels: { app: 'web' } }

describe('network policies', () => {
  test('without any, everybody may talk to everybody', () => {
    expect(allows([], spy, web)).toBe(true)
  })

  test('a policy without rules isolates: default deny', () => {
    const deny = policy({ podSelector: {}, policyTypes: ['Ingress'] })
    expect([allows([deny], cart, web), allows([deny], web, spy)]).toEqual([false, true])
  })

  test('a rule lets in the Pods it selects, of its own namespace', () => {
    const ingress = policy({ podSelector: onlyWeb, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'cart' } } }] }] })
    expect([allows([ingress], cart, web), allows([ingress], spy, web), allows([ingress], spy, cart)]).toEqual([true, false, true])
  })

  test('namespace and Pod selector in one peer must both hold, in two peers either', () => {
    const both = policy({
      podSelector: onlyWeb,
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'blue' } }, podSelector: { matchLabels: { app: 'none' } } }] }],
    })
    const either = policy({
      podSelector: onlyWeb,
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'blue' } } }, { podSelector: { matchLabels: { app: 'none' } } }] }],
    })
    expect([allows([both], spy, web), allows([either], spy, web)]).toEqual([false, true])
  })

  test('ports by number, name and range', () => {
    const ports = (port: number | string, endPort?: number) =>
      policy({ podSelector: onlyWeb, ingress: [{ ports: [{ port, ...(endPort && { endPort }) }] }] })
    expect([
      allows([ports(80)], cart, web),
      allows([ports(81)], cart, web),
      allows([ports('http')], cart, web),
      allows([ports(70, 90)], cart, web),
    ]).toEqual([true, false, true, true])
    expect(allows([ports(80)], cart, web, 80, 'UDP')).toBe(false)
  })

  test('address blocks with exceptions', () => {
    const block = policy({ podSelector: onlyWeb, ingress: [{ from: [{ ipBlock: { cidr: '172.30.0.0/16', except: ['172.30.9.0/24'] } }] }] })
    expect([allows([block], node, web), allows([block], { address: '172.30.9.1' }, web)]).toEqual([true, false])
  })

  test('egress rules isolate the sender, and policies add up', () => {
    const noEgress = policy({ podSelector: { matchLabels: { app: 'cart' } }, policyTypes: ['Egress'] })
    const toWeb = policy({
      podSelector: { matchLabels: { app: 'cart' } },
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: onlyWeb }] }],
    })
    expect([allows([noEgress], cart, web), allows([noEgress, toWeb], cart, web), allows([noEgress, toWeb], cart, spy)]).toEqual([
      false,
      true,
      false,
    ])
  })
})
