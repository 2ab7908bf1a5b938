import { expect, test } from 'vitest'
import { configMap } from '../../../src/sim/kinds/core/config-map'
import { endpoints } from '../../../src/sim/kinds/core/endpoints'
import { namespace } from '../../../src/sim/kinds/core/namespace'
import { service } from '../../../src/sim/kinds/core/service'
import { serviceAccount } from '../../../src/sim/kinds/core/service-account'
import { endpointSlice } from '../../../src/sim/kinds/discovery/endpoint-slice'
import { clusterRole } from '../../../src/sim/kinds/rbac/cluster-role'
import { smallCluster } from './small-cluster'

test('given something in a namespace that a finalizer holds back, when the namespace is deleted, then its conditions say what, until it is let go', () => {
  const cluster = smallCluster({ only: ['namespace-controller'] })
  cluster.client.create(namespace, { metadata: { name: 'shop' }, spec: {} })
  cluster.client.create(configMap, { metadata: { name: 'settings', namespace: 'shop', finalizers: ['example.com/keep'] } })
  cluster.client.create(configMap, { metadata: { name: 'other', namespace: 'shop' } })
  cluster.client.delete(namespace, undefined, 'shop')
  cluster.advance(10_000)
  const shop = () => cluster.client.get(namespace, undefined, 'shop')
  const says = (type: string) => shop()!.status!.conditions!.find((it) => it.type === type)
  expect(shop()!.status!.phase).toBe('Terminating')
  expect(says('NamespaceContentRemaining')).toMatchObject({
    status: 'True',
    reason: 'SomeResourcesRemain',
    message: 'Some resources are remaining: configmaps. has 1 resource instances',
  })
  expect(says('NamespaceFinalizersRemaining')).toMatchObject({
    status: 'True',
    reason: 'SomeFinalizersRemain',
    message: 'Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances',
  })
  expect(says('NamespaceDeletionContentFailure')).toMatchObject({ status: 'False', reason: 'ContentDeleted' })
  cluster.client.patch(configMap, 'shop', 'settings', 'merge', { metadata: { finalizers: null } })
  cluster.advance(5000)
  expect(shop()).toBeUndefined()
})

test('given a namespace, then it has an account and the root certificate, both come back when deleted, and neither is made in one that goes', () => {
  const cluster = smallCluster({ only: ['service-account-controller', 'root-ca-certificate-publisher'] })
  cluster.client.create(namespace, { metadata: { name: 'shop' }, spec: {} })
  cluster.advance(1000)
  const both = () => [cluster.client.get(serviceAccount, 'shop', 'default'), cluster.client.get(configMap, 'shop', 'kube-root-ca.crt')]
  expect(both().every(Boolean)).toBe(true)
  cluster.client.delete(serviceAccount, 'shop', 'default')
  cluster.client.patch(configMap, 'shop', 'kube-root-ca.crt', 'merge', { data: { 'ca.crt': 'forged' } })
  cluster.advance(1000)
  expect(both()[0]).toBeDefined()
  expect((both()[1] as { data: Record<string, string> }).data['ca.crt']).not.toBe('forged')
  cluster.client.delete(namespace, undefined, 'shop')
  cluster.client.delete(serviceAccount, 'shop', 'default')
  cluster.advance(1000)
  expect(cluster.client.get(serviceAccount, 'shop', 'default')).toBeUndefined()
})

test('given Endpoints by hand, then their slice follows each change, and goes when it is not wanted any more', () => {
  const cluster = smallCluster({ only: ['endpointslicemirroring-controller', 'endpointslice-controller', 'generic-garbage-collector'] })
  cluster.create(service, { metadata: { name: 'db' }, spec: { ports: [{ port: 5432 }] } })
  const subsets = (...ips: string[]) => [{ addresses: ips.map((ip) => ({ ip })), ports: [{ port: 5432 }] }]
  cluster.create(endpoints, { metadata: { name: 'db' }, subsets: subsets('10.1.2.3') })
  cluster.advance(1000)
  const mirrored = () => cluster.client.list(endpointSlice, { namespace: 'default' })
  const addresses = () => mirrored().flatMap((slice) => (slice.endpoints ?? []).flatMap((it) => it.addresses))
  expect(mirrored()[0]!.metadata.labels).toMatchObject({
    'kubernetes.io/service-name': 'db',
    'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
  })
  expect(addresses()).toEqual(['10.1.2.3'])
  cluster.client.patch(endpoints, 'default', 'db', 'merge', { subsets: subsets('10.1.2.4', '10.1.2.5') })
  cluster.advance(1000)
  expect(addresses()).toEqual(['10.1.2.4', '10.1.2.5'])
  cluster.client.patch(endpoints, 'default', 'db', 'merge', { metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } } })
  cluster.advance(1000)
  expect(mirrored()).toEqual([])
})

test('given labelled ClusterRoles, then an aggregate has their rules, sorted by name and each once, and loses them when a label goes', () => {
  const cluster = smallCluster({ only: ['clusterrole-aggregation-controller'] })
  const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] })
  const part = (name: string, ...resources: string[]) =>
    cluster.client.create(clusterRole, { metadata: { name, labels: { part: 'yes' } }, rules: resources.map(rule) })
  cluster.client.create(clusterRole, {
    metadata: { name: 'whole' },
    rules: [rule('forbidden-by-hand')],
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'yes' } }] },
  })
  part('b', 'pods', 'services')
  part('a', 'secrets', 'pods')
  cluster.advance(1000)
  const resources = () => cluster.client.get(clusterRole, undefined, 'whole')!.rules!.flatMap((it) => it.resources ?? [])
  expect(resources()).toEqual(['secrets', 'pods', 'services'])
  cluster.client.patch(clusterRole, undefined, 'a', 'merge', { metadata: { labels: null } })
  cluster.advance(1000)
  expect(resources()).toEqual(['pods', 'services'])
})
