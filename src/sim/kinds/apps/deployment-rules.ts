import { age } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { Deployment, DeploymentSpec, DeploymentStrategy } from '../../api/types/apps-v1.gen'
import { workloadTemplateErrors } from '../core/pod-spec-validation'
import { workloadWarnings } from '../core/pod-warnings'
import { immutable, nonNegative, nonNegativeIntOrPercent, percentOf } from '../field-checks'
import { templateColumns } from './workload-columns'

/** What may be written of a Deployment, and what `kubectl get` shows of it. */
export const deploymentRules: KindRules<Deployment> = {
  validate: (object, at) => specErrors(object.spec, at('spec')),
  warnings: workloadWarnings(({ spec }) => spec.template),
  validateUpdate: (object, old, at) => immutable(object.spec.selector, old.spec.selector, at('spec', 'selector')),
  columns: [
    [
      'Ready',
      ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`,
      { description: 'Number of the pod with ready state' },
    ],
    ['Up-to-date', ({ status }) => status?.updatedReplicas ?? 0],
    ['Available', ({ status }) => status?.availableReplicas ?? 0],
    age,
    ...templateColumns<Deployment>(
      ({ spec }) => spec.template,
      ({ spec }) => spec.selector,
    ),
  ],
}

function specErrors(spec: DeploymentSpec, at: FieldPath): FieldError[] {
  const { minReadySeconds = 0, progressDeadlineSeconds } = spec
  const errors: FieldError[] = [
    ...nonNegative(spec.replicas, at('replicas')),
    ...workloadTemplateErrors(spec, at, { selector: 'deployment', deadline: 'ReplicaSet' }),
    ...strategyErrors(spec.strategy ?? {}, at('strategy')),
    ...nonNegative(minReadySeconds, at('minReadySeconds')),
    ...nonNegative(spec.revisionHistoryLimit, at('revisionHistoryLimit')),
    ...nonNegative(progressDeadlineSeconds, at('progressDeadlineSeconds')),
  ]
  if (progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= minReadySeconds)
    errors.push(at('progressDeadlineSeconds').invalid(progressDeadlineSeconds, 'must be greater than minReadySeconds'))
  return errors
}

function strategyErrors({ type, rollingUpdate }: DeploymentStrategy, at: FieldPath): readonly FieldError[] {
  const here = at('rollingUpdate')
  if (type === 'Recreate') return rollingUpdate ? [here.forbidden("may not be specified when strategy `type` is 'Recreate'")] : []
  // Shown whole, by the names that a server has inside.
  if (type !== 'RollingUpdate')
    return [at.notSupported({ Type: type ?? '', RollingUpdate: rollingUpdate ?? null }, ['Recreate', 'RollingUpdate'])]
  if (!rollingUpdate) return [here.required('this should be defaulted and never be nil')]
  const { maxUnavailable, maxSurge } = rollingUpdate
  const errors = [
    ...nonNegativeIntOrPercent(maxUnavailable, here('maxUnavailable')),
    ...nonNegativeIntOrPercent(maxSurge, here('maxSurge')),
  ]
  if (isZero(maxUnavailable) && isZero(maxSurge))
    errors.push(here('maxUnavailable').invalid(maxUnavailable, 'may not be 0 when `maxSurge` is 0'))
  if ((percentOf(maxUnavailable) ?? 0) > 100) errors.push(here('maxUnavailable').invalid(maxUnavailable, 'must not be greater than 100%'))
  return errors
}

const isZero = (value: number | string | undefined) => value === 0 || percentOf(value) === 0
