import { describe, expect, test } from 'vitest'
import type { Pod } from '../../../src/sim/api/types/core-v1.gen'
import { microTimestamp } from '../../../src/sim/engine/time'
import { replicaSet } from '../../../src/sim/kinds/apps/replica-set'
import { lease } from '../../../src/sim/kinds/coordination/lease'
import { namespace } from '../../../src/sim/kinds/core/namespace'
import { node } from '../../../src/sim/kinds/core/node'
import { pod } from '../../../src/sim/kinds/core/pod'
import { podDisruptionBudget } from '../../../src/sim/kinds/policy/pod-disruption-budget'
import { isStatus } from '../../../src/sim/api/status'
import type { KindDefinition } from '../../../src/sim/api/kind'
import type { KubeObject } from '../../../src/sim/api/object'
import { smallCluster, template } from './small-cluster'

/** Nodes whose kubelets renew their leases while they live. */
function living() {
  const cluster = smallCluster({
    only: ['replicaset-controller', 'node-controller', 'taint-eviction-controller', 'pod-garbage-collector', 'disruption-controller'],
  })
  cluster.client.create(namespace, { metadata: { name: 'kube-node-lease' }, spec: {} })
  const names = cluster.client.list(node).map((it) => it.metadata.name)
  for (const name of names)
    cluster.client.create(lease, {
      metadata: { name, namespace: 'kube-node-lease' },
      spec: { renewTime: microTimestamp(cluster.engine.nowMs) },
    })
  const renew = () => {
    for (const name of names)
      if (!cluster.kubelet.isDead(name))
        cluster.client.patch(lease, 'kube-node-lease', name, 'merge', { spec: { renewTime: microTimestamp(cluster.engine.nowMs) } })
    cluster.engine.after(10_000, renew, { background: true })
  }
  renew()
  const web = (tolerationSeconds?: number) => {
    const it = template({ app: 'web' })
    const tolerations = ['not-ready', 'unreachable'].map((key) => ({
      key: `node.kubernetes.io/${key}`,
      operator: 'Exists',
      effect: 'NoExecute',
      ...(tolerationSeconds !== undefined && { tolerationSeconds }),
    }))
    cluster.create(replicaSet, {
      metadata: { name: 'web' },
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: { ...it, spec: { ...it.spec, tolerations } } },
    })
    cluster.advance(5000)
  }
  const ready = (name: string) => cluster.client.get(node, undefined, name)!.status!.conditions!.find((it) => it.type === 'Ready')
  const taints = (name: string) => (cluster.client.get(node, undefined, name)!.spec!.taints ?? []).map((it) => `${it.key}:${it.effect}`)
  const on = (name: string): readonly Pod[] => cluster.client.onNode(pod, name)
  return { ...cluster, web, ready, taints, on }
}

