import { expect, test } from 'vitest'
import { resourceQuota as quotaAdmission } from '../../../../src/sim/api/admission/resource-quota'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { replicationController } from '../../../../src/sim/kinds/core/replication-controller'
import { resourceQuota } from '../../../../src/sim/kinds/core/resource-quota'
import { story, storyOf } from '../../story'
import { smallCluster, template, type SmallClusterOptions } from '../small-cluster'

function given(options: SmallClusterOptions = {}) {
  const cluster = smallCluster({ only: ['replication-controller', 'resourcequota-controller'], ...options })
  const heard = storyOf(cluster, [replicationController])
  const create = () =>
    cluster.create(replicationController, {
      metadata: { name: 'web' },
      spec: { replicas: 2, selector: { app: 'web' }, template: template({ app: 'web' }) },
    })
  return { ...cluster, heard, create, createIn: cluster.create }
}

test('given a ReplicationController, then its Pods are made, replaced and deleted, each with an event of its own controller', () => {
  const cluster = given()
  cluster.create()
  cluster.advance(5000)
  cluster.client.delete(pod, 'default', cluster.pods()[0]!.metadata.name)
  cluster.advance(5000)
  cluster.client.scale(replicationController, 'default', 'web', 1)
  cluster.advance(5000)
  expect(cluster.heard.told()).toBe(story`
    0s  ReplicationController/web  replication-controller: Normal SuccessfulCreate: Created pod: web-a
    0s  ReplicationController/web  replication-controller: Normal SuccessfulCreate: Created pod: web-b
    5s  ReplicationController/web  replication-controller: Normal SuccessfulCreate: Created pod: web-c
    10s  ReplicationController/web  replication-controller: Normal SuccessfulDelete: Deleted pod: web-c
  `)
})

test('given a quota with room for one Pod, when two are wanted, then it fails until there is room', () => {
  const cluster = given({ admission: [quotaAdmission] })
  cluster.createIn(resourceQuota, { metadata: { name: 'few' }, spec: { hard: { pods: '1' } } })
  cluster.advance(1000)
  cluster.create()
  cluster.advance(40)
  expect(cluster.heard.told()).toBe(story`
    1s  ReplicationController/web  replication-controller: Normal SuccessfulCreate: Created pod: web-a
    1s  ReplicationController/web  replication-controller: Warning FailedCreate: Error creating: pods "web-rlzvj" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1
    1s  ReplicationController/web  replication-controller: Warning FailedCreate: Error creating: pods "web-tw848" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1
    1s  ReplicationController/web  ReplicaFailure=True FailedCreate: pods "web-rlzvj" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1 @1
  `)
  cluster.advance(12_000)
  cluster.heard.told()
  cluster.client.patch(resourceQuota, 'default', 'few', 'merge', { spec: { hard: { pods: '5' } } })
  cluster.advance(60_000)
  expect(cluster.heard.told()).toBe(story`
    21s  ReplicationController/web  replication-controller: Normal SuccessfulCreate: Created pod: web-b
    21s  ReplicationController/web  no longer ReplicaFailure @1
  `)
})
