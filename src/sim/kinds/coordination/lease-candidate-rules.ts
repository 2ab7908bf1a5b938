import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { LeaseCandidate } from '../../api/types/coordination-v1beta1.gen'
import { immutable } from '../field-checks'

/** What may be written of a LeaseCandidate, and what `kubectl get` shows of it. */
export const leaseCandidateRules: KindRules<LeaseCandidate> = {
  validate: ({ spec }, at) =>
    (['leaseName', 'binaryVersion', 'strategy'] as const).filter((field) => !spec?.[field]).map((field) => at('spec', field).required()),
  validateUpdate: (object, old, at) => immutable(object.spec?.leaseName, old.spec?.leaseName, at('spec', 'leaseName')),
  columns: [
    ['LeaseName', ({ spec }) => spec?.leaseName ?? ''],
    ['BinaryVersion', ({ spec }) => spec?.binaryVersion ?? ''],
    ['EmulationVersion', ({ spec }) => spec?.emulationVersion ?? ''],
    age,
  ],
}
