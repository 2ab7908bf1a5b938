import { describe, expect, test } from 'vitest'
import type { KindDefinition } from '../../../src/sim/api/kind'
import type { KubeObject } from '../../../src/sim/api/object'
import { isStatus } from '../../../src/sim/api/status'
import type { Pod } from '../../../src/sim/api/types/core-v1.gen'
import type { PodDisruptionBudget } from '../../../src/sim/api/types/policy-v1.gen'
import { deployment } from '../../../src/sim/kinds/apps/deployment'
import { pod } from '../../../src/sim/kinds/core/pod'
import { podDisruptionBudget } from '../../../src/sim/kinds/policy/pod-disruption-budget'
import { smallCluster, template } from './small-cluster'

/** A Deployment `web` of three whose Pods get ready or not, and a budget. */
function budgeted(spec: Partial<PodDisruptionBudget['spec']>, isBroken: (pod: Pod) => boolean = () => false) {
  const cluster = smallCluster({
    only: ['deployment-controller', 'replicaset-controller', 'disruption-controller'],
    fate: (it) => (isBroken(it) ? {} : { readyAfterMs: 700 }),
  })
  cluster.create(podDisruptionBudget, { metadata: { name: 'web' }, spec: { selector: { matchLabels: { app: 'web' } }, ...spec } })
  const status = () => cluster.client.get(podDisruptionBudget, 'default', 'web')!.status!
  const deploy = (replicas = 3) => {
    cluster.create(deployment, {
      metadata: { name: 'web' },
      spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
    })
    cluster.advance(5000)
  }
  const evict = ({ metadata: { name } }: Pod) => {
    try {
      const answer: unknown = cluster.client.create(
        pod as unknown as KindDefinition<KubeObject>, // the subresource takes an Eviction
        { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'default' } },
        { subresource: 'eviction' },
      )
      return (answer as { readonly message?: string } | undefined)?.message ?? 'evicted' // a Status
    } catch (error) {
      return isStatus(error, 'TooManyRequests') ? (error.status.details?.causes?.[0]?.message ?? error.message) : String(error)
    }
  }
  return { ...cluster, status, deploy, evict }
}

