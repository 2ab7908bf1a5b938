import type { KindDefinition } from '../../api/kind'
import { keyOf, parseApiVersion, type AnyObject } from '../../api/object'
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerStatus,
  MetricSpec,
} from '../../api/types/autoscaling-v2.gen'
import { timestamp } from '../../engine/time'
import { same } from '../../formats/same'
import { horizontalPodAutoscaler as kind } from '../../kinds/autoscaling/horizontal-pod-autoscaler'
import { pod as podKind } from '../../kinds/core/pod'
import { attempt, type Environment } from '../component'
import { limitChange, rulesOf, tolerances } from './behavior'
import type { Memory } from './memory'
import { propose, type MetricsSource, type Proposal } from './metrics'

type Conditions = readonly HorizontalPodAutoscalerCondition[]

interface Target {
  readonly kind: KindDefinition
  readonly object: AnyObject
  readonly replicas: number
  readonly selector: string
}

/** The object to scale, or in whose words there is none. */
function targetOf({ client, registry }: Environment, { spec, metadata }: HorizontalPodAutoscaler): Target | string {
  const { apiVersion = 'apps/v1', kind: name, name: objectName } = spec.scaleTargetRef
  const { group, version } = parseApiVersion(apiVersion)
  const served = registry.findKind(group, version, name) ?? registry.all().find(({ kind }) => kind.group === group && kind.kind === name)
  if (!served) return `no matches for kind ${JSON.stringify(name)} in group ${JSON.stringify(group)}`
  const { scale, plural } = served.kind
  const object = client.get(served.kind, metadata.namespace, objectName)
  if (!object) return `${plural}${group && `.${group}`} ${JSON.stringify(objectName)} not found`
  if (!scale) return 'the server could not find the requested resource'
  const replicas = at(object, scale.specReplicas)
  return { kind: served.kind, object, replicas: typeof replicas === 'number' ? replicas : 1, selector: scale.selector(object) }
}

const at = (object: AnyObject, path: string): unknown =>
  path
    .split('.')
    .filter(Boolean)
    .reduce<unknown>(
      (value, field) => (typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[field] : undefined),
      object,
    )

