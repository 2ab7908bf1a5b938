const PING_EVERY_MS = 2000
/** So many pings in a row without an answer: the worker is dead or stuck for good. A long computation in it takes a second or two. */
const MOST_UNANSWERED = 6

interface Watched {
  readonly ping: () => void
  readonly died: () => void
}

/** Asks regularly whether the worker still lives. A hidden page does not ask: its worker may be asleep with it. */
export function watchOver({ ping, died }: Watched) {
  let unanswered = 0
  let timer: ReturnType<typeof setInterval> | undefined
  const stop = () => {
    clearInterval(timer)
    timer = undefined
  }
  return {
    stop,
    begin() {
      stop()
      unanswered = 0
      timer = setInterval(() => {
        if (document.hidden) return void (unanswered = 0)
        if (unanswered++ < MOST_UNANSWERED) return ping()
        stop()
        died()
      }, PING_EVERY_MS)
    },
    beat: () => void (unanswered = 0),
  }
}
