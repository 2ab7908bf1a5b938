import { describe, expect, test } from 'vitest'
import { createControllerManager } from '../../../src/sim/controllers/all'
import { deployment } from '../../../src/sim/kinds/apps/deployment'
import { horizontalPodAutoscaler } from '../../../src/sim/kinds/autoscaling/horizontal-pod-autoscaler'
import { job } from '../../../src/sim/kinds/batch/job'
import { pod } from '../../../src/sim/kinds/core/pod'
import { resourceQuota } from '../../../src/sim/kinds/core/resource-quota'
import { clusterRole } from '../../../src/sim/kinds/rbac/cluster-role'
import { smallCluster, template } from './small-cluster'

/** A Deployment whose Pods use what `load` says, each an equal share of it. */
function autoscaled(spec: object = {}, requests: Record<string, string> = { cpu: '100m' }) {
  const cluster = smallCluster({ only: [] })
  let load = 0
  const manager = createControllerManager({
    server: cluster.server,
    only: ['deployment-controller', 'replicaset-controller', 'horizontal-pod-autoscaler'],
    metrics: {
      podUsage: (it) =>
        it.status?.phase === 'Running'
          ? new Map([['web', load / Math.max(1, cluster.pods('app=web').filter((other) => other.status?.phase === 'Running').length)]])
          : undefined,
    },
  })
  manager.start()
  const it = template({ app: 'web' })
  cluster.create(deployment, {
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: { ...it, spec: { containers: [{ ...it.spec.containers[0]!, resources: { requests } }] } },
    },
  })
  cluster.create(horizontalPodAutoscaler, {
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
      ...spec,
    },
  })
  const status = () => cluster.client.get(horizontalPodAutoscaler, 'default', 'web')!.status!
  const condition = (type: string) => status().conditions?.find((each) => each.type === type)
  const replicas = () => cluster.client.get(deployment, 'default', 'web')!.spec.replicas
  return { ...cluster, setLoad: (milliCpu: number) => (load = milliCpu), status, condition, replicas }
}

describe('a HorizontalPodAutoscaler', () => {
  test('grows with the load, at most to four Pods or to the double at once, and shrinks only after five quiet minutes', () => {
    const cluster = autoscaled()
    cluster.advance(20_000)
    expect(cluster.condition('AbleToScale')).toMatchObject({ status: 'True' })
    cluster.setLoad(400)
    cluster.advance(16_000)
    expect(cluster.replicas()).toBe(4)
    expect(cluster.events('web')).toContain(
      'Normal SuccessfulRescale New size: 4; reason: cpu resource utilization (percentage of request) above target',
    )
    cluster.advance(60_000)
    expect(cluster.replicas()).toBe(8)
    expect(cluster.status()).toMatchObject({
      currentReplicas: 8,
      desiredReplicas: 8,
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 50, averageValue: '50m' } } }],
    })
    expect(cluster.condition('ScalingActive')).toMatchObject({
      status: 'True',
      reason: 'ValidMetricFound',
      message: 'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
    })
    cluster.setLoad(50)
    cluster.advance(200_000)
    expect(cluster.replicas()).toBe(8)
    expect(cluster.condition('AbleToScale')).toMatchObject({
      reason: 'ScaleDownStabilized',
      message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
    })
    cluster.advance(150_000)
    expect(cluster.replicas()).toBe(1)
    expect(cluster.events('web')).toContain('Normal SuccessfulRescale New size: 1; reason: All metrics below target')
  })

  test('stops at maxReplicas and says so', () => {
    const cluster = autoscaled({ maxReplicas: 3 })
    cluster.setLoad(5000)
    cluster.advance(60_000)
    expect(cluster.replicas()).toBe(3)
    expect(cluster.condition('ScalingLimited')).toMatchObject({
      status: 'True',
      reason: 'TooManyReplicas',
      message: 'the desired replica count is more than the maximum replica count',
    })
  })

  test('does nothing within ten percent of its target', () => {
    const cluster = autoscaled()
    cluster.setLoad(54)
    cluster.advance(120_000)
    expect(cluster.replicas()).toBe(1)
  })

  test('cannot work without a request to measure against', () => {
    const cluster = autoscaled({}, {})
    cluster.setLoad(100)
    cluster.advance(60_000)
    const [it] = cluster.pods('app=web')
    expect(cluster.condition('ScalingActive')).toMatchObject({
      status: 'False',
      reason: 'FailedGetResourceMetric',
      message: `the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container web of Pod ${it!.metadata.name}`,
    })
  })

  test('takes its own time when its behaviour says so', () => {
    const cluster = autoscaled({ behavior: { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } } })
    cluster.setLoad(1000)
    cluster.advance(31_000)
    expect(cluster.replicas()).toBe(2)
    expect(cluster.condition('ScalingLimited')).toMatchObject({
      status: 'True',
      reason: 'ScaleUpLimit',
      message: 'the desired replica count is increasing faster than the maximum scale rate',
    })
    cluster.advance(60_000)
    expect(cluster.replicas()).toBe(3)
  })
})

test('a ResourceQuota counts what is there, and counts again when something goes', () => {
  const cluster = smallCluster({ only: ['resourcequota-controller'] })
  cluster.create(resourceQuota, {
    metadata: { name: 'all' },
    spec: { hard: { pods: '5', 'requests.cpu': '2', 'count/deployments.apps': '2' } },
  })
  for (const name of ['a', 'b'])
    cluster.create(pod, {
      metadata: { name },
      spec: { containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '300m' } } }] },
    })
  cluster.client.patch(resourceQuota, 'default', 'all', 'merge', { spec: { hard: { pods: '6' } } })
  cluster.advance(3000)
  const used = () => cluster.client.get(resourceQuota, 'default', 'all')!.status
  expect(used()).toEqual({
    hard: { pods: '6', 'requests.cpu': '2', 'count/deployments.apps': '2' },
    used: { pods: '2', 'requests.cpu': '600m', 'count/deployments.apps': '0' },
  })
  cluster.client.delete(pod, 'default', 'a')
  cluster.advance(3000)
  expect(used()!.used).toMatchObject({ pods: '1', 'requests.cpu': '300m' })
})

test('a finished Job goes when its ttlSecondsAfterFinished have passed', () => {
  const cluster = smallCluster({
    only: ['job-controller', 'ttl-after-finished-controller', 'generic-garbage-collector'],
    fate: () => ({ readyAfterMs: 100, ends: { afterMs: 1000, exitCode: 0 } }),
  })
  cluster.create(job, {
    metadata: { name: 'once' },
    spec: { ttlSecondsAfterFinished: 30, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } } },
  })
  cluster.advance(20_000)
  expect(cluster.client.get(job, 'default', 'once')).toBeDefined()
  cluster.advance(20_000)
  expect(cluster.client.get(job, 'default', 'once')).toBeUndefined()
  expect(cluster.pods()).toEqual([])
})

test('a ClusterRole with an aggregation rule has the rules of all that carry its label', () => {
  const cluster = smallCluster({ only: ['clusterrole-aggregation-controller'] })
  const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] })
  cluster.create(clusterRole, {
    metadata: { name: 'monitoring' },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { monitoring: 'true' } }] },
  })
  cluster.create(clusterRole, { metadata: { name: 'pods', labels: { monitoring: 'true' } }, rules: [rule('pods')] })
  cluster.create(clusterRole, { metadata: { name: 'nodes', labels: { monitoring: 'true' } }, rules: [rule('nodes')] })
  cluster.advance(1000)
  expect(cluster.client.get(clusterRole, undefined, 'monitoring')!.rules).toEqual([rule('nodes'), rule('pods')])
})
