import { labelsText } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { PodTemplate } from '../../api/types/core-v1.gen'
import { templateColumns } from '../apps/workload-columns'
import { withField } from '../defaulting'
import { podTemplateErrors } from './pod-spec-validation'
import { podTemplateDefaults } from './pod-spec-defaults'

/** What may be written of a PodTemplate, and what `kubectl get` shows of it. */
export const podTemplateRules: KindRules<PodTemplate> = {
  defaults: (object) => withField(object, 'template', podTemplateDefaults(object.template)),
  validate: ({ template }, at) => podTemplateErrors(template, at('template')),
  columns: [
    ...templateColumns<PodTemplate>(({ template }) => template).map(([heading, value]) => [heading, value] as const),
    ['Pod Labels', ({ template }) => labelsText(template?.metadata?.labels)],
  ],
}
