import type { HorizontalPodAutoscalerBehavior, HPAScalingRules, MetricSpec, MetricStatus } from '../../api/types/autoscaling-v2.gen'
import { withoutAbsent } from '../defaulting'

/*
 * Metrics and behaviour as autoscaling/v1 writes them into its annotations: metrics by names of its own, behaviour by the names that a server has
 * inside.
 */

/** Of each source: where a name of autoscaling/v1 stands in v2. */
type Names = Readonly<Record<string, readonly string[]>>

const SPEC: Readonly<Record<string, Names>> = {
  object: { target: ['describedObject'], metricName: ['metric', 'name'], targetValue: ['target', 'value'], selector: ['metric', 'selector'], averageValue: ['target', 'averageValue'] },
  pods: { metricName: ['metric', 'name'], targetAverageValue: ['target', 'averageValue'], selector: ['metric', 'selector'] },
  resource: { name: ['name'], targetAverageUtilization: ['target', 'averageUtilization'], targetAverageValue: ['target', 'averageValue'] },
  containerResource: { name: ['name'], targetAverageUtilization: ['target', 'averageUtilization'], targetAverageValue: ['target', 'averageValue'], container: ['container'] },
  external: { metricName: ['metric', 'name'], metricSelector: ['metric', 'selector'], targetValue: ['target', 'value'], targetAverageValue: ['target', 'averageValue'] },
} // prettier-ignore

const STATUS: Readonly<Record<string, Names>> = {
  object: { target: ['describedObject'], metricName: ['metric', 'name'], currentValue: ['current', 'value'], selector: ['metric', 'selector'], averageValue: ['current', 'averageValue'] },
  pods: { metricName: ['metric', 'name'], currentAverageValue: ['current', 'averageValue'], selector: ['metric', 'selector'] },
  resource: { name: ['name'], currentAverageUtilization: ['current', 'averageUtilization'], currentAverageValue: ['current', 'averageValue'] },
  containerResource: { name: ['name'], currentAverageUtilization: ['current', 'averageUtilization'], currentAverageValue: ['current', 'averageValue'], container: ['container'] },
  external: { metricName: ['metric', 'name'], metricSelector: ['metric', 'selector'], currentValue: ['current', 'value'], currentAverageValue: ['current', 'averageValue'] },
} // prettier-ignore

type Fields = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const sourceOf = (metric: Fields, table: Readonly<Record<string, Names>>) => Object.keys(table).find((name) => isObject(metric[name]))

function toV1(metric: Fields, table: Readonly<Record<string, Names>>): object {
  const source = sourceOf(metric, table)
  if (source === undefined) return metric
  const at = (path: readonly string[]) => path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), metric[source])
  const fields = Object.entries(table[source]!).map(([name, path]) => [name, at(path)])
  return { type: metric.type, [source]: withoutAbsent(Object.fromEntries(fields) as Fields) }
}

function fromV1(metric: Fields, table: Readonly<Record<string, Names>>): Fields {
  const source = sourceOf(metric, table)
  if (source === undefined) return metric
  const old = metric[source] as Fields
  const result: Record<string, unknown> = {}
  for (const [name, [first, second]] of Object.entries(table[source]!)) {
    if (old[name] === undefined) continue
    if (second === undefined) result[first!] = old[name]
    else result[first!] = { ...(result[first!] as Fields | undefined), [second]: old[name] }
  }
  if (isObject(result.target)) result.target = { type: targetType(result.target), ...result.target }
  return { type: metric.type, [source]: result }
}

const targetType = ({ averageUtilization, averageValue }: Fields) =>
  averageUtilization !== undefined ? 'Utilization' : averageValue !== undefined ? 'AverageValue' : 'Value'

export const metricToV1 = (metric: MetricSpec) => toV1(metric as unknown as Fields, SPEC)
export const metricFromV1 = (metric: unknown) => (isObject(metric) ? fromV1(metric, SPEC) : metric) as unknown as MetricSpec
export const metricStatusToV1 = (metric: MetricStatus) => toV1(metric as unknown as Fields, STATUS)
export const metricStatusFromV1 = (metric: unknown) => (isObject(metric) ? fromV1(metric, STATUS) : metric) as unknown as MetricStatus

const RULES: readonly (readonly [inside: string, name: keyof HPAScalingRules])[] = [
  ['StabilizationWindowSeconds', 'stabilizationWindowSeconds'],
  ['SelectPolicy', 'selectPolicy'],
  ['Policies', 'policies'],
  ['Tolerance', 'tolerance'],
]

/** Behaviour by the names that a server has inside. */
export function behaviourToV1({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): object {
  const rules = (given: HPAScalingRules | undefined) =>
    given === undefined
      ? null
      : Object.fromEntries(RULES.map(([inside, name]) => [inside, name === 'policies' ? policies(given) : (given[name] ?? null)]))
  const policies = (given: HPAScalingRules) =>
    given.policies?.map(({ type, value, periodSeconds }) => ({ Type: type, Value: value, PeriodSeconds: periodSeconds })) ?? null
  return { ScaleUp: rules(scaleUp), ScaleDown: rules(scaleDown) }
}

/** The same back; somebody may have written the names of the API, which a server reads as well. */
export function behaviourFromV1(value: unknown): HorizontalPodAutoscalerBehavior | undefined {
  return isObject(value) ? (lowered(value) as HorizontalPodAutoscalerBehavior) : undefined
}

function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered)
  if (!isObject(value)) return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(entries.map(([name, inner]) => [name.charAt(0).toLowerCase() + name.slice(1), lowered(inner)]))
}
