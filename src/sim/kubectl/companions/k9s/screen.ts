import { displayWidth } from '../../../formats/display-width'
import { crumbsOf, suggestions } from './commands'
import { BOLD, boxed, DIM, lineOf, looks, piece, TITLE, type Line } from './frame'
import { headerLines, HEADER_LINES, type ClusterFacts } from './header'
import { topOf, type State, type Surroundings } from './state'
import { withDialog } from './dialog-lines'
import { helpLines } from './help-lines'
import { logLines, logTitle, type LogLine } from './log-lines'
import { tableLines, tableTitle } from './table-lines'
import { textLines, textTitle } from './text-lines'

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** What there is to draw besides the state. */
export interface Scene {
  readonly around: Surroundings
  readonly facts: ClusterFacts
  readonly log: readonly LogLine[]
  readonly nowMs: number
}

/** Fewer lines than this are not worth a header. */
const ROWS_FOR_HEADER = 16
const PROMPT_LINES = 3

interface Layout {
  readonly header: boolean
  readonly crumbs: boolean
  /** Lines of the framed contents, the frame with them. */
  readonly box: number
}

function layoutOf(state: State, { rows }: Size): Layout {
  const top = topOf(state)
  const full = top.view === 'logs' && top.fullScreen
  // The help is longer than what is left below a header.
  // A dialog needs room around its fields.
  const needed = ROWS_FOR_HEADER + (state.dialog ? state.dialog.fields.length + 2 : 0)
  const header = state.header && !full && top.view !== 'help' && rows >= needed
  const crumbs = state.crumbs && !full
  const used = (header ? HEADER_LINES : 0) + (state.prompt ? PROMPT_LINES : 0) + (crumbs ? 1 : 0) + 1
  return { header, crumbs, box: Math.max(4, rows - used) }
}

/** Lines for the rows, or the text, of what is on top: the frame, and a table's header or a log's switches, take three. */
export function contentHeight(state: State, size: Size): number {
  const { box } = layoutOf(state, size)
  return Math.max(1, box - (topOf(state).view === 'text' ? 2 : 3))
}

/** Where the cursor stands while something is typed; undefined when it is hidden. */
export function cursorPlace(state: State, size: Size): { readonly row: number; readonly column: number } | undefined {
  if (!state.prompt || state.dialog) return undefined
  return { row: (layoutOf(state, size).header ? HEADER_LINES : 0) + 2, column: 6 + displayWidth(state.prompt.text) }
}

/** The whole screen: as many lines as it has, each as wide as it is. */
export function render(state: State, scene: Scene, size: Size): readonly Line[] {
  const { header, crumbs, box } = layoutOf(state, size)
  const { columns } = size
  const lines = [
    ...(header ? headerLines(state, scene.facts, columns) : []),
    ...(state.prompt ? promptLines(state, scene, columns) : []),
    ...withDialog(state.dialog, contents(state, scene, columns, box), columns),
    ...(crumbs ? [crumbLine(state)] : []),
    state.flash ? [piece(` ${state.flash.text}`, looks[state.flash.tone])] : [],
  ]
  return lines.slice(0, size.rows).map((line) => lineOf(columns, line))
}

function contents(state: State, scene: Scene, columns: number, box: number): readonly Line[] {
  const top = topOf(state)
  switch (top.view) {
    case 'table':
      return boxed(columns, box, tableTitle(top, scene.around.shown), tableLines(top, scene, columns - 2, box - 3))
    case 'text':
      return boxed(columns, box, textTitle(top), textLines(top, columns - 4, box - 2))
    case 'logs':
      return boxed(columns, box, logTitle(top), logLines(top, scene.log, columns - 4, box - 3))
    case 'help':
      return boxed(columns, box, [piece(' Help ', TITLE)], helpLines(state, top.top, columns - 2))
  }
}

const crumbLine = (state: State): Line =>
  crumbsOf(state).flatMap((crumb, i, all) => [piece(' '), piece(` <${crumb}> `, i === all.length - 1 ? '33;7' : '36;7')])

function promptLines(state: State, { around }: Scene, columns: number): readonly Line[] {
  const prompt = state.prompt!
  const offers = prompt.for === 'command' ? suggestions(prompt, around) : []
  const sign = prompt.for === 'command' ? ':' : '/'
  const line = [piece(` ${sign}> `, BOLD), piece(prompt.text), piece(offers[prompt.offered] ?? '', DIM)]
  return boxed(columns, PROMPT_LINES, [], [line])
}
