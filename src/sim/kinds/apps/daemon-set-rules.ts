import { age, labelsText } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { DaemonSet, DaemonSetUpdateStrategy } from '../../api/types/apps-v1.gen'
import { workloadTemplateErrors } from '../core/pod-spec-validation'
import { workloadWarnings } from '../core/pod-warnings'
import { immutable, nonNegative, nonNegativeIntOrPercent, percentOf, requiredOneOf } from '../field-checks'
import { templateColumns } from './workload-columns'

/** What may be written of a DaemonSet, and what `kubectl get` shows of it. */
export const daemonSetRules: KindRules<DaemonSet> = {
  validate: ({ spec }, at) => [
    ...workloadTemplateErrors(spec, at('spec'), { selector: 'daemonset', deadline: 'DaemonSet' }),
    ...nonNegative(spec.minReadySeconds, at('spec', 'minReadySeconds')),
    ...strategyErrors(spec.updateStrategy ?? {}, at('spec', 'updateStrategy')),
    ...nonNegative(spec.revisionHistoryLimit, at('spec', 'revisionHistoryLimit')),
  ],
  warnings: workloadWarnings(({ spec }) => spec.template),
  validateUpdate: (object, old, at) => immutable(object.spec.selector, old.spec.selector, at('spec', 'selector')),
  columns: [
    ['Desired', ({ status }) => status?.desiredNumberScheduled ?? 0, { type: 'integer' }],
    ['Current', ({ status }) => status?.currentNumberScheduled ?? 0, { type: 'integer' }],
    ['Ready', ({ status }) => status?.numberReady ?? 0, { type: 'integer' }],
    ['Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0, { type: 'integer' }],
    ['Available', ({ status }) => status?.numberAvailable ?? 0, { type: 'integer' }],
    ['Node Selector', ({ spec }) => labelsText(spec.template?.spec?.nodeSelector)],
    age,
    ...templateColumns<DaemonSet>(
      ({ spec }) => spec.template,
      ({ spec }) => spec.selector,
    ),
  ],
}

function strategyErrors({ type, rollingUpdate }: DaemonSetUpdateStrategy, at: FieldPath): readonly FieldError[] {
  if (type === 'OnDelete') return []
  if (type !== 'RollingUpdate') return requiredOneOf(type, ['RollingUpdate', 'OnDelete'], at('type'))
  const here = at('rollingUpdate')
  if (!rollingUpdate) return [here.required('')]
  const { maxUnavailable, maxSurge } = rollingUpdate
  const errors = [
    ...nonNegativeIntOrPercent(maxUnavailable, here('maxUnavailable')),
    ...nonNegativeIntOrPercent(maxSurge, here('maxSurge')),
  ]
  const isZero = (value: number | string | undefined) => value === 0 || percentOf(value) === 0
  if (isZero(maxUnavailable) && isZero(maxSurge))
    errors.push(here('maxUnavailable').invalid(maxUnavailable, 'cannot be 0 when maxSurge is 0'))
  if (!isZero(maxUnavailable) && !isZero(maxSurge))
    errors.push(here('maxSurge').invalid(maxSurge, 'may not be set when maxUnavailable is non-zero'))
  return errors
}
