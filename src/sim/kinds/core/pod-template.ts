import { defineKind } from '../../api/kind'
import type { PodTemplate } from '../../api/types/core-v1.gen'
import { rulesOf } from '../late-rules'

export const podTemplate = defineKind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  namespaced: true,
  generation: true,
  returnsDeleted: true,
  rules: rulesOf('podTemplate'),
})
