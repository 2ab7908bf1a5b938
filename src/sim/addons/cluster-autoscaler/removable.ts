import type { Node, Pod } from '../../api/types/core-v1.gen'
import type { PodDisruptionBudget } from '../../api/types/policy-v1.gen'
import { matches, selectorOf } from '../../formats/selector'
import { controllerOf } from '../../api/owners'
import { isFinished } from '../../controllers/pod-state'
import { amountsOf, podRequests } from '../../scheduler/resources'
import type { Options } from './cluster-autoscaler'

const SAFE_TO_EVICT = 'cluster-autoscaler.kubernetes.io/safe-to-evict'
const LOCAL_VOLUMES = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes'

/** Share of a node's CPU and memory that its Pods ask for; the larger of the two decides. */
export interface Utilization {
  readonly cpu: number
  readonly memory: number
}

/** How much of what a node has is asked for, daemons and static Pods included. */
export function utilizationOf(node: Node, pods: readonly Pod[]): Utilization {
  const allocatable = amountsOf(node.status?.allocatable)
  const share = (resource: string) => {
    const has = allocatable.get(resource) ?? 0
    const asked = pods.filter((pod) => !isFinished(pod)).reduce((sum, pod) => sum + (podRequests(pod).get(resource) ?? 0), 0)
    return has === 0 ? 0 : asked / has
  }
  return { cpu: share('cpu'), memory: share('memory') }
}

/** As its event prints it: the shares of CPU, memory, GPU and devices, and which one counts. */
export const utilizationText = ({ cpu, memory }: Utilization): string =>
  `{${cpu} ${memory} 0 0 ${cpu >= memory ? `cpu ${cpu}` : `memory ${memory}`}}`

/** Whether a Pod goes with its node and needs no new place. */
export const belongsToNode = (pod: Pod): boolean =>
  isFinished(pod) || pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined || controllerOf(pod)?.kind === 'DaemonSet'

/** Why a node has to stay on account of one of its Pods, in the autoscaler's own terms; undefined when none of them minds. */
export function whyNotMovable(pods: readonly Pod[], budgets: readonly PodDisruptionBudget[], options: Options): string | undefined {
  const left = new Map(budgets.map((budget) => [budget, budget.status?.disruptionsAllowed ?? 0]))
  for (const pod of pods) {
    const covering = budgets.filter(
      ({ metadata, spec }) =>
        metadata.namespace === pod.metadata.namespace && spec?.selector && matches(selectorOf(spec.selector), pod.metadata.labels ?? {}),
    )
    const reason = complaintOf(pod, covering.length > 0, options)
    if (reason) return reason
    for (const budget of covering) {
      left.set(budget, left.get(budget)! - 1)
      if (left.get(budget)! < 0) return 'NotEnoughPdb'
    }
  }
  return undefined
}

function complaintOf(pod: Pod, hasBudget: boolean, options: Options): string | undefined {
  const { annotations = {}, namespace } = pod.metadata
  if (annotations[SAFE_TO_EVICT] === 'false') return 'NotSafeToEvictAnnotation'
  if (annotations[SAFE_TO_EVICT] === 'true') return undefined
  if (!controllerOf(pod)) return 'NotReplicated'
  if (options.skipsSystemPods && namespace === 'kube-system' && !hasBudget) return 'UnmovableKubeSystemPod'
  const excused = new Set((annotations[LOCAL_VOLUMES] ?? '').split(','))
  const isLocal = (pod.spec.volumes ?? []).some(
    ({ name, emptyDir, hostPath }) => (hostPath || (emptyDir && emptyDir.medium !== 'Memory')) && !excused.has(name),
  )
  return options.skipsLocalStorage && isLocal ? 'LocalStorageRequested' : undefined
}
