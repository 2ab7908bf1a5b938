import { defineKind } from '../../api/kind'
import type { Deployment, DeploymentSpec, DeploymentStrategy } from '../../api/types/apps-v1.gen'
import { selectorOf, selectorText } from '../../formats/selector'
import { podTemplateDefaults } from '../core/pod-spec-defaults'
import { changeField, withDefaults, withEmpty, withField } from '../defaulting'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

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
  scale: {
    specReplicas: 'spec.replicas',
    statusReplicas: 'status.replicas',
    selector: ({ spec }) => selectorText(selectorOf(spec.selector)),
  },
  rules: rulesOf('deployment'),
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
