import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { ResourceClaim } from '../../api/types/resource-v1.gen'
import { changeField, withEmpty } from '../defaulting'
import { sameValue } from '../same-value'
import { deviceClaimDefaults, deviceClaimErrors } from './device-requests'

/** What may be written of a ResourceClaim, and what `kubectl get` shows of it. */
export const resourceClaimRules: KindRules<ResourceClaim> = {
  defaults: (object) => changeField(withEmpty(object, 'spec'), 'spec', (spec) => changeField(spec, 'devices', deviceClaimDefaults)),
  beforeCreate: (object) => ({ ...object, status: {} }),
  validate: ({ spec }, at) => deviceClaimErrors(spec.devices, at('spec', 'devices')),
  validateUpdate: (object, old, at) => (sameValue(object.spec, old.spec) ? [] : [at('spec').invalid(object.spec, 'field is immutable')]),
  columns: [['State', stateText, { description: 'A summary of the current state (allocated, pending, reserved, etc.).' }], age],
}

function stateText({ metadata, status }: ResourceClaim): string {
  const states = [
    ...(metadata.deletionTimestamp ? ['deleted'] : []),
    ...(status?.allocation
      ? ['allocated', ...(status.reservedFor?.length ? ['reserved'] : [])]
      : metadata.deletionTimestamp
        ? []
        : ['pending']),
  ]
  return states.join(',')
}
