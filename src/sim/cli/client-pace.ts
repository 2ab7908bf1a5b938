import type { Driver } from '../engine/driver'

/** How long a client may think between two requests of one command. */
const THINKING_MS = 100
/** How long a client can keep time slow before it runs fast for as long again. */
const LONGEST_SLOW_MS = 500

/** Told of every request, so that a fast cluster does not run away from a client that waits for a deletion. */
export interface ClientPace {
  /** A request has been answered; a `lasting` answer (a watch, logs) means that the client has nothing left to ask and waits. */
  requested(method: string, lasting: boolean): void
  stop(): void
}

/**
 * Slows a cluster of `speed` down to real time from a deletion to the watch for its end. kubectl deletes a Pod, reads it, lists it and only then watches: a few hundredths of a second for both, but at thirty times the
 * speed a StatefulSet has put the next Pod of that name in its place meanwhile, and the client waits for a deletion that is past. All other requests leave the speed alone: what a cluster does between two of them would
 * else depend on which of the two paces it caught, and two clusters of one seed could not be compared.
 */
export function createClientPace(driver: Driver, speed: number, nowMs: () => number = () => performance.now()): ClientPace {
  let slowSinceMs: number | undefined
  let fastSinceMs = nowMs()
  let creditMs = LONGEST_SLOW_MS
  let timer: ReturnType<typeof setTimeout> | undefined

  function goFast() {
    clearTimeout(timer)
    if (slowSinceMs === undefined) return
    fastSinceMs = nowMs()
    creditMs = Math.max(0, creditMs - (fastSinceMs - slowSinceMs))
    slowSinceMs = undefined
    driver.setSpeed(speed)
  }

  function goSlow() {
    const now = nowMs()
    if (slowSinceMs === undefined) {
      creditMs = Math.min(LONGEST_SLOW_MS, creditMs + now - fastSinceMs)
      slowSinceMs = now
      driver.setSpeed(1)
    }
    clearTimeout(timer)
    timer = setTimeout(goFast, Math.max(0, Math.min(THINKING_MS, slowSinceMs + creditMs - now)))
  }

  return {
    requested(method, lasting) {
      if (speed <= 1) return
      if (lasting) goFast()
      else if (method === 'DELETE' || slowSinceMs !== undefined) goSlow()
    },
    stop: () => clearTimeout(timer),
  }
}
