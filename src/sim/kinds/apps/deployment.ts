import { age } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import { defineKind } from '../../api/kind'
import type { Deployment, DeploymentSpec, DeploymentStrategy } from '../../api/types/apps-v1.gen'
import { selectorOf, selectorText } from '../../formats/selector'
import { podTemplateDefaults } from '../core/pod-spec-defaults'
import { workloadTemplateErrors, workloadWarnings } from '../core/late-validation'
import { changeField, withDefaults, withEmpty, withField } from '../defaulting'
import { immutable, nonNegative, nonNegativeIntOrPercent, percentOf, requiredOneOf } from '../field-checks'
import { sameShape } from '../versions'
import { templateColumns } from './workload-columns'

const stored = { group: 'apps', version: 'v1' }

export const deployment = defineKind<Deployment>({
  ...stored,
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  subresources: ['status', 'scale'],
  annotatesWithStatus: true,
  otherVersions: [sameShape(stored, 'v1beta2'), sameShape(stored, 'v1beta1'), sameShape(stored, 'v1beta1', 'extensions')],
  defaults: (object) => changeField(withEmpty(object, 'spec'), 'spec', specDefaults),
  beforeCreate: (object) => ({ ...object, status: {} }),
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
  scale: {
    specReplicas: 'spec.replicas',
    statusReplicas: 'status.replicas',
    selector: ({ spec }) => selectorText(selectorOf(spec.selector)),
  },
})

function specDefaults(spec: DeploymentSpec): DeploymentSpec {
  const result = withDefaults(spec, { replicas: 1, strategy: {}, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 })
  return withField(changeField(result, 'strategy', strategyDefaults), 'template', podTemplateDefaults(result.template))
}

function strategyDefaults(strategy: DeploymentStrategy): DeploymentStrategy {
  const result = withDefaults(strategy, { type: 'RollingUpdate' })
  if (result.type !== 'RollingUpdate') return result
  return changeField(withDefaults(result, { rollingUpdate: {} }), 'rollingUpdate', (rolling) =>
    withDefaults(rolling, { maxUnavailable: '25%', maxSurge: '25%' }),
  )
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
  if (type !== 'RollingUpdate') return requiredOneOf(type, ['Recreate', 'RollingUpdate'], at('type'))
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
