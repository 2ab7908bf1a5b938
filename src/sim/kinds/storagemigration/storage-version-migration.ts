import { defineKind } from '../../api/kind'
import type { StorageVersionMigration } from '../../api/types/storagemigration-v1beta1.gen'
import { rulesOf } from '../late-rules'

export const storageVersionMigration = defineKind<StorageVersionMigration>({
  group: 'storagemigration.k8s.io',
  version: 'v1beta1',
  kind: 'StorageVersionMigration',
  plural: 'storageversionmigrations',
  namespaced: false,
  subresources: ['status'],
  rules: rulesOf('storageVersionMigration'),
})
