import { open, close, poll, read, readFile, setTerminalMode, stat, terminalSize, write, writeFile } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { displayWidth } from '../interactive/width'
import { ToolError, complain, readInputs, tool } from './tool'

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

/** vi (a small one) and nano: full-screen editing of one file. */
export const editor = tool(function* (context, args) {
  const path = args.find((argument) => !/^[-+]/.test(argument))
  const size = yield* terminalSize(0)
  if (!size || !(yield* terminalSize(1)))
    throw new ToolError(context.name === 'nano' ? 'Standard input is not a terminal' : 'Vim: Warning: Input is not from a terminal')
  let exists = false
  let text = ''
  if (path !== undefined) {
    try {
      exists = (yield* stat(path)) !== undefined
      if (exists) text = yield* readFile(path)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      yield* complain(context, `${path}: ${error.message}`)
      return 1
    }
  }
  const nano = context.name === 'nano' || context.name === 'pico'
  const state: Editing = {
    lines: text.replace(/\n$/, '').split('\n'),
    row: 0,
    column: 0,
    top: 0,
    insert: nano,
    path,
    changed: false,
    note: exists ? `"${path}" ${text.split('\n').length - 1}L, ${text.length}B` : path ? `"${path}" [New]` : '',
    undo: [],
    yanked: [],
    query: '',
    pending: '',
    ahead: '',
  }
  yield* setTerminalMode(0, { raw: true, echo: false })
  yield* write(1, '\x1b[?1049h')
  try {
    for (;;) {
      if (state.ahead === '') yield* drawEditor(state, size, nano)
      if (state.ahead === '') state.ahead = yield* read(0)
      if (state.ahead === '') return 1
      const key = /^(?:\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Za-z]|[^])/u.exec(state.ahead)![0]
      state.ahead = state.ahead.slice(key.length)
      // A lone escape may be the beginning of an arrow that is still on its way.
      if (key === '\x1b' && state.ahead === '' && (yield* poll([0], 30)) >= 0) {
        state.ahead = key + (yield* read(0))
        if (/^\x1b[[O]/.test(state.ahead)) continue
        state.ahead = state.ahead.slice(1)
      }
      state.note = ''
      const leave = nano ? yield* nanoKey(state, key) : yield* viKey(state, key, state.ahead === '')
      if (leave !== undefined) return leave
    }
  } finally {
    yield* write(1, '\x1b[?1049l')
    yield* setTerminalMode(0, { raw: false, echo: true })
  }
})

interface Editing {
  lines: string[]
  row: number
  column: number
  top: number
  insert: boolean
  path: string | undefined
  changed: boolean
  note: string
  undo: string[][]
  yanked: string[]
  /** What `/` looked for last. */
  query: string
  /** Keys of an unfinished command (`d`, `g`, a count). */
  pending: string
  /** Keys that have come but not been looked at. */
  ahead: string
}

function* drawEditor(state: Editing, size: { columns: number; rows: number }, nano: boolean): Proc {
  const rows = size.rows - (nano ? 3 : 1)
  if (state.row < state.top) state.top = state.row
  if (state.row >= state.top + rows) state.top = state.row - rows + 1
  const body = Array.from({ length: rows }, (_, i) =>
    (state.lines[state.top + i] ?? (nano ? '' : '~')).replaceAll('\t', '    ').slice(0, size.columns),
  )
  const title = nano ? [`\x1b[7m  GNU nano    ${state.path ?? 'New Buffer'}${state.changed ? ' *' : ''}\x1b[m`] : []
  const foot = nano
    ? [state.note, '^O Write Out  ^X Exit  ^K Cut  ^U Paste']
    : [state.note || (state.insert ? '-- INSERT --' : state.pending)]
  const before = state.lines[state.row]!.slice(0, state.column).replaceAll('\t', '    ')
  yield* write(
    1,
    `\x1b[H${[...title, ...body, ...foot].map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[${state.row - state.top + 1 + title.length};${displayWidth(before) + 1}H`,
  )
}

