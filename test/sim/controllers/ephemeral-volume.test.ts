import { expect, test } from 'vitest'
import { persistentVolumeClaim } from '../../../src/sim/kinds/core/persistent-volume-claim'
import { pod } from '../../../src/sim/kinds/core/pod'
import { smallCluster } from './small-cluster'

const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
const withScratch = (name: string) => ({
  metadata: { name },
  spec: {
    containers: [{ name: 'c', image: 'nginx' }],
    volumes: [
      {
        name: 'scratch',
        ephemeral: { volumeClaimTemplate: { metadata: { labels: { type: 'scratch' } } as never /* a template has no name */, spec } },
      },
    ],
  },
})

test('given a Pod with a generic ephemeral volume, then a claim is made from its template, and goes with the Pod', () => {
  const cluster = smallCluster({ only: ['ephemeral-volume-controller', 'generic-garbage-collector'] })
  const owner = cluster.create(pod, withScratch('app'))
  cluster.advance(1000)
  const claim = () => cluster.client.get(persistentVolumeClaim, 'default', 'app-scratch')
  expect(claim()?.metadata).toMatchObject({
    labels: { type: 'scratch' },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'app', uid: owner.metadata.uid, controller: true, blockOwnerDeletion: true }],
  })
  expect(claim()?.spec).toMatchObject(spec)
  cluster.client.delete(pod, 'default', 'app', { gracePeriodSeconds: 0 })
  cluster.advance(60_000)
  expect(claim()).toBeUndefined()
})

test('given a claim of that name that is not the Pod’s, then it is left alone and the Pod is told', () => {
  const cluster = smallCluster({ only: ['ephemeral-volume-controller'] })
  cluster.create(persistentVolumeClaim, { metadata: { name: 'app-scratch' }, spec })
  cluster.create(pod, withScratch('app'))
  cluster.advance(1000)
  expect(cluster.events('app')).toContain(
    'Warning FailedBinding ephemeral volume scratch: PVC default/app-scratch was not created for pod default/app (pod is not owner)',
  )
})
