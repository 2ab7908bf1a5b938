import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { Lease } from '../../api/types/coordination-v1.gen'
import { nonNegative } from '../field-checks'
import { sameShape } from '../versions'

const stored = { group: 'coordination.k8s.io', version: 'v1' }

export const lease = defineKind<Lease>({
  ...stored,
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  generation: false,
  otherVersions: [sameShape(stored, 'v1beta1')],
  validate: ({ spec }, at) => [
    ...(spec?.leaseDurationSeconds !== undefined && spec.leaseDurationSeconds <= 0
      ? [at('spec', 'leaseDurationSeconds').invalid(spec.leaseDurationSeconds, 'must be greater than 0')]
      : []),
    ...nonNegative(spec?.leaseTransitions, at('spec', 'leaseTransitions')),
  ],
  columns: [['Holder', ({ spec }) => spec?.holderIdentity ?? ''], age],
})