function* save(state: Editing, path = state.path): Proc<boolean> {
  if (path === undefined) {
    state.note = 'E32: No file name'
    return false
  }
  try {
    const text = `${state.lines.join('\n')}\n`
    yield* writeFile(path, text)
    state.path = path
    state.changed = false
    state.note = `"${path}" ${state.lines.length}L, ${text.length}B written`
    return true
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    state.note = `"${path}" ${error.message}`
    return false
  }
}

/** Keys that mean the same in both editors; false when `key` is none of them. */
function move(state: Editing, key: string): boolean {
  const line = state.lines[state.row]!
  switch (key) {
    case '\x1b[A':
    case '\x1bOA':
      state.row = Math.max(0, state.row - 1)
      break
    case '\x1b[B':
    case '\x1bOB':
      state.row = Math.min(state.lines.length - 1, state.row + 1)
      break
    case '\x1b[C':
    case '\x1bOC':
      state.column++
      break
    case '\x1b[D':
    case '\x1bOD':
      state.column = Math.max(0, state.column - 1)
      break
    case '\x1b[H':
    case '\x1b[1~':
      state.column = 0
      break
    case '\x1b[F':
    case '\x1b[4~':
      state.column = line.length
      break
    case '\x1b[5~':
      state.row = Math.max(0, state.row - 20)
      break
    case '\x1b[6~':
      state.row = Math.min(state.lines.length - 1, state.row + 20)
      break
    default:
      return false
  }
  state.column = Math.min(state.column, state.lines[state.row]!.length)
  return true
}

/** Puts a typed character in; also Enter, Backspace and Delete. */
function edit(state: Editing, key: string): void {
  const line = state.lines[state.row]!
  state.changed = true
  if (key === '\r' || key === '\n') {
    state.lines.splice(state.row, 1, line.slice(0, state.column), line.slice(state.column))
    state.row++
    state.column = 0
  } else if (key === '\x7f' || key === '\b') {
    if (state.column > 0) {
      state.lines[state.row] = line.slice(0, state.column - 1) + line.slice(state.column)
      state.column--
    } else if (state.row > 0) {
      state.column = state.lines[state.row - 1]!.length
      state.lines.splice(state.row - 1, 2, state.lines[state.row - 1]! + line)
      state.row--
    }
  } else if (key === '\x1b[3~') state.lines[state.row] = line.slice(0, state.column) + line.slice(state.column + 1)
  else if (key === '\t' || key >= ' ') {
    state.lines[state.row] = line.slice(0, state.column) + key + line.slice(state.column)
    state.column += key.length
  }
}

function* nanoKey(state: Editing, key: string): Proc<number | undefined> {
  if (move(state, key)) return undefined
  if (key === '\x18') {
    if (!state.changed) return 0
    const answer = yield* ask(0, 'Save modified buffer? (y/n) ', '', state)
    if (/^n/i.test(answer)) return 0
    return /^y/i.test(answer) && (yield* save(state, state.path ?? (yield* ask(0, 'File Name to Write: ', '', state)))) ? 0 : undefined
  }
  if (key === '\x0f') yield* save(state, state.path ?? (yield* ask(0, 'File Name to Write: ', '', state)))
  else if (key === '\x0b') {
    state.yanked = state.lines.splice(state.row, 1)
    if (state.lines.length === 0) state.lines.push('')
    state.row = Math.min(state.row, state.lines.length - 1)
    state.column = 0
    state.changed = true
  } else if (key === '\x15') {
    state.lines.splice(state.row, 0, ...state.yanked)
    state.row += state.yanked.length
  } else if (key === '\x01') state.column = 0
  else if (key === '\x05') state.column = state.lines[state.row]!.length
  else edit(state, key)
  return undefined
}

