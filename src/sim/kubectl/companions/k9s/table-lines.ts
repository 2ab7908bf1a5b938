import { humanDuration } from '../../../formats/duration'
import { BOLD, columnsOf, fitted, lineOf, looks, MARKED, piece, REVERSE, TITLE, type Line, type Piece } from './frame'
import { cursorOf, nameOf, type Column, type Sheet, type TableView } from './state'
import type { Scene } from './screen'

/** ` </web>` behind a title, while there is a filter. */
export const filterPart = (filter: string): readonly Piece[] => (filter ? [piece('<'), piece(`/${filter}`, '32'), piece('> ')] : [])

/** `pods(default)[3]`. */
export function tableTitle(view: TableView, { rows }: Sheet): Line {
  const where = view.of?.path ?? (view.namespace || 'all')
  const scope = [piece('('), piece(where, '35'), piece(')')]
  return [
    piece(' '),
    piece(nameOf(view.lists), TITLE),
    ...scope,
    piece('['),
    piece(String(rows.length), BOLD),
    piece('] '),
    ...filterPart(view.filter),
  ]
}

/** Places for `12m34s`. */
const AGE_WIDTH = 7

const natural = new WeakMap<Sheet, readonly number[]>()

/** How wide the columns of a sheet would like to be: as their widest cell, with a blank behind it. Counted once. */
function naturalWidths(sheet: Sheet): readonly number[] {
  const known = natural.get(sheet)
  if (known) return known
  const widths = sheet.columns.map(({ name }) => name.length + 2)
  for (const { cells, times } of sheet.rows)
    for (const [i, cell] of cells.entries()) {
      const width = (times[i] === undefined ? columnsOf(cell) : AGE_WIDTH) + 1
      if (width > widths[i]!) widths[i] = width
    }
  natural.set(sheet, widths)
  return widths
}

/** How wide each column is: as it would like to be, and what is left over is shared out. Spare ones go where there is no room. */
export function columnWidths(columns: readonly Column[], wanted: readonly number[], room: number): readonly number[] {
  const sum = (widths: readonly number[]) => widths.reduce((total, width) => total + width, 0)
  const widths = sum(wanted) > room ? wanted.map((width, i) => (columns[i]!.spare ? 0 : width)) : wanted
  const shown = widths.filter((width) => width > 0).length
  const extra = Math.max(0, room - sum(widths))
  return widths.map((width) => (width > 0 && shown > 0 ? width + Math.floor(extra / shown) : 0))
}

/** The header of a table and the rows around the cursor. */
export function tableLines(view: TableView, { around: { shown }, nowMs }: Scene, width: number, height: number): readonly Line[] {
  const columns = shown.columns.slice(view.left)
  const cursor = cursorOf(view, shown.rows)
  // The cursor may have been carried off the screen by rows that came or went above it.
  const top = Math.max(0, Math.min(Math.max(view.top, cursor - height + 1), cursor))
  const widths = columnWidths(columns, naturalWidths(shown).slice(view.left), width - 2)
  const asText = (cells: readonly string[]) =>
    widths.map((wide, i) => (wide === 0 ? '' : `${fitted(cells[i] ?? '', wide - 1, columns[i]!.right)} `)).join('')
  const arrow = view.sort.ascending ? '↑' : '↓'
  const header = columns.map(({ name }) => (name === view.sort.column ? `${name}${arrow}` : name))
  const body = shown.rows.slice(top, top + height).map((row, i): Line => {
    const cells = row.cells.map((cell, at) => (row.times[at] === undefined ? cell : humanDuration(nowMs - row.times[at])))
    const text = lineOf(width, [piece(` ${asText(cells.slice(view.left))}`)]).map((one) => one.text).join('')
    const look = view.marks.has(row.key) ? MARKED : looks[row.tone]
    return [piece(text, top + i === cursor ? `${REVERSE};${look}` : look)]
  }) // prettier-ignore
  return [[piece(` ${asText(header)}`, BOLD)], ...body]
}
