import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { ValidatingAdmissionPolicy } from '../../api/types/admissionregistration-v1.gen'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { oneOf } from '../field-checks'
import { sameShape } from '../versions'
import { matchDefaults, matchErrors } from './match-resources'

const stored = { group: 'admissionregistration.k8s.io', version: 'v1' }

export const validatingAdmissionPolicy = defineKind<ValidatingAdmissionPolicy>({
  ...stored,
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  categories: ['api-extensions'],
  namespaced: false,
  subresources: ['status'],
  otherVersions: [sameShape(stored, 'v1beta1')],
  defaults: (object) =>
    changeField(withEmpty(object, 'spec'), 'spec', (spec) =>
      changeField(withDefaults(spec, { failurePolicy: 'Fail' }), 'matchConstraints', matchDefaults),
    ),
  beforeCreate: (object) => ({ ...object, status: {} }),
  validate: ({ spec = {} }, at) => {
    const here = at('spec')
    const { validations = [], auditAnnotations = [], matchConstraints, paramKind } = spec
    const errors = [...oneOf(spec.failurePolicy, ['Fail', 'Ignore'], here('failurePolicy'))]
    if (paramKind && !paramKind.apiVersion) errors.push(here('paramKind', 'apiVersion').required())
    if (paramKind && !paramKind.kind) errors.push(here('paramKind', 'kind').required())
    if (!matchConstraints) errors.push(here('matchConstraints').required())
    else {
      errors.push(...matchErrors(matchConstraints, here('matchConstraints')))
      if (!matchConstraints.resourceRules?.length) errors.push(here('matchConstraints', 'resourceRules').required())
    }
    if (validations.length + auditAnnotations.length === 0) {
      const why = 'validations or auditAnnotations must be specified'
      errors.push(here('validations').required(why), here('auditAnnotations').required(why))
    }
    validations.forEach(({ expression }, index) => {
      if (!expression?.trim()) errors.push(here('validations', index, 'expression').required('expression is not specified'))
    })
    return errors
  },
  columns: [
    [
      'Validations',
      ({ spec }) => (spec?.validations ?? []).length,
      { type: 'integer', description: 'Validations indicates the number of validation rules defined in this configuration' },
    ],
    ['ParamKind', ({ spec }) => (spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>')],
    age,
  ],
})
