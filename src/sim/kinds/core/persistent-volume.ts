import { defineKind } from '../../api/kind'
import type { PersistentVolume } from '../../api/types/core-v1.gen'
import { rulesOf } from '../late-rules'

export const persistentVolume = defineKind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  namespaced: false,
  returnsDeleted: true,
  subresources: ['status'],
  rules: rulesOf('persistentVolume'),
})
