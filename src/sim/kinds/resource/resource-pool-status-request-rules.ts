import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { ResourcePoolStatusRequest } from '../../api/types/resource-v1alpha3.gen'
import { immutable } from '../field-checks'

/** What may be written of a ResourcePoolStatusRequest, and what `kubectl get` shows of it. */
export const resourcePoolStatusRequestRules: KindRules<ResourcePoolStatusRequest> = {
  validate: ({ spec }, at) => (spec?.driver ? [] : [at('spec', 'driver').required()]),
  validateUpdate: (object, old, at) => immutable(object.spec, old.spec, at('spec')),
  columns: [age],
}
