import { describe, expect, test } from 'vitest'
import type { StatefulSet } from '../../../src/sim/api/types/apps-v1.gen'
import type { Pod } from '../../../src/sim/api/types/core-v1.gen'
import { controllerRevision } from '../../../src/sim/kinds/apps/controller-revision'
import { statefulSet } from '../../../src/sim/kinds/apps/stateful-set'
import { persistentVolumeClaim } from '../../../src/sim/kinds/core/persistent-volume-claim'
import { pod } from '../../../src/sim/kinds/core/pod'
import { smallCluster, template, type Fate } from './small-cluster'

const imageOf = (it: Pod) => it.spec.containers[0]!.image!.slice(6)

function stateful(spec: Partial<StatefulSet['spec']> = {}, fate: (pod: Pod) => Fate = () => ({ readyAfterMs: 1000 }), release = '1.36') {
  const only = ['statefulset-controller', 'generic-garbage-collector', 'pvc-protection-controller']
  const cluster = smallCluster({ only, fate, release })
  cluster.create(statefulSet, {
    metadata: { name: 'db' },
    spec: { serviceName: 'db', replicas: 3, selector: { matchLabels: { app: 'db' } }, template: template({ app: 'db' }), ...spec },
  })
  const status = () => cluster.client.get(statefulSet, 'default', 'db')!.status!
  const patch = (change: unknown) => cluster.client.patch(statefulSet, 'default', 'db', 'strategic', { spec: change })
  const setImage = (image: string) => patch({ template: { spec: { containers: [{ name: 'web', image }] } } })
  const names = () => cluster.pods().map(({ metadata }) => metadata.name).sort() // prettier-ignore
  const images = () => Object.fromEntries(cluster.pods().map((it) => [it.metadata.name, imageOf(it)]))
  return { ...cluster, status, patch, setImage, names, images }
}
const claims = {
  volumeClaimTemplates: [
    { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  ],
} as unknown as Partial<StatefulSet['spec']> // its claims as people write them

test('given a Pod that never gets ready, then no later one is started, and none is updated', () => {
  const cluster = stateful({}, (it) => (it.metadata.name === 'db-1' ? {} : { readyAfterMs: 1000 }))
  cluster.advance(60_000)
  expect(cluster.names()).toEqual(['db-0', 'db-1'])
  cluster.setImage('nginx:1.28')
  cluster.advance(60_000)
  expect(cluster.images()).toEqual({ 'db-0': '1.27', 'db-1': '1.27' })
})

test('given a broken update, then it stops at the first Pod; with the template mended that Pod has to be deleted by hand', () => {
  const cluster = stateful({}, (it) => (imageOf(it) === 'broken' ? {} : { readyAfterMs: 1000 }))
  cluster.advance(10_000)
  cluster.setImage('nginx:broken')
  cluster.advance(60_000)
  expect(cluster.images()).toEqual({ 'db-0': '1.27', 'db-1': '1.27', 'db-2': 'broken' })
  cluster.setImage('nginx:1.28')
  cluster.advance(60_000)
  expect(cluster.images()['db-2']).toBe('broken')
  cluster.client.delete(pod, 'default', 'db-2')
  cluster.advance(30_000)
  expect(cluster.images()).toEqual({ 'db-0': '1.28', 'db-1': '1.28', 'db-2': '1.28' })
})

test('given a set that is deleted without its Pods, then another of its name adopts them and its history, and fills the gaps', () => {
  const cluster = stateful(claims)
  cluster.advance(10_000)
  const [revision] = cluster.client.list(controllerRevision)
  cluster.client.delete(statefulSet, 'default', 'db', { propagation: 'Orphan' })
  cluster.client.delete(pod, 'default', 'db-0')
  cluster.advance(10_000)
  expect(cluster.names()).toEqual(['db-1', 'db-2'])
  expect(cluster.client.list(controllerRevision)[0]!.metadata.ownerReferences ?? []).toEqual([])
  const again = cluster.create(statefulSet, {
    metadata: { name: 'db' },
    spec: { serviceName: 'db', replicas: 3, selector: { matchLabels: { app: 'db' } }, template: template({ app: 'db' }), ...claims },
  })
  cluster.advance(10_000)
  expect(cluster.names()).toEqual(['db-0', 'db-1', 'db-2'])
  const owned = [...cluster.pods(), ...cluster.client.list(controllerRevision)].map(({ metadata }) => metadata.ownerReferences?.[0]?.uid)
  expect(new Set(owned)).toEqual(new Set([again.metadata.uid]))
  expect(cluster.client.list(controllerRevision).map(({ metadata }) => metadata.name)).toEqual([revision!.metadata.name])
})

test('given a partition, then Pods below it come back as they were and those above as they shall be', () => {
  const cluster = stateful({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } })
  cluster.advance(10_000)
  cluster.setImage('nginx:1.28')
  cluster.advance(20_000)
  expect(cluster.images()).toEqual({ 'db-0': '1.27', 'db-1': '1.28', 'db-2': '1.28' })
  expect(cluster.status()).toMatchObject({ currentReplicas: 1, updatedReplicas: 2 })
  expect(cluster.status().currentRevision).not.toBe(cluster.status().updateRevision)
  for (const name of ['db-0', 'db-2']) cluster.client.delete(pod, 'default', name)
  cluster.advance(20_000)
  expect(cluster.images()).toEqual({ 'db-0': '1.27', 'db-1': '1.28', 'db-2': '1.28' })
})

