import type { Job } from '../../api/types/batch-v1.gen'
import type { Pod } from '../../api/types/core-v1.gen'
import { isActive, isReady, isTerminating } from '../pod-state'
import { judgeFailure } from './failure-policy'
import { parseIndexes } from './indexes'
import { finishedMs, indexFailuresBefore, indexOf, isIndexed, isTracked } from './pods'

/** A Job's Pods counted: what the status says already, and what has ended since. */
export interface Tally {
  readonly active: readonly Pod[]
  readonly ready: number
  readonly terminating: number
  readonly succeeded: number
  readonly failed: number
  readonly succeededIndexes: ReadonlySet<number>
  readonly failedIndexes: ReadonlySet<number>
  /** Pods that have been counted here and may now lose their finalizer. */
  readonly counted: readonly Pod[]
  /** Why the whole Job is to fail, by its Pod failure policy. */
  readonly failJob: string | undefined
  /** Failures in a row without a success after them, and when the last was; per index where the Job counts so. */
  readonly streak: Streak
  readonly streakOf: (index: number) => Streak
}

export interface Streak {
  readonly failures: number
  readonly lastMs: number | undefined
}

/** Whether a deleted Pod is replaced only when it has really ended. */
export const replacesOnlyFailed = ({ spec }: Job) =>
  spec.podReplacementPolicy === 'Failed' || (spec.podReplacementPolicy === undefined && spec.podFailurePolicy !== undefined)

/** A Pod counts as failed when it has failed, and (unless only failed Pods are replaced) from the moment it is deleted. */
const hasFailed = (pod: Pod, job: Job): boolean =>
  pod.status?.phase === 'Failed' ||
  (!replacesOnlyFailed(job) && pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded')

/** Counts the Pods of a Job. Each finished Pod is counted once: afterwards it has no tracking finalizer any more. */
export function tallyPods(job: Job, pods: readonly Pod[]): Tally {
  const { status = {}, spec } = job
  const completions = spec.completions ?? 0
  const succeededIndexes = parseIndexes(status.completedIndexes, completions)
  const failedIndexes = parseIndexes(status.failedIndexes, completions)
  const perIndex = new Map<number, { failures: number; lastMs: number | undefined }>()
  const counted: Pod[] = []
  let succeeded = status.succeeded ?? 0
  let failed = status.failed ?? 0
  let failJob: string | undefined

  for (const pod of pods) {
    const index = isIndexed(job) ? indexOf(pod) : undefined
    const isLost = isIndexed(job) && (index === undefined || index >= completions)
    if (pod.status?.phase === 'Succeeded') {
      if (!isTracked(pod)) continue
      counted.push(pod)
      if (isLost) continue
      if (index === undefined) succeeded++
      else succeededIndexes.add(index)
    } else if (hasFailed(pod, job)) {
      const verdict = pod.status?.phase === 'Failed' ? judgeFailure(spec.podFailurePolicy, pod) : { action: 'Count' as const }
      if (verdict.action === 'FailJob') failJob ??= verdict.message
      const isIgnored = verdict.action === 'Ignore'
      if (index !== undefined && !isLost) {
        const failures = indexFailuresBefore(pod) + (isIgnored ? 0 : 1)
        const known = perIndex.get(index)
        if (!known || failures >= known.failures) perIndex.set(index, { failures, lastMs: finishedMs(pod) })
        const limit = spec.backoffLimitPerIndex
        if (limit !== undefined && (failures > limit || verdict.action === 'FailIndex')) failedIndexes.add(index)
      }
      if (!isTracked(pod)) continue
      counted.push(pod)
      if (!isIgnored && !isLost) failed++
    }
  }
  for (const index of succeededIndexes) failedIndexes.delete(index)
  const active = pods.filter(isActive)
  return {
    active,
    ready: active.filter(isReady).length,
    terminating: pods.filter(isTerminating).length,
    succeeded: isIndexed(job) ? succeededIndexes.size : succeeded,
    failed,
    succeededIndexes,
    failedIndexes,
    counted,
    failJob,
    streak: streakOf(pods, job, failed),
    streakOf: (index) => perIndex.get(index) ?? { failures: 0, lastMs: undefined },
  }
}

/** The failures since the last success: no more than were counted, because Pods that were dismissed end as well. */
function streakOf(pods: readonly Pod[], job: Job, counted: number): Streak {
  const lastSuccessMs = Math.max(
    -Infinity,
    ...pods.filter((pod) => pod.status?.phase === 'Succeeded').map((pod) => finishedMs(pod) ?? -Infinity),
  )
  const failures = pods.filter(
    (pod) =>
      hasFailed(pod, job) && judgeFailure(job.spec.podFailurePolicy, pod).action !== 'Ignore' && (finishedMs(pod) ?? 0) > lastSuccessMs,
  )
  const times = failures.flatMap((pod) => finishedMs(pod) ?? [])
  return { failures: Math.min(failures.length, counted), lastMs: times.length > 0 ? Math.max(...times) : undefined }
}
