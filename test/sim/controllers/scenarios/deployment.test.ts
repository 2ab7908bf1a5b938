import { expect, test } from 'vitest'
import type { Deployment } from '../../../../src/sim/api/types/apps-v1.gen'
import { resourceQuota as quotaAdmission } from '../../../../src/sim/api/admission/resource-quota'
import { deployment } from '../../../../src/sim/kinds/apps/deployment'
import { resourceQuota } from '../../../../src/sim/kinds/core/resource-quota'
import { story, storyOf } from '../../story'
import { smallCluster, template, type SmallClusterOptions } from '../small-cluster'

/** A Deployment `web` of two Pods, and what is told of it from its creation on. Pods of nginx:bad never get ready. */
function given(spec: Partial<Deployment['spec']> = {}, options: SmallClusterOptions = {}) {
  const fate: SmallClusterOptions['fate'] = ({ spec: { containers } }) =>
    containers[0]!.image === 'nginx:bad' ? {} : { readyAfterMs: 1500 }
  const only = ['deployment-controller', 'replicaset-controller', 'generic-garbage-collector', 'resourcequota-controller']
  const cluster = smallCluster({ only, fate, ...options })
  const heard = storyOf(cluster, [deployment])
  const quota = (hard: Record<string, string>) => {
    cluster.create(resourceQuota, { metadata: { name: 'few' }, spec: { hard } })
    cluster.advance(1000)
  }
  const create = () =>
    cluster.create(deployment, {
      metadata: { name: 'web' },
      spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }), ...spec },
    })
  const patch = (change: unknown) => cluster.client.patch(deployment, 'default', 'web', 'strategic', { spec: change })
  const setImage = (image: string) => patch({ template: { spec: { containers: [{ name: 'web', image }] } } })
  /** The Deployment, and nothing told of what came before. */
  const running = () => {
    create()
    cluster.advance(10_000)
    heard.told()
  }
  return { ...cluster, quota, create, running, heard, patch, setImage }
}

test('given a new Deployment, when its Pods get ready, then it becomes available and has progressed', () => {
  const cluster = given()
  cluster.create()
  cluster.advance(60_000)
  expect(cluster.heard.told()).toBe(story`
    0s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled up replica set web-#1 from 0 to 2
    0s  Deployment/web  Progressing=True NewReplicaSetCreated: Created new replica set "web-#1" @1
    0s  Deployment/web  Available=False MinimumReplicasUnavailable: Deployment does not have minimum availability. @1
    0s  ReplicaSet/web-#1  replicaset-controller: Normal SuccessfulCreate: Created pod: web-#1-a
    0s  ReplicaSet/web-#1  replicaset-controller: Normal SuccessfulCreate: Created pod: web-#1-b
    0s  Deployment/web  Progressing=True ReplicaSetUpdated: ReplicaSet "web-#1" is progressing. @1
    1s  Deployment/web  Available=True MinimumReplicasAvailable: Deployment has minimum availability. @1
    1s  Deployment/web  Progressing=True NewReplicaSetAvailable: ReplicaSet "web-#1" has successfully progressed. @1
  `)
})

test('given a Deployment, when its image is changed, then old and new Pods take turns', () => {
  const cluster = given()
  cluster.running()
  cluster.setImage('nginx:1.28')
  cluster.advance(60_000)
  expect(cluster.heard.told()).toBe(story`
    10s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled up replica set web-#2 from 0 to 1
    10s  Deployment/web  Progressing=True NewReplicaSetCreated: Created new replica set "web-#2" @2
    10s  ReplicaSet/web-#2  replicaset-controller: Normal SuccessfulCreate: Created pod: web-#2-a
    10s  Deployment/web  Progressing=True ReplicaSetUpdated: ReplicaSet "web-#2" is progressing. @2
    11s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled down replica set web-#1 from 2 to 1
    11s  ReplicaSet/web-#1  replicaset-controller: Normal SuccessfulDelete: Deleted pod: web-#1-b
    11s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled up replica set web-#2 from 1 to 2
    11s  ReplicaSet/web-#2  replicaset-controller: Normal SuccessfulCreate: Created pod: web-#2-b
    13s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled down replica set web-#1 from 1 to 0
    13s  ReplicaSet/web-#1  replicaset-controller: Normal SuccessfulDelete: Deleted pod: web-#1-a
    13s  Deployment/web  Progressing=True NewReplicaSetAvailable: ReplicaSet "web-#2" has successfully progressed. @2
  `)
})

