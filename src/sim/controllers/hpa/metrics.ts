import type { HorizontalPodAutoscaler, MetricIdentifier, MetricSpec, MetricStatus, MetricTarget } from '../../api/types/autoscaling-v2.gen'
import type { Pod } from '../../api/types/core-v1.gen'
import { parseTimestamp } from '../../engine/time'
import { quantityValue, milliValue } from '../../formats/quantity'
import { conditionOf, isReady } from '../pod-state'

/** What the metrics APIs answer. CPU in thousandths of a core, everything else in thousandths of its unit; undefined where nothing is known. */
export interface MetricsSource {
  /** Use of a resource by each container of a Pod: `metrics.k8s.io`. */
  podUsage(pod: Pod, resource: string): ReadonlyMap<string, number> | undefined
  /** `custom.metrics.k8s.io` for a Pod. */
  podMetric?(pod: Pod, metric: string): number | undefined
  /** `custom.metrics.k8s.io` for any other object. */
  objectMetric?(namespace: string, kind: string, name: string, metric: string): number | undefined
  /** `external.metrics.k8s.io`. */
  externalMetric?(namespace: string, metric: string): number | undefined
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

interface Sorted {
  readonly measured: readonly { readonly pod: Pod; readonly value: number }[]
  readonly unready: readonly Pod[]
  readonly missing: readonly Pod[]
}

function sortPods(question: Question, resource: string, measure: (pod: Pod) => number | undefined): Sorted {
  const measured: { pod: Pod; value: number }[] = []
  const unready: Pod[] = []
  const missing: Pod[] = []
  for (const pod of question.pods) {
    if (pod.metadata.deletionTimestamp || pod.status?.phase === 'Failed') continue
    const value = measure(pod)
    if (pod.status?.phase === 'Pending' || (resource === 'cpu' && isWarmingUp(pod, question.nowMs))) unready.push(pod)
    else if (value === undefined) missing.push(pod)
    else measured.push({ pod, value })
  }
  return { measured, unready, missing }
}

function isWarmingUp(pod: Pod, nowMs: number): boolean {
  const ready = conditionOf(pod, 'Ready')
  const { startTime } = pod.status ?? {}
  if (!ready?.lastTransitionTime || !startTime) return true
  const startedMs = parseTimestamp(startTime)
  if (nowMs < startedMs + CPU_INITIALIZATION_MS) return !isReady(pod)
  return !isReady(pod) && startedMs + READINESS_DELAY_MS > parseTimestamp(ready.lastTransitionTime)
}

/**
 * The replicas that bring the ratio of use to target back to one. Pods that cannot be measured are taken to use nothing when that would mean
 * growing, and all of their target when it would mean shrinking: doubt never moves the count.
 */
function replicasFor(
  question: Question,
  { measured, unready, missing }: Sorted,
  ratioOf: (values: readonly { readonly pod: Pod; readonly value: number }[]) => number,
): number {
  const { current } = question
  const ratio = ratioOf(measured)
  if (unready.length === 0 && missing.length === 0) return isTolerable(ratio, question) ? current : Math.ceil(ratio * measured.length)
  const nothing = (pod: Pod) => ({ pod, value: 0 })
  const everything = (pod: Pod) => ({ pod, value: Infinity })
  const rest = ratio > 1 ? [...missing.map(nothing), ...unready.map(nothing)] : missing.map(everything)
  const all = [...measured, ...rest]
  const careful = ratioOf(all)
  if (isTolerable(careful, question) || (ratio < 1 && careful > 1) || (ratio > 1 && careful < 1)) return current
  const wanted = Math.ceil(careful * all.length)
  return (careful < 1 && wanted > current) || (careful > 1 && wanted < current) ? current : wanted
}

const isTolerable = (ratio: number, { tolerance }: Question) => ratio <= 1 + tolerance.up && ratio >= 1 - tolerance.down

function resourceProposal(resource: string, container: string | undefined, target: MetricTarget, question: Question): Proposal {
  const useOf = (pod: Pod) => {
    const perContainer = question.source?.podUsage(pod, resource)
    if (!perContainer) return undefined
    return container === undefined ? [...perContainer.values()].reduce((sum, value) => sum + value, 0) : perContainer.get(container)
  }
  const sorted = sortPods(question, resource, useOf)
  const fail = (why: string): Proposal => ({
    failure: {
      reason: container === undefined ? 'FailedGetResourceMetric' : 'FailedGetContainerResourceMetric',
      message: `failed to get ${resource} utilization: ${why}`,
      condition: `the HPA was unable to compute the replica count: failed to get ${resource} utilization: ${why}`,
    },
  })
  if (sorted.measured.length === 0)
    return fail(
      question.source
        ? `unable to get metrics for resource ${resource}: no metrics returned from resource metrics API`
        : `unable to get metrics for resource ${resource}: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)`,
    )
  const average = sorted.measured.reduce((sum, { value }) => sum + value, 0) / sorted.measured.length
  const shown = formatMilli(resource, Math.floor(average))
  const statusOf = (averageUtilization?: number): MetricStatus => {
    const current = { ...(averageUtilization !== undefined && { averageUtilization }), averageValue: shown }
    return container === undefined
      ? { type: 'Resource', resource: { name: resource, current } }
      : { type: 'ContainerResource', containerResource: { name: resource, container, current } }
  }
  if (target.averageUtilization === undefined) {
    const wanted = resource === 'cpu' ? milliValue(target.averageValue ?? '0') : quantityValue(target.averageValue ?? '0') * 1000
    const replicas = replicasFor(
      question,
      sorted,
      (values) => values.reduce((sum, { value }) => sum + (value === Infinity ? wanted : value), 0) / values.length / wanted,
    )
    return { replicas, name: `${resource} resource`, status: statusOf() }
  }
  const requests = new Map<Pod, number>()
  for (const { pod } of sorted.measured.concat(
    sorted.missing.map((pod) => ({ pod, value: 0 })),
    sorted.unready.map((pod) => ({ pod, value: 0 })),
  )) {
    const request = requestOf(pod, resource, container)
    if (typeof request === 'string') return fail(request)
    requests.set(pod, request)
  }
  const utilization = target.averageUtilization
  const ratioOf = (values: readonly { readonly pod: Pod; readonly value: number }[]) => {
    const asked = values.reduce((sum, { pod }) => sum + requests.get(pod)!, 0)
    const used = values.reduce((sum, { pod, value }) => sum + (value === Infinity ? (requests.get(pod)! * utilization) / 100 : value), 0)
    return Math.floor((used * 100) / asked) / utilization
  }
  const shownUtilization = Math.floor(ratioOf(sorted.measured) * utilization + 1e-9)
  return {
    replicas: replicasFor(question, sorted, ratioOf),
    name: `${resource} ${container === undefined ? '' : 'container '}resource utilization (percentage of request)`,
    status: statusOf(shownUtilization),
  }
}

function requestOf(pod: Pod, resource: string, container: string | undefined): number | string {
  let sum = 0
  for (const { name, resources } of pod.spec?.containers ?? []) {
    if (container !== undefined && name !== container) continue
    const request = resources?.requests?.[resource]
    if (request === undefined) return `missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`
    sum += resource === 'cpu' ? milliValue(request) : quantityValue(request) * 1000
  }
  return sum
}

function podsProposal(name: string, target: MetricTarget, question: Question): Proposal {
  const sorted = sortPods(question, name, (pod) => question.source?.podMetric?.(pod, name))
  if (sorted.measured.length === 0)
    return unable(
      'FailedGetPodsMetric',
      `unable to get metric ${name}: ${question.source?.podMetric ? 'no metrics returned from custom metrics API' : NO_CUSTOM_METRICS}`,
    )
  const wanted = milliValue(target.averageValue ?? '0')
  const average = sorted.measured.reduce((sum, { value }) => sum + value, 0) / sorted.measured.length
  const replicas = replicasFor(
    question,
    sorted,
    (values) => values.reduce((sum, { value }) => sum + (value === Infinity ? wanted : value), 0) / values.length / wanted,
  )
  return {
    replicas,
    name: `pods metric ${name}`,
    status: { type: 'Pods', pods: { metric: { name }, current: { averageValue: formatMilli('', Math.floor(average)) } } },
  }
}

const NO_CUSTOM_METRICS = 'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered'

const unable = (reason: string, message: string): Proposal => ({
  failure: { reason, message, condition: `the HPA was unable to compute the replica count: ${message}` },
})

/** A selector as Go prints one. */
function selectorText(selector: MetricIdentifier['selector']): string {
  if (!selector) return 'nil'
  const labels = Object.entries(selector.matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}: ${value},`)
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{},}`
}

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
      `unable to get external metric ${namespace}/${identifier.name}/${selectorText(identifier.selector)}: unable to fetch metrics from external metrics API: the server could not find the requested resource (get ${identifier.name}.external.metrics.k8s.io)`,
    )
  const shown =
    target.averageValue === undefined
      ? { value: formatMilli('', value) }
      : { averageValue: formatMilli('', Math.ceil(value / Math.max(1, question.current))) }
  return {
    replicas: byTotal(value, target, question),
    name: `external metric ${identifier.name}(${selectorText(identifier.selector)})`,
    status: { type: 'External', external: { metric: identifier, current: shown } },
  }
}

function byTotal(value: number, target: MetricTarget, question: Question): number {
  if (target.averageValue !== undefined) {
    const each = milliValue(target.averageValue)
    return isTolerable(value / (each * question.current), question) ? question.current : Math.ceil(value / each)
  }
  const ratio = value / milliValue(target.value ?? '1')
  return isTolerable(ratio, question) ? question.current : Math.ceil(ratio * question.pods.filter(isReady).length)
}

/** Thousandths as a quantity: whole units where they are whole. */
function formatMilli(resource: string, milli: number): string {
  if (resource === 'cpu' || milli % 1000 !== 0) return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`
  return String(milli / 1000)
}
