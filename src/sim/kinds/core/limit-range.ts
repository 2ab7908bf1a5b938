import { defineKind } from '../../api/kind'
import type { LimitRange } from '../../api/types/core-v1.gen'
import { rulesOf } from '../late-rules'

export const limitRange = defineKind<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  namespaced: true,
  rules: rulesOf('limitRange'),
})
