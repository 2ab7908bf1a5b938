import { defineKind } from '../../api/kind'
import type { ConfigMap } from '../../api/types/core-v1.gen'
import { rulesOf } from '../late-rules'

export const configMap = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  namespaced: true,
  rules: rulesOf('configMap'),
})
