import { expect, test } from 'vitest'
import type { KindDefinition } from '../../../../src/sim/api/kind'
import type { KubeObject } from '../../../../src/sim/api/object'
import { deployment } from '../../../../src/sim/kinds/apps/deployment'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { podDisruptionBudget } from '../../../../src/sim/kinds/policy/pod-disruption-budget'
import { story, storyOf } from '../../story'
import { smallCluster, template } from '../small-cluster'

test('given a budget of two, when three Pods come, one is evicted and replaced, and all go, then its condition follows', () => {
  const cluster = smallCluster({ only: ['deployment-controller', 'replicaset-controller', 'disruption-controller'] })
  const heard = storyOf(cluster, [podDisruptionBudget])
  cluster.create(podDisruptionBudget, { metadata: { name: 'web' }, spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } } })
  cluster.advance(5000)
  const labels = { app: 'web' }
  cluster.create(deployment, {
    metadata: { name: 'web' },
    spec: { replicas: 3, selector: { matchLabels: labels }, template: template(labels) },
  })
  cluster.advance(5000)
  cluster.client.create(
    pod as unknown as KindDefinition<KubeObject>, // the subresource takes an Eviction
    { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: cluster.pods()[0]!.metadata.name, namespace: 'default' } },
    { subresource: 'eviction' },
  )
  cluster.advance(10_000)
  cluster.client.scale(deployment, 'default', 'web', 0)
  cluster.advance(10_000)
  expect(heard.told({ about: 'PodDisruptionBudget' })).toBe(story`
    0s  PodDisruptionBudget/web  controllermanager: Normal NoPods: No matching pods found
    0s  PodDisruptionBudget/web  DisruptionAllowed=False InsufficientPods @1
    6s  PodDisruptionBudget/web  DisruptionAllowed=True SufficientPods @1
    10s  PodDisruptionBudget/web  DisruptionAllowed=False InsufficientPods @1
    11s  PodDisruptionBudget/web  DisruptionAllowed=True SufficientPods @1
    20s  PodDisruptionBudget/web  DisruptionAllowed=False InsufficientPods @1
    20s  PodDisruptionBudget/web  controllermanager: Normal NoPods: No matching pods found (x2)
  `)
})

test.each([
  ['nobody', 'Job', false],
  ['a Job', 'Job', true],
  ['a ReplicaSet that is no more', 'ReplicaSet', true],
])('given a percentage of Pods that %s owns, then it is told why it cannot be calculated', (_, kind, isOwned) => {
  const cluster = smallCluster({ only: ['disruption-controller'] })
  const heard = storyOf(cluster, [podDisruptionBudget])
  const ownerReferences = [{ apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1', kind, name: 'x', uid: 'x', controller: true }]
  cluster.create(pod, { metadata: { name: 'web', labels: { app: 'web' }, ...(isOwned && { ownerReferences }) }, spec: template({}).spec })
  cluster.advance(3000)
  cluster.create(podDisruptionBudget, {
    metadata: { name: 'web' },
    spec: { maxUnavailable: '50%', selector: { matchLabels: { app: 'web' } } },
  })
  cluster.advance(100)
  const labels = '&LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}'
  const failure = kind === 'Job' ? 'jobs.batch does not implement the scale subresource' : 'found no controllers for pod "web"'
  expect(heard.told().split('\n')).toEqual(
    isOwned
      ? [
          `3s  PodDisruptionBudget/web  controllermanager: Warning CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: ${failure}`,
          `3s  PodDisruptionBudget/web  DisruptionAllowed=False SyncFailed: ${failure} @1`,
        ]
      : [
          `3s  PodDisruptionBudget/web  controllermanager: Warning UnmanagedPods: Pods selected by this PodDisruptionBudget (selector: ${labels}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`,
          '3s  PodDisruptionBudget/web  DisruptionAllowed=False InsufficientPods @1',
        ],
  )
})
