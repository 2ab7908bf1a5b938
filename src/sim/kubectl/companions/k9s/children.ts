import { close, kill, pipe, poll, read, setTerminalMode, spawn, wait, write } from '../../../node/os/calls'
import { SyscallError, type Proc, type Self } from '../../../node/os/syscalls'

/** The terminal for a program that has all of it, and back: another screen, keys as they are pressed, no cursor. */
export function* takeScreen(): Proc {
  yield* setTerminalMode(0, { raw: true, echo: false })
  yield* write(1, '\x1b[?1049h\x1b[?25l')
}
export function* leaveScreen(unread = ''): Proc {
  yield* write(1, '\x1b[?25h\x1b[?1049l')
  yield* setTerminalMode(0, { raw: false, echo: true, unread })
}

/** Waits for a process; signals that arrive meanwhile are its, not ours. */
function* waitFor(pid: number): Proc<number> {
  for (;;) {
    try {
      return (yield* wait(pid)).code
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
    }
  }
}

/** Runs kubectl with the terminal to itself: a shell in a container, an editor. Answers its exit code. */
export function* runInTerminal({ env, cwd }: Self, words: readonly string[]): Proc<number> {
  yield* leaveScreen()
  try {
    return yield* waitFor(yield* spawn({ argv: ['kubectl', ...words], env, cwd, fds: { 0: 0, 1: 1, 2: 2 } }))
  } finally {
    yield* takeScreen()
  }
}

export interface Said {
  readonly code: number
  readonly text: string
  /** Keys pressed meanwhile. */
  readonly typed: string
}

/** Runs kubectl and gives what it says; Esc and Ctrl-C end it. */
export function* runQuietly({ env, cwd }: Self, words: readonly string[]): Proc<Said> {
  const [from, to] = yield* pipe()
  const pid = yield* spawn({ argv: ['kubectl', ...words], env, cwd, fds: { 1: to, 2: to } })
  yield* close(to)
  let text = ''
  let typed = ''
  for (;;) {
    const fd = yield* poll([from, 0])
    const more = yield* read(fd)
    if (fd === from) {
      if (more === '') break
      text += more
      continue
    }
    typed += more
    if (more === '' || /[\x03\x1b]$/.test(more)) {
      yield* kill(pid, 'SIGKILL')
      typed = ''
    }
  }
  yield* close(from)
  return { code: yield* waitFor(pid), text, typed }
}
