import { defineKind } from '../../api/kind'
import type { CustomResourceDefinition } from '../../api/types/apiextensions-v1.gen'
import { rulesOf } from '../late-rules'

export const customResourceDefinition = defineKind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  subresources: ['status'],
  rules: rulesOf('customResourceDefinition'),
})