function* viKey(state: Editing, key: string, _last: boolean): Proc<number | undefined> {
  if (move(state, key)) return undefined
  if (state.insert) {
    if (key === '\x1b' || key === '\x03') {
      state.insert = false
      state.column = Math.max(0, state.column - 1)
    } else edit(state, key)
    return undefined
  }
  const remember = () => {
    state.undo.push([...state.lines])
    if (state.undo.length > 100) state.undo.shift()
    state.changed = true
  }
  const insertAt = (row: number, column: number) => {
    remember()
    state.row = row
    state.column = column
    state.insert = true
  }
  const command = state.pending + key
  const count = Number(/^\d+/.exec(command)?.[0] ?? 1)
  const verb = command.replace(/^[1-9]\d*/, '')
  const line = state.lines[state.row]!
  state.pending = ''
  switch (verb) {
    case '':
    case 'd':
    case 'y':
    case 'g':
    case 'Z':
    case 'r':
    case 'c':
    case '>':
    case '<':
      state.pending = command
      return undefined
    case '\x1b':
      return undefined
    case 'h':
      state.column = Math.max(0, state.column - count)
      break
    case 'l':
    case ' ':
      state.column += count
      break
    case 'j':
      state.row = Math.min(state.lines.length - 1, state.row + count)
      break
    case 'k':
      state.row = Math.max(0, state.row - count)
      break
    case '0':
    case '^':
      state.column = verb === '0' ? 0 : /\S|$/.exec(line)!.index
      break
    case '$':
      state.column = line.length
      break
    case 'w': {
      // A word is letters, or a run of signs; past the end it goes on in the next line.
      const rest = /^(?:\w+|[^\w\s]+|)\s*/.exec(line.slice(state.column))![0].length
      if (state.column + rest < line.length || state.row === state.lines.length - 1) state.column += rest
      else {
        state.row++
        state.column = /\S|$/.exec(state.lines[state.row]!)!.index
      }
      break
    }
    case 'b':
      state.column = Math.max(0, line.slice(0, state.column).search(/\w+\W*$/))
      break
    case 'gg':
      state.row = 0
      break
    case 'G':
      state.row = /^\d/.test(command) ? Math.min(state.lines.length, count) - 1 : state.lines.length - 1
      break
    case '\x06':
      state.row = Math.min(state.lines.length - 1, state.row + 20)
      break
    case '\x02':
      state.row = Math.max(0, state.row - 20)
      break
    case 'i':
      insertAt(state.row, state.column)
      return undefined
    case 'I':
      insertAt(state.row, /\S|$/.exec(line)!.index)
      return undefined
    case 'a':
      insertAt(state.row, Math.min(line.length, state.column + 1))
      return undefined
    case 'A':
      insertAt(state.row, line.length)
      return undefined
    case 'o':
    case 'O': {
      remember()
      const row = verb === 'o' ? state.row + 1 : state.row
      state.lines.splice(row, 0, '')
      state.row = row
      state.column = 0
      state.insert = true
      return undefined
    }
    case 'x':
      remember()
      state.lines[state.row] = line.slice(0, state.column) + line.slice(state.column + count)
      break
    case 'D':
    case 'C':
      remember()
      state.lines[state.row] = line.slice(0, state.column)
      if (verb === 'C') {
        state.insert = true
        return undefined
      }
      break
    case 'dd':
    case 'cc':
      remember()
      state.yanked = state.lines.splice(state.row, count)
      if (state.lines.length === 0 || verb === 'cc') state.lines.splice(state.row, 0, '')
      if (verb === 'cc') {
        state.column = 0
        state.insert = true
        return undefined
      }
      break
    case 'dw':
    case 'cw':
      remember()
      state.lines[state.row] =
        line.slice(0, state.column) + line.slice(state.column).replace(verb === 'cw' ? /^\w+|^\W/ : /^(?:\w+|\W)\s*/, '')
      if (verb === 'cw') {
        state.insert = true
        return undefined
      }
      break
    case 'd$':
      remember()
      state.lines[state.row] = line.slice(0, state.column)
      break
    case 'yy':
    case 'Y':
      state.yanked = state.lines.slice(state.row, state.row + count)
      break
    case 'p':
      remember()
      state.lines.splice(state.row + 1, 0, ...state.yanked)
      state.row++
      break
    case 'P':
      remember()
      state.lines.splice(state.row, 0, ...state.yanked)
      break
    case 'J':
      remember()
      state.lines.splice(state.row, 2, `${line} ${(state.lines[state.row + 1] ?? '').trimStart()}`)
      break
    case '>>':
      remember()
      state.lines[state.row] = `  ${line}`
      break
    case '<<':
      remember()
      state.lines[state.row] = line.replace(/^ {1,2}/, '')
      break
    case 'u': {
      const before = state.undo.pop()
      if (before) state.lines = before
      else state.note = 'Already at oldest change'
      break
    }
    case 'ZZ':
      return (yield* save(state)) ? 0 : undefined
    case 'ZQ':
      return 0
    case '/':
    case 'n': {
      if (verb === '/') state.query = (yield* ask(0, '/', '', state)) || state.query
      const { query } = state
      const after = line.indexOf(query, state.column + 1)
      if (after >= 0) {
        state.column = after
        break
      }
      // From the next line to the end, then from the top.
      const rows = [...state.lines.keys()]
      const found = [...rows.slice(state.row + 1), ...rows.slice(0, state.row + 1)].find((row) => state.lines[row]!.includes(query))
      if (found === undefined) state.note = `E486: Pattern not found: ${query}`
      else {
        state.row = found
        state.column = state.lines[found]!.indexOf(query)
      }
      break
    }
    case ':':
      return yield* exCommand(state, yield* ask(0, ':', '', state))
    default:
      if (/^r./.test(verb)) {
        remember()
        state.lines[state.row] = line.slice(0, state.column) + verb[1]! + line.slice(state.column + 1)
      }
  }
  state.row = Math.min(state.row, state.lines.length - 1)
  state.column = Math.max(0, Math.min(state.column, state.lines[state.row]!.length - 1))
  return undefined
}

