import { onSignal, pendingSignals, read, setTerminalMode, terminalSize, write } from '../../node/os/calls'
import { SyscallError, type Proc, type Signal } from '../../node/os/syscalls'
import { displayWidth } from '../../formats/display-width'

/** What Tab finds: the stretch of the line it replaces, and the candidates for it. */
export interface Completion {
  readonly start: number
  readonly candidates: readonly Candidate[]
}

export interface Candidate {
  /** What is put into the line. */
  readonly text: string
  /** What a list of candidates shows. */
  readonly shown: string
  /** No space follows it: a directory, a flag that ends in `=`. */
  readonly open?: boolean
}

export interface EditorOptions {
  readonly fd: number
  readonly out: number
  readonly prompt: string
  readonly history: readonly string[]
  readonly complete: (line: string, cursor: number) => Proc<Completion>
  /** Text last killed, for Ctrl-Y, kept over lines. */
  readonly killed: { text: string }
}

/** What a person entered, or why there is no line: Ctrl-C or signals (those that came), or the end of input. */
export type Entered =
  { readonly line: string } | { readonly interrupted: true; readonly signals?: readonly Signal[] } | { readonly ended: true }

/** Signals other than a change of size came while a line was being read. */
class Interruption extends Error {
  constructor(readonly signals: readonly Signal[]) {
    super('interrupted')
  }
}

