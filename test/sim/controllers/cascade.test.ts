import { describe, expect, test } from 'vitest'
import { deployment } from '../../../src/sim/kinds/apps/deployment'
import { replicaSet } from '../../../src/sim/kinds/apps/replica-set'
import { job } from '../../../src/sim/kinds/batch/job'
import { configMap } from '../../../src/sim/kinds/core/config-map'
import { namespace } from '../../../src/sim/kinds/core/namespace'
import { pod } from '../../../src/sim/kinds/core/pod'
import { serviceAccount } from '../../../src/sim/kinds/core/service-account'
import { smallCluster, template } from './small-cluster'

function withDeployment() {
  const cluster = smallCluster()
  cluster.create(deployment, {
    metadata: { name: 'web' },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
  })
  cluster.until(() => cluster.client.get(deployment, 'default', 'web')!.status?.availableReplicas === 2)
  return cluster
}

describe('deleting a Deployment', () => {
  test('in the background takes ReplicaSet and Pods along afterwards', () => {
    const cluster = withDeployment()
    cluster.client.delete(deployment, 'default', 'web', { propagation: 'Background' })
    expect(cluster.client.get(deployment, 'default', 'web')).toBeUndefined()
    cluster.until(() => cluster.pods().length === 0, 'that the Pods are gone')
    expect(cluster.client.list(replicaSet)).toHaveLength(0)
  })

  test('in the foreground keeps it until the last Pod has gone', () => {
    const cluster = withDeployment()
    cluster.client.delete(deployment, 'default', 'web', { propagation: 'Foreground' })
    let early = false
    cluster.until(() => {
      const gone = cluster.client.get(deployment, 'default', 'web') === undefined
      early ||= gone && cluster.pods().length > 0
      return gone
    }, 'that the Deployment is gone')
    expect(early).toBe(false)
    expect(cluster.client.list(replicaSet)).toHaveLength(0)
  })

  test('with --cascade=orphan leaves ReplicaSet and Pods, which a new Deployment adopts', () => {
    const cluster = withDeployment()
    const uids = cluster.pods().map((it) => it.metadata.uid)
    cluster.client.delete(deployment, 'default', 'web', { propagation: 'Orphan' })
    cluster.until(() => cluster.client.get(deployment, 'default', 'web') === undefined)
    cluster.advance(5000)
    expect(cluster.pods()).toHaveLength(2)
    expect(cluster.client.list(replicaSet)[0]!.metadata.ownerReferences).toBeUndefined()
    const again = cluster.create(deployment, {
      metadata: { name: 'web' },
      spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
    })
    cluster.advance(5000)
    expect(cluster.client.list(replicaSet)[0]!.metadata.ownerReferences![0]!.uid).toBe(again.metadata.uid)
    expect(cluster.pods().map((it) => it.metadata.uid)).toEqual(uids)
  })
})

test('an object whose owner never existed is collected, one with another living owner only loses the reference', () => {
  const cluster = smallCluster()
  const owner = cluster.create(configMap, { metadata: { name: 'owner' } })
  const absent = { apiVersion: 'v1', kind: 'ConfigMap', name: 'nobody', uid: '00000000-0000-4000-8000-000000000000' }
  cluster.create(configMap, { metadata: { name: 'lost', ownerReferences: [absent] } })
  cluster.create(configMap, {
    metadata: { name: 'kept', ownerReferences: [absent, { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid }] },
  })
  cluster.advance(2000)
  expect(cluster.client.get(configMap, 'default', 'lost')).toBeUndefined()
  expect(cluster.client.get(configMap, 'default', 'kept')!.metadata.ownerReferences).toMatchObject([{ name: 'owner' }])
})

describe('a namespace', () => {
  test('gets its default ServiceAccount and root certificate, and both back when somebody deletes them', () => {
    const cluster = smallCluster()
    cluster.create(namespace, { metadata: { name: 'team' }, spec: {} })
    cluster.advance(1000)
    cluster.client.delete(serviceAccount, 'team', 'default')
    cluster.client.delete(configMap, 'team', 'kube-root-ca.crt')
    cluster.advance(1000)
    expect(cluster.client.get(serviceAccount, 'team', 'default')).toBeDefined()
    expect(cluster.client.get(configMap, 'team', 'kube-root-ca.crt')).toBeDefined()
  })

  test('that is deleted empties itself, tells what remains, and goes', () => {
    const cluster = smallCluster({ fate: () => ({ readyAfterMs: 500, stopsAfterMs: 20_000 }) })
    cluster.create(namespace, { metadata: { name: 'team' }, spec: {} })
    cluster.client.create(pod, { metadata: { name: 'slow', namespace: 'team' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } })
    cluster.client.create(configMap, { metadata: { name: 'settings', namespace: 'team' } })
    cluster.advance(3000)
    cluster.client.delete(namespace, undefined, 'team')
    cluster.advance(5000)
    const team = cluster.client.get(namespace, undefined, 'team')!
    expect(team.status!.phase).toBe('Terminating')
    expect(team.status!.conditions).toContainEqual(
      expect.objectContaining({
        type: 'NamespaceContentRemaining',
        status: 'True',
        reason: 'SomeResourcesRemain',
        message: 'Some resources are remaining: pods. has 1 resource instances',
      }),
    )
    expect(cluster.client.get(configMap, 'team', 'settings')).toBeUndefined()
    cluster.until(() => cluster.client.get(namespace, undefined, 'team') === undefined, 'that the namespace is gone')
  })

  test('that is deleted takes a running Job along, whose Pods nobody would otherwise let go', () => {
    const cluster = smallCluster({ fate: () => ({ readyAfterMs: 500, stopsAfterMs: 5000 }) })
    cluster.create(namespace, { metadata: { name: 'team' }, spec: {} })
    cluster.client.create(job, {
      metadata: { name: 'work', namespace: 'team' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] } } },
    })
    cluster.advance(3000)
    cluster.client.delete(namespace, undefined, 'team')
    cluster.until(() => cluster.client.get(namespace, undefined, 'team') === undefined, 'that the namespace is gone')
  })
})
