import { expect, test } from 'vitest'
import type { StatefulSet } from '../../../../src/sim/api/types/apps-v1.gen'
import { resourceQuota as quotaAdmission } from '../../../../src/sim/api/admission/resource-quota'
import { statefulSet } from '../../../../src/sim/kinds/apps/stateful-set'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { resourceQuota } from '../../../../src/sim/kinds/core/resource-quota'
import { story, storyOf } from '../../story'
import { smallCluster, template, type SmallClusterOptions } from '../small-cluster'

const claims = [
  { metadata: { name: 'www' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
] as unknown as StatefulSet['spec']['volumeClaimTemplates'] // the server fills in the rest

/** A StatefulSet `web` of two. */
function given(spec: Partial<StatefulSet['spec']> = {}, options: SmallClusterOptions = {}) {
  const cluster = smallCluster({ only: ['statefulset-controller', 'generic-garbage-collector', 'resourcequota-controller'], ...options })
  const heard = storyOf(cluster, [statefulSet])
  const create = () =>
    cluster.create(statefulSet, {
      metadata: { name: 'web' },
      spec: { serviceName: 'web', replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }), ...spec },
    })
  const setImage = (image: string) =>
    cluster.client.patch(statefulSet, 'default', 'web', 'strategic', {
      spec: { template: { spec: { containers: [{ name: 'web', image }] } } },
    })
  const scale = (replicas: number) => cluster.client.scale(statefulSet, 'default', 'web', replicas)
  return { ...cluster, heard, create, setImage, scale, createIn: cluster.create }
}

test('given claim templates, then each Pod gets its claim, one Pod after the other; scaled down, the last goes first', () => {
  const cluster = given({ volumeClaimTemplates: claims })
  cluster.create()
  cluster.advance(10_000)
  cluster.scale(0)
  cluster.advance(10_000)
  expect(cluster.heard.told({ about: 'StatefulSet' })).toBe(story`
    0s  StatefulSet/web  statefulset-controller: Normal SuccessfulCreate: create Claim www-web-0 Pod web-0 in StatefulSet web success
    0s  StatefulSet/web  statefulset-controller: Normal SuccessfulCreate: create Pod web-0 in StatefulSet web successful
    1s  StatefulSet/web  statefulset-controller: Normal SuccessfulCreate: create Claim www-web-1 Pod web-1 in StatefulSet web success
    1s  StatefulSet/web  statefulset-controller: Normal SuccessfulCreate: create Pod web-1 in StatefulSet web successful
    10s  StatefulSet/web  statefulset-controller: Normal SuccessfulDelete: delete Pod web-1 in StatefulSet web successful
    10s  StatefulSet/web  statefulset-controller: Normal SuccessfulDelete: delete Pod web-0 in StatefulSet web successful
  `)
})

test('given a StatefulSet, when its image is changed, then Pods are replaced from the last to the first', () => {
  const cluster = given()
  cluster.create()
  cluster.advance(10_000)
  cluster.heard.told()
  cluster.setImage('nginx:1.28')
  cluster.advance(30_000)
  expect(cluster.heard.told({ about: 'StatefulSet' })).toBe(story`
    10s  StatefulSet/web  statefulset-controller: Normal SuccessfulDelete: delete Pod web-1 in StatefulSet web successful
    10s  StatefulSet/web  statefulset-controller: Normal SuccessfulCreate: create Pod web-1 in StatefulSet web successful (x2)
    11s  StatefulSet/web  statefulset-controller: Normal SuccessfulDelete: delete Pod web-0 in StatefulSet web successful
    12s  StatefulSet/web  statefulset-controller: Normal SuccessfulCreate: create Pod web-0 in StatefulSet web successful (x2)
  `)
})

