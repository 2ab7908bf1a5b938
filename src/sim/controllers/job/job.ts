import type { Job, JobCondition, JobStatus } from '../../api/types/batch-v1.gen'
import type { Pod } from '../../api/types/core-v1.gen'
import { timestamp } from '../../engine/time'
import { job as jobKind } from '../../kinds/batch/job'
import { pod as podKind } from '../../kinds/core/pod'
import { defineController, type Step } from '../controller'
import { dispensableFirst } from '../deletion-order'
import { controllerOf } from '../../api/owners'
import { claim } from '../owners'
import { positive } from '../replicaset'
import { again, create, patch, remove, say, setStatus } from '../steps'
import { ownedOrAdoptable } from '../watches'
import { formatIndexes } from './indexes'
import { deadlineInMs, verdictOn, type Verdict } from './outcome'
import { backOffMs, indexedPod, indexOf, isIndexed, isTracked, jobPod, TRACKING_FINALIZER } from './pods'
import { replacesOnlyFailed, tallyPods, type Tally } from './tally'

/** At most this many Pods are made in one round. */
const BURST = 12
const CREATED = { event: 'SuccessfulCreate', refusal: 'FailedCreate' } as const
const DELETED = { event: 'SuccessfulDelete', refusal: 'FailedDelete' } as const

/** Runs Pods until enough of them have succeeded, or too many have failed. */
export const jobController = defineController({
  name: 'job-controller',
  reconciles: jobKind,
  watches: { pods: ownedOrAdoptable(podKind, jobKind, (job: Job) => job.spec.selector) },
  retries: { firstMs: 1000, longestMs: 60_000 },

  reconcile(job, { pods, nowMs }) {
    if (job.spec.managedBy && job.spec.managedBy !== 'kubernetes.io/job-controller') return []
    const { mine, steps } = claim(jobKind, job, podKind, pods, job.spec.selector ?? {})
    if (isOver(job) || job.metadata.deletionTimestamp) return mine.filter(isTracked).map(untrack)
    return [...steps, ...run(started(job, nowMs), mine, nowMs)]
  },

  /** Pods of a Job that is gone, orphans among them, are not counted any more: nothing may hold them back. */
  deleted({ namespace, name }, find) {
    return find
      .list(podKind, namespace, `batch.kubernetes.io/job-name=${name}`)
      .filter((pod) => isTracked(pod) && (controllerOf(pod)?.kind ?? 'Job') === 'Job')
      .map(untrack)
  },
})

const untrack = (pod: Pod): Step =>
  patch(podKind, pod, {
    metadata: { uid: pod.metadata.uid, finalizers: pod.metadata.finalizers!.filter((it) => it !== TRACKING_FINALIZER) },
  })

/** A Pod that is not wanted any more has not failed: it loses its finalizer first, so that its end is not counted. */
const dismiss = (pod: Pod): Step[] => [...(isTracked(pod) ? [untrack(pod)] : []), remove(podKind, pod, DELETED)]

export const conditionOf = (job: Job, type: string): JobCondition | undefined =>
  job.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True')

/** A Job that has completed or failed. */
export const isOver = (job: Job): boolean => conditionOf(job, 'Complete') !== undefined || conditionOf(job, 'Failed') !== undefined

/** The Job with its clock running, unless it is suspended. */
function started(job: Job, nowMs: number): Job {
  return job.status?.startTime || job.spec.suspend ? job : { ...job, status: { ...job.status, startTime: timestamp(nowMs) } }
}

function run(job: Job, pods: readonly Pod[], nowMs: number): Step[] {
  const tally = tallyPods(job, pods)
  const decided = pendingVerdict(job) ?? verdictOn(job, tally, nowMs)
  const uncounted = tally.counted.map(untrack)
  if (decided) return [...uncounted, ...conclude(job, tally, decided, nowMs)]
  const suspension = suspensionOf(job, nowMs)
  const work = job.spec.suspend ? { steps: tally.active.flatMap(dismiss), change: -tally.active.length } : provide(job, tally, nowMs)
  const statusAfter = (change: number): JobStatus => {
    const status = statusOf(job, tally, change, suspension.conditions)
    return suspension.resumed ? { ...status, startTime: timestamp(nowMs) } : job.spec.suspend ? withoutStart(status) : status
  }
  const deadline = deadlineInMs(job, nowMs)
  return [
    ...uncounted,
    ...work.steps,
    ...suspension.steps,
    setStatus(job, statusAfter(work.change), { without: (failed) => statusAfter(work.change - failed) }),
    ...(work.againMs !== undefined
      ? [again(Math.max(1, Math.min(work.againMs, deadline ?? Infinity)))]
      : deadline !== undefined
        ? [again(Math.max(1, deadline))]
        : []),
  ]
}

const withoutStart = ({ startTime: _startTime, ...status }: JobStatus): JobStatus => status

/** What was decided earlier while Pods were still ending. */
function pendingVerdict(job: Job): Verdict | undefined {
  const target = conditionOf(job, 'FailureTarget')
  if (target) return { result: 'Failed', reason: target.reason ?? '', message: target.message ?? '' }
  const met = conditionOf(job, 'SuccessCriteriaMet')
  return met && { result: 'Complete', reason: met.reason ?? '', message: met.message ?? '' }
}

