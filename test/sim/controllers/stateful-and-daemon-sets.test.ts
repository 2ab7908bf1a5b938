import { describe, expect, test } from 'vitest'
import type { DaemonSet, StatefulSet } from '../../../src/sim/api/types/apps-v1.gen'
import { isReady } from '../../../src/sim/controllers/pod-state'
import { controllerRevision } from '../../../src/sim/kinds/apps/controller-revision'
import { daemonSet } from '../../../src/sim/kinds/apps/daemon-set'
import { statefulSet } from '../../../src/sim/kinds/apps/stateful-set'
import { node } from '../../../src/sim/kinds/core/node'
import { persistentVolumeClaim } from '../../../src/sim/kinds/core/persistent-volume-claim'
import { pod } from '../../../src/sim/kinds/core/pod'
import { aNode, realScheduler, smallCluster, template } from './small-cluster'

function stateful(spec: Partial<StatefulSet['spec']> = {}) {
  const cluster = smallCluster({ only: ['statefulset-controller', 'generic-garbage-collector'] })
  cluster.create(statefulSet, {
    metadata: { name: 'web' },
    spec: { serviceName: 'web', replicas: 3, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }), ...spec },
  })
  const web = () => cluster.client.get(statefulSet, 'default', 'web')!
  const names = () =>
    cluster
      .pods()
      .map((it) => it.metadata.name)
      .sort()
  const settled = () => {
    const { status, spec: wanted, metadata } = web()
    return (
      status?.observedGeneration === metadata.generation &&
      (status?.readyReplicas ?? 0) === wanted.replicas &&
      status?.replicas === wanted.replicas &&
      cluster.pods().length === wanted.replicas
    )
  }
  const patch = (it: unknown) => cluster.client.patch(statefulSet, 'default', 'web', 'strategic', { spec: it })
  const setImage = (image: string) => patch({ template: { spec: { containers: [{ name: 'web', image }] } } })
  return { ...cluster, web, names, settled, patch, setImage }
}

const imageOf = (
  pods: readonly {
    readonly metadata: { readonly name: string }
    readonly spec: { readonly containers: readonly { readonly image?: string }[] }
  }[],
) => Object.fromEntries(pods.map((it) => [it.metadata.name, it.spec.containers[0]!.image!.replace('nginx:', '')]))