test('given a Pod of it that has failed, then it is deleted with a warning and made again under its name', () => {
  const cluster = given({ replicas: 1 }, { fate: () => ({ readyAfterMs: 500, ends: { afterMs: 3000, exitCode: 1 } }) })
  cluster.create()
  cluster.advance(4000)
  expect(cluster.heard.told({ about: 'StatefulSet' })).toBe(story`
    0s  StatefulSet/web  statefulset-controller: Normal SuccessfulCreate: create Pod web-0 in StatefulSet web successful
    3s  StatefulSet/web  statefulset-controller: Warning RecreatingFailedPod: StatefulSet default/web is recreating failed Pod web-0
    3s  StatefulSet/web  statefulset-controller: Normal SuccessfulDelete: delete Pod web-0 in StatefulSet web successful
    3s  StatefulSet/web  statefulset-controller: Normal SuccessfulCreate: create Pod web-0 in StatefulSet web successful (x2)
  `)
})

test('given a lost Pod, then it is made again', () => {
  const cluster = given()
  cluster.create()
  cluster.advance(10_000)
  cluster.heard.told()
  cluster.client.delete(pod, 'default', 'web-0')
  cluster.advance(10_000)
  expect(cluster.heard.told({ about: 'StatefulSet' })).toBe(story`
    10s  StatefulSet/web  statefulset-controller: Normal SuccessfulCreate: create Pod web-0 in StatefulSet web successful (x2)
  `)
})

test('given quotas without room for claims or Pods, then it says which could not be made', () => {
  const cluster = given({ volumeClaimTemplates: claims }, { admission: [quotaAdmission] })
  cluster.createIn(resourceQuota, { metadata: { name: 'few' }, spec: { hard: { persistentvolumeclaims: '0' } } })
  cluster.advance(1000)
  cluster.create()
  cluster.advance(40)
  expect(cluster.heard.told()).toBe(story`
    1s  StatefulSet/web  statefulset-controller: Warning FailedCreate: create Claim www-web-0 Pod web-0 in StatefulSet web failed error: persistentvolumeclaims "www-web-0" is forbidden: exceeded quota: few, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=0, limited: persistentvolumeclaims=0
    1s  StatefulSet/web  statefulset-controller: Warning FailedCreate: create Pod web-0 in StatefulSet web failed error: failed to create PVC www-web-0: persistentvolumeclaims "www-web-0" is forbidden: exceeded quota: few, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=0, limited: persistentvolumeclaims=0
    1s  StatefulSet/web  statefulset-controller: Warning FailedCreate: create Claim www-web-0 Pod web-0 in StatefulSet web failed error: persistentvolumeclaims "www-web-0" is forbidden: exceeded quota: few, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=0, limited: persistentvolumeclaims=0 (x2)
    1s  StatefulSet/web  statefulset-controller: Warning FailedCreate: create Pod web-0 in StatefulSet web failed error: failed to create PVC www-web-0: persistentvolumeclaims "www-web-0" is forbidden: exceeded quota: few, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=0, limited: persistentvolumeclaims=0 (x2)
    1s  StatefulSet/web  statefulset-controller: Warning FailedCreate: create Claim www-web-0 Pod web-0 in StatefulSet web failed error: persistentvolumeclaims "www-web-0" is forbidden: exceeded quota: few, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=0, limited: persistentvolumeclaims=0 (x3)
    1s  StatefulSet/web  statefulset-controller: Warning FailedCreate: create Pod web-0 in StatefulSet web failed error: failed to create PVC www-web-0: persistentvolumeclaims "www-web-0" is forbidden: exceeded quota: few, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=0, limited: persistentvolumeclaims=0 (x3)
  `)
  cluster.client.patch(resourceQuota, 'default', 'few', 'merge', { spec: { hard: { persistentvolumeclaims: '5', pods: '0' } } })
  cluster.advance(1000)
  cluster.heard.told()
  cluster.advance(2000)
  expect(cluster.heard.told()).toBe(story`
    2s  StatefulSet/web  statefulset-controller: Warning FailedCreate: create Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden: exceeded quota: few, requested: pods=1, used: pods=0, limited: pods=0 (x6)
    3s  StatefulSet/web  statefulset-controller: Warning FailedCreate: create Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden: exceeded quota: few, requested: pods=1, used: pods=0, limited: pods=0 (x7)
  `)
})
