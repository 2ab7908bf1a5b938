import type { NewObject } from '../../api/object'
import type { CronJob, CronJobStatus, Job } from '../../api/types/batch-v1.gen'
import { parseTimestamp, timestamp } from '../../engine/time'
import { cronJob as cronJobKind } from '../../kinds/batch/cron-job'
import { job as jobKind } from '../../kinds/batch/job'
import { defineController, type Step } from '../controller'
import { conditionOf, isOver } from '../job/job'
import { controllerReference } from '../owners'
import { again, create, remove, say, setStatus } from '../steps'
import { owned } from '../watches'
import { nextTimeMs, parseSchedule, type Schedule } from './schedule'
import { isTimeZone } from './time-zone'

/** More missed times than this without a deadline mean that something is wrong with the clock. */
const MANY_MISSED = 100

/** Makes Jobs by the clock. */
export const cronJobController = defineController({
  name: 'cronjob-controller',
  reconciles: cronJobKind,
  watches: { jobs: owned(jobKind, cronJobKind) },

  reconcile(cronJob, { jobs, nowMs }) {
    if (cronJob.metadata.deletionTimestamp) return []
    const tidied = tidyUp(cronJob, jobs)
    const schedule = parseSchedule(cronJob.spec.schedule)
    const { timeZone, suspend } = cronJob.spec
    if (!schedule)
      return [
        ...tidied.steps,
        setStatus(cronJob, tidied.status),
        say('Warning', 'UnparseableCronJobSchedule', `unparseable schedule: "${cronJob.spec.schedule}"`),
      ]
    if (timeZone && !isTimeZone(timeZone))
      return [
        ...tidied.steps,
        setStatus(cronJob, tidied.status),
        say('Warning', 'UnknownTimeZone', `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`),
      ]
    if (suspend) return [...tidied.steps, setStatus(cronJob, tidied.status)]
    const due = dueTime(cronJob, schedule, nowMs)
    const next = nextTimeMs(schedule, nowMs, timeZone)
    const later = next === undefined ? [] : [again(next - nowMs + 50, { background: true })]
    if (due.timeMs === undefined) return [...tidied.steps, setStatus(cronJob, tidied.status), ...later]
    return [...tidied.steps, ...due.steps, ...begin(cronJob, jobs, tidied.status, due.timeMs), ...later]
  },
})

/** What tells that the controller has made a Job, and for when. */
const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp'

interface Tidied {
  readonly steps: readonly Step[]
  readonly status: CronJobStatus
}

const nameAndResult = (job: Job) => (conditionOf(job, 'Complete') ? 'Complete' : 'Failed')

/** Notes which of its Jobs have ended, and deletes the oldest beyond the history limits. */
function tidyUp(cronJob: CronJob, jobs: readonly Job[]): Tidied {
  const wasActive = new Set((cronJob.status?.active ?? []).map(({ uid }) => uid))
  const ended = jobs.filter(isOver)
  const finished = ended
    .filter(({ metadata }) => wasActive.has(metadata.uid))
    .map((job) => say('Normal', 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${nameAndResult(job)}`))
  const unexpected = jobs
    .filter((job) => !isOver(job) && !isActive(cronJob, job))
    .map(({ metadata }) => say('Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${metadata.name}`))
  const missing = (cronJob.status?.active ?? [])
    .filter(({ uid }) => !jobs.some(({ metadata }) => metadata.uid === uid))
    .map(({ name }) => say('Normal', 'MissingJob', `Active job went missing: ${name}`))
  const succeeded = ended.filter((job) => conditionOf(job, 'Complete'))
  const failed = ended.filter((job) => !conditionOf(job, 'Complete'))
  const surplus = [
    ...oldest(succeeded, cronJob.spec.successfulJobsHistoryLimit ?? 3),
    ...oldest(failed, cronJob.spec.failedJobsHistoryLimit ?? 1),
  ]
  const active = jobs.filter((job) => isActive(cronJob, job)).map(reference)
  const lastSuccess = [cronJob.status?.lastSuccessfulTime, ...succeeded.map(({ status }) => status?.completionTime)]
    .flatMap((time) => time ?? [])
    .sort()
    .at(-1)
  return {
    steps: [
      ...unexpected,
      ...finished,
      ...missing,
      ...surplus.map((job) =>
        remove(
          jobKind,
          job,
          { event: 'SuccessfulDelete', message: () => `Deleted job ${job.metadata.name}`, refusal: 'FailedDelete' },
          { propagation: 'Background' },
        ),
      ),
    ],
    status: {
      ...(active.length > 0 && { active }),
      ...(cronJob.status?.lastScheduleTime && { lastScheduleTime: cronJob.status.lastScheduleTime }),
      ...(lastSuccess && { lastSuccessfulTime: lastSuccess }),
    },
  }
}

