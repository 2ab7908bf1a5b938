import { defineKind } from '../../api/kind'
import type { StorageVersionMigration } from '../../api/types/storagemigration-v1beta1.gen'
import { immutable } from '../field-checks'

export const storageVersionMigration = defineKind<StorageVersionMigration>({
  group: 'storagemigration.k8s.io',
  version: 'v1beta1',
  kind: 'StorageVersionMigration',
  plural: 'storageversionmigrations',
  namespaced: false,
  subresources: ['status'],
  validate: ({ spec }, at) => (spec?.resource?.resource ? [] : [at('spec', 'resource', 'resource').required('resource is required')]),
  validateUpdate: (object, old, at) => immutable(object.spec, old.spec, at('spec')),
  columns: [['Resource', ({ spec }) => [spec?.resource?.resource, spec?.resource?.group].filter(Boolean).join('.')]],
})
