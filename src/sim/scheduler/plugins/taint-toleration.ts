import { definePlugin, fits, normalizeToMax, on, unresolvable } from '../framework'
import { tolerates, untolerated } from '../../kinds/core/tolerations'

const REPELLING = ['NoSchedule', 'NoExecute']

/** Taints keep Pods away that do not tolerate them; PreferNoSchedule only makes a node less attractive. */
export const taintToleration = definePlugin({
  name: 'TaintToleration',
  filter: ({ pod }, { node }) => {
    const taint = untolerated(node.spec?.taints, pod.spec?.tolerations, REPELLING)
    return taint ? unresolvable(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`) : fits
  },
  score: ({ pod }, { node }) => {
    const tolerations = (pod.spec?.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule')
    return (node.spec?.taints ?? []).filter(
      (taint) => taint.effect === 'PreferNoSchedule' && !tolerations.some((it) => tolerates(it, taint)),
    ).length
  },
  normalize: (scores) => normalizeToMax(scores, true),
  retryOn: [
    on('Node', 'added'),
    on('Node', 'updated', ({ pod }, { node }) => !untolerated(node?.node.spec?.taints, pod.spec?.tolerations, REPELLING)),
    on('Pod', 'updated'),
  ],
})