/** One look at an autoscaler: measures, proposes, limits, scales its target and says so in its status. */
export function round(environment: Environment, autoscaler: HorizontalPodAutoscaler, memory: Memory, source: MetricsSource | undefined) {
  const { client, recorder, engine } = environment
  const { nowMs } = engine
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) => recorder.event(autoscaler, type, reason, message)
  const set = conditionSetter(nowMs)
  let conditions: Conditions = autoscaler.status?.conditions ?? []
  const { minReplicas = 1, maxReplicas, metrics = [] } = autoscaler.spec
  const target = targetOf(environment, autoscaler)
  if (typeof target === 'string') {
    say('Warning', 'FailedGetScale', target)
    conditions = set(
      conditions,
      'AbleToScale',
      'False',
      'FailedGetScale',
      `the HPA controller was unable to get the target's current scale: ${target}`,
    )
    return write(environment, autoscaler, { ...autoscaler.status, desiredReplicas: autoscaler.status?.desiredReplicas ?? 0, conditions })
  }
  conditions = set(conditions, 'AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale")
  const found: Target = target
  const current = target.replicas
  if (memory.recommendations.length === 0) memory.recommendations = [{ atMs: nowMs, replicas: current }]
  const base = { currentReplicas: current, ...(autoscaler.status?.lastScaleTime && { lastScaleTime: autoscaler.status.lastScaleTime }) }
  if (current === 0 && minReplicas !== 0) {
    conditions = set(
      conditions,
      'ScalingActive',
      'False',
      'ScalingDisabled',
      'scaling is disabled since the replica count of the target is zero',
    )
    return write(environment, autoscaler, { ...base, desiredReplicas: 0, conditions })
  }
  if (current > maxReplicas || current < minReplicas) {
    const wanted = current > maxReplicas ? maxReplicas : minReplicas
    const reason =
      current > maxReplicas ? 'Current number of replicas above Spec.MaxReplicas' : 'Current number of replicas below Spec.MinReplicas'
    return rescale(wanted, reason, conditions, [])
  }

  if (target.selector === '') {
    say('Warning', 'SelectorRequired', 'selector is required')
    conditions = set(conditions, 'ScalingActive', 'False', 'InvalidSelector', "the HPA target's scale is missing a selector")
    return write(environment, autoscaler, { ...base, desiredReplicas: autoscaler.status?.desiredReplicas ?? 0, conditions })
  }
  const rivals = rivalsOf(environment, autoscaler, target.selector)
  if (rivals) {
    say('Warning', 'AmbiguousSelector', rivals)
    conditions = set(conditions, 'ScalingActive', 'False', 'AmbiguousSelector', rivals)
    return write(environment, autoscaler, { ...base, desiredReplicas: autoscaler.status?.desiredReplicas ?? 0, conditions })
  }
  const pods = client.list(podKind, { namespace: autoscaler.metadata.namespace, labelSelector: target.selector })
  const question = { autoscaler, pods, current, tolerance: tolerances(rulesOf(autoscaler)), source, nowMs }
  const proposals = metrics.map((metric) => propose(metric, question))
  const failures = proposals.flatMap((proposal) => ('failure' in proposal ? [proposal.failure] : []))
  const valid = proposals.filter((proposal): proposal is Exclude<Proposal, { readonly failure: unknown }> => !('failure' in proposal))
  for (const { reason, message } of failures) say('Warning', reason, message)
  const best = valid.reduce<(typeof valid)[number] | undefined>(
    (winner, proposal) => (!winner || proposal.replicas > winner.replicas ? proposal : winner),
    undefined,
  )
  // With a metric missing the others may ask for more, never for less.
  if (!best || (failures.length > 0 && best.replicas < current)) {
    const [first] = failures
    const message = `invalid metrics (${failures.length} invalid out of ${metrics.length}), first error is: failed to get ${sortOf(metrics[proposals.findIndex((proposal) => 'failure' in proposal)])} metric value: ${first?.message ?? ''}`
    say('Warning', 'FailedComputeMetricsReplicas', message)
    conditions = set(conditions, 'ScalingActive', 'False', first?.reason ?? 'FailedComputeMetricsReplicas', first?.condition ?? message)
    return write(environment, autoscaler, {
      ...base,
      desiredReplicas: autoscaler.status?.desiredReplicas ?? 0,
      ...currentMetrics(proposals),
      conditions,
    })
  }
  conditions = set(
    conditions,
    'ScalingActive',
    'True',
    'ValidMetricFound',
    `the HPA was able to successfully calculate a replica count from ${best.name}`,
  )
  const { replicas, stabilized, limit } = limitChange(autoscaler, current, best.replicas, memory, nowMs)
  if (stabilized) {
    const words =
      stabilized === 'ScaleDownStabilized'
        ? 'recent recommendations were higher than current one, applying the highest recent recommendation'
        : 'recent recommendations were lower than current one, applying the lowest recent recommendation'
    conditions = set(conditions, 'AbleToScale', 'True', stabilized, words)
  } else conditions = set(conditions, 'AbleToScale', 'True', 'ReadyForNewScale', 'recommended size matches current size')
  conditions = limit
    ? set(conditions, 'ScalingLimited', 'True', limit.reason, limit.message)
    : set(conditions, 'ScalingLimited', 'False', 'DesiredWithinRange', 'the desired count is within the acceptable range')
  if (replicas === current)
    return write(environment, autoscaler, { ...base, desiredReplicas: replicas, ...currentMetrics(proposals), conditions })
  return rescale(replicas, replicas > current ? `${best.name} above target` : 'All metrics below target', conditions, proposals)

  function rescale(wanted: number, reason: string, before: Conditions, measured: readonly Proposal[]) {
    const { kind: targetKind, object } = found
    const refused = attempt(() =>
      client.scale(targetKind, object.metadata.namespace, object.metadata.name, wanted, {
        because: `HorizontalPodAutoscaler ${keyOf(autoscaler)}`,
      }),
    )
    if (refused) {
      say('Warning', 'FailedRescale', `New size: ${wanted}; reason: ${reason}; error: ${refused.message}`)
      const failed = set(
        before,
        'AbleToScale',
        'False',
        'FailedUpdateScale',
        `the HPA controller was unable to update the target scale: ${refused.message}`,
      )
      return write(environment, autoscaler, { ...base, desiredReplicas: current, ...currentMetrics(measured), conditions: failed })
    }
    say('Normal', 'SuccessfulRescale', `New size: ${wanted}; reason: ${reason}`)
    memory.changes = [...memory.changes.filter(({ atMs }) => nowMs - atMs < 3_600_000), { atMs: nowMs, by: wanted - current }]
    const scaled = set(
      before,
      'AbleToScale',
      'True',
      'SucceededRescale',
      `the HPA controller was able to update the target scale to ${wanted}`,
    )
    return write(environment, autoscaler, {
      ...base,
      lastScaleTime: timestamp(nowMs),
      desiredReplicas: wanted,
      ...currentMetrics(measured),
      conditions: scaled,
    })
  }
}

