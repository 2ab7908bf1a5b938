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
  columns: [['Secrets', ({ secrets }) => (secrets ?? []).length, { type: 'string' }], age],
})
