import type { Pod, PodCondition } from '../api/types/core-v1.gen'
import { parseTimestamp } from '../engine/time'

/** A Pod that still counts: neither finished nor being deleted. */
export const isActive = (pod: Pod): boolean => !isFinished(pod) && pod.metadata.deletionTimestamp === undefined

/** A Pod whose containers have ended for good. */
export const isFinished = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'

/** A Pod that is being deleted and not finished yet: it still holds what it holds. */
export const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined && !isFinished(pod)

export function conditionOf(pod: Pod, type: string): PodCondition | undefined {
  const conditions = pod.status?.conditions
  if (conditions) for (const condition of conditions) if (condition.type === type) return condition
  return undefined
}

export const isReady = (pod: Pod): boolean => conditionOf(pod, 'Ready')?.status === 'True'

/** What a set of Pods amounts to. */
export interface Tally {
  readonly fullyLabeled: number
  readonly ready: number
  readonly available: number
}

/** Counts in one pass: a large workload is counted again for each of its Pods. */
export function tally(
  pods: readonly Pod[],
  templateLabels: Readonly<Record<string, string>> | undefined,
  minReadySeconds: number,
  nowMs: number,
): Tally {
  const wanted = Object.entries(templateLabels ?? {})
  let fullyLabeled = 0
  let ready = 0
  let available = 0
  let asked: Pod['metadata']['labels']
  let fits = wanted.length === 0
  for (const pod of pods) {
    const { labels } = pod.metadata
    // Pods of one template have the same labels, most even the same object.
    if (labels !== asked) {
      asked = labels
      fits = wanted.every(([key, value]) => labels?.[key] === value)
    }
    if (fits) fullyLabeled++
    if (!isReady(pod)) continue
    ready++
    if (minReadySeconds === 0 || isAvailable(pod, minReadySeconds, nowMs)) available++
  }
  return { fullyLabeled, ready, available }
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
