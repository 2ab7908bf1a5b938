import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { CSINode } from '../../api/types/storage-v1.gen'

/** What may be written of a CSINode, and what `kubectl get` shows of it. */
export const csiNodeRules: KindRules<CSINode> = {
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
}