const keys = /^(?:\x1b\[200~|\x1b\[(?:[0-9;]*)[A-Za-z~]|\x1bO[A-Za-z]|\x1b[^[O]|[^])/u

/** Reads one line with readline's keys. The terminal is raw meanwhile, and cooked afterwards. */
export function* editLine(options: EditorOptions): Proc<Entered> {
  const { fd, out, history, killed } = options
  /** Keys that have come and not been looked at. */
  const ahead = { text: '' }
  const promptLines = options.prompt.split('\n')
  const lastPrompt = promptLines.pop()!
  const promptWidth = displayWidth(lastPrompt.replace(/\x1b\[[0-9;?]*[A-Za-z]|[\x01\x02]/g, ''))
  const shownPrompt = lastPrompt.replace(/[\x01\x02]/g, '')
  let line: string[] = []
  let cursor = 0
  let at = history.length
  let draft = ''
  let drawnRow = 0
  let tabs = 0
  let search: { query: string; at: number; failed: boolean } | undefined
  let kills = false

  const columns = function* (): Proc<number> {
    return (yield* terminalSize(fd))?.columns ?? 80
  }
  const text = () => line.join('')
  const set = (content: string) => {
    line = [...content]
    cursor = line.length
  }

  /** Puts characters in at the cursor. A pasted megabyte is too much for the arguments of one call. */
  const put = (characters: readonly string[]) => {
    line = [...line.slice(0, cursor), ...characters, ...line.slice(cursor)]
    cursor += characters.length
  }

  /** Draws prompt and line anew and puts the cursor where it belongs. */
  function* draw(): Proc {
    const width = yield* columns()
    const head = search ? `(${search.failed ? 'failed ' : ''}reverse-i-search)\`${search.query}': ` : shownPrompt
    const headWidth = search ? displayWidth(head) : promptWidth
    const end = headWidth + displayWidth(text())
    const here = headWidth + displayWidth(line.slice(0, cursor).join(''))
    const [endRow, hereRow] = [Math.floor(end / width), Math.floor(here / width)]
    // A line that just fills its row leaves the cursor at the margin: push it onto the next.
    const fill = end > 0 && end % width === 0 ? '\r\n' : ''
    const up = endRow - hereRow
    yield* write(
      out,
      `${drawnRow > 0 ? `\x1b[${drawnRow}A` : ''}\r\x1b[J${head}${text()}${fill}${up > 0 ? `\x1b[${up}A` : ''}\r${here % width > 0 ? `\x1b[${here % width}C` : ''}`,
    )
    drawnRow = hereRow
  }

  function* finish(mark = ''): Proc {
    const settled = cursor === line.length && !search
    cursor = line.length
    search = undefined
    if (!settled) yield* draw()
    yield* write(out, `${mark}\n`)
  }

  /** The cheap case: a character typed at the end of a line that does not wrap. */
  function* insert(piece: string): Proc {
    const characters = [...piece]
    const atEnd = cursor === line.length
    put(characters)
    const width = promptWidth + displayWidth(text())
    if (atEnd && !search && characters.every((c) => c >= ' ') && width < (yield* columns())) yield* write(out, piece)
    else yield* draw()
  }

  const wordStart = (from: number, stops: RegExp) => {
    let i = from
    while (i > 0 && stops.test(line[i - 1]!)) i--
    while (i > 0 && !stops.test(line[i - 1]!)) i--
    return i
  }
  const wordEnd = (from: number) => {
    let i = from
    while (i < line.length && !/[\p{L}\p{N}]/u.test(line[i]!)) i++
    while (i < line.length && /[\p{L}\p{N}]/u.test(line[i]!)) i++
    return i
  }
  const kill = (from: number, to: number, before: boolean) => {
    const piece = line.splice(from, to - from).join('')
    killed.text = kills ? (before ? piece + killed.text : killed.text + piece) : piece
    if (before) cursor = from
    kills = true
  }
  const recall = (to: number) => {
    if (to < 0 || to > history.length || to === at) return false
    if (at === history.length) draft = text()
    at = to
    set(at === history.length ? draft : history[at]!)
    return true
  }
  const find = (from: number, query: string) => {
    for (let i = Math.min(from, history.length - 1); i >= 0; i--) if (history[i]!.includes(query)) return i
    return -1
  }

  function* nextKey(): Proc<string> {
    while (ahead.text === '') {
      const chunk = yield* readOrRedraw()
      if (chunk === '') return ''
      ahead.text += chunk
    }
    const key = keys.exec(ahead.text)![0]
    ahead.text = ahead.text.slice(key.length)
    return key
  }

  /** Reads on through changes of the window's size, after each of which the line is drawn anew. Throws Interruption for other signals. */
  function* readOrRedraw(): Proc<string> {
    for (;;) {
      try {
        return yield* read(fd)
      } catch (error) {
        if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
        const signals = (yield* pendingSignals()).filter((signal) => signal !== 'SIGWINCH')
        if (signals.length > 0) throw new Interruption(signals)
        // The terminal has wrapped its lines anew: the cursor is as far down as the new width puts it.
        const here = (search ? 0 : promptWidth) + displayWidth(line.slice(0, cursor).join(''))
        drawnRow = Math.floor(here / (yield* columns()))
        yield* draw()
      }
    }
  }

  /** Pasted text, up to its closing bracket. */
  function* pasted(): Proc<string> {
    for (;;) {
      const end = ahead.text.indexOf('\x1b[201~')
      if (end >= 0) {
        const content = ahead.text.slice(0, end)
        ahead.text = ahead.text.slice(end + 6)
        return content
      }
      const chunk = yield* read(fd)
      if (chunk === '') return ''
      ahead.text += chunk
    }
  }

  function* complete(): Proc {
    const { start, candidates } = yield* options.complete(text(), cursor)
    if (candidates.length === 0) return yield* write(out, '\x07')
    const typed = line.slice(start, cursor).join('')
    let common = candidates[0]!.text
    for (const { text: one } of candidates) {
      let same = 0
      while (same < common.length && common[same] === one[same]) same++
      common = common.slice(0, same)
    }
    const only = candidates.length === 1
    const replacement = only ? candidates[0]!.text + (candidates[0]!.open ? '' : ' ') : common
    if (only || common.length > typed.length) {
      line.splice(start, cursor - start, ...replacement)
      cursor = start + [...replacement].length
      tabs = 0
      return yield* draw()
    }
    if (++tabs < 2) return yield* write(out, '\x07')
    tabs = 0
    const width = yield* columns()
    const names = candidates.map(({ shown }) => shown)
    const cell = Math.max(...names.map(displayWidth)) + 2
    const across = Math.max(1, Math.floor(width / cell))
    const down = Math.ceil(names.length / across)
    let list = ''
    for (let row = 0; row < down; row++) {
      for (let i = row; i < names.length; i += down)
        list += names[i]! + (i + down < names.length ? ' '.repeat(cell - displayWidth(names[i]!)) : '')
      list += '\n'
    }
    const keep = cursor
    cursor = line.length
    yield* draw()
    cursor = keep
    drawnRow = 0
    yield* write(out, `\n${list}`)
    yield* draw()
  }

  function* searching(key: string): Proc<boolean> {
    const state = search!
    if (key === '\x12' || (key >= ' ' && key.length <= 2 && key !== '\x7f')) {
      const query = key === '\x12' ? state.query : state.query + key
      const found = find(key === '\x12' ? state.at - 1 : state.at, query)
      search = { query, at: found >= 0 ? found : state.at, failed: found < 0 }
    } else if (key === '\x7f' || key === '\b') {
      const query = state.query.slice(0, -1)
      search = { query, at: find(history.length - 1, query), failed: false }
    } else if (key === '\x07') {
      search = undefined
      set(draft)
      yield* draw()
      return true
    } else {
      // Any other key takes the line that was found and does its own work.
      at = state.at >= 0 && state.at < history.length ? state.at : at
      search = undefined
      return false
    }
    if (!search.failed && search.at >= 0 && search.query) {
      set(history[search.at]!)
      cursor = [...history[search.at]!.slice(0, history[search.at]!.indexOf(search.query))].length
    }
    yield* draw()
    return true
  }

  yield* setTerminalMode(fd, { raw: true, echo: false })
  yield* onSignal('SIGWINCH', 'catch')
  yield* write(out, `\x1b[?2004h${promptLines.map((one) => `${one}\n`).join('')}${shownPrompt}`)
  try {
    for (;;) {
      const key = yield* nextKey()
      if (key === '') return { ended: true }
      if (search && (yield* searching(key))) continue
      if (key !== '\t') tabs = 0
      let redraw = true
      switch (key) {
        case '\r':
        case '\n':
          yield* finish()
          return { line: text() }
        case '\x1b[200~': {
          // The first line is entered with what stands here, the others wait their turn; nothing runs before Enter.
          const content = (yield* pasted()).replace(/\r\n?/g, '\n')
          const [first, ...rest] = content.split('\n')
          put([...first!])
          if (rest.length > 0) {
            ahead.text = `${rest.join('\r')}${ahead.text}`
            yield* draw()
            yield* finish()
            return { line: text() }
          }
          break
        }
        case '\x03':
          yield* finish('^C')
          return { interrupted: true }
        case '\x04':
          if (line.length === 0) return { ended: true }
          line.splice(cursor, 1)
          break
        case '\x7f':
        case '\b':
          if (cursor > 0) line.splice(--cursor, 1)
          break
        case '\x1b[3~':
          line.splice(cursor, 1)
          break
        case '\x01':
        case '\x1b[H':
        case '\x1bOH':
        case '\x1b[1~':
          cursor = 0
          break
        case '\x05':
        case '\x1b[F':
        case '\x1bOF':
        case '\x1b[4~':
          cursor = line.length
          break
        case '\x02':
        case '\x1b[D':
        case '\x1bOD':
          cursor = Math.max(0, cursor - 1)
          break
        case '\x06':
        case '\x1b[C':
        case '\x1bOC':
          cursor = Math.min(line.length, cursor + 1)
          break
        case '\x10':
        case '\x1b[A':
        case '\x1bOA':
          redraw = recall(at - 1)
          break
        case '\x0e':
        case '\x1b[B':
        case '\x1bOB':
          redraw = recall(at + 1)
          break
        case '\x1b<':
          redraw = recall(0)
          break
        case '\x1b>':
          redraw = recall(history.length)
          break
        case '\x1bb':
        case '\x1b[1;5D':
        case '\x1b[1;3D':
          cursor = wordStart(cursor, /[^\p{L}\p{N}]/u)
          break
        case '\x1bf':
        case '\x1b[1;5C':
        case '\x1b[1;3C':
          cursor = wordEnd(cursor)
          break
        case '\x0b':
          kill(cursor, line.length, false)
          break
        case '\x15':
          kill(0, cursor, true)
          break
        case '\x17':
          kill(wordStart(cursor, /\s/), cursor, true)
          break
        case '\x1b\x7f':
          kill(wordStart(cursor, /[^\p{L}\p{N}]/u), cursor, true)
          break
        case '\x1bd':
          kill(cursor, wordEnd(cursor), false)
          break
        case '\x19':
          put([...killed.text])
          break
        case '\x14':
          if (cursor > 0 && line.length > 1) {
            const place = cursor === line.length ? cursor - 1 : cursor
            ;[line[place - 1], line[place]] = [line[place]!, line[place - 1]!]
            cursor = place + 1
          }
          break
        case '\x1b.': {
          const word = history.at(-1)?.trim().split(/\s+/).at(-1) ?? ''
          put([...word])
          break
        }
        case '\x0c':
          yield* write(out, '\x1b[H\x1b[2J')
          drawnRow = 0
          break
        case '\x12':
          draft = text()
          search = { query: '', at: history.length, failed: false }
          break
        case '\t':
          yield* complete()
          redraw = false
          break
        default:
          redraw = false
          if (!/^[\x00-\x1f]/.test(key)) {
            // What was typed or sent in one go is put in together.
            const run = /^[^\x00-\x1f\x7f]+/u.exec(ahead.text)?.[0] ?? ''
            ahead.text = ahead.text.slice(run.length)
            yield* insert(key + run)
          }
      }
      if (!/^(?:\x0b|\x15|\x17|\x1b\x7f|\x1bd)$/.test(key)) kills = false
      if (redraw) yield* draw()
    }
  } catch (error) {
    const interrupted = error instanceof Interruption || (error instanceof SyscallError && error.code === 'EINTR')
    if (!interrupted) throw error
    yield* write(out, '^C\n')
    return { interrupted: true, signals: error instanceof Interruption ? error.signals : [] }
  } finally {
    yield* onSignal('SIGWINCH', 'default')
    yield* write(out, '\x1b[?2004l')
    // What was typed after this line is for whoever reads next: a program, or the next prompt.
    const unread = ahead.text
    ahead.text = ''
    yield* setTerminalMode(fd, { raw: false, echo: true, unread })
  }
}
