import type { NewObject } from '../../api/object'
import type { Job } from '../../api/types/batch-v1.gen'
import type { Container, Pod } from '../../api/types/core-v1.gen'
import { parseTimestamp } from '../../engine/time'
import { job as jobKind } from '../../kinds/batch/job'
import { podFrom } from '../pod-from'

export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking'
const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index'
const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count'

export const isIndexed = (job: Job): boolean => job.spec.completionMode === 'Indexed'
export const isTracked = (pod: Pod): boolean => pod.metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false

/** The completion index of a Pod; undefined when it has none. */
export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[COMPLETION_INDEX] ?? pod.metadata.labels?.[COMPLETION_INDEX]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** How often the index had failed before this Pod was made. */
export const indexFailuresBefore = (pod: Pod): number => Number(pod.metadata.annotations?.[INDEX_FAILURES] ?? 0)

/** A Pod for the Job, with the finalizer that keeps it until its end has been counted. */
export function jobPod(job: Job): NewObject<Pod> {
  const pod = podFrom(jobKind, job, job.spec.template)
  return { ...pod, metadata: { ...pod.metadata, finalizers: [...(pod.metadata.finalizers ?? []), TRACKING_FINALIZER] } }
}

/** A Pod for one index of an Indexed Job: it learns its index from a label, an annotation, an environment variable and its host name. */
export function indexedPod(job: Job, index: number, failures: number | undefined): NewObject<Pod> {
  const pod = jobPod(job)
  const { name } = job.metadata
  const annotations = {
    ...pod.metadata.annotations,
    [COMPLETION_INDEX]: String(index),
    ...(failures !== undefined && { [INDEX_FAILURES]: String(failures) }),
  }
  const withIndex = (container: Container): Container => ({
    ...container,
    env: [...(container.env ?? []).filter((it) => it.name !== 'JOB_COMPLETION_INDEX'), INDEX_VARIABLE],
  })
  const spec = pod.spec!
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: `${name}-${index}-`,
      labels: { ...pod.metadata.labels, [COMPLETION_INDEX]: String(index) },
      annotations,
    },
    spec: {
      ...spec,
      hostname: `${name}-${index}`,
      containers: spec.containers.map(withIndex),
      ...(spec.initContainers && { initContainers: spec.initContainers.map(withIndex) }),
    },
  }
}

const INDEX_VARIABLE = {
  name: 'JOB_COMPLETION_INDEX',
  valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } },
}

/** When the last container of a finished Pod ended. */
export function finishedMs(pod: Pod): number | undefined {
  const ends = (pod.status?.containerStatuses ?? []).flatMap(({ state }) =>
    state?.terminated?.finishedAt ? [parseTimestamp(state.terminated.finishedAt)] : [],
  )
  if (ends.length > 0) return Math.max(...ends)
  const condition = pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? pod.metadata.deletionTimestamp
  return condition ? parseTimestamp(condition) : undefined
}

/** First and longest pause before a failed Pod is replaced. */
const FIRST_BACK_OFF_MS = 10_000
const LONGEST_BACK_OFF_MS = 600_000

/** How long to wait before the next Pod, after so many failures in a row of which the last was at `lastMs`. */
export function backOffMs(failures: number, lastMs: number | undefined, nowMs: number): number {
  if (failures === 0 || lastMs === undefined) return 0
  return Math.max(0, lastMs + Math.min(FIRST_BACK_OFF_MS * 2 ** (failures - 1), LONGEST_BACK_OFF_MS) - nowMs)
}
