import type { JobSpec } from '../../api/types/batch-v1.gen'
import { podTemplateDefaults } from '../core/pod-spec-defaults'
import { changeField, mapSame, withDefaults, withField } from '../defaulting'

const LARGEST_INT32 = 2_147_483_647

/** Defaults of a Job's spec, in a Job; a CronJob's template leaves them to the Jobs it makes, but for the Pod's. */
export function jobSpecDefaults(spec: JobSpec): JobSpec {
  // One Pod, once, unless told otherwise; an Indexed Job has to tell how many indexes there are.
  const alone = spec.completions === undefined && spec.parallelism === undefined && spec.completionMode !== 'Indexed'
  const result = withDefaults(jobTemplateSpecDefaults(spec), {
    ...(alone && { completions: 1 }),
    parallelism: 1,
    backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : LARGEST_INT32,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed',
  })
  return changeField(result, 'podFailurePolicy', (policy) =>
    changeField(policy, 'rules', (rules) =>
      mapSame(rules, (rule) =>
        changeField(rule, 'onPodConditions', (conditions) => mapSame(conditions, (c) => withDefaults(c, { status: 'True' }))!),
      )!,
    ),
  )
}

/** What is defaulted even in the template of a CronJob. */
export const jobTemplateSpecDefaults = (spec: JobSpec): JobSpec => withField(spec, 'template', podTemplateDefaults(spec.template))
