import { poll, read, setTerminalMode, terminalSize } from './calls'
import type { OpenFile } from './open-file'
import type { Proc } from './syscalls'
import { createTty, type TtySide } from './tty'

/**
 * Opens a terminal for what runs somewhere else (another host, a container) and copies between it and this process's own, which is raw meanwhile.
 * `start` is given the terminal's file and begins what runs there; `signal` is how that is reached. Returns what can be read from the descriptor
 * `ended` once something can.
 */
export function* onFarTerminal(
  screen: OpenFile,
  ended: number,
  signal: TtySide['signal'],
  start: (terminal: OpenFile) => void,
): Proc<string> {
  const size = (yield* terminalSize(0)) ?? { columns: 80, rows: 24 }
  const tty = createTty(size, { output: (text) => void screen.write(text), signal })
  yield* setTerminalMode(0, { raw: true, echo: false })
  try {
    start(tty.file)
    for (;;) {
      const ready = yield* poll([ended, 0])
      const text = yield* read(ready)
      if (ready === ended) return text
      if (text === '') tty.hangUp()
      else tty.input(text)
    }
  } finally {
    tty.hangUp()
    yield* setTerminalMode(0, { raw: false, echo: true })
  }
}
