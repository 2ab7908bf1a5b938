import type { Pod } from '../../api/types/core-v1.gen'
import { milliValue, quantityValue } from '../../formats/quantity'
import type { PodState } from './pod-state'
import { isFinished } from './pod-status'

/** What a Pod asks of one resource: the sum of its containers, or the largest init container if that is more, and its overhead. */
function requestOf({ spec }: Pod, resource: 'cpu' | 'memory'): number {
  const value = (quantity: string | undefined) =>
    quantity === undefined ? 0 : resource === 'cpu' ? milliValue(quantity) : quantityValue(quantity)
  const init = spec.initContainers ?? []
  const sidecars = init.filter(({ restartPolicy }) => restartPolicy === 'Always')
  const running = [...spec.containers, ...sidecars].reduce((sum, { resources }) => sum + value(resources?.requests?.[resource]), 0)
  const largest = Math.max(0, ...init.map(({ resources }) => value(resources?.requests?.[resource])))
  return Math.max(running, largest) + value(spec.overhead?.[resource])
}

/** Why a kubelet turns a Pod away that somebody has bound to its node without asking the scheduler; undefined when there is room. */
export function whyNotAdmitted(
  pod: Pod,
  known: Iterable<PodState>,
  allocatable: Readonly<Record<string, string>>,
): { readonly reason: string; readonly message: string } | undefined {
  // One whose containers have ended no longer counts, even while the rest of it is being cleared away: the scheduler sees it so too.
  const active = [...known].filter(({ finished, failure, pod }) => !finished && !failure && !isFinished(pod))
  const asked: readonly (readonly [string, number, number, number])[] = [
    ['pods', 1, active.length, Number(allocatable.pods ?? 110)],
    ...(['cpu', 'memory'] as const).map((resource) => {
      const capacity = resource === 'cpu' ? milliValue(allocatable.cpu ?? '0') : quantityValue(allocatable.memory ?? '0')
      const request = requestOf(pod, resource)
      return [resource, request, request === 0 ? 0 : active.reduce((sum, { pod }) => sum + requestOf(pod, resource), 0), capacity] as const
    }),
  ]
  for (const [resource, requested, used, capacity] of asked) {
    if (requested === 0 || used + requested <= capacity) continue
    return {
      reason: `OutOf${resource}`,
      message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
    }
  }
  return undefined
}
