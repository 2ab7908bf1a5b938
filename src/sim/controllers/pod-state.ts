import type { Pod, PodCondition } from '../api/types/core-v1.gen'
import { parseTimestamp } from '../engine/time'

/** A Pod that still counts: neither finished nor being deleted. */
export const isActive = (pod: Pod): boolean => !isFinished(pod) && pod.metadata.deletionTimestamp === undefined

/** A Pod whose containers have ended for good. */
export const isFinished = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'

/** A Pod that is being deleted and not finished yet: it still holds what it holds. */
export const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined && !isFinished(pod)

export const conditionOf = (pod: Pod, type: string): PodCondition | undefined =>
  pod.status?.conditions?.find((condition) => condition.type === type)

/** Answers by object: a Pod is frozen, and large workloads ask about each of theirs again and again. */
const readiness = new WeakMap<Pod, boolean>()

export function isReady(pod: Pod): boolean {
  const known = readiness.get(pod)
  if (known !== undefined) return known
  const ready = conditionOf(pod, 'Ready')?.status === 'True'
  readiness.set(pod, ready)
  return ready
}

/** When the Pod became ready; undefined while it is not. */
export function readySinceMs(pod: Pod): number | undefined {
  const ready = conditionOf(pod, 'Ready')
  return ready?.status === 'True' && ready.lastTransitionTime ? parseTimestamp(ready.lastTransitionTime) : undefined
}

/** Ready for at least `minReadySeconds`. */
export function isAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  if (minReadySeconds === 0) return isReady(pod)
  const since = readySinceMs(pod)
  return since !== undefined && since + minReadySeconds * 1000 <= nowMs
}

/** Milliseconds until the next of these Pods has been ready for long enough; undefined when none is on its way. */
export function nextAvailableMs(pods: readonly Pod[], minReadySeconds: number, nowMs: number): number | undefined {
  if (minReadySeconds === 0) return undefined
  const waits = pods.flatMap((pod) => {
    const since = readySinceMs(pod)
    return since !== undefined && since + minReadySeconds * 1000 > nowMs ? [since + minReadySeconds * 1000 - nowMs] : []
  })
  return waits.length > 0 ? Math.min(...waits) : undefined
}

/** The most often any one container of the Pod has been restarted. */
export const maxRestarts = (pod: Pod): number =>
  Math.max(
    0,
    ...[...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].map((status) => status.restartCount),
  )
