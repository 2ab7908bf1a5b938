import { defineKind } from '../../api/kind'
import type { VolumeAttachment } from '../../api/types/storage-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'storage.k8s.io', version: 'v1' }

export const volumeAttachment = defineKind<VolumeAttachment>({
  ...stored,
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  namespaced: false,
  generation: false,
  subresources: ['status'],
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('volumeAttachment'),
})