/** Stops what still runs; the final condition is set when the last Pod has ended. */
function conclude(job: Job, tally: Tally, { result, reason, message }: Verdict, nowMs: number): Step[] {
  const announce = result === 'Failed' ? 'FailureTarget' : 'SuccessCriteriaMet'
  const announced = withCondition(job.status?.conditions, { type: announce, status: 'True', reason, message }, nowMs)
  const isQuiet = tally.active.length === 0 && tally.terminating === 0
  const conditions = isQuiet ? withCondition(announced, { type: result, status: 'True', reason, message }, nowMs) : announced
  const status = statusOf(job, tally, -tally.active.length, conditions)
  const completed = isQuiet && result === 'Complete' ? { completionTime: timestamp(nowMs) } : {}
  return [
    ...tally.active.map((pod) => remove(podKind, pod, DELETED)),
    setStatus(job, { ...status, ...completed }),
    ...(isQuiet ? [result === 'Complete' ? say('Normal', 'Completed', 'Job completed') : say('Warning', reason, message)] : []),
  ]
}

interface Work {
  readonly steps: readonly Step[]
  /** How the number of active Pods changes. */
  readonly change: number
  readonly againMs?: number
}

/** Brings the number of running Pods to what is wanted. */
function provide(job: Job, tally: Tally, nowMs: number): Work {
  const running = tally.active.length
  const occupied = running + (replacesOnlyFailed(job) ? tally.terminating : 0)
  const missing = wantedActive(job, tally) - occupied
  const excess = running - wantedActive(job, tally)
  if (excess > 0) {
    const victims = dispensableFirst(tally.active, [], nowMs).slice(0, excess)
    return { steps: victims.flatMap(dismiss), change: -victims.length }
  }
  if (missing <= 0) return { steps: [], change: 0 }
  if (isIndexed(job)) return provideIndexes(job, tally, Math.min(missing, BURST), nowMs)
  const wait = backOffMs(tally.streak.failures, tally.streak.lastMs, nowMs)
  if (wait > 0) return { steps: [], change: 0, againMs: wait }
  const wanted = jobPod(job)
  const count = Math.min(missing, BURST)
  return {
    steps: Array.from({ length: count }, () => create(podKind, wanted, CREATED)),
    change: count,
    ...(missing > BURST && { againMs: 1 }),
  }
}

function wantedActive(job: Job, tally: Tally): number {
  const parallelism = job.spec.parallelism ?? 1
  // A work queue: once a Pod has succeeded, no new ones are started.
  if (job.spec.completions === undefined) return tally.succeeded > 0 ? tally.active.length : parallelism
  return Math.max(0, Math.min(job.spec.completions - tally.succeeded - tally.failedIndexes.size, parallelism))
}

function provideIndexes(job: Job, tally: Tally, count: number, nowMs: number): Work {
  const perIndex = job.spec.backoffLimitPerIndex !== undefined
  const commonWait = perIndex ? 0 : backOffMs(tally.streak.failures, tally.streak.lastMs, nowMs)
  if (commonWait > 0) return { steps: [], change: 0, againMs: commonWait }
  const running = new Set(tally.active.map(indexOf))
  const steps: Step[] = []
  let soonest = Infinity
  for (let index = 0; index < (job.spec.completions ?? 0) && steps.length < count; index++) {
    if (running.has(index) || tally.succeededIndexes.has(index) || tally.failedIndexes.has(index)) continue
    const { failures, lastMs } = tally.streakOf(index)
    const wait = perIndex ? backOffMs(failures, lastMs, nowMs) : 0
    if (wait > 0) soonest = Math.min(soonest, wait)
    else steps.push(create(podKind, indexedPod(job, index, perIndex ? failures : undefined), CREATED))
  }
  return { steps, change: steps.length, ...(soonest < Infinity && { againMs: soonest }) }
}

function statusOf(job: Job, tally: Tally, change: number, conditions: readonly JobCondition[] | undefined): JobStatus {
  const { startTime } = job.status ?? {}
  return {
    ...(conditions && conditions.length > 0 && { conditions }),
    ...(startTime && { startTime }),
    ...positive('active', tally.active.length + change),
    ...positive('succeeded', tally.succeeded),
    ...positive('failed', tally.failed),
    ...(tally.succeededIndexes.size > 0 && { completedIndexes: formatIndexes(tally.succeededIndexes) }),
    ...(job.spec.backoffLimitPerIndex !== undefined && { failedIndexes: formatIndexes(tally.failedIndexes) }),
    terminating: tally.terminating + Math.max(0, -change),
    ready: change < 0 ? Math.min(tally.ready, tally.active.length + change) : tally.ready,
    uncountedTerminatedPods: {},
  }
}

interface Suspension {
  readonly conditions: readonly JobCondition[] | undefined
  readonly steps: readonly Step[]
  readonly resumed: boolean
}

function suspensionOf(job: Job, nowMs: number): Suspension {
  const conditions = job.status?.conditions
  const present = conditions?.find((condition) => condition.type === 'Suspended')
  const set = (status: 'True' | 'False', reason: string, message: string) =>
    withCondition(conditions, { type: 'Suspended', status, reason, message }, nowMs)
  if (job.spec.suspend && present?.status !== 'True')
    return {
      conditions: set('True', 'JobSuspended', 'Job suspended'),
      steps: [say('Normal', 'Suspended', 'Job suspended')],
      resumed: false,
    }
  if (!job.spec.suspend && present?.status === 'True')
    return { conditions: set('False', 'JobResumed', 'Job resumed'), steps: [say('Normal', 'Resumed', 'Job resumed')], resumed: true }
  return { conditions, steps: [], resumed: false }
}

function withCondition(
  conditions: readonly JobCondition[] | undefined,
  condition: Pick<JobCondition, 'type' | 'status' | 'reason' | 'message'>,
  nowMs: number,
): readonly JobCondition[] {
  const present = conditions?.find((it) => it.type === condition.type)
  if (present?.status === condition.status && present.reason === condition.reason) return conditions!
  const complete: JobCondition = { ...condition, lastProbeTime: timestamp(nowMs), lastTransitionTime: timestamp(nowMs) }
  return present ? conditions!.map((it) => (it === present ? complete : it)) : [...(conditions ?? []), complete]
}
