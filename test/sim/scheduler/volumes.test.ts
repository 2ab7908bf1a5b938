import { describe, expect, test } from 'vitest'
import { createEventRecorder } from '../../../src/sim/api/event-recorder'
import { event } from '../../../src/sim/kinds/core/event'
import { persistentVolume } from '../../../src/sim/kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../../../src/sim/kinds/core/persistent-volume-claim'
import { pod } from '../../../src/sim/kinds/core/pod'
import { csiDriver } from '../../../src/sim/kinds/storage/csi-driver'
import { csiStorageCapacity } from '../../../src/sim/kinds/storage/csi-storage-capacity'
import { storageClass } from '../../../src/sim/kinds/storage/storage-class'
import { createScheduler } from '../../../src/sim/scheduler/scheduler'
import { smallCluster } from '../controllers/small-cluster'

function withStorage(volumeBindingMode: 'Immediate' | 'WaitForFirstConsumer', provisioner = 'example.com/disk') {
  const cluster = smallCluster({
    only: [],
    scheduler: (server) => {
      const client = server.client({ user: 'system:kube-scheduler', manager: 'kube-scheduler' })
      return createScheduler({
        engine: server.engine,
        client,
        recorder: createEventRecorder(client, {
          engine: server.engine,
          kind: event,
          component: 'default-scheduler',
          style: 'events.k8s.io',
        }),
      })
    },
  })
  cluster.create(storageClass, { metadata: { name: 'disk' }, provisioner, volumeBindingMode })
  const claim = (name = 'data') =>
    cluster.create(persistentVolumeClaim, {
      metadata: { name },
      spec: { storageClassName: 'disk', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    })
  const volume = (name: string, node: string, storage = '2Gi') =>
    cluster.create(persistentVolume, {
      metadata: { name },
      spec: {
        capacity: { storage },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'disk',
        persistentVolumeReclaimPolicy: 'Retain',
        local: { path: '/mnt/disk' },
        nodeAffinity: {
          required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] }] },
        },
      },
    })
  const user = (name = 'db') =>
    cluster.create(pod, {
      metadata: { name },
      spec: { containers: [{ name: 'db', image: 'postgres' }], volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
    })
  /** What the volume controller does when it has found or made a volume. */
  const bindClaim = (volumeName: string) => {
    cluster.client.patch(persistentVolumeClaim, 'default', 'data', 'merge', {
      metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
      spec: { volumeName },
    })
    cluster.client.patch(persistentVolumeClaim, 'default', 'data', 'merge', { status: { phase: 'Bound' } }, { subresource: 'status' })
  }
  const nodeOf = (name = 'db') => cluster.client.get(pod, 'default', name)!.spec.nodeName
  const why = (name = 'db') =>
    cluster
      .events(name)
      .find((it) => it.includes('FailedScheduling'))
      ?.replace('Warning FailedScheduling ', '')
  const selected = () =>
    cluster.client.get(persistentVolumeClaim, 'default', 'data')!.metadata.annotations?.['volume.kubernetes.io/selected-node']
  return { ...cluster, claim, volume, user, bindClaim, nodeOf, why, selected }
}

describe('a Pod with a claim', () => {
  test('waits until an immediate claim is bound', () => {
    const cluster = withStorage('Immediate')
    cluster.claim()
    cluster.user()
    cluster.advance(1000)
    expect(cluster.why()).toBe(
      '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    )
    cluster.volume('pv1', 'node02')
    cluster.bindClaim('pv1')
    cluster.advance(15_000)
    expect(cluster.nodeOf()).toBe('node02')
  })

  test('chooses the node for a claim that waits for its first consumer, and is bound when the volume is there', () => {
    const cluster = withStorage('WaitForFirstConsumer')
    cluster.claim()
    cluster.user()
    cluster.advance(1000)
    const chosen = cluster.selected()
    expect(chosen).toMatch(/^node0[123]$/)
    expect(cluster.nodeOf()).toBeUndefined()
    cluster.volume('pv1', chosen!)
    cluster.bindClaim('pv1')
    cluster.advance(1000)
    expect(cluster.nodeOf()).toBe(chosen)
  })

  test('goes where a fitting volume is when none can be made, and reserves the smallest', () => {
    const cluster = withStorage('WaitForFirstConsumer', 'kubernetes.io/no-provisioner')
    cluster.volume('big', 'node03', '10Gi')
    cluster.volume('small', 'node03', '1Gi')
    cluster.volume('tiny', 'node01', '500Mi')
    for (const name of ['big', 'small', 'tiny'])
      cluster.client.patch(persistentVolume, undefined, name, 'merge', { status: { phase: 'Available' } }, { subresource: 'status' })
    cluster.claim()
    cluster.user()
    cluster.advance(1000)
    expect(cluster.client.get(persistentVolume, undefined, 'small')!.spec.claimRef).toMatchObject({
      kind: 'PersistentVolumeClaim',
      namespace: 'default',
      name: 'data',
    })
    cluster.bindClaim('small')
    cluster.advance(1000)
    expect(cluster.nodeOf()).toBe('node03')
  })

  test('fits nowhere when no node has a volume for it', () => {
    const cluster = withStorage('WaitForFirstConsumer', 'kubernetes.io/no-provisioner')
    cluster.claim()
    cluster.user()
    cluster.advance(1000)
    expect(cluster.why()).toBe(
      "0/3 nodes are available: 3 node(s) didn't find available persistent volumes to bind. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    )
  })

  test('goes where the driver of its class has published enough capacity, if it publishes any', () => {
    const cluster = withStorage('WaitForFirstConsumer')
    cluster.create(csiDriver, { metadata: { name: 'example.com.disk' }, spec: { storageCapacity: true } })
    cluster.client.delete(storageClass, undefined, 'disk')
    cluster.create(storageClass, { metadata: { name: 'disk' }, provisioner: 'example.com.disk', volumeBindingMode: 'WaitForFirstConsumer' })
    const published = (name: string, capacity: string) =>
      cluster.create(csiStorageCapacity, {
        metadata: { name },
        storageClassName: 'disk',
        nodeTopology: { matchLabels: { 'kubernetes.io/hostname': name } },
        capacity,
      })
    published('node01', '512Mi')
    cluster.claim()
    cluster.user()
    cluster.advance(1000)
    expect(cluster.why()).toBe(
      '0/3 nodes are available: 3 node(s) did not have enough free storage. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    )
    published('node03', '5Gi')
    cluster.advance(15_000)
    const chosen = cluster.client.get(persistentVolumeClaim, 'default', 'data')!.metadata.annotations
    expect(chosen?.['volume.kubernetes.io/selected-node']).toBe('node03')
  })
})
