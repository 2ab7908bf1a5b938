import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { VolumeAttachment } from '../../api/types/storage-v1.gen'
import { immutable } from '../field-checks'

/** What may be written of a VolumeAttachment, and what `kubectl get` shows of it. */
export const volumeAttachmentRules: KindRules<VolumeAttachment> = {
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
}
