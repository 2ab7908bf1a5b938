import type { KindRules } from '../../api/kind'
import type { StorageVersionMigration } from '../../api/types/storagemigration-v1beta1.gen'
import { immutable } from '../field-checks'

/** What may be written of a StorageVersionMigration, and what `kubectl get` shows of it. */
export const storageVersionMigrationRules: KindRules<StorageVersionMigration> = {
  validate: ({ spec }, at) => (spec?.resource?.resource ? [] : [at('spec', 'resource', 'resource').required('resource is required')]),
  validateUpdate: (object, old, at) => immutable(object.spec, old.spec, at('spec')),
  columns: [['Resource', ({ spec }) => [spec?.resource?.resource, spec?.resource?.group].filter(Boolean).join('.')]],
}
