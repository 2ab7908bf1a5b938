import { lastRow, lineAt, type Buffer, type Place } from './buffer'
import type { Stretch } from './operators'

/** Things around the cursor: a word, what stands in quotes or brackets, a paragraph (vim's `:help text-objects`). */

/** `i"`, `aw` and their like as a stretch of text; undefined when the cursor is in no such thing. */
export function textObject(buffer: Buffer, around: boolean, name: string): Stretch | undefined {
  switch (name) {
    case 'w':
    case 'W':
      return word(buffer, around, name === 'W')
    case '"':
    case "'":
    case '`':
      return quoted(buffer, around, name)
    case '(':
    case ')':
    case 'b':
      return bracketed(buffer, around, '(', ')')
    case '[':
    case ']':
      return bracketed(buffer, around, '[', ']')
    case '{':
    case '}':
    case 'B':
      return bracketed(buffer, around, '{', '}')
    case 'p':
      return paragraph(buffer, around)
    default:
      return undefined
  }
}

const within = (row: number, from: number, to: number): Stretch => ({
  from: { row, column: from },
  to: { row, column: to },
  linewise: false,
})

function word(buffer: Buffer, around: boolean, big: boolean): Stretch | undefined {
  const line = lineAt(buffer)
  const runs = [...line.matchAll(big ? /\S+|\s+/g : /\w+|\s+|[^\w\s]+/g)]
  const at = runs.findIndex(({ index, 0: text }) => buffer.column < index + text.length)
  const run = runs[at]
  if (!run) return undefined
  const isBlank = (one: RegExpMatchArray | undefined) => one !== undefined && /^\s/.test(one[0])
  let [from, to] = [run.index, run.index + run[0].length]
  if (around) {
    const [before, after] = [runs[at - 1], runs[at + 1]]
    if (isBlank(run) || isBlank(after)) to += after?.[0].length ?? 0
    else if (before && isBlank(before)) from = before.index
  }
  return within(buffer.row, from, to)
}

function quoted(buffer: Buffer, around: boolean, mark: string): Stretch | undefined {
  const line = lineAt(buffer)
  const places = [...line].flatMap((character, at) => (character === mark && line[at - 1] !== '\\' ? [at] : []))
  for (let i = 0; i + 1 < places.length; i += 2) {
    const [from, to] = [places[i]!, places[i + 1]!]
    if (to < buffer.column) continue
    if (!around) return within(buffer.row, from + 1, to)
    const blanks = /^\s*/.exec(line.slice(to + 1))![0].length
    return blanks > 0 ? within(buffer.row, from, to + 1 + blanks) : within(buffer.row, line.slice(0, from).trimEnd().length, to + 1)
  }
  return undefined
}

function bracketed(buffer: Buffer, around: boolean, open: string, close: string): Stretch | undefined {
  const seekFrom = ({ row, column }: Place) => seek(1, close, open, { row, column: column + 1 })
  const seek = (step: 1 | -1, wanted: string, other: string, begin: Place = buffer) => {
    let depth = 0
    let { row, column } = begin
    const first = lineAt(buffer)[column]
    if (first === wanted) return { row, column }
    for (;;) {
      column += step
      while (column < 0 || column >= lineAt(buffer, row).length) {
        row += step
        if (row < 0 || row > lastRow(buffer)) return undefined
        column = step > 0 ? 0 : lineAt(buffer, row).length - 1
        if (lineAt(buffer, row) !== '') break
      }
      const character = lineAt(buffer, row)[column]
      if (character === other) depth++
      else if (character === wanted && depth-- === 0) return { row, column }
    }
  }
  let from = seek(-1, open, close)
  let to = from && seek(1, close, open)
  if (!from || !to) {
    // Not inside of any: the next one in the line.
    const column = lineAt(buffer).indexOf(open, buffer.column)
    if (column < 0) return undefined
    from = { row: buffer.row, column }
    to = seekFrom(from)
    if (!to) return undefined
  }
  const stretch = around ? { from, to: { row: to.row, column: to.column + 1 } } : { from: { row: from.row, column: from.column + 1 }, to }
  return { ...stretch, linewise: false }
}

function paragraph(buffer: Buffer, around: boolean): Stretch {
  const blank = lineAt(buffer).trim() === ''
  const same = (row: number) => row >= 0 && row <= lastRow(buffer) && (lineAt(buffer, row).trim() === '') === blank
  let [first, last] = [buffer.row, buffer.row]
  while (same(first - 1)) first--
  while (same(last + 1)) last++
  const begun = last
  if (around) while (last < lastRow(buffer) && (lineAt(buffer, last + 1).trim() === '') !== blank) last++
  if (around && last === begun) while (first > 0 && (lineAt(buffer, first - 1).trim() === '') !== blank) first--
  return { from: { row: first, column: 0 }, to: { row: last, column: 0 }, linewise: true }
}
