import { definePlugin, fits, normalizeToMax, on, unresolvable } from '../framework'
import { matchesRequiredAffinity, matchesTerm } from '../../kinds/core/node-selector'
import type { PodInfo } from '../node-info'

const preferred = ({ pod }: PodInfo) => pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []

/** `nodeSelector` and node affinity: which labels a node must have, and which it had better have. */
export const nodeAffinity = definePlugin({
  name: 'NodeAffinity',
  local: true,
  preFilter: ({ pod }) => {
    const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    if (!required && !pod.spec?.nodeSelector) return { skip: true }
    // Terms that all name nodes outright (those of DaemonSets) spare the scheduler a look at the others.
    const named = required?.nodeSelectorTerms.map(
      (term) => term.matchFields?.find((it) => it.key === 'metadata.name' && it.operator === 'In')?.values,
    )
    if (!named || named.length === 0 || named.some((names) => names === undefined)) return {}
    return { nodes: new Set(named.flatMap((names) => names ?? [])) }
  },
  filter: ({ pod }, { node }) =>
    matchesRequiredAffinity(pod, node) ? fits : unresolvable("node(s) didn't match Pod's node affinity/selector"),
  preScore: (pod) => (preferred(pod).length === 0 ? { skip: true } : {}),
  score: (pod, { node }) => preferred(pod).reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0),
  normalize: (scores) => normalizeToMax(scores),
  retryOn: [
    on('Node', 'added'),
    on('Node', 'updated', ({ pod }, { node }) => node !== undefined && matchesRequiredAffinity(pod, node.node)),
  ],
})
