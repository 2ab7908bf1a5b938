import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { LeaseCandidate } from '../../api/types/coordination-v1beta1.gen'
import { immutable } from '../field-checks'

export const leaseCandidate = defineKind<LeaseCandidate>({
  group: 'coordination.k8s.io',
  version: 'v1beta1',
  kind: 'LeaseCandidate',
  plural: 'leasecandidates',
  namespaced: true,
  validate: ({ spec }, at) =>
    (['leaseName', 'binaryVersion', 'strategy'] as const).filter((field) => !spec?.[field]).map((field) => at('spec', field).required()),
  validateUpdate: (object, old, at) => immutable(object.spec?.leaseName, old.spec?.leaseName, at('spec', 'leaseName')),
  columns: [
    ['LeaseName', ({ spec }) => spec?.leaseName ?? ''],
    ['BinaryVersion', ({ spec }) => spec?.binaryVersion ?? ''],
    ['EmulationVersion', ({ spec }) => spec?.emulationVersion ?? ''],
    age,
  ],
})
