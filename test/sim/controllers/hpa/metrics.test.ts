import { expect, test } from 'vitest'
import type { MetricSpec } from '../../../../src/sim/api/types/autoscaling-v2.gen'
import { createControllerManager } from '../../../../src/sim/controllers/all'
import type { MetricsSource } from '../../../../src/sim/controllers/hpa/metrics'
import { deployment } from '../../../../src/sim/kinds/apps/deployment'
import { horizontalPodAutoscaler } from '../../../../src/sim/kinds/autoscaling/horizontal-pod-autoscaler'
import { smallCluster, template } from '../small-cluster'

/** A Deployment of three Pods scaled by one metric, which `source` answers. */
function scaledBy(metric: MetricSpec, source: Omit<MetricsSource, 'podUsage'> = {}) {
  const cluster = smallCluster({ only: [] })
  const only = ['deployment-controller', 'replicaset-controller', 'horizontal-pod-autoscaler']
  createControllerManager({ server: cluster.server, only, metrics: { podUsage: () => undefined, ...source } }).start()
  cluster.create(deployment, {
    metadata: { name: 'web' },
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
  })
  cluster.advance(5000)
  cluster.create(horizontalPodAutoscaler, {
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [metric],
    },
  })
  cluster.advance(40_000)
  const status = cluster.client.get(horizontalPodAutoscaler, 'default', 'web')!.status!
  return {
    replicas: cluster.client.get(deployment, 'default', 'web')!.spec.replicas,
    shown: status.currentMetrics?.[0],
    active: status.conditions?.find(({ type }) => type === 'ScalingActive'),
    events: cluster.events('web').filter((event) => /Rescale|Failed/.test(event)),
  }
}

const pods: MetricSpec = {
  type: 'Pods',
  pods: { metric: { name: 'packets-per-second' }, target: { type: 'AverageValue', averageValue: '1k' } },
}
const object: MetricSpec = {
  type: 'Object',
  object: {
    metric: { name: 'requests-per-second' },
    describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main-route' },
    target: { type: 'Value', value: '2k' },
  },
}
const external: MetricSpec = {
  type: 'External',
  external: {
    metric: { name: 'queue_messages_ready', selector: { matchLabels: { queue: 'worker_tasks' } } },
    target: { type: 'AverageValue', averageValue: '30' },
  },
}

test('given Pods with twice the packets they should have, when it looks, then it doubles them', () => {
  const it = scaledBy(pods, { podMetric: () => 2_000_000 })
  expect(it.replicas).toBeGreaterThanOrEqual(4)
  expect(it.shown).toEqual({ type: 'Pods', pods: { metric: { name: 'packets-per-second' }, current: { averageValue: '2k' } } })
  expect(it.events[0]).toBe('Normal SuccessfulRescale New size: 6; reason: pods metric packets-per-second above target')
})

test('given an Ingress with three times its requests, when it looks, then there are twice the Pods, and more at the next look', () => {
  const it = scaledBy(object, { objectMetric: (_, kind, name) => (kind === 'Ingress' && name === 'main-route' ? 6_000_000 : undefined) })
  expect(it.events[0]).toBe('Normal SuccessfulRescale New size: 6; reason: Ingress metric requests-per-second above target')
  expect(it.active).toMatchObject({
    status: 'True',
    reason: 'ValidMetricFound',
    message: 'the HPA was able to successfully calculate a replica count from Ingress metric requests-per-second',
  })
})

test('given a queue of 150 messages, thirty for each Pod, when it looks, then there are five Pods', () => {
  const it = scaledBy(external, { externalMetric: () => 150_000 })
  expect(it.replicas).toBe(5)
  const selector = '&LabelSelector{MatchLabels:map[string]string{queue: worker_tasks,},MatchExpressions:[]LabelSelectorRequirement{},}'
  expect(it.events).toEqual([
    `Normal SuccessfulRescale New size: 5; reason: external metric queue_messages_ready(${selector}) above target`,
  ])
})

test.each([
  ['Pods', pods, 'FailedGetPodsMetric', 'pods', 'unable to get metric packets-per-second: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered'],
  ['an object', object, 'FailedGetObjectMetric', 'object', 'unable to get metric requests-per-second: Ingress on default main-route/unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered'],
  ['the outside', external, 'FailedGetExternalMetric', 'queue_messages_ready external', 'unable to get external metric default/queue_messages_ready/&LabelSelector{MatchLabels:map[string]string{queue: worker_tasks,},MatchExpressions:[]LabelSelectorRequirement{},}: unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue_messages_ready.external.metrics.k8s.io)'],
])('given nobody who measures %s, then nothing is scaled and it says what is missing', (_, metric, reason, sort, message) => {
  const it = scaledBy(metric)
  expect(it.replicas).toBe(3)
  expect(it.active).toMatchObject({ status: 'False', reason, message: `the HPA was unable to compute the replica count: ${message}` })
  expect(it.events).toEqual([
    `Warning ${reason} ${message}`,
    `Warning FailedComputeMetricsReplicas invalid metrics (1 invalid out of 1), first error is: failed to get ${sort} metric value: ${message}`,
  ])
}) // prettier-ignore
