import { onSignal, pendingSignals, read, write } from '../node/os/calls'
import { SyscallError, type Proc, type Program } from '../node/os/syscalls'
import { guarded } from './evaluate/fork'
import { runSource } from './evaluate/source'
import { SESSION_COMMANDS, SESSION_STATUSES } from './login'
import { createShell } from './shell'

/**
 * One long-lived Bash without a terminal, fed command lines by whoever started it (`sim serve --stdin`). Variables, functions and the working
 * directory last; SIGINT ends the running command and not the shell. Ends when the commands do, or with `exit`.
 */
export const sessionShell: Program = function* (self): Proc<number> {
  const shell = yield* createShell(self, 'bash')
  shell.interactive = true
  shell.shopts.add('expand_aliases')
  yield* onSignal('SIGINT', 'catch')
  let rest = ''
  for (;;) {
    const end = rest.indexOf('\0')
    if (end < 0) {
      const chunk = yield* readPatiently()
      if (chunk === '') return shell.status
      rest += chunk
      continue
    }
    const line = rest.slice(0, end)
    rest = rest.slice(end + 1)
    yield* pendingSignals() // an interrupt that ended the last command, or came when none ran, does not concern this one
    yield* guarded(shell, () => runSource(shell, line, { firstLine: 1 }))
    if (shell.jump?.to === 'exit') {
      yield* write(SESSION_STATUSES, `${shell.jump.code}\n`)
      return shell.jump.code
    }
    shell.jump = undefined
    yield* write(SESSION_STATUSES, `${shell.status}\n`)
  }
}

/** Ctrl-C while nothing runs is nobody's business. */
function* readPatiently(): Proc<string> {
  for (;;) {
    try {
      return yield* read(SESSION_COMMANDS)
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
    }
  }
}
