import { readLine, write } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { guarded } from '../evaluate/fork'
import { runSource } from '../evaluate/source'
import type { Shell } from '../state'

/** Reads and runs commands until the end of input or `exit`. */
export function* runInteractive(shell: Shell): Proc {
  for (;;) {
    yield* write(2, '$ ')
    const line = yield* readLine(0)
    if (line === '') return
    yield* guarded(shell, () => runSource(shell, line, { firstLine: 1 }))
    if (shell.jump?.to === 'prompt') shell.jump = undefined
    if (shell.jump) return
  }
}
