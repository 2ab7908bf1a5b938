import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { VolumeAttachment } from '../../api/types/storage-v1.gen'
import { immutable } from '../field-checks'
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
  beforeCreate: (object) => ({ ...object, status: { attached: false } }),
  validate: ({ spec }, at) => {
    const { attacher, nodeName, source } = spec ?? {}
    const here = at('spec')
    return [
      ...(attacher ? [] : [here('attacher').required()]),
      ...(source?.persistentVolumeName || source?.inlineVolumeSpec
        ? []
        : [here('source').required('must specify exactly one of inlineVolumeSpec and persistentVolumeName')]),
      ...(nodeName ? [] : [here('nodeName').required()]),
    ]
  },
  validateUpdate: (object, old, at) => immutable(object.spec, old.spec, at('spec')),
  columns: [
    ['Attacher', ({ spec }) => spec.attacher, { format: 'name' }],
    ['PV', ({ spec }) => spec.source.persistentVolumeName ?? ''],
    ['Node', ({ spec }) => spec.nodeName],
    ['Attached', ({ status }) => String(status?.attached ?? false), { type: 'boolean' }],
    age,
  ],
})