describe('a StatefulSet', () => {
  test('starts its Pods one after the other, each with its own name, host name, labels and claim', () => {
    const cluster = stateful({
      volumeClaimTemplates: [
        { metadata: { name: 'www' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      ] as never,
    })
    let waited = true
    cluster.until(() => {
      const pods = cluster.pods()
      for (const it of pods.slice(0, -1)) waited &&= isReady(it)
      return cluster.settled()
    })
    expect(waited).toBe(true)
    expect(cluster.names()).toEqual(['web-0', 'web-1', 'web-2'])
    const first = cluster.client.get(pod, 'default', 'web-0')!
    expect(first.spec).toMatchObject({ hostname: 'web-0', subdomain: 'web' })
    expect(first.spec.volumes).toContainEqual({ name: 'www', persistentVolumeClaim: { claimName: 'www-web-0' } })
    expect(first.metadata.labels).toMatchObject({
      app: 'web',
      'statefulset.kubernetes.io/pod-name': 'web-0',
      'apps.kubernetes.io/pod-index': '0',
      'controller-revision-hash': cluster.web().status!.updateRevision,
    })
    expect(cluster.client.list(persistentVolumeClaim).map((it) => it.metadata.name)).toEqual(['www-web-0', 'www-web-1', 'www-web-2'])
    expect(cluster.events('web').slice(0, 2)).toEqual([
      'Normal SuccessfulCreate create Claim www-web-0 Pod web-0 in StatefulSet web success',
      'Normal SuccessfulCreate create Pod web-0 in StatefulSet web successful',
    ])
    expect(cluster.web().status).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      currentRevision: cluster.web().status!.updateRevision,
    })
  })

  test('gives a deleted Pod its name and identity back', () => {
    const cluster = stateful()
    cluster.until(cluster.settled)
    const { uid } = cluster.client.get(pod, 'default', 'web-1')!.metadata
    cluster.client.delete(pod, 'default', 'web-1')
    cluster.until(() => (cluster.client.get(pod, 'default', 'web-1')?.metadata.uid ?? uid) !== uid && cluster.settled())
    expect(cluster.names()).toEqual(['web-0', 'web-1', 'web-2'])
  })

  test('scales down from the highest ordinal, one at a time', () => {
    const cluster = stateful()
    cluster.until(cluster.settled)
    cluster.patch({ replicas: 1 })
    cluster.until(cluster.settled)
    expect(cluster.names()).toEqual(['web-0'])
    expect(cluster.events('web').filter((it) => it.includes('Delete'))).toEqual([
      'Normal SuccessfulDelete delete Pod web-2 in StatefulSet web successful',
      'Normal SuccessfulDelete delete Pod web-1 in StatefulSet web successful',
    ])
  })

  test('updates from the highest ordinal down to the partition, and no further', () => {
    const cluster = stateful({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } })
    cluster.until(cluster.settled)
    cluster.setImage('nginx:1.28')
    cluster.advance(20_000)
    expect(imageOf(cluster.pods())).toEqual({ 'web-0': '1.27', 'web-1': '1.27', 'web-2': '1.28' })
    cluster.client.delete(pod, 'default', 'web-0')
    cluster.advance(20_000)
    expect(imageOf(cluster.pods())['web-0']).toBe('1.27')
    cluster.patch({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } })
    cluster.advance(30_000)
    expect(new Set(Object.values(imageOf(cluster.pods())))).toEqual(new Set(['1.28']))
    expect(cluster.client.list(controllerRevision).map((it) => it.revision)).toEqual([1, 2])
    expect(cluster.web().status!.currentRevision).toBe(cluster.web().status!.updateRevision)
  })

  test('with podManagementPolicy Parallel starts all at once, and OnDelete updates nothing by itself', () => {
    const cluster = stateful({ podManagementPolicy: 'Parallel', updateStrategy: { type: 'OnDelete' } })
    cluster.advance(500)
    expect(cluster.names()).toHaveLength(3)
    cluster.until(cluster.settled)
    cluster.setImage('nginx:1.28')
    cluster.advance(20_000)
    expect(new Set(Object.values(imageOf(cluster.pods())))).toEqual(new Set(['1.27']))
    cluster.client.delete(pod, 'default', 'web-1')
    cluster.advance(20_000)
    expect(imageOf(cluster.pods())).toEqual({ 'web-0': '1.27', 'web-1': '1.28', 'web-2': '1.27' })
  })

  test('counts from its start ordinal', () => {
    const cluster = stateful({ ordinals: { start: 5 }, replicas: 2 })
    cluster.until(cluster.settled)
    expect(cluster.names()).toEqual(['web-5', 'web-6'])
  })

  test('lets its claims go with it, or with a Pod that is scaled away, when its policy says so', () => {
    const cluster = stateful({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Delete' },
      volumeClaimTemplates: [
        { metadata: { name: 'www' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      ] as never,
    })
    const claims = () =>
      cluster.client
        .list(persistentVolumeClaim)
        .filter((it) => !it.metadata.deletionTimestamp)
        .map((it) => it.metadata.name)
    cluster.until(cluster.settled)
    cluster.patch({ replicas: 2 })
    cluster.advance(10_000)
    expect(claims()).toEqual(['www-web-0', 'www-web-1'])
    cluster.client.delete(statefulSet, 'default', 'web', { propagation: 'Background' })
    cluster.advance(10_000)
    expect(claims()).toEqual([])
  })
})

const controlPlane = aNode('controlplane', { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] })

