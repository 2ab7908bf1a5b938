import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { Lease } from '../../api/types/coordination-v1.gen'
import { nonNegative } from '../field-checks'

/** What may be written of a Lease, and what `kubectl get` shows of it. */
export const leaseRules: KindRules<Lease> = {
  validate: ({ spec }, at) => [
    ...(spec?.leaseDurationSeconds !== undefined && spec.leaseDurationSeconds <= 0
      ? [at('spec', 'leaseDurationSeconds').invalid(spec.leaseDurationSeconds, 'must be greater than 0')]
      : []),
    ...nonNegative(spec?.leaseTransitions, at('spec', 'leaseTransitions')),
  ],
  columns: [['Holder', ({ spec }) => spec?.holderIdentity ?? ''], age],
}
