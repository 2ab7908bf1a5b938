import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { ServiceAccount } from '../../api/types/core-v1.gen'

export const serviceAccount = defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  namespaced: true,
  returnsDeleted: true,
  subresources: ['token'],
  // Since tokens are asked for and not kept in Secrets, their number tells nothing.
  columns: [['Secrets', ({ secrets }) => (secrets ?? []).length, { type: 'string', goneIn: [1, 35] }], age],
})
