import type { AnyObject } from '../../api/object'
import type { HorizontalPodAutoscaler as OldAutoscaler } from '../../api/types/autoscaling-v1.gen'
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '../../api/types/autoscaling-v2.gen'
import type { ObjectMeta } from '../../api/types/meta-v1.gen'
import { withoutAbsent } from '../defaulting'
import { behaviourFromV1, behaviourToV1, metricFromV1, metricStatusFromV1, metricStatusToV1, metricToV1 } from './autoscaling-v1-metrics'

/** autoscaling/v1 knows one target, the utilization of cpu. What else there is rides along in these annotations, as JSON. */
const PREFIX = 'autoscaling.alpha.kubernetes.io/'
const RIDING = ['metrics', 'behavior', 'conditions', 'current-metrics'] as const
type Riding = (typeof RIDING)[number]

const isCpuUtilization = ({ type, resource }: MetricSpec | MetricStatus) =>
  type === 'Resource' && resource?.name === 'cpu' && !('target' in resource && resource.target.averageUtilization === undefined)

/** An autoscaling/v1 object as it is stored: in v2. */
export function fromAutoscalingV1(object: AnyObject): HorizontalPodAutoscaler {
  const { spec, status, ...rest } = object as unknown as OldAutoscaler // decoded as this version's type
  const { targetCPUUtilizationPercentage: cpu, ...specRest } = spec ?? {}
  const riding = (name: Riding): unknown => parse(object.metadata.annotations?.[PREFIX + name])
  const metrics = withCpuTarget(listed(riding('metrics')).map(metricFromV1), cpu) // what nobody understands is refused by validation
  const currentMetrics = listed(riding('current-metrics')).map(metricStatusFromV1)
  const { currentCPUUtilizationPercentage, ...statusRest } = status ?? {}
  const converted = {
    ...rest,
    apiVersion: 'autoscaling/v2',
    metadata: withoutRiding(object.metadata),
    spec: withoutAbsent({ ...specRest, metrics: metrics.length > 0 ? metrics : undefined, behavior: behaviourFromV1(riding('behavior')) }),
    status:
      status &&
      withoutAbsent({
        ...statusRest,
        conditions: riding('conditions'),
        currentMetrics: currentMetrics.length > 0 ? currentMetrics : cpuStatus(currentCPUUtilizationPercentage),
      }),
  }
  return withoutAbsent(converted) as unknown as HorizontalPodAutoscaler
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const cpuStatus = (averageUtilization: number | undefined): readonly MetricStatus[] | undefined =>
  averageUtilization === undefined ? undefined : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization } } }]

function withCpuTarget(metrics: readonly MetricSpec[], cpu: number | undefined): readonly MetricSpec[] {
  if (cpu === undefined) return metrics
  const metric: MetricSpec = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } } }
  return metrics.some(isCpuUtilization) ? metrics.map((other) => (isCpuUtilization(other) ? metric : other)) : [...metrics, metric]
}

/** A stored autoscaler as autoscaling/v1 shows it. */
export function toAutoscalingV1(object: HorizontalPodAutoscaler): AnyObject {
  const { metrics = [], behavior, ...spec } = object.spec
  const { conditions, currentMetrics, ...status } = object.status ?? { desiredReplicas: 0 }
  const cpu = metrics.find(isCpuUtilization)?.resource?.target.averageUtilization
  // The use of the cpu is all that v1 can say by itself.
  const others = metrics.filter((metric) => !isCpuUtilization(metric))
  const riding: Record<Riding, unknown> = {
    metrics: others.length > 0 ? others.map(metricToV1) : undefined,
    behavior: behavior && behaviourToV1(behavior),
    conditions,
    'current-metrics': currentMetrics?.map(metricStatusToV1),
  }
  const annotations = Object.fromEntries(
    RIDING.filter((name) => riding[name] !== undefined).map((name) => [PREFIX + name, JSON.stringify(riding[name])]),
  )
  const currentCpu = currentMetrics?.find(isCpuUtilization)?.resource?.current.averageUtilization
  return withoutAbsent({
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata:
      Object.keys(annotations).length > 0
        ? { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } }
        : object.metadata,
    spec: withoutAbsent({ ...spec, targetCPUUtilizationPercentage: cpu }),
    status: object.status && withoutAbsent({ currentReplicas: 0, ...status, currentCPUUtilizationPercentage: currentCpu }),
  }) as unknown as AnyObject
}

function withoutRiding(metadata: ObjectMeta): ObjectMeta {
  if (!metadata.annotations) return metadata
  const kept = Object.entries(metadata.annotations).filter(([key]) => !RIDING.some((name) => key === PREFIX + name))
  const { annotations, ...rest } = metadata
  if (kept.length === Object.keys(annotations).length) return metadata
  return kept.length > 0 ? { ...rest, annotations: Object.fromEntries(kept) } : rest
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined // an annotation that somebody wrote by hand and wrong says nothing
  }
}
