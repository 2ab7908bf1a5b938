import { open, close, read, setTerminalMode, terminalSize, write } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { readInputs, tool } from './tool'

/** less and more: a screenful at a time on a terminal, like cat elsewhere. */
export const less = tool(function* (context, args) {
  const { text, status } = yield* readInputs(
    context,
    args.filter((argument) => !/^[-+]./.test(argument)),
  )
  const size = yield* terminalSize(1)
  if (!size) {
    yield* write(1, text)
    return status
  }
  const lines = text.replace(/\n$/, '').split('\n')
  const page = size.rows - 1
  // more ends by itself after the last screenful; less waits for q.
  if (lines.length <= page && context.name === 'more') {
    yield* write(1, text)
    return status
  }
  // Keys come from the terminal even when the text came through a pipe.
  const keys = (yield* terminalSize(0)) ? 0 : yield* open('/dev/tty', 'read')
  yield* setTerminalMode(keys, { raw: true, echo: false })
  yield* write(1, '\x1b[?1049h')
  let top = 0
  let query = ''
  let note = ''
  const last = Math.max(0, lines.length - page)
  try {
    for (;;) {
      top = Math.max(0, Math.min(last, top))
      const shown = Array.from({ length: page }, (_, i) => (lines[top + i] ?? '~').slice(0, size.columns))
      yield* write(
        1,
        `\x1b[H${shown.map((line) => `${line}\x1b[K`).join('\r\n')}\r\n\x1b[7m${note || (top >= last ? '(END)' : ':')}\x1b[m\x1b[K`,
      )
      note = ''
      const key = yield* read(keys)
      if (key === '' || /^[qQ\x03]/.test(key)) break
      if (key === ' ' || key === 'f' || key === '\x06' || key === '\x1b[6~') top += page
      else if (key === 'b' || key === '\x02' || key === '\x1b[5~') top -= page
      else if (key === 'j' || key === '\r' || key === '\n' || key === '\x1b[B' || key === 'e') top++
      else if (key === 'k' || key === '\x1b[A' || key === 'y') top--
      else if (key === 'd') top += page >> 1
      else if (key === 'u') top -= page >> 1
      else if (key === 'g' || key === '<') top = 0
      else if (key === 'G' || key === '>') top = last
      else if (key === '/' || key === 'n' || key.startsWith('/')) {
        if (key !== 'n') query = yield* ask(keys, '/', '', { ahead: key.slice(1) })
        const found = lines.findIndex((line, i) => i > top && line.includes(query))
        if (found >= 0) top = found
        else note = 'Pattern not found  (press RETURN)'
      } else if (context.name === 'more') top += page
      if (context.name === 'more' && top >= last) break
    }
  } finally {
    yield* write(1, '\x1b[?1049l')
    yield* setTerminalMode(keys, { raw: false, echo: true })
    if (keys !== 0) yield* close(keys)
  }
  return status
})

/** Reads a short answer on the last line of the screen. */
function* ask(fd: number, prompt: string, begun = '', typed: { ahead: string } = { ahead: '' }): Proc<string> {
  let text = begun
  yield* write(1, `\r\x1b[K${prompt}${text}`)
  for (;;) {
    if (typed.ahead === '') typed.ahead = yield* read(fd)
    const key = typed.ahead.slice(0, 1)
    typed.ahead = typed.ahead.slice(1)
    if (key === '' || key === '\r' || key === '\n') return text
    if (key === '\x1b' || key === '\x03') return ''
    if (key === '\x7f' || key === '\b') text = text.slice(0, -1)
    else text += key
    yield* write(1, `\r\x1b[K${prompt}${text}`)
  }
}
