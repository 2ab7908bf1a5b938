import { defineKind } from '../../api/kind'
import type { DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy } from '../../api/types/apps-v1.gen'
import { podTemplateDefaults } from '../core/pod-spec-defaults'
import { changeField, withDefaults, withEmpty, withField } from '../defaulting'
import { sameValue } from '../same-value'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

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
  rules: rulesOf('daemonSet'),
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

function withTemplateGeneration(object: DaemonSet, generation: number): DaemonSet {
  const annotations = { ...object.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) }
  return { ...object, metadata: { ...object.metadata, annotations } }
}
