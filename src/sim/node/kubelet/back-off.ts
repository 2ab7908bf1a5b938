/** A growing pause between attempts, as client-go's flowcontrol.Backoff keeps it for the kubelet: ten seconds, doubling to five minutes. */
export interface BackOff {
  /** Until when to wait after a failure at `failedMs`; undefined when it is time for another attempt. */
  waitingUntil(failedMs: number, nowMs: number): number | undefined
  /** The pause in force, for messages. */
  readonly currentMs: number
  /** An attempt is being made: the next pause will be longer. */
  next(failedMs: number, nowMs: number): void
  reset(): void
}

export const INITIAL_BACK_OFF_MS = 10_000
export const MAX_BACK_OFF_MS = 300_000

/** A back-off that begins anew when nothing has failed for twice its maximum. */
export function createBackOff(initialMs = INITIAL_BACK_OFF_MS, maxMs = MAX_BACK_OFF_MS): BackOff {
  let currentMs = 0
  let updatedMs = 0
  const expired = (atMs: number) => currentMs === 0 || atMs - updatedMs > 2 * maxMs
  return {
    get currentMs() {
      return currentMs
    },
    waitingUntil(failedMs, nowMs) {
      if (expired(failedMs)) return undefined
      const until = failedMs + currentMs
      return nowMs < until ? until : undefined
    },
    next(failedMs, nowMs) {
      currentMs = expired(failedMs) ? initialMs : Math.min(currentMs * 2, maxMs)
      updatedMs = nowMs
    },
    reset() {
      currentMs = 0
    },
  }
}
