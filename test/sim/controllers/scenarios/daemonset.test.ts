import { expect, test } from 'vitest'
import type { DaemonSet } from '../../../../src/sim/api/types/apps-v1.gen'
import { daemonSet } from '../../../../src/sim/kinds/apps/daemon-set'
import { node } from '../../../../src/sim/kinds/core/node'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { story, storyOf } from '../../story'
import { aNode, realScheduler, smallCluster, template, type SmallClusterOptions } from '../small-cluster'

/** A DaemonSet `agent` on two nodes. */
function given(spec: Partial<DaemonSet['spec']> = {}, options: SmallClusterOptions = {}) {
  const only = ['daemonset-controller', 'generic-garbage-collector']
  const nodes = [aNode('node01'), aNode('node02')]
  const cluster = smallCluster({ only, nodes, scheduler: realScheduler!, ...options })
  const heard = storyOf(cluster, [daemonSet])
  cluster.create(daemonSet, {
    metadata: { name: 'agent' },
    spec: { selector: { matchLabels: { app: 'agent' } }, template: template({ app: 'agent' }), ...spec },
  })
  const setImage = (image: string) =>
    cluster.client.patch(daemonSet, 'default', 'agent', 'strategic', {
      spec: { template: { spec: { containers: [{ name: 'web', image }] } } },
    })
  return { ...cluster, heard, setImage }
}

test('given two nodes, then each gets a Pod; a third node gets one when it comes, and loses it when it is tainted', () => {
  const cluster = given()
  cluster.advance(5000)
  cluster.client.updateStatus(node, { ...cluster.client.create(node, aNode('node03')), status: aNode('node03').status })
  cluster.advance(5000)
  cluster.client.patch(node, undefined, 'node03', 'merge', { spec: { taints: [{ key: 'dedicated', value: 'db', effect: 'NoExecute' }] } })
  cluster.advance(5000)
  expect(cluster.heard.told({ about: 'DaemonSet' })).toBe(story`
    0s  DaemonSet/agent  daemonset-controller: Normal SuccessfulCreate: Created pod: agent-a
    0s  DaemonSet/agent  daemonset-controller: Normal SuccessfulCreate: Created pod: agent-b
    5s  DaemonSet/agent  daemonset-controller: Normal SuccessfulCreate: Created pod: agent-c
    10s  DaemonSet/agent  daemonset-controller: Normal SuccessfulDelete: Deleted pod: agent-c
  `)
})

test('given a DaemonSet, when its image is changed, then Pods are replaced one after the other', () => {
  const cluster = given()
  cluster.advance(5000)
  cluster.heard.told()
  cluster.setImage('nginx:1.28')
  cluster.advance(30_000)
  expect(cluster.heard.told({ about: 'DaemonSet' })).toBe(story`
    5s  DaemonSet/agent  daemonset-controller: Normal SuccessfulDelete: Deleted pod: agent-a
    5s  DaemonSet/agent  daemonset-controller: Normal SuccessfulCreate: Created pod: agent-c
    6s  DaemonSet/agent  daemonset-controller: Normal SuccessfulDelete: Deleted pod: agent-b
    7s  DaemonSet/agent  daemonset-controller: Normal SuccessfulCreate: Created pod: agent-d
  `)
})

test('given maxSurge 1, when the image is changed, then the new Pod of a node comes before its old one goes', () => {
  const cluster = given({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } })
  cluster.advance(5000)
  cluster.heard.told()
  cluster.setImage('nginx:1.28')
  cluster.advance(30_000)
  expect(cluster.heard.told({ about: 'DaemonSet' })).toBe(story`
    5s  DaemonSet/agent  daemonset-controller: Normal SuccessfulCreate: Created pod: agent-c
    6s  DaemonSet/agent  daemonset-controller: Normal SuccessfulDelete: Deleted pod: agent-a
    6s  DaemonSet/agent  daemonset-controller: Normal SuccessfulCreate: Created pod: agent-d
    7s  DaemonSet/agent  daemonset-controller: Normal SuccessfulDelete: Deleted pod: agent-b
  `)
})

test('given OnDelete, when the image is changed, then nothing happens until a Pod is deleted', () => {
  const cluster = given({ updateStrategy: { type: 'OnDelete' } })
  cluster.advance(5000)
  cluster.heard.told()
  cluster.setImage('nginx:1.28')
  cluster.advance(30_000)
  expect(cluster.heard.told()).toBe('')
  cluster.client.delete(pod, 'default', cluster.pods()[0]!.metadata.name)
  cluster.advance(5000)
  expect(cluster.heard.told({ about: 'DaemonSet' })).toBe(story`
    35s  DaemonSet/agent  daemonset-controller: Normal SuccessfulCreate: Created pod: agent-c
  `)
})

test('given a daemon that has failed, then it is deleted with a warning and made again', () => {
  const cluster = given({}, { fate: () => ({ readyAfterMs: 500, ends: { afterMs: 2000, exitCode: 1 } }), nodes: [aNode('node01')] })
  cluster.advance(2500)
  expect(cluster.heard.told({ about: 'DaemonSet' })).toBe(story`
    0s  DaemonSet/agent  daemonset-controller: Normal SuccessfulCreate: Created pod: agent-a
    2s  DaemonSet/agent  daemonset-controller: Warning FailedDaemonPod: Found failed daemon pod default/agent-a on node node01, will try to kill it
    2s  DaemonSet/agent  daemonset-controller: Normal SuccessfulDelete: Deleted pod: agent-a
    2s  DaemonSet/agent  daemonset-controller: Normal SuccessfulCreate: Created pod: agent-b
  `)
})
