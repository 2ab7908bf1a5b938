import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { StorageVersion } from '../../api/types/apiserverinternal-v1alpha1.gen'
import { withEmpty } from '../defaulting'

export const storageVersion = defineKind<StorageVersion>({
  group: 'internal.apiserver.k8s.io',
  version: 'v1alpha1',
  kind: 'StorageVersion',
  plural: 'storageversions',
  namespaced: false,
  subresources: ['status'],
  defaults: (object) => withEmpty(object, 'spec'),
  columns: [
    ['CommonEncodingVersion', ({ status }) => status?.commonEncodingVersion ?? '<unset>'],
    [
      'StorageVersions',
      ({ status }) =>
        (status?.storageVersions ?? []).map(({ apiServerID, encodingVersion }) => `${apiServerID}=${encodingVersion}`).join(',') ||
        '<unset>',
    ],
    age,
  ],
})
