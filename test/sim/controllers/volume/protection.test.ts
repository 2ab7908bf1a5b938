import { expect, test } from 'vitest'
import { persistentVolume } from '../../../../src/sim/kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../../../../src/sim/kinds/core/persistent-volume-claim'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { smallCluster } from '../small-cluster'

function protectedStorage() {
  const cluster = smallCluster({ only: ['pvc-protection-controller', 'pv-protection-controller'] })
  cluster.create(persistentVolumeClaim, {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  })
  cluster.client.create(persistentVolume, {
    metadata: { name: 'disk' },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } },
  })
  const user = (name: string) =>
    cluster.create(pod, {
      metadata: { name },
      spec: {
        containers: [{ name: 'c', image: 'nginx' }],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      },
    })
  const claim = () => cluster.client.get(persistentVolumeClaim, 'default', 'data')
  const volume = () => cluster.client.get(persistentVolume, undefined, 'disk')
  return { ...cluster, user, claim, volume }
}

test('given a claim that a Pod uses, when it is deleted, then it stays Terminating until the Pod is gone', () => {
  const { user, claim, client, advance } = protectedStorage()
  advance(1000)
  expect(claim()?.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection'])
  user('web')
  advance(3000)
  client.delete(persistentVolumeClaim, 'default', 'data')
  advance(60_000)
  expect(claim()?.metadata.deletionTimestamp).toBeDefined()
  client.delete(pod, 'default', 'web')
  advance(5000)
  expect(claim()).toBeUndefined()
})

test('given a claim that only a finished Pod refers to, when it is deleted, then it goes at once', () => {
  const { user, claim, client, advance } = protectedStorage()
  user('done')
  advance(3000)
  client.patch(pod, 'default', 'done', 'strategic', { status: { phase: 'Succeeded' } }, { subresource: 'status' })
  client.delete(persistentVolumeClaim, 'default', 'data')
  advance(1000)
  expect(claim()).toBeUndefined()
})

test('given a volume that is bound, when it is deleted, then it stays Terminating until it is released', () => {
  const { volume, client, advance } = protectedStorage()
  const phase = (value: string) =>
    client.patch(persistentVolume, undefined, 'disk', 'merge', { status: { phase: value } }, { subresource: 'status' })
  advance(1000)
  expect(volume()?.metadata.finalizers).toEqual(['kubernetes.io/pv-protection'])
  phase('Bound')
  client.delete(persistentVolume, undefined, 'disk')
  advance(60_000)
  expect(volume()?.metadata.deletionTimestamp).toBeDefined()
  phase('Released')
  advance(1000)
  expect(volume()).toBeUndefined()
})
