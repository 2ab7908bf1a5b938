import type { Row, Sheet, TableView } from './state'

/** `-l app=web`: what the server is asked to filter by. */
export const labelsIn = (filter: string): string | undefined => /^-l\s*(.*)$/.exec(filter)?.[1]

/** Whether a row's words are let through by a filter: a regular expression, `!` before it for all others, `-f` for letters in this order. */
export function lets(filter: string, text: string): boolean {
  if (filter === '' || labelsIn(filter) !== undefined) return true
  const fuzzy = /^-f\s*(.*)$/.exec(filter)?.[1]
  if (fuzzy !== undefined) return inOrder(fuzzy.toLowerCase(), text.toLowerCase())
  const inverse = filter.startsWith('!')
  const pattern = inverse ? filter.slice(1).trim() : filter
  return expression(pattern).test(text) !== inverse
}

function expression(text: string): RegExp {
  try {
    return new RegExp(text, 'i')
  } catch {
    // What is being typed need not be an expression yet.
    return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i')
  }
}

function inOrder(letters: string, text: string): boolean {
  let at = 0
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1
    if (at === 0) return false
  }
  return true
}

/** The rows and columns that a table shows, in their order. NAMESPACE is shown where there may be several. */
export function shownOf({ columns, rows }: Sheet, view: TableView): Sheet {
  const places = columns.flatMap((column, i) =>
    (column.wide && !view.wide) || (column.name === 'NAMESPACE' && view.namespace !== '') ? [] : [i],
  )
  const kept = rows.filter(
    (row) => (!view.faults || row.tone === 'faulty' || row.tone === 'waiting') && lets(view.filter, row.cells.join(' ')),
  )
  const at = columns.findIndex(({ name }) => name === view.sort.column)
  const ordered = at < 0 ? kept : kept.toSorted(comparing(at, view.sort.ascending))
  return {
    columns: places.map((i) => columns[i]!),
    rows: ordered.map((row) => ({
      ...row,
      cells: places.map((i) => row.cells[i] ?? ''),
      times: Object.fromEntries(places.flatMap((i, place) => (row.times[i] === undefined ? [] : [[place, row.times[i]]]))),
    })),
  }
}

const byKey = (a: Row, b: Row) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

/** By a column: moments by how long ago they were, figures by their size, words as such; equals by their names. */
function comparing(at: number, ascending: boolean): (a: Row, b: Row) => number {
  const sign = ascending ? 1 : -1
  return (a, b) => {
    const [x, y] = [a.times[at], b.times[at]]
    if (x !== undefined && y !== undefined) return sign * (y - x) || byKey(a, b)
    const [left = '', right = ''] = [a.cells[at], b.cells[at]]
    return sign * compareTexts(left, right) || byKey(a, b)
  }
}

const NUMBER = /^-?\d+(\.\d+)?$/

export function compareTexts(a: string, b: string): number {
  if (NUMBER.test(a) && NUMBER.test(b)) return Number(a) - Number(b)
  return a < b ? -1 : a > b ? 1 : 0
}