test('given a budget without Pods, then it says so once, and counts them when they come', () => {
  const cluster = budgeted({ minAvailable: 2 })
  cluster.advance(2000)
  expect(cluster.status()).toMatchObject({ disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 2, expectedPods: 0 })
  expect(cluster.status().conditions).toMatchObject([{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' }])
  expect(cluster.events('web')).toEqual(['Normal NoPods No matching pods found'])
  cluster.deploy()
  expect(cluster.status()).toMatchObject({ disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 })
  expect(cluster.status().conditions).toMatchObject([{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods' }])
})

test.each([
  ['minAvailable 2', { minAvailable: 2 }, 5, { disruptionsAllowed: 3, desiredHealthy: 2 }],
  ['minAvailable 50% of 5, rounded up', { minAvailable: '50%' }, 5, { disruptionsAllowed: 2, desiredHealthy: 3 }],
  ['maxUnavailable 1', { maxUnavailable: 1 }, 5, { disruptionsAllowed: 1, desiredHealthy: 4 }],
  ['maxUnavailable 30% of 5, rounded up', { maxUnavailable: '30%' }, 5, { disruptionsAllowed: 2, desiredHealthy: 3 }],
  ['maxUnavailable 0', { maxUnavailable: 0 }, 5, { disruptionsAllowed: 0, desiredHealthy: 5 }],
  ['minAvailable more than there are', { minAvailable: 9 }, 5, { disruptionsAllowed: 0, desiredHealthy: 9 }],
])('%s', (_, spec, replicas, status) => {
  const cluster = budgeted(spec)
  cluster.deploy(replicas)
  expect(cluster.status()).toMatchObject({ ...status, currentHealthy: replicas, expectedPods: replicas })
})

test('given Pods that nobody manages, then shares of them cannot be counted and nothing may be disrupted', () => {
  const cluster = budgeted({ maxUnavailable: 1 })
  const it = cluster.create(pod, {
    metadata: { name: 'alone', labels: { app: 'web' } },
    spec: { containers: [{ name: 'c', image: 'nginx' }] },
  })
  cluster.advance(5000)
  expect(cluster.status().disruptionsAllowed).toBe(0)
  expect(cluster.status().conditions).toMatchObject([
    { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '' },
  ])
  expect(cluster.events('web').some((it) => it.startsWith('Warning UnmanagedPods Pods selected by this PodDisruptionBudget'))).toBe(true)
  expect(cluster.evict(it)).toBe('The disruption budget web needs 0 healthy pods and has 1 currently')
})

describe('a Pod that is not ready', () => {
  const broken = (it: Pod) => it.metadata.name !== '' && brokenOnes.has(it.metadata.name)
  const brokenOnes = new Set<string>()
  /** Three Pods of which one runs without getting ready. */
  function withOneBroken(policy?: string) {
    const cluster = budgeted({ minAvailable: 3, ...(policy && { unhealthyPodEvictionPolicy: policy }) }, broken)
    cluster.deploy()
    const [victim] = cluster.pods()
    cluster.client.patch(
      pod,
      'default',
      victim!.metadata.name,
      'strategic',
      { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] } },
      { subresource: 'status' },
    )
    cluster.advance(2000)
    return { ...cluster, victim: cluster.client.get(pod, 'default', victim!.metadata.name)! }
  }

  test('may not be evicted while the budget is not met: somebody could need it', () => {
    const { evict, victim, status } = withOneBroken()
    expect(status()).toMatchObject({ currentHealthy: 2, desiredHealthy: 3, disruptionsAllowed: 0 })
    expect(evict(victim)).toBe('The disruption budget web needs 3 healthy pods and has 2 currently')
  })

  test('may always be evicted with unhealthyPodEvictionPolicy AlwaysAllow; the others may not', () => {
    const { evict, victim, pods } = withOneBroken('AlwaysAllow')
    const other = pods().find(({ metadata }) => metadata.uid !== victim.metadata.uid)!
    expect(evict(other)).toBe('The disruption budget web needs 3 healthy pods and has 2 currently')
    expect(evict(victim)).toBe('evicted')
  })

  test('may be evicted with IfHealthyBudget when the others satisfy the budget', () => {
    const { evict, victim, client, advance } = withOneBroken('IfHealthyBudget')
    client.patch(podDisruptionBudget, 'default', 'web', 'merge', { spec: { minAvailable: 2 } })
    advance(2000)
    expect(evict(victim)).toBe('evicted')
  })
})

test('given an eviction, then the Pod is as good as gone until it is, and the budget is spent meanwhile', () => {
  const cluster = budgeted({ maxUnavailable: 1 })
  cluster.deploy()
  const [first, second] = cluster.pods()
  expect(cluster.evict(first!)).toBe('evicted')
  expect(cluster.evict(second!)).toBe('The disruption budget web needs 2 healthy pods and has 3 currently')
  cluster.advance(200)
  expect(cluster.status()).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 0 })
  cluster.advance(5000)
  expect(cluster.status()).toMatchObject({ currentHealthy: 3, disruptionsAllowed: 1 })
  expect(cluster.evict(second!)).toBe('evicted')
})

test('a Pod that has not started or has ended may be evicted whatever the budget says', () => {
  const cluster = budgeted({ minAvailable: '100%' })
  cluster.deploy()
  const [it] = cluster.pods()
  cluster.client.patch(pod, 'default', it!.metadata.name, 'strategic', { status: { phase: 'Failed' } }, { subresource: 'status' })
  expect(cluster.evict(cluster.client.get(pod, 'default', it!.metadata.name)!)).toBe('evicted')
})

test('two budgets over one Pod make eviction impossible', () => {
  const cluster = budgeted({ minAvailable: 1 })
  cluster.create(podDisruptionBudget, { metadata: { name: 'also' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } } })
  cluster.deploy()
  expect(cluster.evict(cluster.pods()[0]!)).toContain(
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  )
})
