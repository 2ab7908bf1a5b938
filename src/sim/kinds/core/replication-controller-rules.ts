import { age, labelsText } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { PodTemplateSpec, ReplicationController } from '../../api/types/core-v1.gen'
import { templateColumns } from '../apps/workload-columns'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { nonNegative } from '../field-checks'
import { workloadTemplateErrors } from './pod-spec-validation'
import { workloadWarnings } from './pod-warnings'
import { podTemplateDefaults } from './pod-spec-defaults'

/** What may be written of a ReplicationController, and what `kubectl get` shows of it. */
export const replicationControllerRules: KindRules<ReplicationController> = {
  defaults: (object) =>
    withTemplateLabels(
      changeField(withEmpty(object, 'spec'), 'spec', (spec) =>
        changeField(withDefaults(spec, { replicas: 1 }), 'template', podTemplateDefaults),
      ),
    ),
  beforeCreate: (object) => ({ ...object, status: { replicas: 0 } }),
  validate: ({ spec }, at) => {
    const { selector, template, replicas, minReadySeconds } = spec ?? {}
    const here = at('spec')
    return [
      ...nonNegative(minReadySeconds, here('minReadySeconds')),
      ...(Object.keys(selector ?? {}).length === 0 ? [here('selector').required()] : []),
      ...nonNegative(replicas, here('replicas')),
      ...(template ? templateErrors(selector ?? {}, template, here) : [here('template').required()]),
    ]
  },
  warnings: workloadWarnings(({ spec }) => spec?.template),
  columns: [
    ['Desired', ({ spec }) => spec?.replicas ?? 1, { type: 'integer' }],
    ['Current', ({ status }) => status?.replicas ?? 0, { type: 'integer' }],
    ['Ready', ({ status }) => status?.readyReplicas ?? 0, { type: 'integer' }],
    age,
    ...templateColumns<ReplicationController>(({ spec }) => spec?.template),
    ['Selector', ({ spec }) => labelsText(spec?.selector), { wide: true }],
  ],
}

const templateErrors = (selector: Readonly<Record<string, string>>, template: PodTemplateSpec, at: FieldPath): readonly FieldError[] =>
  workloadTemplateErrors({ selector: { matchLabels: selector }, template }, at, {
    selector: 'deployment',
    deadline: 'ReplicationController',
  }).filter(({ message }) => !message.includes('empty selector'))

/** Without a selector it selects by its template's labels, and without labels it carries them too. */
function withTemplateLabels(object: ReplicationController): ReplicationController {
  const labels = object.spec?.template?.metadata?.labels
  if (!labels || Object.keys(labels).length === 0) return object
  const empty = (map: Readonly<Record<string, string>> | undefined) => Object.keys(map ?? {}).length === 0
  const selected = empty(object.spec?.selector) ? { ...object, spec: { ...object.spec, selector: labels } } : object
  return empty(selected.metadata.labels) ? { ...selected, metadata: { ...selected.metadata, labels } } : selected
}
