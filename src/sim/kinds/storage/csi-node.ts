import { defineKind } from '../../api/kind'
import type { CSINode } from '../../api/types/storage-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'storage.k8s.io', version: 'v1' }

export const csiNode = defineKind<CSINode>({
  ...stored,
  kind: 'CSINode',
  plural: 'csinodes',
  namespaced: false,
  generation: false,
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('csiNode'),
})
