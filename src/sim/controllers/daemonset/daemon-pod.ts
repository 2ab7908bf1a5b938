import type { NewObject } from '../../api/object'
import type { DaemonSet } from '../../api/types/apps-v1.gen'
import type { Node, NodeSelectorTerm, Pod, PodSpec, Toleration } from '../../api/types/core-v1.gen'
import { daemonSet } from '../../kinds/apps/daemon-set'
import { matchesRequiredAffinity } from '../../kinds/core/node-selector'
import { untolerated } from '../../kinds/core/tolerations'
import { podFrom } from '../pod-from'
import { REVISION_HASH } from '../revisions'

const GENERATION = 'pod-template-generation'

/** Daemons stay on (and start on) nodes in trouble: that is what they are for. */
const TOLERATIONS: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
]
const FOR_HOST_NETWORK: Toleration = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' }

/** The template's Pod spec with the tolerations every daemon has. */
export function daemonSpec(set: DaemonSet): PodSpec {
  const spec = set.spec.template.spec!
  const added = spec.hostNetwork ? [...TOLERATIONS, FOR_HOST_NETWORK] : TOLERATIONS
  const own = (spec.tolerations ?? []).filter(
    (it) => !added.some((other) => other.key === it.key && other.effect === it.effect && it.operator === 'Exists'),
  )
  return { ...spec, tolerations: [...own, ...added] }
}

/** Whether a node should get the daemon, and whether a daemon that is there may stay. */
export function fitsNode(spec: PodSpec, node: Node): { readonly shouldRun: boolean; readonly mayStay: boolean } {
  const isWanted = (!spec.nodeName || spec.nodeName === node.metadata.name) && matchesRequiredAffinity({ spec } as Pod, node) // asked for its spec only
  return {
    shouldRun: isWanted && !untolerated(node.spec?.taints, spec.tolerations, ['NoSchedule', 'NoExecute']),
    mayStay: isWanted && !untolerated(node.spec?.taints, spec.tolerations, ['NoExecute']),
  }
}

/** The daemon for one node; the scheduler binds it, held to the node by its name. */
export function daemonPod(set: DaemonSet, node: Node, hash: string): NewObject<Pod> {
  const pod = podFrom(daemonSet, set, set.spec.template)
  const generation = set.metadata.annotations?.['deprecated.daemonset.template.generation']
  const spec = daemonSpec(set)
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const field = { key: 'metadata.name', operator: 'In', values: [node.metadata.name] }
  const terms: readonly NodeSelectorTerm[] = required?.nodeSelectorTerms.map((term) => ({ ...term, matchFields: [field] })) ?? [
    { matchFields: [field] },
  ]
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: { ...pod.metadata.labels, [REVISION_HASH]: hash, ...(generation && { [GENERATION]: generation }) },
    },
    spec: {
      ...spec,
      affinity: {
        ...spec.affinity,
        nodeAffinity: { ...spec.affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
      },
    },
  }
}

/** The node a daemon is for, whether it is bound already or not. */
export function nodeOfDaemon({ spec }: Pod): string | undefined {
  if (spec?.nodeName) return spec.nodeName
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  return terms.flatMap((term) => term.matchFields ?? []).find((field) => field.key === 'metadata.name')?.values?.[0]
}
