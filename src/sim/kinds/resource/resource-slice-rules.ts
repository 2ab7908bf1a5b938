import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { ResourceSlice } from '../../api/types/resource-v1.gen'
import { immutable } from '../field-checks'

/** What may be written of a ResourceSlice, and what `kubectl get` shows of it. */
export const resourceSliceRules: KindRules<ResourceSlice> = {
  validate: ({ spec }, at) => [
    ...(spec?.driver ? [] : [at('spec', 'driver').required()]),
    ...(spec?.pool?.name ? [] : [at('spec', 'pool', 'name').required()]),
    ...(spec?.nodeName || spec?.nodeSelector || spec?.allNodes || spec?.perDeviceNodeSelection
      ? []
      : [at('spec').required('exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required')]),
  ],
  validateUpdate: (object, old, at) => [
    ...immutable(object.spec.driver, old.spec.driver, at('spec', 'driver')),
    ...immutable(object.spec.pool?.name, old.spec.pool?.name, at('spec', 'pool', 'name')),
    ...immutable(object.spec.nodeName, old.spec.nodeName, at('spec', 'nodeName')),
  ],
  columns: [
    ['Node', ({ spec }) => spec.nodeName || '<unset>'],
    ['Driver', ({ spec }) => spec.driver],
    ['Pool', ({ spec }) => spec.pool.name],
    age,
  ],
}