/** In the order of the spec; a metric that could not be read leaves an empty place. */
const currentMetrics = (proposals: readonly Proposal[]) =>
  proposals.length > 0 ? { currentMetrics: proposals.map((proposal) => ('failure' in proposal ? { type: '' } : proposal.status)) } : {}

/** Two autoscalers must not measure the same Pods; a sentence when they would. */
function rivalsOf(environment: Environment, autoscaler: HorizontalPodAutoscaler, selector: string): string | undefined {
  const { client } = environment
  const { namespace } = autoscaler.metadata
  const others = client.list(kind, { namespace })
  if (others.length < 2) return undefined
  const mine = new Set(client.list(podKind, { namespace, labelSelector: selector }).map(({ metadata }) => metadata.name))
  const rivals = others.filter((other) => {
    const target = other.metadata.uid === autoscaler.metadata.uid ? '' : targetOf(environment, other)
    return (
      typeof target !== 'string' &&
      client.list(podKind, { namespace, labelSelector: target.selector }).some(({ metadata }) => mine.has(metadata.name))
    )
  })
  if (rivals.length === 0) return undefined
  const names = [autoscaler, ...rivals].map(keyOf).sort().join(' ')
  return `pods by selector ${selector} are controlled by multiple HPAs: [${names}]`
}

function write({ client }: Environment, autoscaler: HorizontalPodAutoscaler, status: HorizontalPodAutoscalerStatus) {
  if (!same(autoscaler.status, status)) client.updateStatus(kind, { ...autoscaler, status })
}

/** Sets a condition; its transition time moves with its status alone. */
const conditionSetter =
  (nowMs: number) =>
  (conditions: Conditions, type: string, status: 'True' | 'False', reason: string, message: string): Conditions => {
    const present = conditions.find((condition) => condition.type === type)
    const next: HorizontalPodAutoscalerCondition = {
      type,
      status,
      lastTransitionTime: present?.status === status ? present.lastTransitionTime : timestamp(nowMs),
      reason,
      message,
    }
    return present ? conditions.map((condition) => (condition === present ? next : condition)) : [...conditions, next]
  }

/** What sort of metric it is, as the message about its failure calls it. */
function sortOf(metric: MetricSpec | undefined): string {
  switch (metric?.type) {
    case 'Object':
      return 'object'
    case 'Pods':
      return 'pods'
    case 'External':
      return `${metric.external!.metric.name} external`
    case 'ContainerResource':
      return `${metric.containerResource!.name} container`
    default:
      return `${metric?.resource?.name ?? ''} resource`
  }
}
