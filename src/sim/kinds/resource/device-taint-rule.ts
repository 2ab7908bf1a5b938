import { defineKind } from '../../api/kind'
import type { DeviceTaintRule } from '../../api/types/resource-v1beta2.gen'
import { rulesOf } from '../late-rules'

export const deviceTaintRule = defineKind<DeviceTaintRule>({
  group: 'resource.k8s.io',
  version: 'v1beta2',
  kind: 'DeviceTaintRule',
  plural: 'devicetaintrules',
  namespaced: false,
  subresources: ['status'],
  rules: rulesOf('deviceTaintRule'),
})
