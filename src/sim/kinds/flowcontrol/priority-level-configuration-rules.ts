import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { PriorityLevelConfiguration } from '../../api/types/flowcontrol-v1.gen'
import { requiredOneOf } from '../field-checks'
import { limitedErrors } from './flow-control-validation'

/** What may be written of a PriorityLevelConfiguration, and what `kubectl get` shows of it. */
export const priorityLevelConfigurationRules: KindRules<PriorityLevelConfiguration> = {
  validate: ({ spec }, at) => {
    const errors = [...requiredOneOf(spec?.type, ['Exempt', 'Limited'], at('spec', 'type'))]
    if (spec?.type === 'Limited' && !spec.limited) errors.push(at('spec', 'limited').required('must not be empty when type is Limited'))
    if (spec?.limited) errors.push(...limitedErrors(spec.limited, at('spec', 'limited')))
    if (spec?.type === 'Exempt' && spec.limited) errors.push(at('spec', 'limited').forbidden('must be nil if the type is not Limited'))
    return errors
  },
  columns: [
    ['Type', ({ spec }) => spec?.type ?? ''],
    ['NominalConcurrencyShares', ({ spec }) => String(spec?.limited?.nominalConcurrencyShares ?? '<none>')],
    ['Queues', ({ spec }) => String(spec?.limited?.limitResponse?.queuing?.queues ?? '<none>')],
    ['HandSize', ({ spec }) => String(spec?.limited?.limitResponse?.queuing?.handSize ?? '<none>')],
    ['QueueLengthLimit', ({ spec }) => String(spec?.limited?.limitResponse?.queuing?.queueLengthLimit ?? '<none>')],
    age,
  ],
}
