import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { ResourceClaimTemplate } from '../../api/types/resource-v1.gen'
import { changeField, withEmpty } from '../defaulting'
import { immutable } from '../field-checks'
import { sameShape } from '../versions'
import { deviceClaimDefaults, deviceClaimErrors } from './device-requests'

const stored = { group: 'resource.k8s.io', version: 'v1' }

export const resourceClaimTemplate = defineKind<ResourceClaimTemplate>({
  ...stored,
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  namespaced: true,
  generation: false,
  otherVersions: [sameShape(stored, 'v1beta2')],
  defaults: (object) =>
    changeField(withEmpty(object, 'spec'), 'spec', (spec) =>
      changeField(withEmpty(spec, 'spec'), 'spec', (claim) => changeField(claim, 'devices', deviceClaimDefaults)),
    ),
  validate: ({ spec }, at) => deviceClaimErrors(spec.spec.devices, at('spec', 'spec', 'devices')),
  validateUpdate: (object, old, at) => immutable(object.spec, old.spec, at('spec')),
  columns: [age],
})
