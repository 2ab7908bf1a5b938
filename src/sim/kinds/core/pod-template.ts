import { labelsText } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { PodTemplate } from '../../api/types/core-v1.gen'
import { templateColumns } from '../apps/workload-columns'
import { withField } from '../defaulting'
import { podTemplateDefaults } from './pod-spec-defaults'
import { podTemplateErrors } from './late-validation'

export const podTemplate = defineKind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  namespaced: true,
  generation: true,
  returnsDeleted: true,
  defaults: (object) => withField(object, 'template', podTemplateDefaults(object.template)),
  validate: ({ template }, at) => podTemplateErrors(template, at('template')),
  columns: [
    ...templateColumns<PodTemplate>(({ template }) => template).map(([heading, value]) => [heading, value] as const),
    ['Pod Labels', ({ template }) => labelsText(template?.metadata?.labels)],
  ],
})
