import { indentOf, lineAt, remember, settle, type Buffer } from './buffer'

/** Begins to insert at the cursor; what is typed is put in `times` times when it ends. */
export function startInserting(buffer: Buffer, column = buffer.column, times = 1) {
  buffer.column = column
  remember(buffer)
  buffer.mode = 'insert'
  buffer.typed = ''
  buffer.times = times
}

/** Opens an empty line before or after the cursor's and inserts there. */
export function openLine(buffer: Buffer, row: number) {
  const indent = buffer.options.autoindent ? lineAt(buffer).slice(0, indentOf(lineAt(buffer))) : ''
  startInserting(buffer)
  buffer.lines.splice(row, 0, indent)
  buffer.row = row
  buffer.column = indent.length
}

/** A key while text is being inserted. */
export function insertKey(buffer: Buffer, key: string) {
  if (key === '\x1b' || key === '\x03') {
    const { typed, times } = buffer
    if (key === '\x1b') for (let left = times; left > 1; left--) for (const character of typed) putIn(buffer, character)
    buffer.mode = 'normal'
    // An indentation that nobody wrote behind is taken back.
    if (buffer.options.autoindent && /^\s+$/.test(lineAt(buffer)) && buffer.column === lineAt(buffer).length) buffer.lines[buffer.row] = ''
    buffer.column--
    return settle(buffer)
  }
  const moved = arrows[key]
  if (moved) {
    buffer.row += moved.row
    buffer.column = moved.column === undefined ? buffer.column : moved.column === 'end' ? lineAt(buffer).length : moved.column === 'start' ? 0 : buffer.column + moved.column // prettier-ignore
    buffer.typed = ''
    return settle(buffer)
  }
  buffer.typed += key
  putIn(buffer, key)
}

const arrows: Readonly<Record<string, { readonly row: number; readonly column?: number | 'start' | 'end' }>> = {
  '\x1b[A': { row: -1 },
  '\x1b[B': { row: 1 },
  '\x1b[C': { row: 0, column: 1 },
  '\x1b[D': { row: 0, column: -1 },
  '\x1b[H': { row: 0, column: 'start' },
  '\x1b[1~': { row: 0, column: 'start' },
  '\x1b[F': { row: 0, column: 'end' },
  '\x1b[4~': { row: 0, column: 'end' },
  '\x1b[5~': { row: -20 },
  '\x1b[6~': { row: 20 },
}

/** Puts a typed character in; also Enter, Tab, Backspace, Delete, Ctrl-W and Ctrl-U. */
export function putIn(buffer: Buffer, key: string) {
  const line = lineAt(buffer)
  const { column } = buffer
  const { autoindent, expandtab, tabstop } = buffer.options
  if (key === '\r' || key === '\n') {
    const indent = autoindent ? line.slice(0, Math.min(column, indentOf(line))) : ''
    const head = autoindent && line.slice(0, column).trim() === '' ? '' : line.slice(0, column)
    buffer.lines.splice(buffer.row, 1, head, indent + line.slice(column).replace(autoindent ? /^\s+/ : /^/, ''))
    buffer.row++
    buffer.column = indent.length
  } else if (key === '\x7f' || key === '\b') {
    if (column > 0) take(buffer, column - 1)
    else if (buffer.row > 0) {
      buffer.row--
      buffer.column = lineAt(buffer).length
      buffer.lines.splice(buffer.row, 2, lineAt(buffer) + line)
    }
  } else if (key === '\x17') take(buffer, line.slice(0, column).search(/(?:\w+|[^\w\s]+)?\s*$/))
  else if (key === '\x15') take(buffer, 0)
  else if (key === '\x1b[3~') buffer.lines[buffer.row] = line.slice(0, column) + line.slice(column + 1)
  else if (key === '\t' || key >= ' ') {
    const text = key === '\t' && expandtab ? ' '.repeat(tabstop - (column % tabstop)) : key
    buffer.lines[buffer.row] = line.slice(0, column) + text + line.slice(column)
    buffer.column += text.length
  }
}

/** Takes away what stands between a column and the cursor. */
function take(buffer: Buffer, from: number) {
  const line = lineAt(buffer)
  buffer.lines[buffer.row] = line.slice(0, from) + line.slice(buffer.column)
  buffer.column = from
}
