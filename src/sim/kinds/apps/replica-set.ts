import { defineKind } from '../../api/kind'
import type { ReplicaSet, ReplicaSetSpec } from '../../api/types/apps-v1.gen'
import { selectorOf, selectorText } from '../../formats/selector'
import { podTemplateDefaults } from '../core/pod-spec-defaults'
import { changeField, withDefaults, withEmpty, withField } from '../defaulting'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

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
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  scale: {
    specReplicas: 'spec.replicas',
    statusReplicas: 'status.replicas',
    selector: ({ spec }) => selectorText(selectorOf(spec.selector)),
  },
  rules: rulesOf('replicaSet'),
})

const specDefaults = (spec: ReplicaSetSpec): ReplicaSetSpec =>
  withField(withDefaults(spec, { replicas: 1 }), 'template', podTemplateDefaults(spec.template))
