import { expect, test } from 'vitest'
import type { DaemonSet } from '../../../src/sim/api/types/apps-v1.gen'
import { daemonSet } from '../../../src/sim/kinds/apps/daemon-set'
import { node } from '../../../src/sim/kinds/core/node'
import { pod } from '../../../src/sim/kinds/core/pod'
import { aNode, realScheduler, smallCluster, template } from './small-cluster'

/** A DaemonSet on two nodes. */
function daemons(spec: Partial<DaemonSet['spec']> = {}) {
  const cluster = smallCluster({
    only: ['daemonset-controller', 'generic-garbage-collector'],
    nodes: [aNode('node01'), aNode('node02')],
    scheduler: realScheduler,
  })
  const create = () =>
    cluster.create(daemonSet, {
      metadata: { name: 'agent' },
      spec: { selector: { matchLabels: { app: 'agent' } }, template: template({ app: 'agent' }), ...spec },
    })
  const agent = () => cluster.client.get(daemonSet, 'default', 'agent')!
  const on = (name: string) =>
    cluster
      .pods('app=agent')
      .filter(
        ({ spec: { affinity } }) =>
          affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0] ===
          name,
      )
  const fail = (name: string) => {
    const [victim] = on(name)
    cluster.client.updateStatus(pod, { ...victim!, status: { ...victim!.status, phase: 'Failed', reason: 'Evicted' } })
  }
  const told = () => cluster.events('agent').map((it) => it.replace(/agent-[a-z0-9]{5}/g, 'agent-…'))
  return { ...cluster, createSet: create, agent, on, fail, told }
}

test('given a daemon that has failed, then it is replaced at once, and one that fails again after a pause that doubles', () => {
  const cluster = daemons()
  cluster.createSet()
  cluster.advance(3000)
  expect(cluster.told()).toEqual(['Normal SuccessfulCreate Created pod: agent-…', 'Normal SuccessfulCreate Created pod: agent-…'])
  const uidOn = () => cluster.on('node01')[0]?.metadata.uid
  const pauses: number[] = []
  for (let round = 0; round < 4; round++) {
    const before = uidOn()
    const failedMs = cluster.engine.nowMs
    cluster.fail('node01')
    cluster.until(() => uidOn() !== before && uidOn() !== undefined)
    pauses.push(Math.round((cluster.engine.nowMs - failedMs) / 100) / 10)
    cluster.advance(100)
  }
  expect(pauses).toEqual([0, 0.9, 1.9, 3.9])
  expect(cluster.told().slice(2, 5)).toEqual([
    'Warning FailedDaemonPod Found failed daemon pod default/agent-… on node node01, will try to kill it',
    'Normal SuccessfulDelete Deleted pod: agent-…',
    'Normal SuccessfulCreate Created pod: agent-…',
  ])
  expect(cluster.on('node02')).toHaveLength(1)
})

test('given a daemon that has succeeded, then it is deleted and another started', () => {
  const cluster = daemons()
  cluster.createSet()
  cluster.advance(3000)
  const [first] = cluster.on('node02')
  cluster.client.updateStatus(pod, { ...first!, status: { ...first!.status, phase: 'Succeeded' } })
  cluster.advance(3000)
  expect(cluster.on('node02').map(({ metadata }) => metadata.uid)).not.toContain(first!.metadata.uid)
  expect(cluster.told()).toContain('Normal SucceededDaemonPod Found succeeded daemon pod default/agent-… on node node02, will try to delete it')
}) // prettier-ignore

test('given a node that goes, then the daemon that waits for it goes too, and the counts tell of the others', () => {
  const cluster = daemons()
  cluster.createSet()
  cluster.advance(3000)
  expect(cluster.agent().status).toMatchObject({ desiredNumberScheduled: 2, currentNumberScheduled: 2 })
  cluster.client.delete(node, undefined, 'node02')
  cluster.advance(3000)
  expect(cluster.agent().status).toMatchObject({ desiredNumberScheduled: 1, currentNumberScheduled: 1 })
})

test('given a DaemonSet deleted without its Pods, when another with its selector is made, then it adopts them and makes no more', () => {
  const cluster = daemons()
  cluster.createSet()
  cluster.advance(3000)
  const before = cluster.pods('app=agent').map(({ metadata }) => metadata.uid)
  cluster.client.delete(daemonSet, 'default', 'agent', { propagation: 'Orphan' })
  cluster.advance(3000)
  expect(cluster.pods('app=agent').map(({ metadata }) => metadata.ownerReferences)).toEqual([undefined, undefined])
  cluster.createSet()
  cluster.advance(3000)
  expect(cluster.pods('app=agent').map(({ metadata }) => metadata.uid)).toEqual(before)
  expect(cluster.pods('app=agent').map(({ metadata }) => metadata.ownerReferences?.[0]?.name)).toEqual(['agent', 'agent'])
})
