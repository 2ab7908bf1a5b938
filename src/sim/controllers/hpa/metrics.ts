import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus, MetricTarget } from '../../api/types/autoscaling-v2.gen'
import type { Pod } from '../../api/types/core-v1.gen'
import { parseTimestamp } from '../../engine/time'
import { labelSelectorInGo } from '../../formats/go-label-selector'
import { quantityValue, milliValue } from '../../formats/quantity'
import { conditionOf, isReady } from '../pod-state'

/** What the metrics APIs answer. CPU in thousandths of a core, everything else in thousandths of its unit; undefined where nothing is known. */
export interface MetricsSource {
  /** Use of a resource by each container of a Pod: `metrics.k8s.io`. */
  podUsage(pod: Pod, resource: string): ReadonlyMap<string, number> | undefined
  /** Since when the figures of a Pod have been measured: what was before (its start, say) they do not speak of. */
  measuredSinceMs?(pod: Pod): number | undefined
  /** Why `metrics.k8s.io` answers nothing at all, in the API server's words; undefined when it answers. */
  whyNoUsage?(): string | undefined
  /** `custom.metrics.k8s.io` for a Pod. */
  readonly podMetric?: ((pod: Pod, metric: string) => number | undefined) | undefined
  /** `custom.metrics.k8s.io` for any other object. */
  readonly objectMetric?: ((namespace: string, kind: string, name: string, metric: string) => number | undefined) | undefined
  /** `external.metrics.k8s.io`. */
  readonly externalMetric?: ((namespace: string, metric: string) => number | undefined) | undefined
}

/** What one metric asks for, in replicas, and what its status shows; or why it can say nothing. */
export type Proposal =
  | { readonly replicas: number; readonly name: string; readonly status: MetricStatus }
  | { readonly failure: { readonly reason: string; readonly message: string; readonly condition: string } }

export interface Question {
  readonly autoscaler: HorizontalPodAutoscaler
  readonly pods: readonly Pod[]
  /** spec.replicas of the target. */
  readonly current: number
  /** How far from its target a metric may be without anything being done: 0.1, or what the behaviour says. */
  readonly tolerance: { readonly up: number; readonly down: number }
  readonly source: MetricsSource | undefined
  readonly nowMs: number
}

/** A Pod's CPU figures mean nothing until it has been ready for some time after its start. */
const CPU_INITIALIZATION_MS = 300_000
const READINESS_DELAY_MS = 30_000

/** How many replicas one metric asks for. */
export function propose(metric: MetricSpec, question: Question): Proposal {
  switch (metric.type) {
    case 'Resource':
      return resourceProposal(metric.resource!.name, undefined, metric.resource!.target, question)
    case 'ContainerResource':
      return resourceProposal(
        metric.containerResource!.name,
        metric.containerResource!.container,
        metric.containerResource!.target,
        question,
      )
    case 'Pods':
      return podsProposal(metric.pods!.metric.name, metric.pods!.target, question)
    case 'Object':
      return objectProposal(metric, question)
    default:
      return externalProposal(metric, question)
  }
}

interface Measured {
  readonly pod: Pod
  readonly value: number
}

interface Sorted {
  readonly measured: readonly Measured[]
  readonly unready: readonly Pod[]
  readonly missing: readonly Pod[]
}

const NOT_THERE = 'the server could not find the requested resource (get pods.metrics.k8s.io)'
const NO_PODS = 'no pods returned by selector while calculating replica count'
const ALL_UNREADY = 'did not receive metrics for targeted pods (pods might be unready)'

/** Pods that count, by what is known of them: those on their way out are left aside. */
function sortPods(question: Question, resource: string, measure: (pod: Pod) => number | undefined): Sorted {
  const measured: Measured[] = []
  const unready: Pod[] = []
  const missing: Pod[] = []
  for (const pod of question.pods) {
    if (pod.metadata.deletionTimestamp || pod.status?.phase === 'Failed') continue
    const value = pod.status?.phase === 'Pending' ? 0 : measure(pod)
    if (pod.status?.phase === 'Pending') unready.push(pod)
    else if (value === undefined) missing.push(pod)
    else if (resource === 'cpu' && isWarmingUp(pod, question)) unready.push(pod)
    else measured.push({ pod, value })
  }
  return { measured, unready, missing }
}

/** Soon after its start a Pod's CPU figures count only while it is ready, and only if all of their interval lies after it became so. */
function isWarmingUp(pod: Pod, { nowMs, source }: Question): boolean {
  const ready = conditionOf(pod, 'Ready')
  const { startTime } = pod.status ?? {}
  if (!ready?.lastTransitionTime || !startTime) return true
  const [startedMs, changedMs] = [parseTimestamp(startTime), parseTimestamp(ready.lastTransitionTime)]
  if (startedMs + CPU_INITIALIZATION_MS > nowMs) return ready.status === 'False' || (source?.measuredSinceMs?.(pod) ?? Infinity) < changedMs
  return ready.status === 'False' && startedMs + READINESS_DELAY_MS > changedMs
}

