import { humanDuration } from '../../../formats/duration'
import { displayWidth } from '../../../formats/display-width'
import { crumbsOf, suggestions } from './commands'
import type { Dialog } from './dialogs'
import {
  BOLD,
  boxed,
  centred,
  columnsOf,
  cut,
  DIGIT,
  DIM,
  fitted,
  KEY,
  lineOf,
  looks,
  MARKED,
  piece,
  REVERSE,
  TITLE,
  widthOf,
  wrapped,
  type Line,
  type Piece,
} from './frame'
import { headerLines, HEADER_LINES, type ClusterFacts } from './header'
import { keysOf, generalKeys, logKeys, logSince, navigationKeys, textKeys } from './keys'
import {
  cursorOf,
  nameOf,
  topOf,
  type Column,
  type LogView,
  type Sheet,
  type State,
  type Surroundings,
  type TableView,
  type TextView,
} from './state'

/** A line of a log: which of several containers said it and when, and what. */
export interface LogLine {
  readonly from: string
  readonly time: string
  readonly text: string
}

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
      return boxed(columns, box, [piece(' Help ', TITLE)], helpLines(state))
  }
}

const crumbLine = (state: State): Line =>
  crumbsOf(state).flatMap((crumb, i, all) => [piece(' '), piece(` <${crumb}> `, i === all.length - 1 ? '30;43' : '30;46')])

function promptLines(state: State, { around }: Scene, columns: number): readonly Line[] {
  const prompt = state.prompt!
  const offers = prompt.for === 'command' ? suggestions(prompt, around) : []
  const sign = prompt.for === 'command' ? ':' : '/'
  const line = [piece(` ${sign}> `, BOLD), piece(prompt.text), piece(offers[prompt.offered] ?? '', DIM)]
  return boxed(columns, PROMPT_LINES, [], [line])
}

// ---- tables ----

const filterPart = (filter: string): readonly Piece[] => (filter ? [piece('<'), piece(`/${filter}`, '32'), piece('> ')] : [])

