import { pendingSignals, useCpu } from '../../node/os/calls'
import { SyscallError, type Proc, type Signal } from '../../node/os/syscalls'
import { parse } from '../parse'
import type { Shell } from '../state'

/** Virtual CPU time of one command of the shell's own. */
const COMMAND_MS = 0.05

/** One command's worth of CPU time, then whatever signals have arrived: between any two commands a shell can be interrupted. */
export function* tick(shell: Shell): Proc {
  yield* uninterrupted(() => useCpu(COMMAND_MS))
  if (shell.interactive || shell.traps.size > 0) yield* handleSignals(shell)
}

/** Does a system call again when a signal interrupted it; the signal is looked at between commands. */
export function* uninterrupted<T>(call: () => Proc<T>): Proc<T> {
  for (;;) {
    try {
      return yield* call()
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
    }
  }
}

/** Runs the traps of signals that have come (those in `asked` have been asked for already); Ctrl-C without a trap leads an interactive shell back to its prompt. */
export function* handleSignals(shell: Shell, asked: readonly Signal[] = []): Proc {
  for (const signal of [...asked, ...(yield* pendingSignals())]) {
    const action = shell.traps.get(signal.slice(3))
    if (action) yield* runTrap(shell, action)
    else if (signal === 'SIGINT' && shell.interactive) {
      shell.jump = { to: 'prompt' }
      shell.status = 130
    }
  }
}

/** Runs a trap's action with $? kept as it was, unless it exits. */
export function* runTrap(shell: Shell, action: string): Proc {
  const { status, unit, line, jump, inTrap } = shell
  shell.jump = undefined
  shell.inTrap = true
  shell.unit = parse(action, line)
  yield* shell.run(shell, shell.unit.script.commands)
  shell.unit = unit
  shell.line = line
  shell.inTrap = inTrap
  if (shell.jump) return // `exit` in a trap exits the shell
  shell.status = status
  shell.jump = jump
}

const descriptions: Partial<Record<Signal, string>> = {
  SIGHUP: 'Hangup',
  SIGINT: '',
  SIGQUIT: 'Quit',
  SIGKILL: 'Killed',
  SIGUSR1: 'User defined signal 1',
  SIGUSR2: 'User defined signal 2',
  SIGPIPE: '',
  SIGALRM: 'Alarm clock',
  SIGTERM: 'Terminated',
}

/** What a shell says of a process that a signal ended; '' when it says nothing. */
export const describeSignal = (signal: Signal | undefined) => (signal ? (descriptions[signal] ?? signal) : '')
