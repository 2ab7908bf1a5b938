import { onSignal, pendingSignals, sleep } from '../os/calls'
import { SyscallError, type Proc, type Program, type Signal } from '../os/syscalls'

const YEAR_MS = 365 * 86_400_000

/** Waits until a stop signal comes; answers which. */
export function* untilStopped(stopOn: readonly Signal[] = ['SIGTERM', 'SIGINT']): Proc<Signal> {
  for (const signal of stopOn) yield* onSignal(signal, 'catch')
  for (;;) {
    try {
      yield* sleep(YEAR_MS)
    } catch (error) {
      if (!(error instanceof SyscallError && error.code === 'EINTR')) throw error
      const stop = (yield* pendingSignals()).find((signal) => stopOn.includes(signal))
      if (stop) return stop
    }
  }
}

/** Does nothing until it is told to end. */
export const pause: Program = function* () {
  yield* untilStopped()
  return 0
}
