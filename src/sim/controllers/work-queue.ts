import type { Engine, Timer } from '../engine/engine'

/** First and longest pause after a refusal, as in client-go's default rate limiter: 5 ms, doubled each time, up to 1000 s. */
const FIRST_RETRY_MS = 5
const LONGEST_RETRY_MS = 1_000_000
/** From this many refusals in a row on, nobody who waits for the cluster to settle waits for another try. */
const PATIENCE = 6

/** Keys waiting to be looked at. A key waits once however often it is added. */
export interface WorkQueue {
  /** Soon: after the reaction time. */
  add(key: string): void
  /** At some later time, instead of whatever later time was set before. */
  addAfter(key: string, delayMs: number, options?: { readonly background?: boolean }): void
  /** After a pause that grows with each refusal in a row. */
  retry(key: string): void
  /** The key was dealt with: the next refusal counts as the first. */
  forget(key: string): void
  failures(key: string): number
  clear(): void
}

/** A queue that hands each key to `handle`, `reactionMs(key)` after it was added. */
export function createWorkQueue(
  engine: Engine,
  handle: (key: string) => void,
  reactionMs: (key: string) => number,
  { firstMs, longestMs } = { firstMs: FIRST_RETRY_MS, longestMs: LONGEST_RETRY_MS },
): WorkQueue {
  const waiting = new Map<string, Timer>()
  const later = new Map<string, Timer>()
  const failures = new Map<string, number>()

  const cancelLater = (key: string) => {
    engine.cancel(later.get(key))
    later.delete(key)
  }
  const queue: WorkQueue = {
    add(key) {
      if (waiting.has(key)) return
      const due = () => {
        waiting.delete(key)
        handle(key)
      }
      waiting.set(key, engine.after(reactionMs(key), due))
    },
    addAfter(key, delayMs, options) {
      cancelLater(key)
      const due = () => {
        later.delete(key)
        if (!waiting.has(key)) handle(key)
      }
      later.set(key, engine.after(delayMs, due, options))
    },
    retry(key) {
      const count = failures.get(key) ?? 0
      failures.set(key, count + 1)
      queue.addAfter(key, Math.min(firstMs * 2 ** count, longestMs), { background: count >= PATIENCE })
    },
    forget: (key) => void failures.delete(key),
    failures: (key) => failures.get(key) ?? 0,
    clear() {
      for (const timer of [...waiting.values(), ...later.values()]) engine.cancel(timer)
      waiting.clear()
      later.clear()
      failures.clear()
    },
  }
  return queue
}
