import { inNamespace } from './commands'
import { keyFor, type TableKey } from './keys'
import {
  cursorOf,
  flashing,
  isOwn,
  only,
  tableOf,
  withTop,
  type Outcome,
  type Row,
  type State,
  type Surroundings,
  type TableView,
} from './state'
import { actions, withContainer } from './actions'
import { enter } from './enter'

/** A key in a table. */
export function pressTable(state: State, view: TableView, key: string, around: Surroundings): Outcome {
  const { rows } = around.shown
  const at = cursorOf(view, rows)
  const found = keyFor(view.lists, state.readOnly, key)
  if (found) return carryOut(state, view, found, around)
  const moved = movedTo(key, at, rows.length, around.height)
  if (moved !== undefined) return only(withTop(state, select(view, rows, moved, around.height)))
  const atDigit = byDigit(state, view, key)
  if (atDigit) return only(atDigit)
  const row = rows[at]
  switch (key) {
    case 'enter':
      return row ? enter(state, view, row, around) : only(state)
    case 'left':
    case 'h':
      return only(withTop(state, { ...view, left: Math.max(0, view.left - 1) }))
    case 'right':
      return only(withTop(state, { ...view, left: Math.min(around.shown.columns.length - 1, view.left + 1) }))
    case 'ctrl-z':
      return only(withTop(state, { ...view, faults: !view.faults }))
    case 'ctrl-w':
      return only(withTop(state, { ...view, wide: !view.wide, left: 0 }))
    case ' ':
      return row ? only(withTop(state, { ...view, marks: toggled(view.marks, [row.key]) })) : only(state)
    case 'ctrl-space':
      return only(withTop(state, { ...view, marks: new Set([...view.marks, ...span(view, rows, at)]) }))
    case 'ctrl-\\':
      return only(withTop(state, { ...view, marks: new Set() }))
  }
  return only(state)
}

function movedTo(key: string, at: number, count: number, height: number): number | undefined {
  const places: Readonly<Record<string, number>> = { 'j': at + 1, 'down': at + 1, 'k': at - 1, 'up': at - 1, 'page down': at + height, 'ctrl-f': at + height, 'page up': at - height, 'ctrl-b': at - height, 'g': 0, 'home': 0, 'G': count - 1, 'end': count - 1 } // prettier-ignore
  const place = places[key]
  return place === undefined ? undefined : Math.max(0, Math.min(count - 1, place))
}

/** Puts the cursor on a row and the row on the screen. */
function select(view: TableView, rows: readonly Row[], at: number, height: number): TableView {
  return { ...view, selected: rows[at]?.key, at, top: Math.max(at - height + 1, Math.min(view.top, at)) }
}

function toggled(marks: ReadonlySet<string>, keys: readonly string[]): ReadonlySet<string> {
  const next = new Set(marks)
  for (const key of keys) if (!next.delete(key)) next.add(key)
  return next
}

/** From the nearest mark above (or below) to the cursor. */
function span(view: TableView, rows: readonly Row[], at: number): readonly string[] {
  const marked = rows.flatMap(({ key }, i) => (view.marks.has(key) ? [i] : []))
  const from = marked.findLast((i) => i < at) ?? marked.find((i) => i > at) ?? at
  return rows.slice(Math.min(from, at), Math.max(from, at) + 1).map(({ key }) => key)
}

/** A digit: all namespaces, or one of those one has been in. */
function byDigit(state: State, view: TableView, key: string): State | undefined {
  if (!/^\d$/.test(key) || isOwn(view.lists) || !view.lists.namespaced || view.of) return undefined
  const namespace = key === '0' ? '' : state.favourites[Number(key) - 1]
  if (namespace === undefined) return undefined
  const { lists, wide, filter } = view
  // All namespaces are read one after the other.
  const sort = { column: namespace === '' ? 'NAMESPACE' : 'NAME', ascending: true }
  const moved = withTop(inNamespace(state, namespace), tableOf(lists, namespace, { sort, wide, filter }))
  return flashing(moved, `Viewing namespace \`${namespace || 'all'}\`...`)
}

/** The rows an action is about: the marked ones, or the one under the cursor. */
function chosen(view: TableView, rows: readonly Row[]): readonly Row[] {
  const marked = rows.filter(({ key }) => view.marks.has(key))
  const row = rows[cursorOf(view, rows)]
  return marked.length > 0 ? marked : row ? [row] : []
}

function carryOut(state: State, view: TableView, pressed: TableKey, around: Surroundings): Outcome {
  if (pressed.action === 'sort') return only(sorted(state, view, pressed, around))
  const rows = chosen(view, around.shown.rows)
  const [row] = rows
  if (!row) return only(state)
  const { lists } = view
  if (lists === 'containers') return withContainer(state, view, row, pressed.action)
  if (isOwn(lists) || (lists.plural === 'namespaces' && row.key === 'all')) return only(state)
  return actions[pressed.action]?.(state, lists, rows, { ...around, view }) ?? only(state)
}

/** Once more the same column: the other way round. A table without the column stays as it is. */
function sorted(state: State, view: TableView, { column = '', descending }: TableKey, { shown }: Surroundings): State {
  if (!shown.columns.some(({ name }) => name === column)) return state
  const again = view.sort.column === column
  return withTop(state, { ...view, sort: { column, ascending: again ? !view.sort.ascending : !descending } })
}
