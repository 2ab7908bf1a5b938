import { expect, test } from 'vitest'
import { deployment } from '../../../../src/sim/kinds/apps/deployment'
import { replicaSet } from '../../../../src/sim/kinds/apps/replica-set'
import { configMap } from '../../../../src/sim/kinds/core/config-map'
import { namespace } from '../../../../src/sim/kinds/core/namespace'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { story, storyOf } from '../../story'
import { smallCluster, template } from '../small-cluster'

/** A Deployment with one Pod, and nothing told of how it came about. */
function given() {
  const cluster = smallCluster()
  const heard = storyOf(cluster, [deployment, replicaSet, pod])
  cluster.create(deployment, {
    metadata: { name: 'web' },
    spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
  })
  cluster.advance(10_000)
  heard.told()
  return { ...cluster, heard }
}

test('given a deletion in the background, then the owner goes first, its dependents one after the other', () => {
  const cluster = given()
  cluster.client.delete(deployment, 'default', 'web', { propagation: 'Background' })
  cluster.advance(10_000)
  expect(cluster.heard.told({ words: 'is gone' })).toBe(story`
    10s  Deployment/web  is gone
    10s  ReplicaSet/web-#1  is gone
    10s  Pod/web-#1-a  is gone
  `)
})

test('given a deletion in the foreground, then the dependents go first', () => {
  const cluster = given()
  cluster.client.delete(deployment, 'default', 'web', { propagation: 'Foreground' })
  cluster.advance(10_000)
  expect(cluster.heard.told({ words: 'is gone' })).toBe(story`
    10s  Pod/web-#1-a  is gone
    10s  ReplicaSet/web-#1  is gone
    10s  Deployment/web  is gone
  `)
})

test('given a deletion that leaves orphans, then only the owner goes, and nobody tells an event', () => {
  const cluster = given()
  cluster.client.delete(deployment, 'default', 'web', { propagation: 'Orphan' })
  cluster.advance(10_000)
  expect(cluster.heard.told()).toBe(story`
    10s  Deployment/web  is gone
  `)
})

test('given an owner in another namespace, then the object is told that it has none there, and goes', () => {
  const cluster = smallCluster()
  const heard = storyOf(cluster, [configMap])
  cluster.client.create(namespace, { metadata: { name: 'shop' }, spec: {} })
  const { uid } = cluster.client.create(configMap, { metadata: { name: 'owner', namespace: 'shop' } }).metadata
  cluster.create(configMap, { metadata: { name: 'stray', ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }] } })
  cluster.advance(5000)
  expect(heard.told().replaceAll(uid, 'UID')).toBe(story`
    0s  ConfigMap/stray  garbage-collector-controller: Warning OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: UID] does not exist in namespace "default"
    0s  ConfigMap/stray  is gone
  `)
})
