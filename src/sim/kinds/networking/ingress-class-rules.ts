import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { IngressClass } from '../../api/types/networking-v1.gen'
import { classParametersErrors } from './ingress-class-validation'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { immutable } from '../field-checks'

/** What may be written of an IngressClass, and what `kubectl get` shows of it. */
export const ingressClassRules: KindRules<IngressClass> = {
  defaults: (object) =>
    changeField(withEmpty(object, 'spec'), 'spec', (spec) =>
      changeField(spec, 'parameters', (parameters) => withDefaults(parameters, { scope: 'Cluster' })),
    ),
  validate: ({ spec }, at) => {
    const controller = spec?.controller ?? ''
    const here = at('spec', 'controller')
    if (controller.length > 250) return [here.tooLong(250)]
    const errors = spec?.parameters ? classParametersErrors(spec.parameters, at('spec', 'parameters')) : []
    return /^[^/]+\/.+$/.test(controller) || controller === ''
      ? errors
      : [here.invalid(controller, 'must be a domain-prefixed path (such as "acme.io/foo")'), ...errors]
  },
  validateUpdate: (object, old, at) => immutable(object.spec?.controller, old.spec?.controller, at('spec', 'controller')),
  columns: [['Controller', ({ spec }) => spec?.controller ?? ''], ['Parameters', ({ spec }) => parametersText(spec?.parameters)], age],
}

function parametersText(parameters: NonNullable<IngressClass['spec']>['parameters']): string {
  if (!parameters) return '<none>'
  const { apiGroup, kind, name } = parameters
  return `${kind}${apiGroup ? `.${apiGroup}` : ''}/${name}`
}
