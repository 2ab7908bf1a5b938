import { expect, test } from 'vitest'
import type { PodSpec, Toleration } from '../../../../src/sim/api/types/core-v1.gen'
import { timestamp } from '../../../../src/sim/engine/time'
import { node } from '../../../../src/sim/kinds/core/node'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { aNode, smallCluster } from '../small-cluster'

/** A node with one Pod that tolerates what it tolerates. */
function onOneNode(...tolerations: readonly Toleration[]) {
  const cluster = smallCluster({ only: ['taint-eviction-controller'], nodes: [aNode('node01')] })
  cluster.create(pod, { metadata: { name: 'web' }, spec: { containers: [{ name: 'c', image: 'nginx' }], tolerations } as PodSpec })
  cluster.advance(5000)
  const taint = (...taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[]) =>
    cluster.client.patch(node, undefined, 'node01', 'merge', {
      spec: { taints: taints.map((it) => ({ ...it, timeAdded: timestamp(cluster.engine.nowMs) })) },
    })
  const isLeaving = () => cluster.client.get(pod, 'default', 'web')?.metadata.deletionTimestamp !== undefined
  const isThere = () => cluster.client.get(pod, 'default', 'web') !== undefined && !isLeaving()
  return { ...cluster, taint, isThere }
}
const red = { key: 'team', value: 'red', effect: 'NoExecute' }
const MARKING = 'Normal TaintManagerEviction Marking for deletion Pod default/web'
const CANCELLING = 'Normal TaintManagerEviction Cancelling deletion of Pod default/web'

test('given a Pod that does not tolerate it, when its node gets a NoExecute taint, then it goes at once', () => {
  const cluster = onOneNode()
  cluster.taint({ ...red, effect: 'NoSchedule' })
  cluster.advance(5000)
  expect(cluster.isThere()).toBe(true)
  cluster.taint(red)
  cluster.advance(300)
  expect(cluster.isThere()).toBe(false)
  expect(cluster.events('web')).toEqual([MARKING])
})

test.each([
  ['for ever', [{ key: 'team', operator: 'Exists' }], Infinity],
  ['for a minute', [{ key: 'team', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }], 60],
  ['for the shortest of the times it names', [{ key: 'team', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }, { key: 'team', value: 'red', effect: 'NoExecute', tolerationSeconds: 30 }], 30],
  ['another value', [{ key: 'team', value: 'blue', effect: 'NoExecute' }], 0],
  ['it for less than no time', [{ key: 'team', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: -5 }], 0],
])('given a Pod that tolerates the taint %s, then that is how long it stays', (_, tolerations, seconds) => {
  const cluster = onOneNode(...tolerations)
  cluster.taint(red)
  if (seconds > 0) {
    cluster.advance(Math.min(seconds, 3600) * 1000 - 2000)
    expect(cluster.isThere()).toBe(true)
  }
  cluster.advance(3000)
  expect(cluster.isThere()).toBe(seconds === Infinity)
}) // prettier-ignore

test('given a second taint that a Pod does not tolerate, then it goes although it tolerates the first', () => {
  const cluster = onOneNode({ key: 'team', operator: 'Exists' })
  cluster.taint(red)
  cluster.advance(10_000)
  expect(cluster.isThere()).toBe(true)
  cluster.taint(red, { key: 'disk', effect: 'NoExecute' })
  cluster.advance(500)
  expect(cluster.isThere()).toBe(false)
})

test('given a node that recovers in time, then the Pod stays and is told that it may', () => {
  const cluster = onOneNode({ key: 'team', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })
  cluster.taint(red)
  cluster.advance(200_000)
  cluster.taint()
  cluster.advance(600_000)
  expect(cluster.isThere()).toBe(true)
  expect(cluster.events('web')).toEqual([CANCELLING])
})

test('a Pod that tolerated the taint for ever is told nothing when it goes', () => {
  const cluster = onOneNode({ operator: 'Exists' })
  cluster.taint(red)
  cluster.advance(1000)
  cluster.taint()
  cluster.advance(1000)
  expect(cluster.events('web')).toEqual([])
})