describe('a node whose kubelet falls silent', () => {
  test('is Unknown after the grace period, tainted, and its Pods are not ready', () => {
    const cluster = living()
    cluster.web()
    cluster.kubelet.kill('node02')
    cluster.advance(40_000)
    expect(cluster.ready('node02')!.status).toBe('True')
    cluster.advance(25_000)
    expect(cluster.ready('node02')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    })
    expect(cluster.taints('node02')).toEqual(['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute'])
    expect(cluster.events('node02')).toEqual([
      'Normal RegisteredNode Node node02 event: Registered Node node02 in Controller',
      'Normal NodeNotReady Node node02 status is now: NodeNotReady',
    ])
    const [lost] = cluster.on('node02')
    expect(lost!.status!.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'False' }))
    expect(cluster.events(lost!.metadata.name)).toContain('Warning NodeNotReady Node is not ready')
    expect(cluster.ready('node01')!.status).toBe('True')
  })

  test('loses its Pods when they have tolerated that for long enough; they are replaced elsewhere', () => {
    const cluster = living()
    cluster.web(300)
    cluster.kubelet.kill('node02')
    cluster.advance(300_000)
    expect(cluster.on('node02')[0]!.metadata.deletionTimestamp).toBeUndefined()
    cluster.advance(70_000)
    const [lost] = cluster.on('node02')
    expect(lost!.metadata.deletionTimestamp).toBeDefined()
    expect(lost!.status!.conditions).toContainEqual(
      expect.objectContaining({
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByTaintManager',
        message: 'Taint manager: deleting due to NoExecute taint',
      }),
    )
    expect(cluster.events(lost!.metadata.name)).toContain(
      `Normal TaintManagerEviction Marking for deletion Pod default/${lost!.metadata.name}`,
    )
    expect(cluster.pods('app=web').filter((it) => !it.metadata.deletionTimestamp)).toHaveLength(3)
  })

  test('gives its terminating Pods up for good with the out-of-service taint', () => {
    const cluster = living()
    cluster.web(0)
    cluster.kubelet.kill('node02')
    cluster.advance(90_000)
    const [lost] = cluster.on('node02')
    const { uid } = lost!.metadata
    const before = cluster.client.get(node, undefined, 'node02')!
    cluster.client.patch(node, undefined, 'node02', 'merge', {
      spec: { taints: [...before.spec!.taints!, { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }] },
    })
    cluster.advance(30_000)
    expect(cluster.pods().some((it) => it.metadata.uid === uid)).toBe(false)
  })

  test('that is deleted has its Pods collected after a while', () => {
    const cluster = living()
    cluster.web()
    cluster.kubelet.kill('node02')
    const [lost] = cluster.on('node02')
    cluster.client.delete(node, undefined, 'node02')
    cluster.advance(90_000)
    expect(cluster.pods().some((it) => it.metadata.uid === lost!.metadata.uid)).toBe(false)
  })
})

test('cordoning puts a taint on the node, uncordoning takes it away', () => {
  const cluster = living()
  cluster.client.patch(node, undefined, 'node01', 'merge', { spec: { unschedulable: true } })
  cluster.advance(1000)
  expect(cluster.taints('node01')).toEqual(['node.kubernetes.io/unschedulable:NoSchedule'])
  cluster.client.patch(node, undefined, 'node01', 'merge', { spec: { unschedulable: null } })
  cluster.advance(1000)
  expect(cluster.taints('node01')).toEqual([])
})

describe('a PodDisruptionBudget', () => {
  test.each([
    ['minAvailable 2 of 3', { minAvailable: 2 }, 1],
    ['minAvailable 100%', { minAvailable: '100%' }, 0],
    ['maxUnavailable 1', { maxUnavailable: 1 }, 1],
    ['maxUnavailable 50% of 3, rounded up', { maxUnavailable: '50%' }, 2],
  ])('%s', (_title, spec, allowed) => {
    const cluster = living()
    cluster.web()
    cluster.create(podDisruptionBudget, { metadata: { name: 'web' }, spec: { selector: { matchLabels: { app: 'web' } }, ...spec } })
    cluster.advance(1000)
    const status = cluster.client.get(podDisruptionBudget, 'default', 'web')!.status
    expect(status).toMatchObject({ disruptionsAllowed: allowed, currentHealthy: 3, expectedPods: 3, observedGeneration: 1 })
    expect(status!.conditions).toMatchObject([
      { type: 'DisruptionAllowed', status: allowed > 0 ? 'True' : 'False', reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods' },
    ])
  })

  test('lets one Pod be evicted, refuses the next, and allows it when the first is replaced', () => {
    const cluster = living()
    cluster.web()
    cluster.create(podDisruptionBudget, { metadata: { name: 'web' }, spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } } })
    cluster.advance(1000)
    const evict = (it: Pod) => {
      try {
        cluster.client.create(
          pod as unknown as KindDefinition<KubeObject>,
          { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: it.metadata.name, namespace: 'default' } },
          { subresource: 'eviction' },
        )
        return 'evicted'
      } catch (error) {
        return isStatus(error, 'TooManyRequests') ? error.message : error
      }
    }
    const [first, second] = cluster.pods()
    expect(evict(first!)).toBe('evicted')
    expect(evict(second!)).toBe("Cannot evict pod as it would violate the pod's disruption budget.")
    cluster.advance(10_000)
    expect(evict(second!)).toBe('evicted')
  })
})