test('given strategy Recreate, when the image is changed, then nothing is available in between', () => {
  const cluster = given({ strategy: { type: 'Recreate' } })
  cluster.running()
  cluster.setImage('nginx:1.28')
  cluster.advance(60_000)
  expect(cluster.heard.told({ about: 'Deployment' })).toBe(story`
    10s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled down replica set web-#1 from 2 to 0
    10s  Deployment/web  Available=False MinimumReplicasUnavailable: Deployment does not have minimum availability. @2
    10s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled up replica set web-#2 from 0 to 2
    10s  Deployment/web  Progressing=True NewReplicaSetCreated: Created new replica set "web-#2" @2
    10s  Deployment/web  Progressing=True ReplicaSetUpdated: ReplicaSet "web-#2" is progressing. @2
    12s  Deployment/web  Available=True MinimumReplicasAvailable: Deployment has minimum availability. @2
    12s  Deployment/web  Progressing=True NewReplicaSetAvailable: ReplicaSet "web-#2" has successfully progressed. @2
  `)
})

test('given new Pods that never get ready, when the deadline is over, then it has timed out; rolled back, it has progressed', () => {
  const cluster = given({ progressDeadlineSeconds: 60 })
  cluster.running()
  cluster.setImage('nginx:bad')
  cluster.advance(120_000)
  cluster.setImage('nginx:1.27')
  cluster.advance(60_000)
  expect(cluster.heard.told({ about: 'Deployment' })).toBe(story`
    10s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled up replica set web-#2 from 0 to 1
    10s  Deployment/web  Progressing=True NewReplicaSetCreated: Created new replica set "web-#2" @2
    10s  Deployment/web  Progressing=True ReplicaSetUpdated: ReplicaSet "web-#2" is progressing. @2
    71s  Deployment/web  Progressing=False ProgressDeadlineExceeded: ReplicaSet "web-#2" has timed out progressing. @2
    130s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled down replica set web-#2 from 1 to 0
    130s  Deployment/web  Progressing=True ReplicaSetUpdated: ReplicaSet "web-#1" is progressing. @3
    130s  Deployment/web  Progressing=True NewReplicaSetAvailable: ReplicaSet "web-#1" has successfully progressed. @3
  `)
})

test('given a Deployment, when it is paused, changed and resumed, then it tells so and rolls out once', () => {
  const cluster = given()
  cluster.running()
  cluster.patch({ paused: true })
  cluster.advance(1000)
  cluster.setImage('nginx:1.28')
  cluster.advance(30_000)
  cluster.patch({ paused: false })
  cluster.advance(60_000)
  expect(cluster.heard.told({ about: 'Deployment' })).toBe(story`
    10s  Deployment/web  Progressing=Unknown DeploymentPaused: Deployment is paused @2
    41s  Deployment/web  Progressing=Unknown DeploymentResumed: Deployment is resumed @3
    41s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled up replica set web-#2 from 0 to 1
    41s  Deployment/web  Progressing=True NewReplicaSetCreated: Created new replica set "web-#2" @4
    41s  Deployment/web  Progressing=True ReplicaSetUpdated: ReplicaSet "web-#2" is progressing. @4
    42s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled down replica set web-#1 from 2 to 1
    42s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled up replica set web-#2 from 1 to 2
    44s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled down replica set web-#1 from 1 to 0
    44s  Deployment/web  Progressing=True NewReplicaSetAvailable: ReplicaSet "web-#2" has successfully progressed. @4
  `)
})

