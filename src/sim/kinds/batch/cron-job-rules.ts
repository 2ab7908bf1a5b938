import { age, ageSince } from '../../api/columns'
import { fieldPath, type FieldError, type FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { CronJob, CronJobSpec } from '../../api/types/batch-v1.gen'
import { templateColumns } from '../apps/workload-columns'
import { workloadWarnings } from '../core/pod-warnings'
import { jobSpecErrors } from './job-spec-validation'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { nonNegative, requiredOneOf } from '../field-checks'
import { scheduleProblem } from './cron-schedule'
import { jobTemplateSpecDefaults } from './job-spec'

/** What may be written of a CronJob, and what `kubectl get` shows of it. */
export const cronJobRules: KindRules<CronJob> = {
  defaults: (object) => changeField(withEmpty(object, 'spec'), 'spec', specDefaults),
  beforeCreate: (object) => ({ ...object, status: {} }),
  validate: ({ metadata, spec }, at) => [
    ...specErrors(spec, at('spec')),
    // Its Jobs get eleven more characters, and a Job's name becomes a label.
    ...(metadata.name.length > 52 ? [at('metadata', 'name').invalid(metadata.name, 'must be no more than 52 characters')] : []),
  ],
  warnings: workloadWarnings(({ spec }) => spec.jobTemplate?.spec?.template, fieldPath('spec.jobTemplate.spec.template')),
  columns: [
    ['Schedule', ({ spec }) => spec.schedule ?? ''],
    ['Timezone', ({ spec }) => spec.timeZone ?? '<none>'],
    ['Suspend', ({ spec }) => (spec.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False'), { type: 'boolean' }],
    ['Active', ({ status }) => (status?.active ?? []).length, { type: 'integer' }],
    ['Last Schedule', ({ status }, { nowMs }) => (status?.lastScheduleTime ? ageSince(status.lastScheduleTime, nowMs) : '<none>')],
    age,
    ...templateColumns<CronJob>(
      ({ spec }) => spec.jobTemplate?.spec?.template,
      ({ spec }) => spec.jobTemplate?.spec?.selector,
    ),
  ],
}

function specDefaults(spec: CronJobSpec): CronJobSpec {
  const result = withDefaults(spec, {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  })
  return changeField(withEmpty(result, 'jobTemplate'), 'jobTemplate', (template) =>
    changeField(withEmpty(template, 'metadata', 'spec'), 'spec', jobTemplateSpecDefaults),
  )
}

function specErrors(spec: CronJobSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (!spec.schedule) errors.push(at('schedule').required())
  else {
    const problem = scheduleProblem(spec.schedule)
    if (problem) errors.push(at('schedule').invalid(spec.schedule, problem))
  }
  if (spec.timeZone !== undefined) errors.push(...timeZoneErrors(spec.timeZone, at('timeZone')))
  errors.push(
    ...nonNegative(spec.startingDeadlineSeconds, at('startingDeadlineSeconds')),
    ...requiredOneOf(spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'], at('concurrencyPolicy')),
    ...jobSpecErrors(spec.jobTemplate.spec!, at('jobTemplate', 'spec')), // defaulting has seen to it that it is there
    ...nonNegative(spec.successfulJobsHistoryLimit, at('successfulJobsHistoryLimit')),
    ...nonNegative(spec.failedJobsHistoryLimit, at('failedJobsHistoryLimit')),
  )
  return errors
}

function timeZoneErrors(timeZone: string, at: FieldPath): FieldError[] {
  if (timeZone === '') return [at.invalid(timeZone, 'timeZone must be nil or non-empty string')]
  if (timeZone.toLowerCase() === 'local')
    return [at.invalid(timeZone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')]
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return []
  } catch {
    return [at.invalid(timeZone, `unknown time zone ${timeZone}`)]
  }
}
