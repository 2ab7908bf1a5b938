import { defineKind } from '../../api/kind'
import type { CSIDriver } from '../../api/types/storage-v1.gen'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'storage.k8s.io', version: 'v1' }

export const csiDriver = defineKind<CSIDriver>({
  ...stored,
  kind: 'CSIDriver',
  plural: 'csidrivers',
  namespaced: false,
  defaults: (object) =>
    changeField(withEmpty(object, 'spec'), 'spec', (spec) =>
      withDefaults(spec, {
        attachRequired: true,
        podInfoOnMount: false,
        storageCapacity: false,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        volumeLifecycleModes: ['Persistent'],
        requiresRepublish: false,
        seLinuxMount: false,
      }),
    ),
  otherVersions: [sameShape(stored, 'v1beta1')],
  rules: rulesOf('csiDriver'),
})
