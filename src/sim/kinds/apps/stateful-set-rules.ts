import { age } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { StatefulSet, StatefulSetSpec, StatefulSetUpdateStrategy } from '../../api/types/apps-v1.gen'
import type { PersistentVolumeClaim } from '../../api/types/core-v1.gen'
import { workloadTemplateErrors } from '../core/pod-spec-validation'
import { workloadWarnings } from '../core/pod-warnings'
import { podTemplateDefaults } from '../core/pod-spec-defaults'
import { changeField, mapSame, withDefaults, withEmpty, withField } from '../defaulting'
import { nonNegative, oneOf, percentOf } from '../field-checks'
import { sameValue } from '../same-value'
import { templateColumns } from './workload-columns'

/** What may be written of a StatefulSet, and what `kubectl get` shows of it. */
export const statefulSetRules: KindRules<StatefulSet> = {
  defaults: (object) => changeField(withEmpty(object, 'spec'), 'spec', specDefaults),
  beforeCreate: (object) => ({ ...object, status: { replicas: 0, availableReplicas: 0 } }),
  validate: ({ spec }, at) => [
    ...podManagementErrors(spec.podManagementPolicy, at('spec', 'podManagementPolicy')),
    ...strategyErrors(spec.updateStrategy ?? {}, at('spec', 'updateStrategy')),
    ...retentionErrors(spec, at('spec', 'persistentVolumeClaimRetentionPolicy')),
    ...nonNegative(spec.replicas, at('spec', 'replicas')),
    ...nonNegative(spec.minReadySeconds, at('spec', 'minReadySeconds')),
    ...nonNegative(spec.ordinals?.start, at('spec', 'ordinals', 'start')),
    ...workloadTemplateErrors(spec, at('spec'), {
      selector: 'statefulset',
      deadline: 'StatefulSet',
      judgesPods: false /* its Pods mount claims that are no volumes of the template */,
    }),
  ],
  warnings: workloadWarnings(({ spec }) => spec.template),
  validateUpdate: (object, old, at) => (onlyMutableFieldsDiffer(object.spec, old.spec) ? [] : [at('spec').forbidden(FORBIDDEN_UPDATE)]),
  columns: [
    [
      'Ready',
      ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`,
      { description: 'Number of the pod with ready state' },
    ],
    age,
    ...templateColumns<StatefulSet>(({ spec }) => spec.template),
  ],
}

const FORBIDDEN_UPDATE =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"

function onlyMutableFieldsDiffer(spec: StatefulSetSpec, old: StatefulSetSpec): boolean {
  const { replicas, ordinals, template, updateStrategy, revisionHistoryLimit, persistentVolumeClaimRetentionPolicy, minReadySeconds } = old
  return sameValue(
    { ...spec, replicas, ordinals, template, updateStrategy, revisionHistoryLimit, persistentVolumeClaimRetentionPolicy, minReadySeconds },
    old,
  )
}

function specDefaults(spec: StatefulSetSpec): StatefulSetSpec {
  let result = withDefaults(spec, {
    replicas: 1,
    podManagementPolicy: 'OrderedReady',
    updateStrategy: {},
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: {},
  })
  result = changeField(result, 'updateStrategy', strategyDefaults)
  result = changeField(result, 'persistentVolumeClaimRetentionPolicy', (policy) =>
    withDefaults(policy, { whenDeleted: 'Retain', whenScaled: 'Retain' }),
  )
  result = changeField(result, 'volumeClaimTemplates', (claims) => mapSame(claims, claimDefaults)!)
  return withField(result, 'template', podTemplateDefaults(spec.template))
}

function strategyDefaults(strategy: StatefulSetUpdateStrategy): StatefulSetUpdateStrategy {
  const result = withDefaults(strategy, { type: 'RollingUpdate' })
  if (result.type !== 'RollingUpdate') return result
  return changeField(withDefaults(result, { rollingUpdate: {} }), 'rollingUpdate', (rolling) => withDefaults(rolling, { partition: 0 }))
}

function claimDefaults(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  const whole = withEmpty(withDefaults(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }), 'status')
  const result = changeField(whole, 'status', (status) => withDefaults(status, { phase: 'Pending' }))
  return changeField(withEmpty(result, 'metadata', 'spec'), 'spec', (spec) => withDefaults(spec, { volumeMode: 'Filesystem' }))
}

function strategyErrors({ type, rollingUpdate }: StatefulSetUpdateStrategy, at: FieldPath): readonly FieldError[] {
  if (type === 'OnDelete') {
    return rollingUpdate ? [at('rollingUpdate').invalid(rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'")] : []
  }
  if (type !== 'RollingUpdate') {
    return type ? [at.invalid({ type }, "must be 'RollingUpdate' or 'OnDelete'")] : [at.required()]
  }
  const here = at('rollingUpdate')
  const { partition, maxUnavailable } = rollingUpdate ?? {}
  const errors = [...nonNegative(partition, here('partition'))]
  if (maxUnavailable === 0 || percentOf(maxUnavailable) === 0) errors.push(here('maxUnavailable').invalid(maxUnavailable, 'cannot be 0'))
  if ((percentOf(maxUnavailable) ?? 0) > 100) errors.push(here('maxUnavailable').invalid(maxUnavailable, 'must not be greater than 100%'))
  return errors
}

function retentionErrors({ persistentVolumeClaimRetentionPolicy: policy }: StatefulSetSpec, at: FieldPath): readonly FieldError[] {
  const kinds = ['Retain', 'Delete']
  return [...oneOf(policy?.whenDeleted, kinds, at('whenDeleted')), ...oneOf(policy?.whenScaled, kinds, at('whenScaled'))]
}

const podManagementErrors = (policy: string | undefined, at: FieldPath): readonly FieldError[] =>
  !policy
    ? [at.required()]
    : ['OrderedReady', 'Parallel'].includes(policy)
      ? []
      : [at.invalid(policy, "must be 'OrderedReady' or 'Parallel'")]
