import { expect, test } from 'vitest'
import { microTimestamp } from '../../../../src/sim/engine/time'
import { replicaSet } from '../../../../src/sim/kinds/apps/replica-set'
import { lease } from '../../../../src/sim/kinds/coordination/lease'
import { namespace } from '../../../../src/sim/kinds/core/namespace'
import { node } from '../../../../src/sim/kinds/core/node'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { story, storyOf } from '../../story'
import { aNode, smallCluster, template } from '../small-cluster'

/** A node with every condition that a kubelet posts. */
function aWholeNode(name: string) {
  const it = aNode(name)
  const quiet = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({ type, status: 'False' }))
  return { ...it, status: { ...it.status, conditions: [...quiet, { type: 'Ready', status: 'True' }] } }
}

/** Two nodes whose kubelets renew their leases while they live, and a Pod on each that tolerates an unreachable node for a minute. */
function given() {
  const cluster = smallCluster({
    only: ['replicaset-controller', 'node-controller', 'taint-eviction-controller', 'pod-garbage-collector'],
    nodes: [aWholeNode('node01'), aWholeNode('node02')],
  })
  cluster.client.create(namespace, { metadata: { name: 'kube-node-lease' }, spec: {} })
  const names = cluster.client.list(node).map((it) => it.metadata.name)
  const spec = () => ({ renewTime: microTimestamp(cluster.engine.nowMs) })
  for (const name of names) cluster.client.create(lease, { metadata: { name, namespace: 'kube-node-lease' }, spec: spec() })
  const renew = () => {
    for (const name of names)
      if (!cluster.kubelet.isDead(name)) cluster.client.patch(lease, 'kube-node-lease', name, 'merge', { spec: spec() })
    cluster.engine.after(10_000, renew, { background: true })
  }
  renew()
  const it = template({ app: 'web' })
  const tolerations = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable', 'maintenance'].map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 60,
  }))
  const heard = storyOf(cluster, [node, pod])
  cluster.create(replicaSet, {
    metadata: { name: 'web' },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: { ...it, spec: { ...it.spec, tolerations } } },
  })
  cluster.advance(5000)
  return { ...cluster, heard }
}

