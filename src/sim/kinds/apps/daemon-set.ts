import { age, labelsText } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import { defineKind } from '../../api/kind'
import type { DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy } from '../../api/types/apps-v1.gen'
import { podTemplateDefaults } from '../core/pod-spec-defaults'
import { workloadTemplateErrors, workloadWarnings } from '../core/late-validation'
import { changeField, withDefaults, withEmpty, withField } from '../defaulting'
import { immutable, nonNegative, nonNegativeIntOrPercent, percentOf, requiredOneOf, sameValue } from '../field-checks'
import { sameShape } from '../versions'
import { templateColumns } from './workload-columns'

const stored = { group: 'apps', version: 'v1' }

/** A field of the first versions lives on in this annotation: how often the template has changed. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

export const daemonSet = defineKind<DaemonSet>({
  ...stored,
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  namespaced: true,
  subresources: ['status'],
  otherVersions: [sameShape(stored, 'v1beta2'), sameShape(stored, 'v1beta1', 'extensions')],
  defaults: (object) => changeField(withEmpty(object, 'spec'), 'spec', specDefaults),
  beforeCreate: (object) => ({
    ...withTemplateGeneration(object, 1),
    status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  }),
  beforeUpdate: (object, old) => {
    const before = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 1)
    return withTemplateGeneration(object, sameValue(object.spec.template, old.spec.template) ? before : before + 1)
  },
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
})

function specDefaults(spec: DaemonSetSpec): DaemonSetSpec {
  const result = withDefaults(spec, { updateStrategy: {}, revisionHistoryLimit: 10 })
  return withField(changeField(result, 'updateStrategy', strategyDefaults), 'template', podTemplateDefaults(spec.template))
}

function strategyDefaults(strategy: DaemonSetUpdateStrategy): DaemonSetUpdateStrategy {
  const result = withDefaults(strategy, { type: 'RollingUpdate' })
  if (result.type !== 'RollingUpdate') return result
  return changeField(withDefaults(result, { rollingUpdate: {} }), 'rollingUpdate', (rolling) =>
    withDefaults(rolling, { maxUnavailable: 1, maxSurge: 0 }),
  )
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

function withTemplateGeneration(object: DaemonSet, generation: number): DaemonSet {
  const annotations = { ...object.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) }
  return { ...object, metadata: { ...object.metadata, annotations } }
}
