import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { ReplicaSet, ReplicaSetSpec } from '../../api/types/apps-v1.gen'
import { selectorOf, selectorText } from '../../formats/selector'
import { podTemplateDefaults } from '../core/pod-spec-defaults'
import { workloadTemplateErrors, workloadWarnings } from '../core/late-validation'
import { changeField, withDefaults, withEmpty, withField } from '../defaulting'
import { immutable, nonNegative } from '../field-checks'
import { sameShape } from '../versions'
import { templateColumns } from './workload-columns'

const stored = { group: 'apps', version: 'v1' }

export const replicaSet = defineKind<ReplicaSet>({
  ...stored,
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  subresources: ['status', 'scale'],
  otherVersions: [sameShape(stored, 'v1beta2'), sameShape(stored, 'v1beta1', 'extensions')],
  defaults: (object) => changeField(withEmpty(object, 'spec'), 'spec', specDefaults),
  beforeCreate: (object) => ({ ...object, status: { replicas: 0 } }),
  validate: ({ spec }, at) => [
    ...nonNegative(spec.replicas, at('spec', 'replicas')),
    ...nonNegative(spec.minReadySeconds, at('spec', 'minReadySeconds')),
    ...workloadTemplateErrors(spec, at('spec'), { selector: 'deployment', deadline: 'ReplicaSet' }),
  ],
  warnings: workloadWarnings(({ spec }) => spec.template),
  validateUpdate: (object, old, at) => immutable(object.spec.selector, old.spec.selector, at('spec', 'selector')),
  columns: [
    ['Desired', ({ spec }) => spec.replicas ?? 1, { type: 'integer' }],
    ['Current', ({ status }) => status?.replicas ?? 0, { type: 'integer' }],
    ['Ready', ({ status }) => status?.readyReplicas ?? 0, { type: 'integer' }],
    age,
    ...templateColumns<ReplicaSet>(
      ({ spec }) => spec.template,
      ({ spec }) => spec.selector,
    ),
  ],
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  scale: {
    specReplicas: 'spec.replicas',
    statusReplicas: 'status.replicas',
    selector: ({ spec }) => selectorText(selectorOf(spec.selector)),
  },
})

const specDefaults = (spec: ReplicaSetSpec): ReplicaSetSpec =>
  withField(withDefaults(spec, { replicas: 1 }), 'template', podTemplateDefaults(spec.template))
