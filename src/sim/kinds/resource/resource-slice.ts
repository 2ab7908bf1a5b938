import { defineKind } from '../../api/kind'
import type { ResourceSlice } from '../../api/types/resource-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'resource.k8s.io', version: 'v1' }

export const resourceSlice = defineKind<ResourceSlice>({
  ...stored,
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  namespaced: false,
  otherVersions: [sameShape(stored, 'v1beta2')],
  selectableFields: { 'spec.nodeName': ({ spec }) => spec.nodeName ?? '', 'spec.driver': ({ spec }) => spec.driver },
  rules: rulesOf('resourceSlice'),
})
