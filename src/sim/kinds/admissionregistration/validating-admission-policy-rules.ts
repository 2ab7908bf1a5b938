import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import { checked } from '../../api/late-checks'
import type { ValidatingAdmissionPolicy } from '../../api/types/admissionregistration-v1.gen'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { oneOf } from '../field-checks'
import { matchDefaults, matchErrors, paramKindErrors } from './match-resources'

/** What may be written of a ValidatingAdmissionPolicy, and what `kubectl get` shows of it. */
export const validatingAdmissionPolicyRules: KindRules<ValidatingAdmissionPolicy> = {
  defaults: (object) =>
    changeField(withEmpty(object, 'spec'), 'spec', (spec) =>
      changeField(withDefaults(spec, { failurePolicy: 'Fail' }), 'matchConstraints', matchDefaults),
    ),
  beforeCreate: (object) => ({ ...object, status: {} }),
  validate: (object, at) => {
    const { spec = {} } = object
    const here = at('spec')
    const { validations = [], auditAnnotations = [], matchConstraints, paramKind } = spec
    const errors = [...oneOf(spec.failurePolicy, ['Fail', 'Ignore'], here('failurePolicy'))]
    if (paramKind) errors.push(...paramKindErrors(paramKind, here('paramKind')))
    if (!matchConstraints) errors.push(here('matchConstraints').required())
    else {
      errors.push(...matchErrors(matchConstraints, here('matchConstraints')))
      if (!matchConstraints.resourceRules?.length) errors.push(here('matchConstraints', 'resourceRules').required())
    }
    if (validations.length + auditAnnotations.length === 0) {
      const why = 'validations or auditAnnotations must contain at least one item'
      errors.push(here('validations').required(why), here('auditAnnotations').required(why))
    }
    return [...errors, ...checked(({ validatingPolicyErrors }) => validatingPolicyErrors(object))]
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
}
