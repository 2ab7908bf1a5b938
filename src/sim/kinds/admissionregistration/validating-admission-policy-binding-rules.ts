import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { ValidatingAdmissionPolicyBinding } from '../../api/types/admissionregistration-v1.gen'
import { dnsSubdomain } from '../../formats/names'
import { changeField, withEmpty } from '../defaulting'
import { oneOf, requiredName } from '../field-checks'
import { matchDefaults, matchErrors, paramRefErrors, paramRefText } from './match-resources'

/** What may be written of a ValidatingAdmissionPolicyBinding, and what `kubectl get` shows of it. */
export const validatingAdmissionPolicyBindingRules: KindRules<ValidatingAdmissionPolicyBinding> = {
  defaults: (object) => changeField(withEmpty(object, 'spec'), 'spec', (spec) => changeField(spec, 'matchResources', matchDefaults)),
  validate: ({ spec }, at) => {
    const { policyName, paramRef, matchResources, validationActions = [] } = spec ?? {}
    const here = at('spec')
    const errors = [...requiredName(policyName, here('policyName'), dnsSubdomain)]
    if (paramRef) errors.push(...paramRefErrors(paramRef, here('paramRef')))
    if (matchResources) errors.push(...matchErrors(matchResources, here('matchResouces'))) // as a real server spells it
    const actions = here('validationActions')
    if (validationActions.length === 0) errors.push(actions.required('at least one validation action is required'))
    validationActions.forEach((action, index) => {
      errors.push(...oneOf(action, ['Audit', 'Deny', 'Warn'], actions(index)))
      if (validationActions.indexOf(action) < index) errors.push(actions(index).duplicate(action))
    })
    if (validationActions.includes('Deny') && validationActions.includes('Warn'))
      errors.push(
        actions.invalid(
          validationActions,
          'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
        ),
      )
    return errors
  },
  columns: [['PolicyName', ({ spec }) => spec?.policyName ?? ''], ['ParamRef', ({ spec }) => paramRefText(spec?.paramRef)], age],
}
