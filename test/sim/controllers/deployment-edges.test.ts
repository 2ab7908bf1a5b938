import { expect, test } from 'vitest'
import { resourceQuota as quotaAdmission } from '../../../src/sim/api/admission/resource-quota'
import { resourceQuota } from '../../../src/sim/kinds/core/resource-quota'
import type { Deployment } from '../../../src/sim/api/types/apps-v1.gen'
import { templateHash } from '../../../src/sim/controllers/template-hash'
import { deployment } from '../../../src/sim/kinds/apps/deployment'
import { replicaSet } from '../../../src/sim/kinds/apps/replica-set'
import { smallCluster, template, type SmallClusterOptions } from './small-cluster'

function deployed(spec: Partial<Deployment['spec']> = {}, options: SmallClusterOptions = {}) {
  const cluster = smallCluster({ only: ['deployment-controller', 'replicaset-controller', 'generic-garbage-collector'], ...options })
  const create = (annotations: Record<string, string> = {}) =>
    cluster.create(deployment, {
      metadata: { name: 'web', annotations },
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }), ...spec },
    })
  const web = () => cluster.client.get(deployment, 'default', 'web')!
  const sets = () => cluster.client.list(replicaSet, { namespace: 'default' })
  const patch = (change: unknown) => cluster.client.patch(deployment, 'default', 'web', 'strategic', { spec: change })
  const setImage = (image: string) => patch({ template: { spec: { containers: [{ name: 'web', image }] } } })
  const condition = (type: string) => web().status?.conditions?.find((it) => it.type === type)
  /** What was scaled, with the images of the sets in place of their hashes. */
  const scalings = () => {
    const images = new Map(sets().map(({ metadata, spec }) => [metadata.name, spec.template!.spec!.containers[0]!.image!.slice(6)]))
    return cluster
      .events('web')
      .filter((it) => it.startsWith('Normal ScalingReplicaSet'))
      .map((it) =>
        it.replace('Normal ScalingReplicaSet Scaled ', '').replace(/replica set (\S+)/, (_, name: string) => images.get(name) ?? name),
      )
  }
  return { ...cluster, createObject: cluster.create, create, web, sets, patch, setImage, condition, scalings }
}

test('given a ReplicaSet of somebody else that has the name which the hash would give, then another hash is taken and counted', () => {
  const cluster = deployed()
  const name = `web-${templateHash(template({ app: 'web' }))}`
  const labels = { app: 'other' }
  cluster.create()
  const [own] = cluster.sets()
  expect(own).toBeUndefined() // nothing has happened yet
  cluster.advance(1000)
  const taken = cluster.sets()[0]!.metadata.name
  cluster.client.delete(deployment, 'default', 'web', { propagation: 'Background' })
  cluster.advance(5000)
  cluster.client.create(replicaSet, {
    metadata: { name: taken, namespace: 'default' },
    spec: { replicas: 0, selector: { matchLabels: labels }, template: template(labels) },
  })
  cluster.create()
  cluster.advance(5000)
  const mine = cluster.sets().filter(({ metadata }) => metadata.ownerReferences?.length)
  expect(mine).toHaveLength(1)
  expect(mine[0]!.metadata.name).not.toBe(taken)
  expect(cluster.web().status).toMatchObject({ collisionCount: 1, readyReplicas: 3 })
  expect(name.startsWith('web-')).toBe(true)
})

test('given a rolling update, then sets are scaled against each other step by step', () => {
  const cluster = deployed()
  cluster.create()
  cluster.advance(5000)
  cluster.setImage('nginx:1.28')
  cluster.advance(20_000)
  expect(cluster.scalings()).toEqual([
    'up 1.27 from 0 to 3',
    'up 1.28 from 0 to 1',
    'down 1.27 from 3 to 2',
    'up 1.28 from 1 to 2',
    'down 1.27 from 2 to 1',
    'up 1.28 from 2 to 3',
    'down 1.27 from 1 to 0',
  ])
  expect(cluster.web().status).toMatchObject({ replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 })
  expect(cluster.condition('Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' })
})

test('given another image before the rollout is over, then it rolls over: the set in between is given up first', () => {
  const cluster = deployed({}, { fate: (it) => (it.spec.containers[0]!.image === 'nginx:1.28' ? {} : { readyAfterMs: 1000 }) })
  cluster.create()
  cluster.advance(5000)
  cluster.setImage('nginx:1.28')
  cluster.advance(5000)
  cluster.setImage('nginx:1.29')
  cluster.advance(20_000)
  expect(cluster.scalings().slice(1, 4)).toEqual(['up 1.28 from 0 to 1', 'down 1.28 from 1 to 0', 'up 1.29 from 0 to 1'])
  expect(cluster.sets().map(({ spec }) => spec.replicas)).toEqual(expect.arrayContaining([0, 0, 3]))
})