test('given a node that comes, then the controller tells that it knows it; when it is cordoned, nobody but kubectl would tell', () => {
  const cluster = given()
  cluster.heard.told()
  cluster.client.updateStatus(node, { ...cluster.client.create(node, aWholeNode('node03')), status: aWholeNode('node03').status })
  cluster.advance(5000)
  cluster.client.patch(node, undefined, 'node03', 'merge', { spec: { unschedulable: true } })
  cluster.advance(5000)
  expect(cluster.client.get(node, undefined, 'node03')!.spec!.taints).toEqual([
    { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', timeAdded: expect.any(String) as string },
  ])
  expect(cluster.heard.told({ about: 'Node' })).toBe(story`
    5s  Node/node03  MemoryPressure=False
    5s  Node/node03  DiskPressure=False
    5s  Node/node03  PIDPressure=False
    5s  Node/node03  Ready=True
    5s  Node/node03  node-controller: Normal RegisteredNode: Node node03 event: Registered Node node03 in Controller
  `)
})

test('given a kubelet that falls silent, then its node is unknown after 50 seconds, its Pod is not ready, and goes after a minute more', () => {
  const cluster = given()
  cluster.heard.told()
  cluster.kubelet.kill('node02')
  cluster.advance(120_000)
  expect(cluster.heard.told()).toBe(story`
    50s  Node/node02  MemoryPressure=Unknown NodeStatusUnknown: Kubelet stopped posting node status.
    50s  Node/node02  DiskPressure=Unknown NodeStatusUnknown: Kubelet stopped posting node status.
    50s  Node/node02  PIDPressure=Unknown NodeStatusUnknown: Kubelet stopped posting node status.
    50s  Node/node02  Ready=Unknown NodeStatusUnknown: Kubelet stopped posting node status.
    50s  Node/node02  node-controller: Normal NodeNotReady: Node node02 status is now: NodeNotReady
    50s  Pod/web-b  Ready=False
    50s  Pod/web-b  node-controller: Warning NodeNotReady: Node is not ready
    110s  Pod/web-b  taint-eviction-controller: Normal TaintManagerEviction: Marking for deletion Pod default/web-b
    110s  Pod/web-b  DisruptionTarget=True DeletionByTaintManager: Taint manager: deleting due to NoExecute taint
    110s  Pod/web-c  Pending
    110s  ReplicaSet/web  replicaset-controller: Normal SuccessfulCreate: Created pod: web-c
    110s  Pod/web-c  PodScheduled=True
    111s  Pod/web-c  Running
    111s  Pod/web-c  Initialized=True
    111s  Pod/web-c  ContainersReady=True
    111s  Pod/web-c  Ready=True
  `)
  cluster.heard.told()
  cluster.client.patch(node, undefined, 'node02', 'strategic', {
    spec: {
      taints: [
        ...cluster.client.get(node, undefined, 'node02')!.spec!.taints!,
        { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' },
      ],
    },
  })
  cluster.advance(30_000)
  expect(cluster.heard.told()).toBe(story`
    140s  Pod/web-b  Failed
    140s  Pod/web-b  is gone
  `)
})

test('given a NoExecute taint that a Pod tolerates for a while, when it is taken away in time, then the eviction is cancelled', () => {
  const cluster = given()
  cluster.heard.told()
  const taint = (...taints: readonly object[]) => cluster.client.patch(node, undefined, 'node02', 'merge', { spec: { taints } })
  taint({ key: 'maintenance', effect: 'NoExecute' })
  cluster.advance(30_000)
  taint()
  cluster.advance(60_000)
  expect(cluster.heard.told()).toBe(story`
    35s  Pod/web-b  taint-eviction-controller: Normal TaintManagerEviction: Cancelling deletion of Pod default/web-b
  `)
  taint({ key: 'disk', value: 'broken', effect: 'NoExecute' })
  cluster.advance(2000)
  expect(cluster.heard.told()).toBe(story`
    95s  Pod/web-b  taint-eviction-controller: Normal TaintManagerEviction: Marking for deletion Pod default/web-b
    95s  Pod/web-b  DisruptionTarget=True DeletionByTaintManager: Taint manager: deleting due to NoExecute taint
    95s  Pod/web-c  Pending
    95s  ReplicaSet/web  replicaset-controller: Normal SuccessfulCreate: Created pod: web-c
    95s  Pod/web-c  PodScheduled=True
    95s  Pod/web-b  Failed
    95s  Pod/web-b  ContainersReady=False
    95s  Pod/web-b  Ready=False
    95s  Pod/web-b  is gone
    96s  Pod/web-c  Running
    96s  Pod/web-c  Initialized=True
    96s  Pod/web-c  ContainersReady=True
    96s  Pod/web-c  Ready=True
  `)
})

test('given a node that is deleted, then the controller lets go of it, and its Pods are collected', () => {
  const cluster = given()
  cluster.heard.told()
  cluster.kubelet.kill('node02')
  cluster.client.delete(node, undefined, 'node02')
  cluster.advance(70_000)
  expect(cluster.heard.told()).toBe(story`
    5s  Node/node02  is gone
    5s  Node/node02  node-controller: Normal RemovingNode: Node node02 event: Removing Node node02 from Controller
    60s  Pod/web-b  Failed
    60s  Pod/web-b  DisruptionTarget=True DeletionByPodGC: PodGC: node no longer exists
    60s  Pod/web-b  is gone
    60s  Pod/web-c  Pending
    60s  ReplicaSet/web  replicaset-controller: Normal SuccessfulCreate: Created pod: web-c
    60s  Pod/web-c  PodScheduled=True
    61s  Pod/web-c  Running
    61s  Pod/web-c  Initialized=True
    61s  Pod/web-c  ContainersReady=True
    61s  Pod/web-c  Ready=True
  `)
})
