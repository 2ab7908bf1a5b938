import { poll, read, readFile, setTerminalMode, stat, terminalSize, write, writeFile } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { displayWidth } from '../../formats/display-width'
import { createNano, pressNano, type Nano } from './nano'
import { ToolError, complain, tool, type Context } from './tool'
import { createBuffer, textOf, type Buffer } from './vi/buffer'
import { perform } from './vi/ex'
import { selection, type Effect } from './vi/normal'
import { press } from './vi/vi'

/** vi and nano: full-screen editing of one file in a terminal. */
export const editor = tool(function* (context, args) {
  const nano = context.name === 'nano' || context.name === 'pico'
  const path = args.find((argument) => !/^[-+]/.test(argument))
  if (!(yield* terminalSize(0)) || !(yield* terminalSize(1)))
    throw new ToolError(nano ? 'Standard input is not a terminal' : 'Vim: Warning: Input is not from a terminal')
  const found = yield* openFile(context, path)
  if (typeof found === 'number') return found
  const small = nano ? createNano(found.text, path) : undefined
  const buffer = small?.buffer ?? createBuffer(found.text, path)
  if (!nano) yield* configure(context, buffer)
  const line = args.map((argument) => /^\+(\d*)$/.exec(argument)?.[1]).find((one) => one !== undefined)
  if (line !== undefined) buffer.row = line === '' ? buffer.lines.length - 1 : Math.max(0, Math.min(buffer.lines.length, Number(line)) - 1)
  buffer.note = found.note
  yield* setTerminalMode(0, { raw: true, echo: false })
  yield* write(1, '\x1b[?1049h')
  try {
    return yield* edit(buffer, small)
  } finally {
    yield* write(1, '\x1b[?1049l')
    yield* setTerminalMode(0, { raw: false, echo: true })
  }
})

function* openFile(context: Context, path: string | undefined): Proc<{ text: string; note: string } | number> {
  if (path === undefined) return { text: '', note: '' }
  try {
    if ((yield* stat(path)) === undefined) return { text: '', note: `"${path}" [New]` }
    const text = yield* readFile(path)
    return { text, note: `"${path}" ${text.split('\n').length - 1}L, ${text.length}B` }
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    yield* complain(context, `${path}: ${error.message}`)
    return 1
  }
}

/** Reads ~/.vimrc: its settings are the same as behind a colon. */
function* configure({ self }: Context, buffer: Buffer): Proc {
  const file = `${self.env.HOME ?? '/root'}/.vimrc`
  if ((yield* stat(file))?.type !== 'file') return
  for (const line of (yield* readFile(file)).split('\n')) if (/^\s*:?set?\s/.test(line)) perform(buffer, line.trim())
  buffer.note = ''
}

const KEY = /^(?:\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Za-z]|[^])/u

/** Takes keys until the editor is left; answers its exit code. */
function* edit(buffer: Buffer, nano: Nano | undefined): Proc<number> {
  for (let ahead = ''; ;) {
    if (ahead === '') {
      yield* draw(buffer, nano)
      ahead = yield* read(0)
      if (ahead === '') return 1
    }
    const key = KEY.exec(ahead)![0]
    ahead = ahead.slice(key.length)
    // A lone escape may be the beginning of an arrow that is still on its way.
    if (key === '\x1b' && ahead === '' && (yield* poll([0], 30)) >= 0) {
      ahead = key + (yield* read(0))
      if (/^\x1b[[O]/.test(ahead)) continue
      ahead = ahead.slice(1)
    }
    buffer.note = ''
    const effect = nano ? pressNano(nano, key) : press(buffer, key)
    if (effect?.do === 'leave') return effect.code
    if (effect && (yield* save(buffer, effect)) && effect.leave) return 0
  }
}

function* save(buffer: Buffer, { path = buffer.path }: Extract<Effect, { do: 'save' }>): Proc<boolean> {
  if (path === undefined) {
    buffer.note = 'E32: No file name'
    return false
  }
  try {
    const text = textOf(buffer)
    yield* writeFile(path, text)
    buffer.path ??= path
    buffer.changed = false
    buffer.note = `"${path}" ${buffer.lines.length}L, ${text.length}B written`
    return true
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    buffer.note = `"${path}" ${error.message}`
    return false
  }
}

// ---- the screen ----

/** Where the top of the screen is, by the buffer it shows. */
const tops = new WeakMap<Buffer, number>()

const spread = (text: string) => text.replaceAll('\t', '    ')

function* draw(buffer: Buffer, nano: Nano | undefined): Proc {
  const size = (yield* terminalSize(1)) ?? { columns: 80, rows: 24 }
  const rows = size.rows - (nano ? 3 : 1)
  const top = Math.min(buffer.row, Math.max(tops.get(buffer) ?? 0, buffer.row - rows + 1))
  tops.set(buffer, top)
  const margin = buffer.options.number ? Math.max(3, String(buffer.lines.length).length) + 1 : 0
  const before = displayWidth(spread(buffer.lines[buffer.row]!.slice(0, buffer.column)))
  // A long line is moved to the left as far as the cursor asks for.
  const left = Math.max(0, before + margin + 1 - size.columns)
  const body = Array.from({ length: rows }, (_, i) => {
    const line = buffer.lines[top + i]
    if (line === undefined) return nano ? '' : '~'
    const number = margin > 0 ? `${String(top + i + 1).padStart(margin - 1)} ` : ''
    return number + highlighted(buffer, top + i, spread(line).slice(left, left + size.columns - margin))
  })
  const title = nano ? [`\x1b[7m  GNU nano    ${buffer.path ?? 'New Buffer'}${buffer.changed ? ' *' : ''}\x1b[m`] : []
  const place = `\x1b[${buffer.row - top + 1 + title.length};${before - left + margin + 1}H`
  yield* write(1, `\x1b[H${[...title, ...body, ...footOf(buffer, nano)].map((line) => `${line}\x1b[K`).join('\r\n')}${placeOf(buffer, nano, place)}`)
} // prettier-ignore

/** The part of a line that is selected stands out. */
function highlighted(buffer: Buffer, row: number, shown: string): string {
  if (buffer.mode !== 'visual' && buffer.mode !== 'visual line') return shown
  const { from, to, linewise } = selection(buffer)
  if (row < from.row || row > to.row) return shown
  const begin = linewise || row > from.row ? 0 : from.column
  const end = linewise || row < to.row ? Math.max(shown.length, 1) : to.column
  return `${shown.slice(0, begin)}\x1b[7m${shown.slice(begin, end) || ' '}\x1b[m${shown.slice(end)}`
}

const modes: Readonly<Partial<Record<Buffer['mode'], string>>> = {
  insert: '-- INSERT --',
  visual: '-- VISUAL --',
  'visual line': '-- VISUAL LINE --',
}

function footOf(buffer: Buffer, nano: Nano | undefined): string[] {
  if (!nano) return [buffer.commandLine || buffer.note || (modes[buffer.mode] ?? buffer.keys.join(''))]
  const { asked } = nano
  const question = asked && (asked.question === 'save?' ? 'Save modified buffer? (y/n) ' : `File Name to Write: ${asked.answer}`)
  return [question ?? buffer.note, '^O Write Out  ^X Exit  ^K Cut  ^U Paste']
}

/** On a line that is typed the cursor stands there, which is where the drawing ended. */
const placeOf = (buffer: Buffer, nano: Nano | undefined, place: string) => {
  if (buffer.mode === 'command line') return `\r\x1b[${displayWidth(buffer.commandLine)}C`
  return nano?.asked ? '' : place
}