function* exCommand(state: Editing, command: string): Proc<number | undefined> {
  const written = /^(?:w|wq|x|wq!|w!|x!)(?:\s+(\S+))?$/.exec(command)
  if (written) {
    const done = yield* save(state, written[1] ?? state.path)
    return done && !/^w!?(?:\s|$)/.test(command) ? 0 : undefined
  }
  if (command === 'q!' || command === 'qa!') return 0
  if (command === 'q' || command === 'qa') {
    if (!state.changed) return 0
    state.note = 'E37: No write since last change (add ! to override)'
    return undefined
  }
  if (command === 'cq') return 1
  const substitution = /^(%|\d+,(?:\d+|\$))?s\/((?:[^/\\]|\\.)*)\/((?:[^/\\]|\\.)*)\/?(g?)$/.exec(command)
  if (substitution) {
    state.undo.push([...state.lines])
    const [, range, pattern, replacement, flags] = substitution
    const [from, to] =
      range === '%'
        ? [0, state.lines.length]
        : range
          ? [Number(range.split(',')[0]) - 1, range.endsWith('$') ? state.lines.length : Number(range.split(',')[1])]
          : [state.row, state.row + 1]
    try {
      const regex = new RegExp(pattern!, flags)
      for (let i = from; i < Math.min(to, state.lines.length); i++)
        state.lines[i] = state.lines[i]!.replace(regex, replacement!.replace(/\$/g, '$$$$').replace(/&/g, '$$&').replace(/\\\//g, '/'))
      state.changed = true
    } catch {
      state.note = `E486: Pattern not found: ${pattern}`
    }
  } else if (/^\d+$/.test(command)) state.row = Math.max(0, Math.min(state.lines.length, Number(command)) - 1)
  else if (!/^(?:set\b.*|noh(?:lsearch)?|syntax\b.*|)$/.test(command)) state.note = `E492: Not an editor command: ${command}`
  return undefined
}

export const man = tool(function* (_context, args) {
  const [name] = args.filter((argument) => !/^(?:-.*|\d)$/.test(argument))
  if (name === undefined) {
    yield* write(2, "What manual page do you want?\nFor example, try 'man man'.\n")
    return 1
  }
  yield* write(2, `No manual entry for ${name}\nTry \`${name} --help' instead, or \`kubectl explain' for anything in the cluster.\n`)
  return 16
})
