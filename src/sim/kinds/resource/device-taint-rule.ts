import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { DeviceTaintRule } from '../../api/types/resource-v1beta2.gen'
import { requiredOneOf } from '../field-checks'

export const deviceTaintRule = defineKind<DeviceTaintRule>({
  group: 'resource.k8s.io',
  version: 'v1beta2',
  kind: 'DeviceTaintRule',
  plural: 'devicetaintrules',
  namespaced: false,
  subresources: ['status'],
  validate: ({ spec }, at) => [
    ...(spec?.taint?.key ? [] : [at('spec', 'taint', 'key').required()]),
    ...requiredOneOf(spec?.taint?.effect, ['NoSchedule', 'NoExecute', 'None'], at('spec', 'taint', 'effect')),
  ],
  columns: [age],
})
