import type { Taint } from '../../api/types/core-v1.gen'
import { definePlugin, fits, on, unresolvable } from '../framework'
import { untolerated } from '../../kinds/core/tolerations'

const CORDON: readonly Taint[] = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }]

/** A cordoned node takes only Pods that tolerate being there all the same, such as those of DaemonSets. */
export const nodeUnschedulable = definePlugin({
  name: 'NodeUnschedulable',
  local: true,
  filter: ({ pod }, { node }) =>
    node.spec?.unschedulable && untolerated(CORDON, pod.spec?.tolerations, ['NoSchedule'])
      ? unresolvable('node(s) were unschedulable')
      : fits,
  retryOn: [on('Node', 'added'), on('Node', 'updated', (_, { node }) => !node?.node.spec?.unschedulable)],
})
