import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import { checked } from '../../api/late-checks'
import type { MutatingAdmissionPolicy } from '../../api/types/admissionregistration-v1.gen'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { oneOf, requiredOneOf } from '../field-checks'
import { matchDefaults, matchErrors, paramKindErrors } from './match-resources'

/** What may be written of a MutatingAdmissionPolicy, and what `kubectl get` shows of it. */
export const mutatingAdmissionPolicyRules: KindRules<MutatingAdmissionPolicy> = {
  defaults: (object) =>
    changeField(withEmpty(object, 'spec'), 'spec', (spec) =>
      changeField(withDefaults(spec, { failurePolicy: 'Fail', reinvocationPolicy: 'Never' }), 'matchConstraints', matchDefaults),
    ),
  validate: (object, at) => {
    const { spec = {} } = object
    const here = at('spec')
    const { mutations = [], matchConstraints } = spec
    const errors = [
      ...oneOf(spec.failurePolicy, ['Fail', 'Ignore'], here('failurePolicy')),
      ...oneOf(spec.reinvocationPolicy, ['Never', 'IfNeeded'], here('reinvocationPolicy')),
    ]
    if (!matchConstraints) errors.push(here('matchConstraints').required())
    else errors.push(...matchErrors(matchConstraints, here('matchConstraints')))
    if (matchConstraints && !matchConstraints.resourceRules?.length) errors.push(here('matchConstraints', 'resourceRules').required())
    if (spec.paramKind) errors.push(...paramKindErrors(spec.paramKind, here('paramKind')))
    if (mutations.length === 0) errors.push(here('mutations').required('mutations must contain at least one item'))
    mutations.forEach((mutation, index) =>
      errors.push(...requiredOneOf(mutation.patchType, ['ApplyConfiguration', 'JSONPatch'], here('mutations', index, 'patchType'))),
    )
    return [...errors, ...checked(({ mutatingPolicyErrors }) => mutatingPolicyErrors(object))]
  },
  columns: [
    [
      'Mutations',
      ({ spec }) => (spec?.mutations ?? []).length,
      { type: 'integer', description: 'Mutation indicates the number of mutations rules defined in this configuration' },
    ],
    ['ParamKind', ({ spec }) => (spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>')],
    age,
  ],
}
