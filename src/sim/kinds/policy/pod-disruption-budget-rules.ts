import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { PodDisruptionBudget } from '../../api/types/policy-v1.gen'
import { withEmpty } from '../defaulting'
import { internalForm } from '../core/internal-form'
import { labelSelector, nonNegativeIntOrPercent, oneOf, percentOf } from '../field-checks'

/** What may be written of a PodDisruptionBudget, and what `kubectl get` shows of it. */
export const podDisruptionBudgetRules: KindRules<PodDisruptionBudget> = {
  defaults: (object) => withEmpty(object, 'spec'),
  beforeCreate: (object) => ({ ...object, status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 } }),
  validate: ({ spec }, at) => {
    const { minAvailable, maxUnavailable } = spec
    const here = at('spec')
    const errors = [...labelSelector(spec.selector, here('selector'))]
    if (minAvailable !== undefined && maxUnavailable !== undefined)
      errors.push(here.invalid(internalForm('PodDisruptionBudgetSpec', spec), 'minAvailable and maxUnavailable cannot be both set'))
    for (const field of ['minAvailable', 'maxUnavailable'] as const) {
      errors.push(...nonNegativeIntOrPercent(spec[field], here(field)))
      if ((percentOf(spec[field]) ?? 0) > 100) errors.push(here(field).invalid(spec[field], 'must not be greater than 100%'))
    }
    return [...errors, ...oneOf(spec.unhealthyPodEvictionPolicy, ['AlwaysAllow', 'IfHealthyBudget'], here('unhealthyPodEvictionPolicy'))]
  },
  columns: [
    [
      'Min Available',
      ({ spec }) => String(spec.minAvailable ?? 'N/A'),
      { description: 'The minimum number of pods that must be available.' },
    ],
    [
      'Max Unavailable',
      ({ spec }) => String(spec.maxUnavailable ?? 'N/A'),
      { description: 'The maximum number of pods that may be unavailable.' },
    ],
    [
      'Allowed Disruptions',
      ({ status }) => status?.disruptionsAllowed ?? 0,
      { type: 'integer', description: 'Calculated number of pods that may be disrupted at this time.' },
    ],
    age,
  ],
}