test('given maxUnavailable 2 in a release that does not know it yet, then one Pod is updated after the other', () => {
  const cluster = stateful(
    { replicas: 4, podManagementPolicy: 'Parallel', updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } } },
    undefined,
    '1.34',
  )
  cluster.advance(10_000)
  cluster.setImage('nginx:1.28')
  cluster.advance(1000)
  const leavingOrNew = cluster.pods().filter((it) => it.metadata.deletionTimestamp ?? imageOf(it) === '1.28')
  expect(leavingOrNew.map(({ metadata }) => metadata.name)).toEqual(['db-3'])
})

test('given maxUnavailable 2 and Pods managed in parallel, then two are updated at a time, the highest first', () => {
  const cluster = stateful({
    replicas: 4,
    podManagementPolicy: 'Parallel',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } },
  })
  cluster.advance(10_000)
  cluster.setImage('nginx:1.28')
  cluster.advance(1000)
  const leavingOrNew = cluster.pods().filter((it) => it.metadata.deletionTimestamp ?? imageOf(it) === '1.28')
  expect(leavingOrNew.map(({ metadata }) => metadata.name).sort()).toEqual(['db-2', 'db-3'])
  cluster.advance(20_000)
  expect(new Set(Object.values(cluster.images()))).toEqual(new Set(['1.28']))
})

test('given minReadySeconds, then the next Pod waits until the one before has been ready for so long', () => {
  const cluster = stateful({ minReadySeconds: 10 })
  cluster.advance(10_000)
  expect(cluster.names()).toEqual(['db-0'])
  cluster.advance(3000)
  expect(cluster.names()).toEqual(['db-0', 'db-1'])
  expect(cluster.status()).toMatchObject({ availableReplicas: 1 })
})

test('given another start ordinal, then the Pods below it go once those above are there', () => {
  const cluster = stateful({ replicas: 2 })
  cluster.advance(10_000)
  cluster.patch({ ordinals: { start: 1 } })
  cluster.advance(20_000)
  expect(cluster.names()).toEqual(['db-1', 'db-2'])
})

test('given a Pod that has failed, then it is made again and the set says so', () => {
  const cluster = stateful({ replicas: 1 })
  cluster.advance(5000)
  cluster.client.patch(pod, 'default', 'db-0', 'strategic', { status: { phase: 'Failed' } }, { subresource: 'status' })
  cluster.advance(5000)
  expect(cluster.events('db').slice(1)).toEqual([
    'Warning RecreatingFailedPod StatefulSet default/db is recreating failed Pod db-0',
    'Normal SuccessfulDelete delete Pod db-0 in StatefulSet db successful',
  ])
  expect(cluster.status()).toMatchObject({ readyReplicas: 1 })
})

describe('claims', () => {
  const present = (cluster: ReturnType<typeof stateful>) =>
    cluster.client.list(persistentVolumeClaim).flatMap(({ metadata }) => (metadata.deletionTimestamp ? [] : [metadata.name]))
  test.each([
    ['Retain', 'Retain', ['data-db-0', 'data-db-1', 'data-db-2'], ['data-db-0', 'data-db-1', 'data-db-2']],
    ['Retain', 'Delete', ['data-db-0'], ['data-db-0']],
    ['Delete', 'Retain', ['data-db-0', 'data-db-1', 'data-db-2'], []],
    ['Delete', 'Delete', ['data-db-0'], []],
  ])('whenDeleted %s and whenScaled %s: what is left after scaling to one, and after deleting the set', (whenDeleted, whenScaled, scaled, deleted) => {
    const cluster = stateful({ ...claims, persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } })
    cluster.advance(10_000)
    cluster.patch({ replicas: 1 })
    cluster.advance(20_000)
    expect(present(cluster)).toEqual(scaled)
    cluster.client.delete(statefulSet, 'default', 'db', { propagation: 'Background' })
    cluster.advance(20_000)
    expect(present(cluster)).toEqual(deleted)
  }) // prettier-ignore

  test('of a Pod that was scaled away wait for it with their data', () => {
    const cluster = stateful(claims)
    cluster.advance(10_000)
    const { uid } = cluster.client.get(persistentVolumeClaim, 'default', 'data-db-2')!.metadata
    for (const replicas of [2, 3]) {
      cluster.patch({ replicas })
      cluster.advance(10_000)
    }
    expect(cluster.client.get(persistentVolumeClaim, 'default', 'data-db-2')!.metadata.uid).toBe(uid)
    expect(cluster.names()).toEqual(['db-0', 'db-1', 'db-2'])
  })
})
