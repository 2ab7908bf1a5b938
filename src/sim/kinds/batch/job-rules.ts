import { age } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { Job, JobSpec } from '../../api/types/batch-v1.gen'
import type { PodTemplateSpec } from '../../api/types/core-v1.gen'
import { parseTimestamp } from '../../engine/time'
import { humanDuration } from '../../formats/duration'
import { matches, selectorOf } from '../../formats/selector'
import { templateColumns } from '../apps/workload-columns'
import { internalPodTemplate } from '../core/internal-form'
import { workloadWarnings } from '../core/pod-warnings'
import { jobSpecErrors } from './job-spec-validation'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { immutable, labelSelector } from '../field-checks'
import { sameValue } from '../same-value'
import { jobSpecDefaults } from './job-spec'

/** What may be written of a Job, and what `kubectl get` shows of it. */
export const jobRules: KindRules<Job> = {
  defaults: (object) => withTemplateLabels(changeField(withEmpty(object, 'spec'), 'spec', jobSpecDefaults)),
  beforeCreate: (object) => ({ ...withGeneratedSelector(object), status: {} }),
  validate: ({ spec }, at) => [...selectorErrors(spec, at('spec')), ...jobSpecErrors(spec, at('spec'))],
  warnings: workloadWarnings(({ spec }) => spec.template),
  validateUpdate: (object, old, at) => updateErrors(object.spec, old.spec, at('spec')),
  columns: [
    ['Status', statusText, { description: 'Status of the job.' }],
    ['Completions', completionsText],
    ['Duration', (object, { nowMs }) => durationText(object, nowMs), { description: 'Time required to complete the job.' }],
    age,
    ...templateColumns<Job>(
      ({ spec }) => spec.template,
      ({ spec }) => spec.selector,
    ),
  ],
}

/** A Job without labels takes those of its Pods. */
function withTemplateLabels(object: Job): Job {
  const labels = object.spec.template?.metadata?.labels
  return labels && !Object.keys(object.metadata.labels ?? {}).length
    ? { ...object, metadata: withDefaults(object.metadata, { labels }) }
    : object
}

/** Unless its author insists on a selector, a Job selects its Pods by its own uid, so that two Jobs never share a Pod. */
function withGeneratedSelector(object: Job): Job {
  const { spec, metadata } = object
  if (spec.manualSelector) return object
  const uid = metadata.uid ?? ''
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': metadata.name,
    'controller-uid': uid,
    'job-name': metadata.name,
  }
  const template: PodTemplateSpec = {
    ...spec.template,
    metadata: { ...spec.template.metadata, labels: { ...spec.template.metadata?.labels, ...labels } } as PodTemplateSpec['metadata'], // a template's metadata has no name
  }
  const ownLabels = Object.keys(metadata.labels ?? {}).length > 0 ? metadata.labels : template.metadata?.labels
  const selector = spec.selector ?? { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } }
  return { ...object, metadata: { ...metadata, labels: ownLabels }, spec: { ...spec, selector, template } }
}

function selectorErrors({ selector, template, manualSelector }: JobSpec, at: FieldPath): readonly FieldError[] {
  if (!selector) return [at('selector').required()]
  const complaints = labelSelector(selector, at('selector'))
  if (complaints.length > 0 || matches(selectorOf(selector), template.metadata?.labels ?? {})) return complaints
  return manualSelector
    ? [at('template', 'metadata', 'labels').invalid(template.metadata?.labels ?? null, '`selector` does not match template `labels`')]
    : [at('selector').invalid(selector, '`selector` not auto-generated')]
}

function updateErrors(spec: JobSpec, old: JobSpec, at: FieldPath): FieldError[] {
  const fields = ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const
  return [
    ...completionsErrors(spec, old, at('completions')),
    ...immutable(spec.selector, old.selector, at('selector')),
    ...(sameValue(spec.template, suspendedTemplate(spec, old))
      ? []
      : [at('template').invalid(internalPodTemplate(spec.template), 'field is immutable')]),
    ...fields.flatMap((field) => immutable(spec[field], old[field], at(field))),
  ]
}

/** How many indexes there are changes only together with how many run at once. */
function completionsErrors(spec: JobSpec, old: JobSpec, at: FieldPath): readonly FieldError[] {
  if (spec.completionMode !== 'Indexed') return immutable(spec.completions, old.completions, at)
  return spec.completions === old.completions || spec.completions === spec.parallelism
    ? []
    : [at.invalid(spec.completions, 'can only be modified in tandem with spec.parallelism')]
}

/** Where the Pods of a Job that has not started yet may run can still be changed. */
function suspendedTemplate(spec: JobSpec, old: JobSpec): PodTemplateSpec {
  if (!old.suspend || !old.template.spec || !spec.template.spec) return old.template
  const { nodeSelector, affinity, tolerations, schedulingGates } = spec.template.spec
  return { metadata: spec.template.metadata, spec: { ...old.template.spec, nodeSelector, affinity, tolerations, schedulingGates } }
}

function statusText({ metadata, status }: Job): string {
  const has = (type: string) => status?.conditions?.some((c) => c.type === type && c.status === 'True')
  if (has('Complete')) return 'Complete'
  if (has('Failed')) return 'Failed'
  if (metadata.deletionTimestamp) return 'Terminating'
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running'
}

function completionsText({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`
  const { parallelism = 1 } = spec
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

function durationText({ status }: Job, nowMs: number): string {
  if (!status?.startTime) return ''
  return humanDuration((status.completionTime ? parseTimestamp(status.completionTime) : nowMs) - parseTimestamp(status.startTime))
}