function daemons(spec: Partial<DaemonSet['spec']> = {}) {
  const cluster = smallCluster({
    only: ['daemonset-controller', 'generic-garbage-collector'],
    nodes: [controlPlane, aNode('node01'), aNode('node02'), aNode('node03')],
    scheduler: realScheduler,
  })
  cluster.create(daemonSet, {
    metadata: { name: 'agent' },
    spec: { selector: { matchLabels: { app: 'agent' } }, template: template({ app: 'agent' }), ...spec },
  })
  const agent = () => cluster.client.get(daemonSet, 'default', 'agent')!
  const nodes = () =>
    cluster
      .pods()
      .map((it) => it.spec.nodeName)
      .sort()
  const settled = () => {
    const { status, metadata } = agent()
    return (
      status?.observedGeneration === metadata.generation &&
      status!.numberReady === status!.desiredNumberScheduled &&
      status!.updatedNumberScheduled === status!.desiredNumberScheduled
    )
  }
  const setImage = (image: string) =>
    cluster.client.patch(daemonSet, 'default', 'agent', 'strategic', {
      spec: { template: { spec: { containers: [{ name: 'web', image }] } } },
    })
  return { ...cluster, agent, nodes, settled, setImage }
}

describe('a DaemonSet', () => {
  test('runs one Pod on every node it may run on, bound by the scheduler', () => {
    const cluster = daemons()
    cluster.until(cluster.settled)
    expect(cluster.nodes()).toEqual(['node01', 'node02', 'node03'])
    expect(cluster.agent().status).toMatchObject({
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      numberReady: 3,
      numberAvailable: 3,
      updatedNumberScheduled: 3,
      numberMisscheduled: 0,
    })
    expect(cluster.pods()[0]!.spec.tolerations).toContainEqual({
      key: 'node.kubernetes.io/unschedulable',
      operator: 'Exists',
      effect: 'NoSchedule',
    })
  })

  test('follows nodes that come, that are tainted away, and that get the label it wants', () => {
    const cluster = daemons({
      template: {
        ...template({ app: 'agent' }),
        spec: { nodeSelector: { disk: 'ssd' }, containers: [{ name: 'web', image: 'nginx:1.27' }] },
      } as never,
    })
    cluster.advance(5000)
    expect(cluster.nodes()).toEqual([])
    cluster.client.patch(node, undefined, 'node02', 'merge', { metadata: { labels: { disk: 'ssd' } } })
    cluster.client.updateStatus(node, {
      ...cluster.client.create(node, aNode('node04', { labels: { disk: 'ssd' } })),
      status: aNode('x').status,
    })
    cluster.advance(5000)
    expect(cluster.nodes()).toEqual(['node02', 'node04'])
    cluster.client.patch(node, undefined, 'node02', 'merge', { metadata: { labels: { disk: null } } })
    cluster.advance(5000)
    expect(cluster.nodes()).toEqual(['node04'])
  })

  test('stays on a cordoned node', () => {
    const cluster = daemons()
    cluster.until(cluster.settled)
    cluster.client.patch(node, undefined, 'node01', 'merge', {
      spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] },
    })
    cluster.client.delete(pod, 'default', cluster.pods().find((it) => it.spec.nodeName === 'node01')!.metadata.name)
    cluster.advance(10_000)
    expect(cluster.nodes()).toEqual(['node01', 'node02', 'node03'])
  })

  test.each([
    ['replaces one Pod after the other', {}, 2, 3],
    ['replaces as many as maxUnavailable allows', { maxUnavailable: 2 }, 1, 3],
    ['starts the new one first with maxSurge', { maxSurge: 1, maxUnavailable: 0 }, 3, 4],
  ])('rolling update: %s', (_title, rollingUpdate, fewestReady, mostPods) => {
    const cluster = daemons({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } })
    cluster.until(cluster.settled)
    cluster.setImage('nginx:1.28')
    let [fewest, most] = [Infinity, 0]
    cluster.until(() => {
      const alive = cluster.pods().filter((it) => !it.metadata.deletionTimestamp)
      fewest = Math.min(fewest, new Set(alive.filter(isReady).map((it) => it.spec.nodeName)).size)
      most = Math.max(most, alive.length)
      return cluster.settled()
    })
    expect([fewest, most]).toEqual([fewestReady, mostPods])
    cluster.advance(2000)
    expect(new Set(cluster.pods().map((it) => it.spec.containers[0]!.image))).toEqual(new Set(['nginx:1.28']))
  })
})
