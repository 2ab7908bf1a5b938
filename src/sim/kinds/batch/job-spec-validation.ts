import type { FieldError, FieldPath } from '../../api/field-path'
import type { JobSpec, PodFailurePolicyOnExitCodesRequirement } from '../../api/types/batch-v1.gen'
import { podTemplateErrors } from '../core/pod-spec-validation'
import { nonNegative, oneOf, requiredOneOf } from '../field-checks'

/** Complaints about a Job's spec. See `ValidateJobSpec`. */
export function jobSpecErrors(spec: JobSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  for (const field of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const) {
    errors.push(...nonNegative(spec[field], at(field)))
  }
  errors.push(...indexErrors(spec, at), ...podTemplateErrors(spec.template, at('template')), ...restartPolicyErrors(spec, at))
  errors.push(...oneOf(spec.podReplacementPolicy, ['TerminatingOrFailed', 'Failed'], at('podReplacementPolicy')))
  if (spec.podFailurePolicy && spec.podReplacementPolicy === 'TerminatingOrFailed')
    errors.push(at('podReplacementPolicy').notSupported(spec.podReplacementPolicy, ['Failed']))
  spec.podFailurePolicy?.rules?.forEach((rule, index) => {
    const here = at('podFailurePolicy', 'rules', index)
    errors.push(...requiredOneOf(rule.action, ['Count', 'FailIndex', 'FailJob', 'Ignore'], here('action')))
    if (!rule.onExitCodes && !rule.onPodConditions?.length)
      errors.push(here.invalid(rule, 'specifying one of OnExitCodes and OnPodConditions is required'))
    if (rule.onExitCodes && rule.onPodConditions?.length)
      errors.push(here.invalid(rule, 'specifying both OnExitCodes and OnPodConditions is not supported'))
    if (rule.onExitCodes) errors.push(...exitCodeErrors(spec, rule.onExitCodes, here('onExitCodes')))
  })
  return errors
}

const MOST_EXIT_CODES = 255

/** Codes that a rule names: some, each once, in order, and not zero among those it is for. */
function exitCodeErrors(
  spec: JobSpec,
  { containerName, operator, values }: PodFailurePolicyOnExitCodesRequirement,
  at: FieldPath,
): FieldError[] {
  const errors: FieldError[] = []
  if (containerName !== undefined) {
    const { containers, initContainers = [] } = spec.template.spec!
    if (![...containers, ...initContainers].some(({ name }) => name === containerName))
      errors.push(at('containerName').invalid(containerName, 'must be one of the container or initContainer names in the pod template'))
  }
  errors.push(...requiredOneOf(operator, ['In', 'NotIn'], at('operator')))
  const codes = values ?? []
  if (codes.length === 0) errors.push(at('values').invalid(codes, 'at least one value is required'))
  else if (codes.length > MOST_EXIT_CODES) errors.push(at('values').tooMany(codes.length, MOST_EXIT_CODES))
  if (codes.some((code, index) => index > 0 && code < codes[index - 1]!)) errors.push(at('values').invalid(codes, 'must be ordered'))
  codes.forEach((code, index) => {
    if (operator === 'In' && code === 0) errors.push(at('values', index).invalid(code, 'must not be 0 for the In operator'))
    if (codes.indexOf(code) < index) errors.push(at('values', index).duplicate(code))
  })
  return errors
}

function indexErrors(spec: JobSpec, at: FieldPath): FieldError[] {
  const errors = [...oneOf(spec.completionMode, ['NonIndexed', 'Indexed'], at('completionMode'))]
  const indexed = spec.completionMode === 'Indexed'
  if (indexed && spec.completions === undefined) errors.push(at('completions').required('when completion mode is Indexed'))
  if (indexed && (spec.parallelism ?? 0) > 100_000)
    errors.push(at('parallelism').invalid(spec.parallelism, 'must be less than or equal to 100000 when completion mode is Indexed'))
  if (!indexed && spec.backoffLimitPerIndex !== undefined)
    errors.push(at('backoffLimitPerIndex').invalid(spec.backoffLimitPerIndex, 'requires indexed completion mode'))
  if (!indexed && spec.successPolicy) errors.push(at('successPolicy').invalid(spec.successPolicy, 'requires indexed completion mode'))
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.push(at('backoffLimitPerIndex').required('when maxFailedIndexes is specified'))
  return errors
}

function restartPolicyErrors(spec: JobSpec, at: FieldPath): FieldError[] {
  const policy = spec.template?.spec?.restartPolicy
  const here = at('template', 'spec', 'restartPolicy')
  if (policy === 'Always') return [here.required('valid values: "OnFailure", "Never"')]
  if (policy !== 'OnFailure' && policy !== 'Never') return [here.notSupported(policy ?? '', ['OnFailure', 'Never'])]
  return spec.podFailurePolicy && policy !== 'Never'
    ? [here.invalid(policy, 'only "Never" is supported when podFailurePolicy is specified')]
    : []
}
