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
export const createBackOff = (): BackOff => new DoublingBackOff()

/** A class, because every container has two: functions of their own would weigh a kilobyte. */
class DoublingBackOff implements BackOff {
  currentMs = 0
  private updatedMs = 0

  waitingUntil(failedMs: number, nowMs: number): number | undefined {
    if (this.isExpired(failedMs)) return undefined
    const until = failedMs + this.currentMs
    return nowMs < until ? until : undefined
  }

  next(failedMs: number, nowMs: number) {
    this.currentMs = this.isExpired(failedMs) ? INITIAL_BACK_OFF_MS : Math.min(this.currentMs * 2, MAX_BACK_OFF_MS)
    this.updatedMs = nowMs
  }

  reset() {
    this.currentMs = 0
  }

  private isExpired(atMs: number) {
    return this.currentMs === 0 || atMs - this.updatedMs > 2 * MAX_BACK_OFF_MS
  }
}
