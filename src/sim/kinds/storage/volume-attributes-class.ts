import { defineKind } from '../../api/kind'
import type { VolumeAttributesClass } from '../../api/types/storage-v1.gen'
import { rulesOf } from '../late-rules'

export const volumeAttributesClass = defineKind<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  shortNames: ['vac'],
  namespaced: false,
  rules: rulesOf('volumeAttributesClass'),
})
