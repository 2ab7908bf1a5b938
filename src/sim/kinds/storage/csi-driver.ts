import { defineKind } from '../../api/kind'
import type { CSIDriver } from '../../api/types/storage-v1.gen'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'storage.k8s.io', version: 'v1' }

export const csiDriver = defineKind<CSIDriver>({
  ...stored,
  kind: 'CSIDriver',
  plural: 'csidrivers',
  namespaced: false,
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('csiDriver'),
})