/**
 * The replicas that bring the ratio of use to target back to one. Pods that cannot be measured are taken to use nothing when that would mean
 * growing, and as much as `fallback` says when it would mean shrinking: doubt never moves the count further.
 */
function replicasFor(
  question: Question,
  { measured, unready, missing }: Sorted,
  ratioOf: (values: readonly Measured[]) => number,
  fallback: (pod: Pod) => number,
): number {
  const { current } = question
  const ratio = ratioOf(measured)
  const growsWithUnready = unready.length > 0 && ratio > 1
  if (!growsWithUnready && missing.length === 0) return isTolerable(ratio, question) ? current : ceil(ratio * measured.length)
  const nothing = (pod: Pod): Measured => ({ pod, value: 0 })
  const assumed = missing.map((pod) => (ratio < 1 ? { pod, value: fallback(pod) } : nothing(pod)))
  const all = [...measured, ...assumed, ...(growsWithUnready ? unready.map(nothing) : [])]
  const careful = ratioOf(all)
  if (isTolerable(careful, question) || (ratio < 1 && careful > 1) || (ratio > 1 && careful < 1)) return current
  const wanted = ceil(careful * all.length)
  return (careful < 1 && wanted > current) || (careful > 1 && wanted < current) ? current : wanted
}

/** Rounded up, but not on account of what computers cannot say exactly. */
const ceil = (value: number) => Math.ceil(value - 1e-9)

const averageOf = (values: readonly Measured[]) => Math.floor(values.reduce((sum, { value }) => sum + value, 0) / values.length)

const isTolerable = (ratio: number, { tolerance }: Question) => ratio <= 1 + tolerance.up && ratio >= 1 - tolerance.down

function resourceProposal(resource: string, container: string | undefined, target: MetricTarget, question: Question): Proposal {
  const { source, pods } = question
  let absent: Pod | undefined
  const useOf = (pod: Pod) => {
    const perContainer = source?.podUsage(pod, resource)
    if (!perContainer) return undefined
    if (container === undefined) return [...perContainer.values()].reduce((sum, value) => sum + value, 0)
    if (!perContainer.has(container)) absent ??= pod
    return perContainer.get(container)
  }
  const words = target.averageUtilization === undefined ? 'usage' : 'utilization'
  const reason = container === undefined ? 'FailedGetResourceMetric' : 'FailedGetContainerResourceMetric'
  const fail = (why: string) => unable(reason, `failed to get ${resource} ${words}: ${why}`)
  const complaint = source ? source.whyNoUsage?.() : NOT_THERE
  const noMetrics = (why: string) => fail(`unable to get metrics for resource ${resource}: ${why}`)
  if (complaint !== undefined) return noMetrics(`unable to fetch metrics from resource metrics API: ${complaint}`)
  const known = pods.filter((pod) => useOf(pod) !== undefined)
  if (absent) return noMetrics(`container ${container} not present in metrics for pod ${absent.metadata.namespace}/${absent.metadata.name}`)
  if (known.length === 0) return noMetrics('no metrics returned from resource metrics API')
  const sorted = sortPods(question, resource, useOf)
  if (sorted.measured.length === 0) return fail(ALL_UNREADY)
  const average = averageOf(sorted.measured)
  const statusOf = (averageUtilization?: number): MetricStatus => {
    const current = { ...(averageUtilization !== undefined && { averageUtilization }), averageValue: formatMilli(resource, average) }
    return container === undefined
      ? { type: 'Resource', resource: { name: resource, current } }
      : { type: 'ContainerResource', containerResource: { name: resource, container, current } }
  }
  if (target.averageUtilization === undefined) {
    const wanted = resource === 'cpu' ? milliValue(target.averageValue ?? '0') : quantityValue(target.averageValue ?? '0') * 1000
    return { replicas: byAverage(question, sorted, wanted), name: `${resource} ${container === undefined ? '' : 'container '}resource`, status: statusOf() } // prettier-ignore
  }
  const requests = new Map<Pod, number>()
  for (const pod of pods) {
    const request = requestOf(pod, resource, container)
    if (typeof request === 'string') return fail(request)
    requests.set(pod, request)
  }
  const wanted = target.averageUtilization
  const utilizationOf = (values: readonly Measured[]) => {
    const asked = values.reduce((sum, { pod }) => sum + requests.get(pod)!, 0)
    return Math.floor((values.reduce((sum, { value }) => sum + value, 0) * 100) / asked)
  }
  const ratioOf = (values: readonly Measured[]) => utilizationOf(values) / wanted
  return {
    replicas: replicasFor(question, sorted, ratioOf, (pod) => (requests.get(pod)! * Math.max(100, wanted)) / 100),
    name: `${resource} ${container === undefined ? '' : 'container '}resource utilization (percentage of request)`,
    status: statusOf(utilizationOf(sorted.measured)),
  }
}

