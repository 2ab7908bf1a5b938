import type { NodeAffinity } from '../../api/types/core-v1.gen'
import { definePlugin, fits, normalizeToMax, on, unresolvable, type Plugin } from '../framework'
import { matchesRequiredAffinity, matchesTerm } from '../../kinds/core/node-selector'
import type { PodInfo } from '../node-info'

/** `nodeSelector` and node affinity: which labels a node must have, and which it had better have; `added` is what every Pod of the profile asks for besides. */
export const nodeAffinity = (added: NodeAffinity = {}): Plugin => {
  const addedTerms = added.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  const addedPreferences = added.preferredDuringSchedulingIgnoredDuringExecution ?? []
  const preferred = ({ pod }: PodInfo) => {
    const own = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
    return addedPreferences.length === 0 ? own : [...addedPreferences, ...own]
  }
  return definePlugin({
    name: 'NodeAffinity',
    local: true,
    preFilter: ({ pod }) => {
      const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
      if (!required && !pod.spec?.nodeSelector) return addedTerms ? {} : { skip: true }
      // Terms that all name nodes outright (those of DaemonSets) spare the scheduler a look at the others.
      const named = required?.nodeSelectorTerms.map(
        (term) => term.matchFields?.find((it) => it.key === 'metadata.name' && it.operator === 'In')?.values,
      )
      if (!named || named.length === 0 || named.some((names) => names === undefined)) return {}
      return { nodes: new Set(named.flatMap((names) => names ?? [])) }
    },
    filter: ({ pod }, { node }) => {
      if (addedTerms && !addedTerms.some((term) => matchesTerm(term, node)))
        return unresolvable("node(s) didn't match scheduler-enforced node affinity")
      return matchesRequiredAffinity(pod, node) ? fits : unresolvable("node(s) didn't match Pod's node affinity/selector")
    },
    preScore: (pod) => (preferred(pod).length === 0 ? { skip: true } : {}),
    score: (pod, { node }) => preferred(pod).reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0),
    normalize: (scores) => normalizeToMax(scores),
    retryOn: [
      on('Node', 'added'),
      on('Node', 'updated', ({ pod }, { node }) => node !== undefined && matchesRequiredAffinity(pod, node.node)),
    ],
  })
}
