import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { MutatingAdmissionPolicyBinding } from '../../api/types/admissionregistration-v1.gen'
import { dnsSubdomain } from '../../formats/names'
import { changeField, withEmpty } from '../defaulting'
import { requiredName } from '../field-checks'
import { matchDefaults, matchErrors, paramRefErrors, paramRefText } from './match-resources'

export const mutatingAdmissionPolicyBinding = defineKind<MutatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  categories: ['api-extensions'],
  namespaced: false,
  defaults: (object) => changeField(withEmpty(object, 'spec'), 'spec', (spec) => changeField(spec, 'matchResources', matchDefaults)),
  validate: ({ spec = {} }, at) => [
    ...requiredName(spec.policyName, at('spec', 'policyName'), dnsSubdomain),
    ...(spec.paramRef ? paramRefErrors(spec.paramRef, at('spec', 'paramRef')) : []),
    ...(spec.matchResources ? matchErrors(spec.matchResources, at('spec', 'matchResouces')) : []), // as a real server spells it
  ],
  columns: [['PolicyName', ({ spec }) => spec?.policyName ?? ''], ['ParamRef', ({ spec }) => paramRefText(spec?.paramRef)], age],
})
