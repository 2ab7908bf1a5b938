import { expect, test } from 'vitest'
import type { Pod } from '../../../../src/sim/api/types/core-v1.gen'
import { node } from '../../../../src/sim/kinds/core/node'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { bind, smallCluster } from '../small-cluster'

/** Pods that nobody's kubelet looks after. */
function abandoned() {
  const cluster = smallCluster({
    only: ['pod-garbage-collector'],
    fate: () => ({ stopsAfterMs: 10_000_000 }),
    scheduler: () => ({ start() {}, stop() {} }),
  })
  const add = (name: string, nodeName?: string, finalizers?: readonly string[]) => {
    const created = cluster.create(pod, {
      metadata: { name, ...(finalizers && { finalizers }) },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    })
    if (nodeName) bind(cluster.client, created, nodeName)
    return created
  }
  const find = (name: string) => cluster.client.get(pod, 'default', name)
  const target = (it: Pod | undefined) => it?.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')
  return { ...cluster, add, find, target }
}

test('given a Pod whose node is no more, then it is collected after forty seconds of quarantine, and told why before', () => {
  const { add, client, advance, find, target } = abandoned()
  add('web', 'node02', ['example.com/keep'])
  client.delete(node, undefined, 'node02')
  advance(59_000)
  expect(find('web')?.metadata.deletionTimestamp).toBeUndefined()
  advance(25_000)
  const left = find('web')
  expect(left?.metadata.deletionTimestamp).toBeDefined()
  expect(left?.status?.phase).toBe('Failed')
  expect(target(left)).toMatchObject({ status: 'True', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' })
})

test('given a Pod whose node comes back within the quarantine, then it stays', () => {
  const { add, client, advance, find } = abandoned()
  add('web', 'node02')
  const before = client.get(node, undefined, 'node02')!
  client.delete(node, undefined, 'node02')
  advance(45_000)
  client.create(node, { metadata: { name: 'node02' }, spec: before.spec })
  advance(60_000)
  expect(find('web')?.metadata.deletionTimestamp).toBeUndefined()
})

test('given a Pod that was never scheduled and is deleted with a grace period, then it does not linger', () => {
  const { add, client, advance, find } = abandoned()
  add('web', undefined, ['example.com/keep'])
  client.delete(pod, 'default', 'web')
  expect(find('web')?.status?.phase).toBe('Pending')
  advance(25_000)
  expect(find('web')?.status?.phase).toBe('Failed')
})

test.each([
  ['is out of service and not ready', true, false, true],
  ['is out of service but ready', true, true, false],
  ['is not ready, but nobody says that it is out of service', false, false, false],
])('given a terminating Pod on a node that %s, then it is forced off or not', (_, tainted, ready, gone) => {
  const { add, client, advance, find } = abandoned()
  add('web', 'node02')
  const taints = tainted ? [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }] : []
  client.patch(node, undefined, 'node02', 'merge', { spec: { taints } })
  client.patch(node, undefined, 'node02', 'strategic', { status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] } }, { subresource: 'status' }) // prettier-ignore
  client.delete(pod, 'default', 'web')
  advance(30_000)
  expect(find('web') === undefined).toBe(gone)
})
