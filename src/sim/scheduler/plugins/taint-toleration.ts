import type { Toleration } from '../../api/types/core-v1.gen'
import { definePlugin, fits, normalizeToMax, on, unresolvable } from '../framework'
import { tolerates, untolerated } from '../../kinds/core/tolerations'

const REPELLING = ['NoSchedule', 'NoExecute']

/** Taints keep Pods away that do not tolerate them; PreferNoSchedule only makes a node less attractive. */
export const taintToleration = definePlugin({
  name: 'TaintToleration',
  local: true,
  filter: ({ pod }, { node }) => {
    const taint = untolerated(node.spec?.taints, pod.spec?.tolerations, REPELLING)
    return taint ? unresolvable(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`) : fits
  },
  preScore: ({ pod }) => ({ state: (pod.spec?.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule') }),
  score: (_pod, { node }, state) => {
    const taints = node.spec?.taints
    if (!taints) return 0
    const tolerations = state as readonly Toleration[] // from preScore
    return taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerations.some((it) => tolerates(it, taint))).length
  },
  normalize: (scores) => normalizeToMax(scores, true),
  retryOn: [
    on('Node', 'added'),
    on('Node', 'updated', ({ pod }, { node }) => !untolerated(node?.node.spec?.taints, pod.spec?.tolerations, REPELLING)),
    on('Pod', 'updated'),
  ],
})
