import { expect, test } from 'vitest'
import { createControllerManager } from '../../../../src/sim/controllers/all'
import { deployment } from '../../../../src/sim/kinds/apps/deployment'
import { horizontalPodAutoscaler } from '../../../../src/sim/kinds/autoscaling/horizontal-pod-autoscaler'
import { story, storyOf } from '../../story'
import { smallCluster, template } from '../small-cluster'

/** An autoscaler at half of 100m CPU for a Deployment `web`, whose Pods share the load that is set (in thousandths of a CPU; undefined: nobody measures it). */
function given({
  spec = {},
  requests = { cpu: '100m' },
  target = 'web',
}: { spec?: object; requests?: Record<string, string>; target?: string } = {}) {
  const cluster = smallCluster({ only: [] })
  let load: number | undefined = 40
  const running = () => cluster.pods('app=web').filter(({ status }) => status?.phase === 'Running').length
  createControllerManager({
    server: cluster.server,
    only: ['deployment-controller', 'replicaset-controller', 'horizontal-pod-autoscaler'],
    metrics: {
      podUsage: ({ status }) => (status?.phase === 'Running' && load !== undefined ? new Map([['web', load / running()]]) : undefined),
    },
  }).start()
  const heard = storyOf(cluster, [horizontalPodAutoscaler])
  const it = template({ app: 'web' })
  cluster.create(deployment, {
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: { ...it, spec: { containers: [{ ...it.spec.containers[0]!, resources: { requests } }] } },
    },
  })
  cluster.advance(5000)
  cluster.create(horizontalPodAutoscaler, {
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target },
      minReplicas: 1,
      maxReplicas: 5,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
      ...spec,
    },
  })
  const told = () => heard.told({ about: 'HorizontalPodAutoscaler' })
  return { ...cluster, heard, told, setLoad: (milliCpu: number | undefined) => (load = milliCpu) }
}

test('given load, then it grows to its maximum and says so, and shrinks five minutes after the load is gone', () => {
  const cluster = given()
  cluster.advance(40_000)
  expect(cluster.told()).toBe(story`
    20s  HorizontalPodAutoscaler/web  AbleToScale=True ReadyForNewScale: recommended size matches current size
    20s  HorizontalPodAutoscaler/web  ScalingActive=True ValidMetricFound: the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)
    20s  HorizontalPodAutoscaler/web  ScalingLimited=False DesiredWithinRange: the desired count is within the acceptable range
  `)
  cluster.setLoad(500)
  cluster.advance(60_000)
  expect(cluster.told()).toBe(story`
    50s  HorizontalPodAutoscaler/web  horizontal-pod-autoscaler: Normal SuccessfulRescale: New size: 4; reason: cpu resource utilization (percentage of request) above target
    50s  HorizontalPodAutoscaler/web  AbleToScale=True SucceededRescale: the HPA controller was able to update the target scale to 4
    50s  HorizontalPodAutoscaler/web  ScalingLimited=True ScaleUpLimit: the desired replica count is increasing faster than the maximum scale rate
    65s  HorizontalPodAutoscaler/web  horizontal-pod-autoscaler: Normal SuccessfulRescale: New size: 5; reason: cpu resource utilization (percentage of request) above target
    65s  HorizontalPodAutoscaler/web  AbleToScale=True SucceededRescale: the HPA controller was able to update the target scale to 5
    65s  HorizontalPodAutoscaler/web  ScalingLimited=True TooManyReplicas: the desired replica count is more than the maximum replica count
    80s  HorizontalPodAutoscaler/web  AbleToScale=True ReadyForNewScale: recommended size matches current size
  `)
  cluster.setLoad(10)
  cluster.advance(400_000)
  expect(cluster.told()).toBe(story`
    110s  HorizontalPodAutoscaler/web  AbleToScale=True ScaleDownStabilized: recent recommendations were higher than current one, applying the highest recent recommendation
    410s  HorizontalPodAutoscaler/web  horizontal-pod-autoscaler: Normal SuccessfulRescale: New size: 1; reason: All metrics below target
    410s  HorizontalPodAutoscaler/web  AbleToScale=True SucceededRescale: the HPA controller was able to update the target scale to 1
    410s  HorizontalPodAutoscaler/web  ScalingLimited=False DesiredWithinRange: the desired count is within the acceptable range
    425s  HorizontalPodAutoscaler/web  AbleToScale=True ReadyForNewScale: recommended size matches current size
  `)
})

test('given nobody who measures, then it says that there are no metrics, until there are', () => {
  const cluster = given()
  cluster.setLoad(undefined)
  cluster.advance(40_000)
  expect(cluster.told()).toBe(story`
    20s  HorizontalPodAutoscaler/web  horizontal-pod-autoscaler: Warning FailedGetResourceMetric: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API
    20s  HorizontalPodAutoscaler/web  horizontal-pod-autoscaler: Warning FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API
    20s  HorizontalPodAutoscaler/web  AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale
    20s  HorizontalPodAutoscaler/web  ScalingActive=False FailedGetResourceMetric: the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API
    35s  HorizontalPodAutoscaler/web  horizontal-pod-autoscaler: Warning FailedGetResourceMetric: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API (x2)
    35s  HorizontalPodAutoscaler/web  horizontal-pod-autoscaler: Warning FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API (x2)
  `)
  cluster.setLoad(40)
  cluster.advance(40_000)
  expect(cluster.told()).toBe(story`
    50s  HorizontalPodAutoscaler/web  AbleToScale=True ReadyForNewScale: recommended size matches current size
    50s  HorizontalPodAutoscaler/web  ScalingActive=True ValidMetricFound: the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)
    50s  HorizontalPodAutoscaler/web  ScalingLimited=False DesiredWithinRange: the desired count is within the acceptable range
  `)
})

