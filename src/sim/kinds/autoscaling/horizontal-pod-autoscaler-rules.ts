import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerSpec,
  MetricSpec,
} from '../../api/types/autoscaling-v2.gen'
import { autoscalerErrors } from './autoscaler-validation'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { targetsText } from './metric-targets'

/** What may be written of a HorizontalPodAutoscaler, and what `kubectl get` shows of it. */
export const horizontalPodAutoscalerRules: KindRules<HorizontalPodAutoscaler> = {
  defaults: (object) => changeField(withEmpty(object, 'spec'), 'spec', specDefaults),
  // Go has no list here yet, which JSON tells as null.
  beforeCreate: (object) => ({ ...object, status: { currentMetrics: null, desiredReplicas: 0 } as unknown as typeof object.status }),
  validate: ({ spec }, at) => autoscalerErrors(spec, at('spec')),
  columns: [
    ['Reference', ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`],
    ['Targets', targetsText],
    ['MinPods', ({ spec }) => String(spec.minReplicas ?? '<unset>')],
    ['MaxPods', ({ spec }) => spec.maxReplicas],
    ['Replicas', ({ status }) => status?.currentReplicas ?? 0],
    age,
  ],
}

const CPU_AT_80: MetricSpec = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }

function specDefaults(spec: HorizontalPodAutoscalerSpec): HorizontalPodAutoscalerSpec {
  const result = withDefaults(spec, { minReplicas: 1, ...(!spec.metrics?.length && { metrics: [CPU_AT_80] }) })
  const withMetrics = result.metrics?.length === 0 ? { ...result, metrics: [CPU_AT_80] } : result
  return changeField(withMetrics, 'behavior', behaviorDefaults)
}

/** Once a behaviour is told at all, what it leaves out is written down. */
function behaviorDefaults(behavior: HorizontalPodAutoscalerBehavior): HorizontalPodAutoscalerBehavior {
  const both = withEmpty(behavior, 'scaleUp', 'scaleDown')
  const up = changeField(both, 'scaleUp', (rules) =>
    withDefaults(rules, {
      stabilizationWindowSeconds: 0,
      selectPolicy: 'Max',
      policies: [
        { type: 'Pods', value: 4, periodSeconds: 15 },
        { type: 'Percent', value: 100, periodSeconds: 15 },
      ],
    }),
  )
  return changeField(up, 'scaleDown', (rules) =>
    withDefaults(rules, { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] }),
  )
}
