import { expect, test } from 'vitest'
import { resourceQuota as quotaAdmission } from '../../../../src/sim/api/admission/resource-quota'
import { replicaSet } from '../../../../src/sim/kinds/apps/replica-set'
import { event } from '../../../../src/sim/kinds/core/event'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { resourceQuota } from '../../../../src/sim/kinds/core/resource-quota'
import { story, storyOf } from '../../story'
import { smallCluster, template, type SmallClusterOptions } from '../small-cluster'

/** A ReplicaSet `web`, and what is told of it from its creation on. */
function given(replicas: number, options: SmallClusterOptions = {}) {
  const cluster = smallCluster({ only: ['replicaset-controller', 'resourcequota-controller'], ...options })
  const heard = storyOf(cluster, [replicaSet])
  const create = () =>
    cluster.create(replicaSet, {
      metadata: { name: 'web' },
      spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
    })
  const scale = (to: number) => cluster.client.scale(replicaSet, 'default', 'web', to)
  return { ...cluster, create, heard, scale, createIn: cluster.create }
}

test('given a new ReplicaSet, then it makes Pods; scaled down, it deletes the youngest; a Pod that is lost is replaced', () => {
  const cluster = given(2)
  cluster.create()
  cluster.advance(5000)
  cluster.scale(3)
  cluster.advance(5000)
  cluster.scale(1)
  cluster.advance(5000)
  cluster.client.delete(pod, 'default', cluster.pods()[0]!.metadata.name)
  cluster.advance(5000)
  expect(cluster.heard.told()).toBe(story`
    0s  ReplicaSet/web  replicaset-controller: Normal SuccessfulCreate: Created pod: web-a
    0s  ReplicaSet/web  replicaset-controller: Normal SuccessfulCreate: Created pod: web-b
    5s  ReplicaSet/web  replicaset-controller: Normal SuccessfulCreate: Created pod: web-c
    10s  ReplicaSet/web  replicaset-controller: Normal SuccessfulDelete: Deleted pod: web-c
    10s  ReplicaSet/web  replicaset-controller: Normal SuccessfulDelete: Deleted pod: web-a
    15s  ReplicaSet/web  replicaset-controller: Normal SuccessfulCreate: Created pod: web-d
  `)
})

test('given many replicas, then Pods are made in batches that double, all told one by one', () => {
  const cluster = given(8)
  cluster.create()
  cluster.advance(5000)
  expect(cluster.heard.told({ words: 'SuccessfulCreate' }).split('\n')).toHaveLength(8)
})

test('given a Pod that nobody owns, then it is adopted and let go again without an event; what is missing is made', () => {
  const cluster = given(2)
  cluster.createIn(pod, { metadata: { name: 'mine', labels: { app: 'web' } }, spec: template({}).spec })
  cluster.advance(2000)
  cluster.create()
  cluster.advance(5000)
  cluster.client.patch(pod, 'default', 'mine', 'merge', { metadata: { labels: { app: 'debug' } } })
  cluster.advance(5000)
  expect(cluster.heard.told()).toBe(story`
    2s  ReplicaSet/web  replicaset-controller: Normal SuccessfulCreate: Created pod: web-a
    7s  ReplicaSet/web  replicaset-controller: Normal SuccessfulCreate: Created pod: web-b
  `)
})

test('given a quota with room for one Pod, when two are wanted, then it fails and tries again, later and later', () => {
  const cluster = given(2, { admission: [quotaAdmission] })
  cluster.createIn(resourceQuota, { metadata: { name: 'few' }, spec: { hard: { pods: '1' } } })
  cluster.advance(1000)
  cluster.create()
  cluster.advance(40)
  expect(cluster.heard.told()).toBe(story`
    1s  ReplicaSet/web  replicaset-controller: Normal SuccessfulCreate: Created pod: web-a
    1s  ReplicaSet/web  replicaset-controller: Warning FailedCreate: Error creating: pods "web-rlzvj" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1
    1s  ReplicaSet/web  replicaset-controller: Warning FailedCreate: Error creating: pods "web-tw848" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1
    1s  ReplicaSet/web  ReplicaFailure=True FailedCreate: pods "web-rlzvj" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1 @1
    1s  ReplicaSet/web  replicaset-controller: Warning FailedCreate: Error creating: pods "web-zdvnr" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1
  `)
  cluster.advance(12_000)
  cluster.heard.told()
  cluster.client.patch(resourceQuota, 'default', 'few', 'merge', { spec: { hard: { pods: '5' } } })
  cluster.advance(60_000)
  expect(cluster.heard.told()).toBe(story`
    21s  ReplicaSet/web  replicaset-controller: Normal SuccessfulCreate: Created pod: web-b
    21s  ReplicaSet/web  no longer ReplicaFailure @1
  `)
})

test('given a quota with room for three Pods, when ten are wanted, then the batch in which it fails is the last of the first try', () => {
  const cluster = given(10, { admission: [quotaAdmission] })
  cluster.createIn(resourceQuota, { metadata: { name: 'few' }, spec: { hard: { pods: '3' } } })
  cluster.advance(1000)
  cluster.create()
  cluster.advance(16)
  const told = cluster.heard.told({ words: ': Normal' }).split('\n')
  expect(told).toHaveLength(3)
  // One, two, and four of which none has room; each later try is a batch of one.
  const failed = () => cluster.client.list(event).filter(({ reason }) => reason === 'FailedCreate').length
  expect(failed()).toBe(4)
  cluster.advance(20)
  expect(failed()).toBe(5)
})

test.each([
  ['1.36', { replicas: 2, terminatingReplicas: 0 }, { replicas: 1, terminatingReplicas: 1 }],
  ['1.34', { replicas: 2 }, { replicas: 1 }],
])('in release %s its status is %j, and %j while a Pod that was scaled away ends', (release, settled, ending) => {
  const cluster = given(2, { release, fate: () => ({ readyAfterMs: 100, stopsAfterMs: 5000 }) })
  const status = () => {
    const { replicas, terminatingReplicas } = cluster.client.get(replicaSet, 'default', 'web')!.status!
    return { replicas, ...(terminatingReplicas !== undefined && { terminatingReplicas }) }
  }
  cluster.create()
  cluster.advance(5000)
  expect(status()).toEqual(settled)
  cluster.scale(1)
  cluster.advance(1000)
  expect(status()).toEqual(ending)
})
