import { expect, test } from 'vitest'
import { persistentVolumeClaim } from '../../../../src/sim/kinds/core/persistent-volume-claim'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { volumeAttributesClass } from '../../../../src/sim/kinds/storage/volume-attributes-class'
import { story, storyOf } from '../../story'
import { smallCluster, template } from '../small-cluster'

const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
const withScratch = (name: string) => ({
  metadata: { name },
  spec: { ...template({}).spec, volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec } } }] },
})

test('given a generic ephemeral volume, then its claim is made without an event and goes with the Pod; one of that name is in the way', () => {
  const cluster = smallCluster({ only: ['ephemeral-volume-controller', 'generic-garbage-collector'] })
  const heard = storyOf(cluster, [persistentVolumeClaim])
  cluster.create(pod, withScratch('app'))
  cluster.advance(3000)
  cluster.client.delete(pod, 'default', 'app')
  cluster.advance(3000)
  cluster.create(persistentVolumeClaim, { metadata: { name: 'other-scratch' }, spec })
  cluster.create(pod, withScratch('other'))
  cluster.advance(20)
  expect(heard.told()).toBe(story`
    0s  PersistentVolumeClaim/app-scratch  Pending
    3s  PersistentVolumeClaim/app-scratch  is gone
    6s  PersistentVolumeClaim/other-scratch  Pending
    6s  Pod/other  ephemeral_volume: Warning FailedBinding: ephemeral volume scratch: PVC default/other-scratch was not created for pod default/other (pod is not owner)
  `)
})

test('given a claim in use, when it is deleted, then it stays until it is free, without an event', () => {
  const cluster = smallCluster({ only: ['pvc-protection-controller'] })
  const heard = storyOf(cluster, [persistentVolumeClaim])
  cluster.create(persistentVolumeClaim, { metadata: { name: 'data' }, spec })
  cluster.create(pod, {
    metadata: { name: 'web' },
    spec: { ...template({}).spec, volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
  })
  cluster.advance(5000)
  cluster.client.delete(persistentVolumeClaim, 'default', 'data')
  cluster.advance(10_000)
  cluster.client.delete(pod, 'default', 'web')
  cluster.advance(5000)
  expect(heard.told()).toBe(story`
    0s  PersistentVolumeClaim/data  Pending
    15s  PersistentVolumeClaim/data  is gone
  `)
})

test('given a VolumeAttributesClass that a claim names, when it is deleted, then it stays until no claim names it, without an event', () => {
  const cluster = smallCluster({ only: ['volumeattributesclass-protection-controller'] })
  const heard = storyOf(cluster, [volumeAttributesClass])
  cluster.client.create(volumeAttributesClass, {
    metadata: { name: 'gold' },
    driverName: 'disk.csi.tabernetes.io',
    parameters: { iops: '4000' },
  })
  cluster.create(persistentVolumeClaim, { metadata: { name: 'data' }, spec: { ...spec, volumeAttributesClassName: 'gold' } })
  cluster.advance(1000)
  expect(cluster.client.get(volumeAttributesClass, undefined, 'gold')!.metadata.finalizers).toEqual(['kubernetes.io/vac-protection'])
  cluster.client.delete(volumeAttributesClass, undefined, 'gold')
  cluster.advance(10_000)
  cluster.client.delete(persistentVolumeClaim, 'default', 'data')
  cluster.advance(5000)
  expect(heard.told()).toBe(story`
    11s  VolumeAttributesClass/gold  is gone
  `)
})
