import { defineKind } from '../../api/kind'
import type { Secret } from '../../api/types/core-v1.gen'
import { rulesOf } from '../late-rules'

export const secret = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  selectableFields: { type: ({ type }) => type ?? '' },
  rules: rulesOf('secret'),
})
