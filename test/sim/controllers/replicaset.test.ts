import { describe, expect, test } from 'vitest'
import type { Pod } from '../../../src/sim/api/types/core-v1.gen'
import { dispensableFirst } from '../../../src/sim/controllers/deletion-order'
import { timestamp } from '../../../src/sim/engine/time'
import { replicaSet } from '../../../src/sim/kinds/apps/replica-set'
import { pod } from '../../../src/sim/kinds/core/pod'
import { replicationController } from '../../../src/sim/kinds/core/replication-controller'
import { resourceQuota as quotaAdmission } from '../../../src/sim/api/admission/resource-quota'
import { resourceQuota } from '../../../src/sim/kinds/core/resource-quota'
import { smallCluster, START_MS, template } from './small-cluster'

const only = ['replicaset-controller', 'replication-controller', 'resourcequota-controller']

function withSet(replicas = 2, options: Parameters<typeof smallCluster>[0] = {}) {
  const cluster = smallCluster({ only, ...options })
  cluster.create(replicaSet, {
    metadata: { name: 'web' },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
  })
  cluster.advance(3000)
  return { ...cluster, web: () => cluster.client.get(replicaSet, 'default', 'web')! }
}

describe('a ReplicaSet', () => {
  test('replaces a Pod that is deleted, and counts', () => {
    const { client, pods, advance, web } = withSet()
    client.delete(pod, 'default', pods()[0]!.metadata.name)
    advance(5000)
    expect(pods()).toHaveLength(2)
    expect(web().status).toEqual({
      replicas: 2,
      fullyLabeledReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      observedGeneration: 1,
      terminatingReplicas: 0,
    })
  })

  test('lets a Pod go whose label is changed, makes another, and takes it back when the label returns', () => {
    const { client, pods, advance, web } = withSet()
    const { name } = pods()[0]!.metadata
    client.patch(pod, 'default', name, 'merge', { metadata: { labels: { app: 'debug' } } })
    advance(3000)
    expect(client.get(pod, 'default', name)!.metadata.ownerReferences).toBeUndefined()
    expect(pods('app=web')).toHaveLength(2)
    client.patch(pod, 'default', name, 'merge', { metadata: { labels: { app: 'web' } } })
    advance(5000)
    expect(pods('app=web')).toHaveLength(2)
    expect(pods('app=web').every((it) => it.metadata.ownerReferences![0]!.uid === web().metadata.uid)).toBe(true)
  })

  test('adopts matching Pods that nobody owns instead of making its own', () => {
    const cluster = smallCluster({ only })
    cluster.create(pod, { metadata: { name: 'mine', labels: { app: 'web' } }, spec: template({}).spec })
    cluster.advance(2000)
    cluster.create(replicaSet, {
      metadata: { name: 'web' },
      spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
    })
    cluster.advance(3000)
    expect(cluster.pods()).toHaveLength(2)
    expect(cluster.client.get(pod, 'default', 'mine')!.metadata.ownerReferences).toMatchObject([
      { kind: 'ReplicaSet', name: 'web', controller: true, blockOwnerDeletion: true },
    ])
  })

  test('tells when a quota keeps it from making Pods, and goes on when there is room', () => {
    const cluster = smallCluster({ only, admission: [quotaAdmission] })
    cluster.create(resourceQuota, { metadata: { name: 'few' }, spec: { hard: { pods: '1' } } })
    cluster.advance(1000)
    cluster.create(replicaSet, {
      metadata: { name: 'web' },
      spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
    })
    cluster.advance(3000)
    const web = () => cluster.client.get(replicaSet, 'default', 'web')!
    expect(cluster.pods()).toHaveLength(1)
    expect(web().status!.conditions).toMatchObject([
      {
        type: 'ReplicaFailure',
        status: 'True',
        reason: 'FailedCreate',
        message: expect.stringContaining('exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1') as string,
      },
    ])
    expect(cluster.events('web').some((it) => it.startsWith('Warning FailedCreate Error creating: pods "web-'))).toBe(true)
    cluster.client.patch(resourceQuota, 'default', 'few', 'merge', { spec: { hard: { pods: '5' } } })
    cluster.advance(60_000)
    expect(cluster.pods()).toHaveLength(2)
    expect(web().status!.conditions).toBeUndefined()
  })

  test('does nothing while its controller is stopped, and catches up when it is back', () => {
    const { client, pods, advance, controllers } = withSet()
    controllers.stop()
    client.delete(pod, 'default', pods()[0]!.metadata.name)
    advance(60_000)
    expect(pods()).toHaveLength(1)
    controllers.start()
    advance(3000)
    expect(pods()).toHaveLength(2)
  })
})

test('a ReplicationController does the same with a plain map for a selector', () => {
  const cluster = smallCluster({ only })
  cluster.create(replicationController, {
    metadata: { name: 'old' },
    spec: { replicas: 2, selector: { app: 'old' }, template: template({ app: 'old' }) },
  })
  cluster.advance(3000)
  expect(cluster.pods()).toHaveLength(2)
  expect(cluster.client.get(replicationController, 'default', 'old')!.status).toMatchObject({
    replicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
  })
})

describe('a shrinking ReplicaSet gives up', () => {
  const aPod = (
    name: string,
    overrides: { node?: string; phase?: string; ready?: boolean; readyForMs?: number; restarts?: number; cost?: string } = {},
  ): Pod => {
    const { node = 'node01', phase = 'Running', ready = true, readyForMs = 3_600_000, restarts = 0, cost } = overrides
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        uid: name,
        resourceVersion: '1',
        creationTimestamp: timestamp(START_MS - 7_200_000),
        ...(cost && { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
      },
      spec: { containers: [], ...(node && { nodeName: node }) },
      status: {
        phase,
        conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: timestamp(START_MS - readyForMs) }],
        containerStatuses: [{ name: 'c', image: '', imageID: '', ready, restartCount: restarts }],
      },
    }
  }
  test.each([
    ['an unassigned Pod', { node: '', phase: 'Pending', ready: false }, {}],
    ['a pending Pod', { phase: 'Pending', ready: false }, {}],
    ['a Pod that is not ready', { ready: false }, {}],
    ['the cheaper Pod by pod-deletion-cost', {}, { cost: '10' }],
    ['a Pod with negative cost', { cost: '-5' }, {}],
    ['a Pod on a crowded node', {}, { node: 'node02' }],
    ['the Pod that became ready last', { readyForMs: 60_000 }, {}],
    ['the Pod with more restarts', { restarts: 4 }, {}],
  ])('%s first', (_title, first, second) => {
    const victim = aPod('z-victim', first)
    const other = aPod('a-other', second)
    expect(dispensableFirst([other, victim], [victim, other, aPod('x'), aPod('y')], START_MS)[0]!.metadata.name).toBe('z-victim')
  })
})