const startOf = (job: Job) => job.status?.startTime ?? job.metadata.creationTimestamp
const oldest = (jobs: readonly Job[], keep: number) =>
  [...jobs].sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1)).slice(0, Math.max(0, jobs.length - keep))

const reference = ({ metadata, apiVersion, kind }: Job) => ({
  apiVersion,
  kind,
  namespace: metadata.namespace,
  name: metadata.name,
  uid: metadata.uid,
  resourceVersion: metadata.resourceVersion,
})

/** Whether it still runs and is one of those that the controller has made, not somebody with `kubectl create job --from`. */
const isActive = ({ status }: CronJob, job: Job) =>
  !isOver(job) && (SCHEDULED_AT in (job.metadata.annotations ?? {}) || (status?.active ?? []).some(({ uid }) => uid === job.metadata.uid))

/** The latest time that has come since the last run; undefined when none has. */
function dueTime(
  cronJob: CronJob,
  schedule: Schedule,
  nowMs: number,
): { readonly timeMs: number | undefined; readonly steps: readonly Step[] } {
  const { startingDeadlineSeconds: deadline, timeZone } = cronJob.spec
  const last = parseTimestamp(cronJob.status?.lastScheduleTime ?? cronJob.metadata.creationTimestamp)
  const since = deadline === undefined ? last : Math.max(last, nowMs - deadline * 1000)
  let timeMs: number | undefined
  let missed = 0
  for (let at = nextTimeMs(schedule, since, timeZone); at !== undefined && at <= nowMs; at = nextTimeMs(schedule, at, timeZone)) {
    timeMs = at
    if (++missed > MANY_MISSED) {
      // Far behind: skip to the latest time instead of walking through all of them.
      timeMs = latestBefore(schedule, nowMs, timeZone) ?? timeMs
      break
    }
  }
  const text = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew'
  return { timeMs, steps: missed > MANY_MISSED ? [say('Warning', 'TooManyMissedTimes', text)] : [] }
}

function latestBefore(schedule: Schedule, nowMs: number, timeZone: string | undefined): number | undefined {
  for (const backMs of [120_000, 7_200_000, 172_800_000]) {
    let latest: number | undefined
    for (let at = nextTimeMs(schedule, nowMs - backMs, timeZone); at !== undefined && at <= nowMs; at = nextTimeMs(schedule, at, timeZone))
      latest = at
    if (latest !== undefined) return latest
  }
  return undefined
}

function begin(cronJob: CronJob, jobs: readonly Job[], status: CronJobStatus, timeMs: number): Step[] {
  const { concurrencyPolicy = 'Allow' } = cronJob.spec
  const running = jobs.filter((job) => isActive(cronJob, job))
  const name = `${cronJob.metadata.name}-${Math.floor(timeMs / 60_000)}`
  if (jobs.some((job) => job.metadata.name === name)) return [setStatus(cronJob, { ...status, lastScheduleTime: timestamp(timeMs) })]
  if (concurrencyPolicy === 'Forbid' && running.length > 0)
    return [
      say('Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid'),
      setStatus(cronJob, status),
      again(1000, { background: true }),
    ]
  const replaced = concurrencyPolicy === 'Replace' ? running : []
  const others = running.filter((job) => !replaced.includes(job)).map(reference)
  const fresh = jobFrom(cronJob, name, timeMs)
  return [
    ...replaced.map((job) =>
      remove(
        jobKind,
        job,
        { event: 'SuccessfulDelete', message: () => `Deleted job ${job.metadata.name}`, refusal: 'FailedDelete' },
        { propagation: 'Background' },
      ),
    ),
    create(jobKind, fresh, {
      event: 'SuccessfulCreate',
      message: () => `Created job ${name}`,
      refusal: 'FailedCreate',
      refusalMessage: (error) => `Error creating job: ${error.message}`,
    }),
    setStatus(cronJob, { ...status, active: others.length > 0 ? others : undefined, lastScheduleTime: timestamp(timeMs) }),
  ]
}

function jobFrom(cronJob: CronJob, name: string, timeMs: number): NewObject<Job> {
  const { metadata, spec } = cronJob.spec.jobTemplate
  return {
    metadata: {
      name,
      namespace: cronJob.metadata.namespace,
      ...(metadata?.labels && { labels: metadata.labels }),
      annotations: { ...metadata?.annotations, [SCHEDULED_AT]: timestamp(timeMs) },
      ownerReferences: [controllerReference(cronJobKind, cronJob)],
    },
    spec: spec!,
  }
}