/** What all containers of a Pod, its sidecars too, ask for, or one of them alone; a sentence when one asks for nothing. */
function requestOf({ spec, metadata }: Pod, resource: string, container: string | undefined): number | string {
  const milli = (quantity: string) => (resource === 'cpu' ? milliValue(quantity) : quantityValue(quantity) * 1000)
  const whole = container === undefined ? spec?.resources?.requests?.[resource] : undefined
  if (whole !== undefined) return milli(whole)
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  let sum = 0
  for (const { name, resources } of [...(spec?.containers ?? []), ...sidecars]) {
    if (container !== undefined && name !== container) continue
    const request = resources?.requests?.[resource]
    if (request === undefined) return `missing request for ${resource} in container ${name} of Pod ${metadata.name}`
    sum += milli(request)
  }
  return sum
}

const byAverage = (question: Question, sorted: Sorted, wanted: number) =>
  replicasFor(
    question,
    sorted,
    (values) => averageOf(values) / wanted,
    () => wanted,
  )

function podsProposal(name: string, target: MetricTarget, question: Question): Proposal {
  const valueOf = (pod: Pod) => question.source?.podMetric?.(pod, name)
  const fail = (why: string) => unable('FailedGetPodsMetric', `unable to get metric ${name}: ${why}`)
  if (!question.source?.podMetric) return fail(NO_CUSTOM_METRICS)
  if (!question.pods.some((pod) => valueOf(pod) !== undefined)) return fail('no metrics returned from custom metrics API')
  const sorted = sortPods(question, name, valueOf)
  if (sorted.measured.length === 0) return unable('FailedGetPodsMetric', question.pods.length === 0 ? NO_PODS : ALL_UNREADY)
  return {
    replicas: byAverage(question, sorted, milliValue(target.averageValue ?? '0')),
    name: `pods metric ${name}`,
    status: { type: 'Pods', pods: { metric: { name }, current: { averageValue: formatMilli('', averageOf(sorted.measured)) } } },
  }
}

const NO_CUSTOM_METRICS = 'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered'

const unable = (reason: string, message: string): Proposal => ({
  failure: { reason, message, condition: `the HPA was unable to compute the replica count: ${message}` },
})

function objectProposal(metric: MetricSpec, question: Question): Proposal {
  const { describedObject, target, metric: identifier } = metric.object!
  const value = question.source?.objectMetric?.(
    question.autoscaler.metadata.namespace!,
    describedObject.kind,
    describedObject.name,
    identifier.name,
  )
  if (value === undefined)
    return unable(
      'FailedGetObjectMetric',
      `unable to get metric ${identifier.name}: ${describedObject.kind} on ${question.autoscaler.metadata.namespace} ${describedObject.name}/${question.source?.objectMetric ? 'no metrics returned from custom metrics API' : NO_CUSTOM_METRICS}`,
    )
  const replicas = byTotal(value, target, question)
  return {
    replicas,
    name: `${describedObject.kind} metric ${identifier.name}`,
    status: { type: 'Object', object: { metric: identifier, describedObject, current: { value: formatMilli('', value) } } },
  }
}

function externalProposal(metric: MetricSpec, question: Question): Proposal {
  const { target, metric: identifier } = metric.external!
  const { namespace } = question.autoscaler.metadata
  const value = question.source?.externalMetric?.(namespace!, identifier.name)
  if (value === undefined)
    return unable(
      'FailedGetExternalMetric',
      `unable to get external metric ${namespace}/${identifier.name}/${labelSelectorInGo(identifier.selector)}: ${
        question.source?.externalMetric
          ? 'no metrics returned from external metrics API'
          : `unable to fetch metrics from external metrics API: the server could not find the requested resource (get ${identifier.name}.external.metrics.k8s.io)`
      }`,
    )
  const shown =
    target.averageValue === undefined
      ? { value: formatMilli('', value) }
      : { averageValue: formatMilli('', Math.ceil(value / Math.max(1, question.current))) }
  return {
    replicas: byTotal(value, target, question),
    name: `external metric ${identifier.name}(${labelSelectorInGo(identifier.selector)})`,
    status: { type: 'External', external: { metric: identifier, current: shown } },
  }
}

function byTotal(value: number, target: MetricTarget, question: Question): number {
  if (target.averageValue !== undefined) {
    const each = milliValue(target.averageValue)
    return isTolerable(value / (each * question.current), question) ? question.current : ceil(value / each)
  }
  const ratio = value / milliValue(target.value ?? '1')
  return isTolerable(ratio, question)
    ? question.current
    : ceil(ratio * (question.current === 0 ? 1 : question.pods.filter((pod) => pod.status?.phase === 'Running' && isReady(pod)).length))
}

/** Thousandths as a quantity: whole units where they are whole. */
function formatMilli(resource: string, milli: number): string {
  if (resource === 'cpu' || milli % 1000 !== 0) return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`
  return String(milli / 1000)
}
