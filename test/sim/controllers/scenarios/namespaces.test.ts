import { expect, test } from 'vitest'
import { configMap } from '../../../../src/sim/kinds/core/config-map'
import { namespace } from '../../../../src/sim/kinds/core/namespace'
import { serviceAccount } from '../../../../src/sim/kinds/core/service-account'
import { story, storyOf } from '../../story'
import { smallCluster } from '../small-cluster'

test('given a namespace with an object that a finalizer holds back, when it is deleted, then its conditions tell why it lingers, until it goes', () => {
  const cluster = smallCluster({ only: ['namespace-controller'] })
  const heard = storyOf(cluster, [namespace])
  cluster.client.create(namespace, { metadata: { name: 'shop' }, spec: {} })
  cluster.client.create(configMap, { metadata: { name: 'settings', namespace: 'shop', finalizers: ['example.com/keep'] } })
  cluster.advance(5000)
  cluster.client.delete(namespace, undefined, 'shop')
  cluster.advance(10_000)
  cluster.client.patch(configMap, 'shop', 'settings', 'merge', { metadata: { finalizers: null } })
  cluster.advance(10_000)
  expect(heard.told()).toBe(story`
    0s  Namespace/shop  Active
    5s  Namespace/shop  Terminating
    5s  Namespace/shop  NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered: All resources successfully discovered
    5s  Namespace/shop  NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions: All legacy kube types successfully parsed
    5s  Namespace/shop  NamespaceDeletionContentFailure=False ContentDeleted: All content successfully deleted, may be waiting on finalization
    5s  Namespace/shop  NamespaceContentRemaining=True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances
    5s  Namespace/shop  NamespaceFinalizersRemaining=True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances
    15s  Namespace/shop  NamespaceContentRemaining=False ContentRemoved: All content successfully removed
    15s  Namespace/shop  NamespaceFinalizersRemaining=False ContentHasNoFinalizers: All content-preserving finalizers finished
    15s  Namespace/shop  is gone
  `)
})

test('given a namespace without anything in it, when it is deleted, then it goes without a word', () => {
  const cluster = smallCluster({ only: ['namespace-controller'] })
  const heard = storyOf(cluster, [namespace])
  cluster.client.create(namespace, { metadata: { name: 'shop' }, spec: {} })
  cluster.advance(5000)
  cluster.client.delete(namespace, undefined, 'shop')
  cluster.advance(10_000)
  expect(heard.told()).toBe(story`
    0s  Namespace/shop  Active
    5s  Namespace/shop  Terminating
    5s  Namespace/shop  NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered: All resources successfully discovered
    5s  Namespace/shop  NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions: All legacy kube types successfully parsed
    5s  Namespace/shop  NamespaceDeletionContentFailure=False ContentDeleted: All content successfully deleted, may be waiting on finalization
    5s  Namespace/shop  NamespaceContentRemaining=False ContentRemoved: All content successfully removed
    5s  Namespace/shop  NamespaceFinalizersRemaining=False ContentHasNoFinalizers: All content-preserving finalizers finished
    5s  Namespace/shop  is gone
  `)
})

test('given a new namespace, then account and root certificate appear in it, come back when they are deleted or changed, and nobody tells an event', () => {
  const cluster = smallCluster({ only: ['service-account-controller', 'root-ca-certificate-publisher'] })
  const heard = storyOf(cluster, [namespace])
  cluster.client.create(namespace, { metadata: { name: 'shop' }, spec: {} })
  const born = () => [
    cluster.client.get(serviceAccount, 'shop', 'default')?.metadata.name,
    cluster.client.get(configMap, 'shop', 'kube-root-ca.crt')?.metadata.annotations?.['kubernetes.io/description'],
  ]
  expect(born()).toEqual([undefined, undefined])
  cluster.advance(1000)
  const description =
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'
  expect(born()).toEqual(['default', description])
  cluster.client.delete(serviceAccount, 'shop', 'default')
  cluster.client.delete(configMap, 'shop', 'kube-root-ca.crt')
  cluster.advance(1000)
  expect(born()).toEqual(['default', description])
  expect(heard.told()).toBe(story`
    0s  Namespace/shop  Active
  `)
})
