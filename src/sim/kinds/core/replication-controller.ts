import { age, labelsText } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { ReplicationController } from '../../api/types/core-v1.gen'
import { templateColumns } from '../apps/workload-columns'
import { changeField, withDefaults, withEmpty, withField } from '../defaulting'
import { nonNegative } from '../field-checks'
import { podTemplateDefaults } from './pod-spec-defaults'
import { workloadTemplateErrors, workloadWarnings } from './late-validation'

export const replicationController = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  generation: true,
  defaultPropagation: 'Orphan',
  subresources: ['scale', 'status'],
  defaults: (object) =>
    withTemplateLabels(
      changeField(withEmpty(object, 'spec'), 'spec', (spec) =>
        withField(withDefaults(spec, { replicas: 1 }), 'template', podTemplateDefaults(spec.template)),
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
      ...workloadTemplateErrors({ selector: { matchLabels: selector ?? {} }, template: template ?? {} }, here, {
        selector: 'deployment',
        deadline: 'ReplicationController',
      }).filter(({ message }) => !message.includes('empty selector')),
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
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  scale: {
    specReplicas: 'spec.replicas',
    statusReplicas: 'status.replicas',
    selector: ({ spec }) =>
      Object.entries(spec?.selector ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .sort()
        .join(','),
  },
})

/** Without a selector it selects by its template's labels, and without labels it carries them too. */
function withTemplateLabels(object: ReplicationController): ReplicationController {
  const labels = object.spec?.template?.metadata?.labels
  if (!labels || Object.keys(labels).length === 0) return object
  const empty = (map: Readonly<Record<string, string>> | undefined) => Object.keys(map ?? {}).length === 0
  const selected = empty(object.spec?.selector) ? { ...object, spec: { ...object.spec, selector: labels } } : object
  return empty(selected.metadata.labels) ? { ...selected, metadata: { ...selected.metadata, labels } } : selected
}