/** `pods(default)[3]`. */
function tableTitle(view: TableView, { rows }: Sheet): Line {
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

function tableLines(view: TableView, { around: { shown }, nowMs }: Scene, width: number, height: number): readonly Line[] {
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

// ---- texts ----

const textTitle = ({ title, subject, query, match, lines }: TextView): Line => {
  const found = query ? lines.filter((line) => line.toLowerCase().includes(query.toLowerCase())).length : 0
  return [
    piece(` ${title}`, TITLE),
    piece('('),
    piece(subject, '35'),
    piece(') '),
    ...filterPart(query && `${query}[${match === undefined ? 0 : found}]`),
  ]
}

const FIELD = /^(\s*(?:- )?)([\w./-][^:]*?)(:)(\s.*)?$/

/** `name: value` has its name in colour. */
function coloured(line: string): Line {
  const [, indent, name, colon, value] = FIELD.exec(line) ?? []
  return name === undefined ? [piece(line)] : [piece(indent!), piece(name, looks.plain), piece(colon!), piece(value ?? '')]
}

function textLines(view: TextView, width: number, height: number): readonly Line[] {
  const shown: Line[] = []
  for (let at = view.top; at < view.lines.length && shown.length < height; at++) {
    const line = view.lines[at]!.replaceAll('\t', '    ')
    const parts = wrapped(line, width)
    for (const [i, part] of parts.entries())
      shown.push([piece(' '), ...(at === view.match ? [piece(part, REVERSE)] : i === 0 ? coloured(part) : [piece(part)])])
  }
  return shown
}

// ---- logs ----

function logTitle({ path, container, previous, since, filter }: LogView): Line {
  const label = logKeys[logSince.indexOf(since)]?.[2] ?? 'tail'
  const where = container ? `${path}:${container}` : path
  return [piece(previous ? ' Previous Logs' : ' Logs', TITLE), piece('('), piece(where, '35'), piece(')['), piece(label, '32'), piece('] '), ...filterPart(filter)] // prettier-ignore
}

const onOff = (name: string, on: boolean): readonly Piece[] => [
  piece(`${name}:`, BOLD),
  piece(on ? 'On' : 'Off', on ? '32' : DIM),
  piece('     '),
]

/** Colours of containers, so that neighbours differ. */
const voices = ['96', '92', '95', '93', '94', '91']

function logLines(view: LogView, log: readonly LogLine[], width: number, height: number): readonly Line[] {
  const switches = [...onOff('Autoscroll', view.autoscroll), ...onOff('FullScreen', view.fullScreen), ...onOff('Timestamps', view.timestamps), ...onOff('Wrap', view.wrap)] // prettier-ignore
  const origins = [...new Set(log.map(({ from }) => from).filter(Boolean))]
  const shown: Line[] = []
  // From the end on, until there is enough.
  const wanted = view.back + height
  for (let at = log.length - 1; at >= 0 && shown.length < wanted; at--) {
    const { from, time, text } = log[at]!
    const head: Line = [
      ...(view.timestamps && time ? [piece(`${time} `, DIM)] : []),
      ...(from && origins.length > 1 ? [piece(`${from} `, voices[origins.indexOf(from) % voices.length])] : []),
    ]
    const [first = '', ...more] = view.wrap
      ? wrapped(text, Math.max(10, width - widthOf(head)))
      : [cut(text, Math.max(10, width - widthOf(head)))]
    for (const line of more.toReversed()) shown.unshift([piece(` ${line}`)])
    shown.unshift([piece(' '), ...head, piece(first)])
  }
  const end = Math.max(Math.min(height, shown.length), shown.length - view.back)
  const waiting: Line = [piece(' Waiting for logs...', looks.waiting)]
  return [centred(width + 2, switches), ...(log.length === 0 ? [waiting] : shown.slice(Math.max(0, end - height), end))]
}

/** What the log's filter lets through. */
export const logTextOf = ({ from, text }: LogLine) => (from ? `${from} ${text}` : text)

// ---- help ----

function resourceKeys(state: State): readonly (readonly [string, string])[] {
  const under = state.stack.findLast((view) => view.view !== 'help')
  if (under?.view === 'logs') return logKeys.map(([, shown, about]) => [shown, about])
  if (under?.view === 'text') return textKeys.map(([, shown, about]) => [shown, about])
  return under?.view === 'table' ? keysOf(under.lists, state.readOnly).map(({ shown, about }) => [shown, about]) : []
}

function helpLines(state: State): readonly Line[] {
  const sections: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    ['RESOURCE', resourceKeys(state)],
    ['GENERAL', generalKeys],
    ['NAVIGATION', navigationKeys],
  ]
  const most = Math.max(...sections.map(([, keys]) => keys.length))
  const head: Line = [piece(' '), ...sections.map(([title]) => piece(fitted(title, 36), BOLD))]
  return [head, ...Array.from({ length: most }, (_, row): Line => [piece(' '), ...sections.flatMap(([, keys]) => keyPieces(keys[row]))])]
}

const keyPieces = (key: readonly [string, string] | undefined): readonly Piece[] =>
  key ? [piece(fitted(`<${key[0]}>`, 14), /^\d$/.test(key[0]) ? DIGIT : KEY), piece(fitted(key[1], 22))] : [piece(' '.repeat(36))]

// ---- dialogs ----

function dialogLines({ title, message, fields, buttons, focus }: Dialog): readonly Line[] {
  const focused = (text: string, i: number) => piece(text, i === focus ? REVERSE : undefined)
  const width = Math.max(...fields.map(({ label }) => label.length), 0) + 1
  const rows = fields.map((field, i): Line => {
    const value = field.kind === 'check' ? (field.value ? '[X]' : '[ ]') : field.kind === 'choice' ? `< ${field.value} >` : ` ${field.value} `
    return [piece(`${field.label}:`.padEnd(width + 1), '33'), focused(value, i)]
  })
  const choice = buttons.flatMap((button, i) => [focused(` ${button} `, fields.length + i), piece('  ')])
  const inner = Math.max(widthOf([piece(message)]), title.length + 2, ...rows.map(widthOf), widthOf(choice)) + 4
  const lines: readonly Line[] = [[], centred(inner, [piece(message)]), [], ...rows.map((row) => centred(inner, row)), ...(rows.length ? [[]] : []), centred(inner, choice)]
  return boxed(inner + 2, lines.length + 2, [piece(`<${title}>`, TITLE)], lines)
} // prettier-ignore

/** A dialog stands in the middle of what it is about. */
function withDialog(dialog: Dialog | undefined, lines: readonly Line[], columns: number): readonly Line[] {
  if (!dialog) return lines
  const over = dialogLines(dialog)
  const first = Math.max(1, (lines.length - over.length) >> 1)
  const [edge] = lines[lines.length - 2] ?? [piece('│', DIM)]
  return lines.map((line, i) => {
    const part = over[i - first]
    return part ? [edge!, ...centred(columns - 2, part), edge!] : line
  })
}
