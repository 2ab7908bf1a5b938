import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { ResourceClaimTemplate } from '../../api/types/resource-v1.gen'
import { changeField, withEmpty } from '../defaulting'
import { immutable } from '../field-checks'
import { deviceClaimDefaults, deviceClaimErrors } from './device-requests'

/** What may be written of a ResourceClaimTemplate, and what `kubectl get` shows of it. */
export const resourceClaimTemplateRules: KindRules<ResourceClaimTemplate> = {
  defaults: (object) =>
    changeField(withEmpty(object, 'spec'), 'spec', (spec) =>
      changeField(withEmpty(spec, 'spec'), 'spec', (claim) => changeField(claim, 'devices', deviceClaimDefaults)),
    ),
  validate: ({ spec }, at) => deviceClaimErrors(spec.spec.devices, at('spec', 'spec', 'devices')),
  validateUpdate: (object, old, at) => immutable(object.spec, old.spec, at('spec')),
  columns: [age],
}
