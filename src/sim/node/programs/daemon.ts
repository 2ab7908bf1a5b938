import { accept, close, listen, onSignal, pendingSignals, write } from '../os/calls'
import { SyscallError, type Program, type Signal } from '../os/syscalls'
import { untilStopped } from './pause'

export interface Daemon {
  readonly lines: readonly string[]
  readonly ports: readonly number[]
  readonly address?: string
  /** Log to standard error instead of standard output. */
  readonly stderr?: boolean
  readonly stopOn?: readonly Signal[]
  readonly lastWords?: readonly string[]
}

/** A server that says its lines, accepts connections without a word, and ends with 0 when it is told to. */
export const daemon = ({ lines, ports, address, stderr = false, stopOn = ['SIGTERM', 'SIGINT'], lastWords = [] }: Daemon): Program =>
  function* () {
    const out = stderr ? 2 : 1
    for (const line of lines) yield* write(out, line)
    const listeners: number[] = []
    for (const port of ports) listeners.push(yield* listen(port, { address }))
    const [first] = listeners
    if (first === undefined) yield* untilStopped(stopOn)
    else {
      for (const signal of stopOn) yield* onSignal(signal, 'catch')
      for (let going = true; going;) {
        try {
          const { fd } = yield* accept(first)
          yield* close(fd)
        } catch (error) {
          if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
          going = !(yield* pendingSignals()).some((signal) => stopOn.includes(signal))
        }
      }
    }
    for (const line of lastWords) yield* write(out, line)
    return 0
  }
