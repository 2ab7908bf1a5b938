import type { Job } from '../../api/types/batch-v1.gen'
import { parseTimestamp } from '../../engine/time'
import { parseIndexes } from './indexes'
import { isIndexed } from './pods'
import type { Tally } from './tally'

/** How a Job ends: the condition it is heading for, and why. */
export interface Verdict {
  readonly result: 'Complete' | 'Failed'
  readonly reason: string
  readonly message: string
}

const fail = (reason: string, message: string): Verdict => ({ result: 'Failed', reason, message })

/** Whether the Job is over, judged by its limits, policies and counts; undefined while it goes on. */
export function verdictOn(job: Job, tally: Tally, nowMs: number): Verdict | undefined {
  return failureOf(job, tally, nowMs) ?? successOf(job, tally)
}

/** The rest of activeDeadlineSeconds; undefined when there is no deadline or the clock is not running. */
export function deadlineInMs(job: Job, nowMs: number): number | undefined {
  const { activeDeadlineSeconds, suspend } = job.spec
  const { startTime } = job.status ?? {}
  if (activeDeadlineSeconds === undefined || suspend || !startTime) return undefined
  return parseTimestamp(startTime) + activeDeadlineSeconds * 1000 - nowMs
}

function failureOf(job: Job, tally: Tally, nowMs: number): Verdict | undefined {
  const { spec } = job
  if (tally.failJob !== undefined) return fail('PodFailurePolicy', tally.failJob)
  const backoffLimit = spec.backoffLimit ?? (spec.backoffLimitPerIndex === undefined ? 6 : Infinity)
  if (tally.failed > backoffLimit || restartedTooOften(job, tally, backoffLimit))
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  if ((deadlineInMs(job, nowMs) ?? Infinity) <= 0) return fail('DeadlineExceeded', 'Job was active longer than specified deadline')
  if (spec.backoffLimitPerIndex === undefined) return undefined
  if (spec.maxFailedIndexes !== undefined && tally.failedIndexes.size > spec.maxFailedIndexes)
    return fail('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes')
  if (tally.failedIndexes.size > 0 && tally.succeededIndexes.size + tally.failedIndexes.size >= (spec.completions ?? 0))
    return fail('FailedIndexes', 'Job has failed indexes')
  return undefined
}

/** With restartPolicy OnFailure the kubelet restarts in place, and the restarts count against the limit. */
function restartedTooOften(job: Job, { active }: Tally, backoffLimit: number): boolean {
  if (job.spec.template.spec?.restartPolicy !== 'OnFailure') return false
  const restarts = active
    .flatMap((pod) => [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])])
    .reduce((sum, status) => sum + status.restartCount, 0)
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit
}

function successOf(job: Job, tally: Tally): Verdict | undefined {
  const { spec } = job
  const matched = matchedRule(job, tally)
  if (matched !== undefined) return { result: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${matched}` }
  const isDone =
    spec.completions === undefined
      ? tally.succeeded > 0 && tally.active.length === 0
      : tally.succeeded >= spec.completions && (tally.active.length === 0 || spec.completions > 0)
  return isDone ? { result: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' } : undefined
}

/** The first rule of the success policy that the succeeded indexes satisfy. */
function matchedRule(job: Job, { succeededIndexes }: Tally): number | undefined {
  if (!isIndexed(job)) return undefined
  const index = (job.spec.successPolicy?.rules ?? []).findIndex((rule) => {
    const within = rule.succeededIndexes === undefined ? undefined : parseIndexes(rule.succeededIndexes)
    const hits = [...succeededIndexes].filter((it) => !within || within.has(it)).length
    return hits >= (rule.succeededCount ?? within?.size ?? Infinity)
  })
  return index < 0 ? undefined : index
}
