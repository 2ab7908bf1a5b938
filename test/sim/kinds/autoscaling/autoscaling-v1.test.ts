import { expect, test } from 'vitest'
import { createApi } from '../api'

const at = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`
const spec = {
  scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
  maxReplicas: 3,
  metrics: [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
    { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } } },
    { type: 'Pods', pods: { metric: { name: 'packets' }, target: { type: 'AverageValue', averageValue: '1k' } } },
    { type: 'Object', object: { describedObject: { kind: 'Ingress', name: 'main' }, metric: { name: 'requests' }, target: { type: 'Value', value: '10k' } } },
  ],
  behavior: { scaleDown: { stabilizationWindowSeconds: 60, selectPolicy: 'Max', policies: [{ type: 'Pods', value: 2, periodSeconds: 30 }] } },
} // prettier-ignore

test('autoscaling/v1 carries what it cannot say in annotations, as a real server writes them, and loses nothing on the way back', () => {
  const { ask } = createApi()
  ask('POST', at('v2'), { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web' }, spec })
  const old = ask('GET', `${at('v1')}/web`).body
  expect(old.spec).toMatchObject({ targetCPUUtilizationPercentage: 50, maxReplicas: 3 })
  const riding = (name: string) => JSON.parse(old.metadata.annotations[`autoscaling.alpha.kubernetes.io/${name}`]) as unknown
  expect(riding('metrics')).toEqual([
    { type: 'Resource', resource: { name: 'memory', targetAverageValue: '100Mi' } },
    { type: 'Pods', pods: { metricName: 'packets', targetAverageValue: '1k' } },
    { type: 'Object', object: { target: { kind: 'Ingress', name: 'main' }, metricName: 'requests', targetValue: '10k' } },
  ])
  expect(riding('behavior')).toMatchObject({
    ScaleDown: {
      StabilizationWindowSeconds: 60,
      SelectPolicy: 'Max',
      Policies: [{ Type: 'Pods', Value: 2, PeriodSeconds: 30 }],
      Tolerance: null,
    },
  })
  ask('PUT', `${at('v1')}/web`, { ...old, spec: { ...old.spec, maxReplicas: 5 } })
  const back = ask('GET', `${at('v2')}/web`).body.spec
  expect(back.maxReplicas).toBe(5)
  expect(back.behavior.scaleDown).toEqual(spec.behavior.scaleDown)
  // The cpu comes last now: it was not among the others.
  expect(back.metrics).toEqual([...spec.metrics.slice(1), spec.metrics[0]])
})
