/** The text a vi edits, where its cursor is, and what it remembers. */

export interface Place {
  readonly row: number
  readonly column: number
}

/** Text taken by a command: whole lines, or from the middle of one to the middle of another. */
export interface Register {
  readonly lines: readonly string[]
  readonly linewise: boolean
}

interface Snapshot extends Place {
  readonly lines: readonly string[]
}

/** What `:set` can change. */
export interface Options {
  number: boolean
  expandtab: boolean
  autoindent: boolean
  ignorecase: boolean
  tabstop: number
  shiftwidth: number
}

export type Mode = 'normal' | 'insert' | 'visual' | 'visual line' | 'command line'

/** Searches and finds that can be said again. */
export interface Search {
  readonly pattern: string
  readonly backwards: boolean
}

export interface Buffer {
  lines: string[]
  row: number
  column: number
  mode: Mode
  /** The column that up and down go for: where the cursor last went of itself, past every end after `$`. */
  wanted: number
  /** Where the selection began. */
  anchor: Place
  path: string | undefined
  changed: boolean
  /** What the last line says. */
  note: string
  /** Keys of an unfinished command. */
  keys: string[]
  /** `:` or `/` and what has been typed behind it. */
  commandLine: string
  /** An operator that waits for a search to say how far it goes. */
  pending: { readonly operator: 'd' | 'c' | 'y' | '>' | '<' | '~' | 'u' | 'U'; readonly register: string | undefined } | undefined
  search: Search | undefined
  /** What `f`, `t` and their like looked for. */
  find: { readonly motion: string; readonly character: string } | undefined
  readonly registers: Map<string, Register>
  readonly marks: Map<string, Place>
  readonly undone: Snapshot[]
  readonly redone: Snapshot[]
  readonly options: Options
  /** The keys of the last change, for `.`; and those of what goes on now. */
  lastChange: readonly string[]
  saidNow: string[]
  changesNow: boolean
  /** What is being inserted, and how often. */
  typed: string
  times: number
}

export const createBuffer = (text: string, path: string | undefined): Buffer => ({
  lines: text.replace(/\n$/, '').split('\n'),
  row: 0,
  column: 0,
  wanted: 0,
  mode: 'normal',
  anchor: { row: 0, column: 0 },
  path,
  changed: false,
  note: '',
  keys: [],
  commandLine: '',
  pending: undefined,
  search: undefined,
  find: undefined,
  registers: new Map(),
  marks: new Map(),
  undone: [],
  redone: [],
  options: { number: false, expandtab: false, autoindent: false, ignorecase: false, tabstop: 8, shiftwidth: 8 },
  lastChange: [],
  saidNow: [],
  changesNow: false,
  typed: '',
  times: 1,
})

const MOST_UNDO = 200

export const lineAt = (buffer: Buffer, row = buffer.row) => buffer.lines[row] ?? ''
export const lastRow = (buffer: Buffer) => buffer.lines.length - 1
/** Where the first character stands that is no blank. */
export const indentOf = (line: string) => /\S|$/.exec(line)!.index
export const textOf = (buffer: Buffer) => `${buffer.lines.join('\n')}\n`

const snapshot = ({ lines, row, column }: Buffer): Snapshot => ({ lines: [...lines], row, column })

/** To be called before a command changes the text: `u` comes back to here. */
export function remember(buffer: Buffer) {
  buffer.undone.push(snapshot(buffer))
  if (buffer.undone.length > MOST_UNDO) buffer.undone.shift()
  buffer.redone.length = 0
  buffer.changed = true
  buffer.changesNow = true
}

/** Goes one change back (or forward again) and stands on the first line that differs. */
export function travel(buffer: Buffer, from: Snapshot[], to: Snapshot[], atEnd: string) {
  const before = from.pop()
  if (!before) return void (buffer.note = atEnd)
  to.push(snapshot(buffer))
  const differs = before.lines.findIndex((line, row) => line !== buffer.lines[row])
  buffer.lines = [...before.lines]
  buffer.row = Math.max(0, Math.min(differs < 0 ? before.row : differs, lastRow(buffer)))
  buffer.column = buffer.row === before.row ? before.column : indentOf(lineAt(buffer))
}

export function moveTo(buffer: Buffer, { row, column }: Place) {
  buffer.row = row
  buffer.column = column
}

/** Keeps the cursor on the text: on a character; behind the last one while something is inserted, or is selected to a line's end. */
export function settle(buffer: Buffer) {
  buffer.row = Math.max(0, Math.min(buffer.row, lastRow(buffer)))
  const { length } = lineAt(buffer)
  if (buffer.mode === 'visual' && buffer.wanted === Infinity) buffer.column = length
  else buffer.column = Math.max(0, Math.min(buffer.column, buffer.mode === 'insert' ? length : length - 1))
}

/** The text from one place up to another, which is not in it. */
export function textBetween({ lines }: Buffer, from: Place, to: Place): string[] {
  if (from.row === to.row) return [lines[from.row]!.slice(from.column, to.column)]
  return [lines[from.row]!.slice(from.column), ...lines.slice(from.row + 1, to.row), lines[to.row]!.slice(0, to.column)]
}

/** Replaces the text between two places. */
export function replaceBetween(buffer: Buffer, from: Place, to: Place, by: readonly string[]) {
  const head = lineAt(buffer, from.row).slice(0, from.column)
  const tail = lineAt(buffer, to.row).slice(to.column)
  const joined = by.length < 2 ? [head + (by[0] ?? '') + tail] : [head + by[0]!, ...by.slice(1, -1), by.at(-1)! + tail]
  buffer.lines.splice(from.row, to.row - from.row + 1, ...joined)
}