test('given a Deployment, when it is scaled up and down, then only its availability changes', () => {
  const cluster = given()
  cluster.running()
  cluster.patch({ replicas: 4 })
  cluster.advance(10_000)
  cluster.patch({ replicas: 1 })
  cluster.advance(10_000)
  expect(cluster.heard.told()).toBe(story`
    10s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled up replica set web-#1 from 2 to 4
    10s  Deployment/web  Available=False MinimumReplicasUnavailable: Deployment does not have minimum availability. @2
    10s  ReplicaSet/web-#1  replicaset-controller: Normal SuccessfulCreate: Created pod: web-#1-c
    10s  ReplicaSet/web-#1  replicaset-controller: Normal SuccessfulCreate: Created pod: web-#1-d
    11s  Deployment/web  Available=True MinimumReplicasAvailable: Deployment has minimum availability. @2
    20s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled down replica set web-#1 from 4 to 1
    20s  ReplicaSet/web-#1  replicaset-controller: Normal SuccessfulDelete: Deleted pod: web-#1-d
    20s  ReplicaSet/web-#1  replicaset-controller: Normal SuccessfulDelete: Deleted pod: web-#1-a
    20s  ReplicaSet/web-#1  replicaset-controller: Normal SuccessfulDelete: Deleted pod: web-#1-c
  `)
})

test('given a quota with room for one Pod, when two are wanted, then the failure shows until there is room', () => {
  const cluster = given({}, { admission: [quotaAdmission] })
  cluster.quota({ pods: '1' })
  cluster.create()
  cluster.advance(5000)
  cluster.client.patch(resourceQuota, 'default', 'few', 'merge', { spec: { hard: { pods: '5' } } })
  cluster.advance(60_000)
  expect(cluster.heard.told({ about: 'Deployment' })).toBe(story`
    1s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled up replica set web-#1 from 0 to 2
    1s  Deployment/web  Progressing=True NewReplicaSetCreated: Created new replica set "web-#1" @1
    1s  Deployment/web  Available=False MinimumReplicasUnavailable: Deployment does not have minimum availability. @1
    1s  Deployment/web  Progressing=True ReplicaSetUpdated: ReplicaSet "web-#1" is progressing. @1
    1s  Deployment/web  ReplicaFailure=True FailedCreate: pods "web-#1-tlq2j" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1 @1
    10s  Deployment/web  no longer ReplicaFailure @1
    11s  Deployment/web  Available=True MinimumReplicasAvailable: Deployment has minimum availability. @1
    11s  Deployment/web  Progressing=True NewReplicaSetAvailable: ReplicaSet "web-#1" has successfully progressed. @1
  `)
})

test('given a quota without room for a ReplicaSet, then the Deployment cannot even begin', () => {
  const cluster = given({}, { admission: [quotaAdmission] })
  cluster.quota({ 'count/replicasets.apps': '0' })
  cluster.create()
  cluster.advance(30)
  expect(cluster.heard.told()).toBe(story`
    1s  Deployment/web  deployment-controller: Warning ReplicaSetCreateError: Failed to create new replica set "web-5f84b7585b": replicasets.apps "web-5f84b7585b" is forbidden: exceeded quota: few, requested: count/replicasets.apps=1, used: count/replicasets.apps=0, limited: count/replicasets.apps=0
    1s  Deployment/web  deployment-controller: Warning ReplicaSetCreateError: Failed to create new replica set "web-5f84b7585b": replicasets.apps "web-5f84b7585b" is forbidden: exceeded quota: few, requested: count/replicasets.apps=1, used: count/replicasets.apps=0, limited: count/replicasets.apps=0 (x2)
    1s  Deployment/web  Progressing=False ReplicaSetCreateError: Failed to create new replica set "web-5f84b7585b": replicasets.apps "web-5f84b7585b" is forbidden: exceeded quota: few, requested: count/replicasets.apps=1, used: count/replicasets.apps=0, limited: count/replicasets.apps=0
  `)
})

test('given a Deployment, when it is deleted in the background, then ReplicaSet and Pods go without a word from it', () => {
  const cluster = given()
  cluster.running()
  cluster.client.delete(deployment, 'default', 'web', { propagation: 'Background' })
  cluster.advance(60_000)
  expect(cluster.pods()).toEqual([])
  expect(cluster.heard.told()).toBe(story`
    10s  Deployment/web  is gone
  `)
})
