import { defineKind } from '../../api/kind'
import type { PersistentVolumeClaim } from '../../api/types/core-v1.gen'
import { rulesOf } from '../late-rules'

export const persistentVolumeClaim = defineKind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  namespaced: true,
  returnsDeleted: true,
  subresources: ['status'],
  rules: rulesOf('persistentVolumeClaim'),
})
