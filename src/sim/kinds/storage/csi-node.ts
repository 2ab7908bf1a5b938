import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { CSINode } from '../../api/types/storage-v1.gen'
import { sameShape } from '../versions'

const stored = { group: 'storage.k8s.io', version: 'v1' }

export const csiNode = defineKind<CSINode>({
  ...stored,
  kind: 'CSINode',
  plural: 'csinodes',
  namespaced: false,
  generation: false,
  otherVersions: [sameShape(stored, 'v1beta1')],
  validate: ({ spec }, at) => {
    const names = new Set<string>()
    return (spec?.drivers ?? []).flatMap(({ name, nodeID }, index) => {
      const here = at('spec', 'drivers', index)
      const errors = [...(name ? [] : [here('name').required()]), ...(nodeID ? [] : [here('nodeID').required()])]
      if (names.has(name)) errors.push(here('name').duplicate(name))
      names.add(name)
      return errors
    })
  },
  columns: [
    [
      'Drivers',
      ({ spec }) => (spec?.drivers ?? []).length,
      { type: 'integer', description: 'Drivers indicates the number of CSI drivers registered on the node' },
    ],
    age,
  ],
})
