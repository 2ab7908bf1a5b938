import type { FieldError, FieldPath } from '../../api/field-path'
import type { HorizontalPodAutoscalerBehavior, HorizontalPodAutoscalerSpec, MetricSpec } from '../../api/types/autoscaling-v2.gen'
import { pathSegment } from '../../formats/names'
import { invalidName, requiredOneOf } from '../field-checks'

/** Complaints about an autoscaler's spec. See `validateHorizontalPodAutoscalerSpec`. */
export function autoscalerErrors(spec: HorizontalPodAutoscalerSpec, at: FieldPath): FieldError[] {
  const { minReplicas, maxReplicas, scaleTargetRef, metrics = [] } = spec
  const errors: FieldError[] = []
  if (minReplicas !== undefined && minReplicas < 1)
    errors.push(at('minReplicas').invalid(minReplicas, 'must be greater than or equal to 1'))
  if (!((maxReplicas ?? 0) >= 1)) errors.push(at('maxReplicas').invalid(maxReplicas ?? 0, 'must be greater than 0'))
  if (minReplicas !== undefined && (maxReplicas ?? 0) < minReplicas)
    errors.push(at('maxReplicas').invalid(maxReplicas ?? 0, 'must be greater than or equal to `minReplicas`'))
  for (const field of ['kind', 'name'] as const) {
    const value = scaleTargetRef?.[field]
    const here = at('scaleTargetRef', field)
    errors.push(...(value ? invalidName(value, here, pathSegment) : [here.required()]))
  }
  metrics.forEach((metric, index) => errors.push(...metricErrors(metric, at('metrics', index))))
  for (const direction of ['scaleUp', 'scaleDown'] as const) {
    const rules = spec.behavior?.[direction]
    if (rules) errors.push(...rulesErrors(rules, at('behavior', direction)))
  }
  return errors
}

const SOURCES = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
} as const

function metricErrors(metric: MetricSpec, at: FieldPath): FieldError[] {
  if (!metric.type) return [at('type').required('must specify a metric source type')]
  const source = SOURCES[metric.type as keyof typeof SOURCES]
  if (!source) return [at('type').notSupported(metric.type, Object.keys(SOURCES).sort())]
  const value = metric[source]
  const here = at(source)
  if (!value) return [here.required(`must populate information for the given metric source`)]
  const errors: FieldError[] = 'name' in value && !value.name ? [here('name').required('must specify a resource name')] : []
  if ('metric' in value && !value.metric?.name) errors.push(here('metric', 'name').required('must specify a metric name'))
  const { target } = value
  errors.push(...requiredOneOf(target?.type, ['Utilization', 'Value', 'AverageValue'], here('target', 'type')))
  const utilization = target?.averageUtilization
  if (utilization !== undefined && utilization < 1)
    errors.push(here('target', 'averageUtilization').invalid(utilization, 'must be greater than 0'))
  if (source === 'resource' && target && utilization === undefined && target.averageValue === undefined)
    errors.push(here('target', 'averageUtilization').required('must set either a target raw value or a target utilization'))
  return errors
}

function rulesErrors(rules: NonNullable<HorizontalPodAutoscalerBehavior['scaleUp']>, at: FieldPath): FieldError[] {
  const { stabilizationWindowSeconds: window, policies = [] } = rules
  const errors: FieldError[] = []
  if ((window ?? 0) < 0) errors.push(at('stabilizationWindowSeconds').invalid(window, 'must be greater than or equal to zero'))
  if ((window ?? 0) > 3600) errors.push(at('stabilizationWindowSeconds').invalid(window, 'must be less than or equal to 3600'))
  errors.push(...requiredOneOf(rules.selectPolicy, ['Max', 'Min', 'Disabled'], at('selectPolicy')))
  if (policies.length === 0) errors.push(at('policies').required('must specify at least one Policy'))
  policies.forEach(({ type, value, periodSeconds }, index) => {
    const here = at('policies', index)
    errors.push(...requiredOneOf(type, ['Pods', 'Percent'], here('type')))
    if (!(value > 0)) errors.push(here('value').invalid(value ?? 0, 'must be greater than zero'))
    if (!(periodSeconds > 0)) errors.push(here('periodSeconds').invalid(periodSeconds ?? 0, 'must be greater than zero'))
    else if (periodSeconds > 1800) errors.push(here('periodSeconds').invalid(periodSeconds, 'must be less than or equal to 1800'))
  })
  return errors
}
