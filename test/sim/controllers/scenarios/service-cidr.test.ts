import { expect, test } from 'vitest'
import { ipAddress } from '../../../../src/sim/kinds/networking/ip-address'
import { serviceCIDR } from '../../../../src/sim/kinds/networking/service-cidr'
import { story, storyOf } from '../../story'
import { smallCluster } from '../small-cluster'

test('given a second range for Services, then it is ready; deleted while an address of it is held, it terminates, and goes when that is free', () => {
  const cluster = smallCluster({ only: ['service-cidr-controller'] })
  const heard = storyOf(cluster, [serviceCIDR])
  cluster.client.create(serviceCIDR, { metadata: { name: 'more' }, spec: { cidrs: ['10.112.0.0/24'] } })
  cluster.advance(5000)
  cluster.client.create(ipAddress, {
    metadata: {
      name: '10.112.0.7',
      labels: { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io', 'ipaddress.kubernetes.io/ip-family': 'IPv4' },
    },
    spec: { parentRef: { resource: 'services', namespace: 'default', name: 'web' } },
  })
  cluster.client.delete(serviceCIDR, undefined, 'more')
  cluster.advance(10_000)
  cluster.client.delete(ipAddress, undefined, '10.112.0.7')
  cluster.advance(20_000)
  expect(heard.told()).toBe(story`
    0s  ServiceCIDR/more  Ready=True: Kubernetes Service CIDR is ready
    5s  ServiceCIDR/more  Ready=False Terminating: There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR
    15s  ServiceCIDR/more  is gone
  `)
})