test('given Pods without a request, then there is nothing to measure a share against', () => {
  const cluster = given({ requests: {} })
  cluster.advance(20_000)
  expect(cluster.told()).toBe(story`
    20s  HorizontalPodAutoscaler/web  horizontal-pod-autoscaler: Warning FailedGetResourceMetric: failed to get cpu utilization: missing request for cpu in container web of Pod web-#1-a
    20s  HorizontalPodAutoscaler/web  horizontal-pod-autoscaler: Warning FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: failed to get cpu utilization: missing request for cpu in container web of Pod web-#1-a
    20s  HorizontalPodAutoscaler/web  AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale
    20s  HorizontalPodAutoscaler/web  ScalingActive=False FailedGetResourceMetric: the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container web of Pod web-#1-a
  `)
})

test('given a target that does not exist, then it cannot get its scale; given one of zero replicas, it is switched off', () => {
  const lost = given({ target: 'wbe' })
  lost.advance(20_000)
  expect(lost.told()).toBe(story`
    20s  HorizontalPodAutoscaler/web  horizontal-pod-autoscaler: Warning FailedGetScale: deployments.apps "wbe" not found
    20s  HorizontalPodAutoscaler/web  AbleToScale=False FailedGetScale: the HPA controller was unable to get the target's current scale: deployments.apps "wbe" not found
  `)
  const cluster = given()
  cluster.advance(20_000)
  cluster.told()
  cluster.client.scale(deployment, 'default', 'web', 0)
  cluster.advance(20_000)
  expect(cluster.told()).toBe(story`
    35s  HorizontalPodAutoscaler/web  AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale
    35s  HorizontalPodAutoscaler/web  ScalingActive=False ScalingDisabled: scaling is disabled since the replica count of the target is zero
  `)
})

test('given two autoscalers for one Deployment, then neither knows whose Pods they are', () => {
  const cluster = given()
  cluster.advance(20_000)
  cluster.told()
  const { spec } = cluster.client.get(horizontalPodAutoscaler, 'default', 'web')!
  cluster.create(horizontalPodAutoscaler, { metadata: { name: 'second' }, spec })
  cluster.advance(20_000)
  expect(cluster.told()).toBe(story`
    35s  HorizontalPodAutoscaler/web  horizontal-pod-autoscaler: Warning AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs: [default/second default/web]
    35s  HorizontalPodAutoscaler/web  AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale
    35s  HorizontalPodAutoscaler/web  ScalingActive=False AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs: [default/second default/web]
    40s  HorizontalPodAutoscaler/second  horizontal-pod-autoscaler: Warning AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs: [default/second default/web]
    40s  HorizontalPodAutoscaler/second  AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale
    40s  HorizontalPodAutoscaler/second  ScalingActive=False AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs: [default/second default/web]
  `)
})

test('given rules of behaviour that slow it down, then it says that it is limited', () => {
  const cluster = given({ spec: { behavior: { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } } } })
  cluster.advance(20_000)
  cluster.told()
  cluster.setLoad(500)
  cluster.advance(80_000)
  expect(cluster.told()).toBe(story`
    35s  HorizontalPodAutoscaler/web  horizontal-pod-autoscaler: Normal SuccessfulRescale: New size: 2; reason: cpu resource utilization (percentage of request) above target
    35s  HorizontalPodAutoscaler/web  AbleToScale=True SucceededRescale: the HPA controller was able to update the target scale to 2
    35s  HorizontalPodAutoscaler/web  ScalingLimited=True ScaleUpLimit: the desired replica count is increasing faster than the maximum scale rate
    50s  HorizontalPodAutoscaler/web  AbleToScale=True ReadyForNewScale: recommended size matches current size
    95s  HorizontalPodAutoscaler/web  horizontal-pod-autoscaler: Normal SuccessfulRescale: New size: 3; reason: cpu resource utilization (percentage of request) above target
    95s  HorizontalPodAutoscaler/web  AbleToScale=True SucceededRescale: the HPA controller was able to update the target scale to 3
  `)
})

test('given more replicas than its maximum, then it takes the surplus away before it measures', () => {
  const cluster = given()
  cluster.advance(20_000)
  cluster.told()
  cluster.client.scale(deployment, 'default', 'web', 8)
  cluster.advance(20_000)
  expect(cluster.told()).toBe(story`
    35s  HorizontalPodAutoscaler/web  horizontal-pod-autoscaler: Normal SuccessfulRescale: New size: 5; reason: Current number of replicas above Spec.MaxReplicas
    35s  HorizontalPodAutoscaler/web  AbleToScale=True SucceededRescale: the HPA controller was able to update the target scale to 5
  `)
})
