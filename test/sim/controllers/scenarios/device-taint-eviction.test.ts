import { expect, test } from 'vitest'
import type { DeviceToleration } from '../../../../src/sim/api/types/resource-v1.gen'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { deviceTaintRule } from '../../../../src/sim/kinds/resource/device-taint-rule'
import { resourceClaim } from '../../../../src/sim/kinds/resource/resource-claim'
import { resourceSlice } from '../../../../src/sim/kinds/resource/resource-slice'
import { story, storyOf } from '../../story'
import { smallCluster, template } from '../small-cluster'

/** A Pod `web` with the one card of node01, whose claim tolerates what it tolerates. */
function given(...tolerations: readonly DeviceToleration[]) {
  const cluster = smallCluster({ only: ['device-taint-eviction-controller', 'device-taint-rule-status'] })
  const devices = (taints: readonly object[] = []) => [{ name: 'card-0', ...(taints.length > 0 && { taints }) }]
  cluster.create(resourceSlice, {
    metadata: { name: 'cards' },
    spec: {
      driver: 'gpu.example.com',
      nodeName: 'node01',
      pool: { name: 'node01', generation: 1, resourceSliceCount: 1 },
      devices: devices() as never,
    },
  })
  const claim = cluster.create(resourceClaim, {
    metadata: { name: 'gpu' },
    spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } },
  })
  const { uid } = cluster.create(pod, {
    metadata: { name: 'web' },
    spec: { ...template({}).spec, nodeName: 'node01', resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }] },
  }).metadata
  const result = {
    request: 'gpu',
    driver: 'gpu.example.com',
    pool: 'node01',
    device: 'card-0',
    ...(tolerations.length > 0 && { tolerations }),
  }
  cluster.client.updateStatus(resourceClaim, {
    ...claim,
    status: { allocation: { devices: { results: [result] } }, reservedFor: [{ resource: 'pods', name: 'web', uid }] },
  })
  cluster.advance(3000)
  const heard = storyOf(cluster, [deviceTaintRule])
  const rule = (effect: string) =>
    cluster.create(deviceTaintRule, {
      metadata: { name: 'broken' },
      spec: { deviceSelector: { driver: 'gpu.example.com' }, taint: { key: 'example.com/broken', value: 'yes', effect } },
    } as never) // the server fills in the rest
  const publish = (taints: readonly object[]) =>
    cluster.client.patch(resourceSlice, undefined, 'cards', 'merge', { spec: { devices: devices(taints) } })
  const remove = () => cluster.client.delete(deviceTaintRule, undefined, 'broken')
  const disruption = () => cluster.client.get(pod, 'default', 'web')?.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')
  return { ...cluster, heard, rule, publish, remove, disruption, isThere: () => cluster.pods().length === 1 }
}
const forAWhile = { key: 'example.com/broken', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 } as const

test('given a rule that taints a device, then the Pod that uses it is deleted, and the rule tells how many there are and were', () => {
  const cluster = given()
  cluster.rule('NoExecute')
  cluster.advance(150)
  expect(cluster.disruption()).toMatchObject({
    status: 'True',
    reason: 'DeletionByDeviceTaintManager',
    message: 'Device Taint manager: deleting due to NoExecute taint',
  })
  cluster.advance(30_000)
  expect(cluster.isThere()).toBe(false)
  expect(cluster.heard.told()).toBe(story`
    0s  DeviceTaintRule/broken  EvictionInProgress=True PodsPendingEviction: 1 pod needs to be evicted in 1 namespace. @1
    0s  Pod/web  device-taint-eviction-controller: Normal DeviceTaintManagerEviction: Marking for deletion
    10s  DeviceTaintRule/broken  EvictionInProgress=False Completed: 1 pod evicted since starting the controller. @1
  `)
})

test('given a claim that tolerates the taint for a while, then its Pod goes after that, or stays when the rule is gone before', () => {
  const cluster = given(forAWhile)
  cluster.rule('NoExecute')
  cluster.advance(20_000)
  cluster.remove()
  cluster.advance(60_000)
  expect(cluster.isThere()).toBe(true)
  cluster.rule('NoExecute')
  cluster.advance(60_000)
  expect(cluster.isThere()).toBe(false)
  expect(cluster.heard.told()).toBe(story`
    0s  DeviceTaintRule/broken  EvictionInProgress=True PodsPendingEviction: 1 pod needs to be evicted in 1 namespace. @1
    20s  DeviceTaintRule/broken  is gone
    20s  Pod/web  device-taint-eviction-controller: Normal DeviceTaintManagerEviction: Cancelling deletion
    80s  DeviceTaintRule/broken  EvictionInProgress=True PodsPendingEviction: 1 pod needs to be evicted in 1 namespace. @1
    110s  Pod/web  device-taint-eviction-controller: Normal DeviceTaintManagerEviction: Marking for deletion
    110s  DeviceTaintRule/broken  EvictionInProgress=False Completed: 1 pod evicted since starting the controller. @1
  `)
})

test('given a rule that is made and then gets another effect, then its taint holds since that moment', () => {
  const cluster = given()
  cluster.rule('None')
  const since = () => cluster.client.get(deviceTaintRule, undefined, 'broken')!.spec.taint.timeAdded
  expect(since()).toBe('2026-01-01T00:00:03Z')
  cluster.advance(60_000)
  cluster.client.patch(deviceTaintRule, undefined, 'broken', 'merge', { metadata: { labels: { a: 'b' } } })
  expect(since()).toBe('2026-01-01T00:00:03Z')
  cluster.client.patch(deviceTaintRule, undefined, 'broken', 'merge', { spec: { taint: { effect: 'NoExecute' } } })
  expect(since()).toBe('2026-01-01T00:01:03Z')
})

test('given a rule without effect, then it tells what it would do; given one that keeps new Pods away, then nobody goes', () => {
  const preview = given()
  preview.rule('None')
  preview.advance(20_000)
  expect(preview.isThere()).toBe(true)
  expect(preview.heard.told()).toBe(story`
    0s  DeviceTaintRule/broken  EvictionInProgress=False NoEffect: 1 published device selected. 1 allocated device selected. 1 pod would be evicted in 1 namespace if the effect was NoExecute. This information will not be updated again. Recreate the DeviceTaintRule to trigger an update. @1
  `)
  const cluster = given()
  cluster.rule('NoSchedule')
  cluster.advance(20_000)
  expect(cluster.isThere()).toBe(true)
  expect(cluster.heard.told()).toBe(story`
    0s  DeviceTaintRule/broken  EvictionInProgress=False OtherEffect: Eviction only happens for the NoExecute effect. @1
  `)
})

test('given a driver that publishes a device with a taint, then its Pod goes without any rule', () => {
  const cluster = given()
  cluster.publish([{ key: 'gpu.example.com/unhealthy', effect: 'NoExecute' }])
  cluster.advance(10_000)
  expect(cluster.isThere()).toBe(false)
  expect(cluster.heard.told()).toBe(story`
    0s  Pod/web  device-taint-eviction-controller: Normal DeviceTaintManagerEviction: Marking for deletion
  `)
})