test('given Pods that count only after ten seconds, then a step of the rollout takes that long', () => {
  const cluster = deployed({ replicas: 1, minReadySeconds: 10 })
  cluster.create()
  cluster.advance(8000)
  expect(cluster.web().status).toMatchObject({ readyReplicas: 1, unavailableReplicas: 1 })
  expect(cluster.condition('Available')).toMatchObject({ status: 'False', reason: 'MinimumReplicasUnavailable' })
  cluster.advance(5000)
  expect(cluster.web().status).toMatchObject({ readyReplicas: 1, availableReplicas: 1 })
  expect(cluster.condition('Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable' })
})

test('given a quota that leaves no room, then the Deployment says that its Pods cannot be made', () => {
  const cluster = deployed({}, { admission: [quotaAdmission] })
  cluster.createObject(resourceQuota, { metadata: { name: 'small' }, spec: { hard: { pods: '1' } } })
  cluster.advance(1000)
  cluster.create()
  cluster.advance(3000)
  expect(cluster.condition('ReplicaFailure')).toMatchObject({ status: 'True', reason: 'FailedCreate' })
  expect(cluster.condition('ReplicaFailure')!.message).toContain('exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1')
})

test('given a pause in the middle of a rollout, then it stands still, tells so, and goes on when resumed', () => {
  const cluster = deployed({}, { fate: () => ({ readyAfterMs: 3000 }) })
  cluster.create()
  cluster.advance(10_000)
  cluster.setImage('nginx:1.28')
  cluster.advance(1000)
  cluster.patch({ paused: true })
  cluster.advance(60_000)
  expect(cluster.condition('Progressing')).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' })
  expect(cluster.scalings().slice(1)).toEqual(['up 1.28 from 0 to 1'])
  cluster.patch({ paused: false })
  cluster.advance(60_000)
  expect(cluster.web().status).toMatchObject({ updatedReplicas: 3, availableReplicas: 3 })
})

test('given a deadline of a minute and Pods that never get ready, then the rollout has failed after it, and says so until it moves again', () => {
  const cluster = deployed(
    { progressDeadlineSeconds: 60 },
    { fate: (it) => (it.spec.containers[0]!.image === 'nginx:1.28' ? {} : { readyAfterMs: 500 }) },
  )
  cluster.create()
  cluster.advance(5000)
  cluster.setImage('nginx:1.28')
  cluster.advance(59_000)
  expect(cluster.condition('Progressing')).toMatchObject({ status: 'True', reason: 'ReplicaSetUpdated' })
  cluster.advance(5000)
  const stuck = cluster.sets().find(({ spec }) => spec.template!.spec!.containers[0]!.image === 'nginx:1.28')!
  expect(cluster.condition('Progressing')).toMatchObject({
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
    message: `ReplicaSet "${stuck.metadata.name}" has timed out progressing.`,
  })
  expect(cluster.condition('Available')).toMatchObject({ status: 'True' })
  cluster.setImage('nginx:1.27')
  cluster.advance(5000)
  expect(cluster.condition('Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' })
})

test('given an old template again, then its set becomes the newest revision and remembers the one it was', () => {
  const cluster = deployed()
  cluster.create({ 'kubernetes.io/change-cause': 'first' })
  cluster.advance(5000)
  const [first] = cluster.sets()
  for (const image of ['nginx:1.28', 'nginx:1.27']) {
    cluster.setImage(image)
    cluster.advance(20_000)
  }
  const again = cluster.client.get(replicaSet, 'default', first!.metadata.name)!
  expect(again.metadata.annotations).toMatchObject({
    'deployment.kubernetes.io/revision': '3',
    'deployment.kubernetes.io/revision-history': '1',
    'kubernetes.io/change-cause': 'first',
  })
  expect(cluster.web().metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3')
})

test('given its set is deleted, then it makes it again under the same name', () => {
  const cluster = deployed()
  cluster.create()
  cluster.advance(5000)
  const [before] = cluster.sets()
  cluster.client.delete(replicaSet, 'default', before!.metadata.name)
  cluster.advance(10_000)
  const [after] = cluster.sets()
  expect(after!.metadata.name).toBe(before!.metadata.name)
  expect(after!.metadata.uid).not.toBe(before!.metadata.uid)
  expect(cluster.web().status).toMatchObject({ readyReplicas: 3 })
})

test('given a matching set that nobody owns, then it is adopted instead of a new one', () => {
  const cluster = deployed()
  cluster.client.create(replicaSet, {
    metadata: { name: 'legacy', namespace: 'default', labels: { app: 'web' } },
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
  })
  cluster.advance(3000)
  cluster.create()
  cluster.advance(5000)
  expect(cluster.sets().map(({ metadata }) => [metadata.name, metadata.ownerReferences?.[0]?.name])).toEqual([['legacy', 'web']])
  expect(cluster.pods()).toHaveLength(3)
  expect(cluster.condition('Progressing')?.message).toBe('ReplicaSet "legacy" has successfully progressed.')
})
