import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { MutatingAdmissionPolicyBinding } from '../../api/types/admissionregistration-v1.gen'
import { dnsSubdomain } from '../../formats/names'
import { changeField, withEmpty } from '../defaulting'
import { requiredName } from '../field-checks'
import { matchDefaults, matchErrors, paramRefErrors, paramRefText } from './match-resources'

/** What may be written of a MutatingAdmissionPolicyBinding, and what `kubectl get` shows of it. */
export const mutatingAdmissionPolicyBindingRules: KindRules<MutatingAdmissionPolicyBinding> = {
  defaults: (object) => changeField(withEmpty(object, 'spec'), 'spec', (spec) => changeField(spec, 'matchResources', matchDefaults)),
  validate: ({ spec = {} }, at) => [
    ...requiredName(spec.policyName, at('spec', 'policyName'), dnsSubdomain),
    ...(spec.paramRef ? paramRefErrors(spec.paramRef, at('spec', 'paramRef')) : []),
    ...(spec.matchResources ? matchErrors(spec.matchResources, at('spec', 'matchResouces')) : []), // as a real server spells it
  ],
  columns: [['PolicyName', ({ spec }) => spec?.policyName ?? ''], ['ParamRef', ({ spec }) => paramRefText(spec?.paramRef)], age],
}
