import { definePlugin, fits, on, unresolvable } from '../framework'

/** A Pod that names its node goes to no other. */
export const nodeName = definePlugin({
  name: 'NodeName',
  local: true,
  filter: ({ pod }, node) =>
    pod.spec?.nodeName && pod.spec.nodeName !== node.name ? unresolvable("node(s) didn't match the requested node name") : fits,
  retryOn: [on('Node', 'added')],
})
