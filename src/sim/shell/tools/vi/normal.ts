import { indentOf, lastRow, lineAt, moveTo, remember, replaceBetween, settle, travel, type Buffer, type Place } from './buffer'
import { openLine, startInserting } from './insert'
import { keepsColumn, motions, wantsCharacter, type Target } from './motions'
import { operate, stretchTo, type Operator, type Stretch } from './operators'
import { textObject } from './text-objects'

/** Commands of vi's normal and visual modes (vim's `:help index`). */

/** What has to be done outside of the text. */
export type Effect =
  { readonly do: 'leave'; readonly code: number } | { readonly do: 'save'; readonly path?: string; readonly leave: boolean }

interface Command {
  readonly count: number
  readonly given: boolean
  /** The register named with `"x`. */
  readonly register: string | undefined
}

type Action = (buffer: Buffer, command: Command) => Effect | void

/** Takes `count` characters from the cursor on, or before it. */
const taking = (before: boolean): Action => (buffer, { count, register }) => {
  const { row, column } = buffer
  const from = before ? Math.max(0, column - count) : column
  const to = before ? column : Math.min(lineAt(buffer).length, column + count)
  if (to > from) operate(buffer, 'd', { from: { row, column: from }, to: { row, column: to }, linewise: false }, register)
} // prettier-ignore

const endOfLine = (buffer: Buffer, count: number): Stretch => {
  const row = Math.min(lastRow(buffer), buffer.row + count - 1)
  return { from: { row: buffer.row, column: buffer.column }, to: { row, column: lineAt(buffer, row).length }, linewise: false }
}

const lines = (buffer: Buffer, count: number): Stretch => ({
  from: { row: buffer.row, column: buffer.column },
  to: { row: Math.min(lastRow(buffer), buffer.row + count - 1), column: 0 },
  linewise: true,
})

/** Puts what was taken after the cursor, or before it. */
const putting = (before: boolean): Action => (buffer, { count, register = '"' }) => {
  const held = buffer.registers.get(register)
  if (!held) return
  if (count * held.lines.reduce((sum, line) => sum + line.length + 1, 0) > MOST_PUT) return void (buffer.note = 'E342: Out of memory!')
  remember(buffer)
  if (held.linewise) {
    const row = before ? buffer.row : buffer.row + 1
    const all = Array.from({ length: count }, () => held.lines).flat()
    buffer.lines.splice(row, 0, ...all)
    return moveTo(buffer, { row, column: indentOf(lineAt(buffer, row)) })
  }
  const column = before || lineAt(buffer) === '' ? buffer.column : buffer.column + 1
  const place = { row: buffer.row, column }
  const text = Array.from({ length: count }, () => held.lines.join('\n')).join('').split('\n')
  replaceBetween(buffer, place, place, text)
  moveTo(buffer, text.length === 1 ? { row: place.row, column: column + text[0]!.length - 1 } : place)
} // prettier-ignore

/** Joins `count` lines from the cursor's: with one blank between them, or just as they are. */
export function join(buffer: Buffer, count: number, plain: boolean) {
  if (buffer.row === lastRow(buffer)) return
  remember(buffer)
  for (let left = Math.max(1, count - 1); left > 0 && buffer.row < lastRow(buffer); left--) {
    const line = lineAt(buffer)
    const next = plain ? lineAt(buffer, buffer.row + 1) : lineAt(buffer, buffer.row + 1).trimStart()
    const gap = plain || line === '' || /\s$/.test(line) || next === '' || next.startsWith(')') ? '' : ' '
    buffer.lines.splice(buffer.row, 2, line + gap + next)
    buffer.column = gap === '' && !plain ? Math.max(0, line.length - (next === '' ? 1 : 0)) : line.length
  }
}

const actions: Readonly<Record<string, Action>> = {
  i: (buffer, { count }) => startInserting(buffer, buffer.column, count),
  I: (buffer, { count }) => startInserting(buffer, indentOf(lineAt(buffer)), count),
  a: (buffer, { count }) => startInserting(buffer, Math.min(lineAt(buffer).length, buffer.column + 1), count),
  A: (buffer, { count }) => startInserting(buffer, lineAt(buffer).length, count),
  o: (buffer) => openLine(buffer, buffer.row + 1),
  O: (buffer) => openLine(buffer, buffer.row),
  x: taking(false),
  '\x1b[3~': taking(false),
  X: taking(true),
  s: (buffer, { count, register }) => {
    const { row, column } = buffer
    operate(buffer, 'c', { from: { row, column }, to: { row, column: Math.min(lineAt(buffer).length, column + count) }, linewise: false }, register)
  },
  S: (buffer, { count, register }) => operate(buffer, 'c', lines(buffer, count), register),
  D: (buffer, { count, register }) => operate(buffer, 'd', endOfLine(buffer, count), register),
  C: (buffer, { count, register }) => operate(buffer, 'c', endOfLine(buffer, count), register),
  Y: (buffer, { count, register }) => operate(buffer, 'y', lines(buffer, count), register),
  p: putting(false),
  P: putting(true),
  J: (buffer, { count }) => join(buffer, count, false),
  gJ: (buffer, { count }) => join(buffer, count, true),
  '~': (buffer, { count }) => {
    const { row, column } = buffer
    const to = Math.min(lineAt(buffer).length, column + count)
    operate(buffer, '~', { from: { row, column }, to: { row, column: to }, linewise: false })
    buffer.column = to
  },
  u: (buffer, { count }) => {
    for (let left = count; left > 0; left--) travel(buffer, buffer.undone, buffer.redone, 'Already at oldest change')
  },
  '\x12': (buffer, { count }) => {
    for (let left = count; left > 0; left--) travel(buffer, buffer.redone, buffer.undone, 'Already at newest change')
  },
  v: (buffer) => select(buffer, 'visual'),
  V: (buffer) => select(buffer, 'visual line'),
  ZZ: () => ({ do: 'save', leave: true }),
  ZQ: () => ({ do: 'leave', code: 0 }),
  zz: () => {},
  zt: () => {},
  zb: () => {},
  '\x1b': () => {},
} // prettier-ignore

function select(buffer: Buffer, mode: 'visual' | 'visual line') {
  if (buffer.mode === mode) return void (buffer.mode = 'normal')
  if (buffer.mode === 'normal') buffer.anchor = { row: buffer.row, column: buffer.column }
  buffer.mode = mode
}

/** A count beyond this is a finger that stayed on a key. */
const MOST_TIMES = 10_000
/** Characters that may be put in at once. */
const MOST_PUT = 1_000_000

const OPERATORS = new Set(['d', 'c', 'y', '>', '<'])
const isOperator = (key: string): key is Operator => OPERATORS.has(key)

/**
 * A key in normal or visual mode. Keys are gathered until they make a command: `["x] [count] operator [count] motion`, or one of the above.
 * Answers what is to be done outside, if anything.
 */
export function normalKey(buffer: Buffer, key: string): Effect | undefined {
  if (key === '\x1b' || key === '\x03') {
    buffer.mode = 'normal'
    buffer.keys = []
    return undefined
  }
  buffer.keys.push(key)
  const { row, column } = buffer
  const effect = carryOut(buffer, buffer.keys)
  if (effect === 'unfinished') return undefined
  const typed = buffer.keys.join('')
  buffer.keys = []
  if (/^\d*\$$/.test(typed)) buffer.wanted = Infinity
  else if (!keepsColumn.has(typed.replace(/^\d+/, '')) && (buffer.row !== row || buffer.column !== column || buffer.mode === 'normal'))
    buffer.wanted = buffer.column
  settle(buffer)
  return effect
}

function carryOut(buffer: Buffer, keys: readonly string[]): Effect | 'unfinished' | undefined {
  let at = 0
  const number = () => {
    let digits = ''
    while (/^\d$/.test(keys[at] ?? '') && (digits !== '' || keys[at] !== '0')) digits += keys[at++]
    return digits === '' ? undefined : Math.min(Number(digits), MOST_TIMES)
  }
  let register: string | undefined
  if (keys[at] === '"') {
    if (keys[at + 1] === undefined) return 'unfinished'
    register = keys[at + 1]
    at += 2
  }
  const first = number()
  const key = keys[at++]
  if (key === undefined) return 'unfinished'
  const visual = buffer.mode === 'visual' || buffer.mode === 'visual line'
  if (visual) {
    const done = onSelection(buffer, key, keys[at], first ?? 1, register)
    if (done !== 'motion') return done
  }
  if (!visual && isOperator(key)) {
    const second = number()
    const count = (first ?? 1) * (second ?? 1)
    const next = keys[at]
    if (next === undefined) return 'unfinished'
    if (next === key) return void operate(buffer, key, lines(buffer, count), register)
    if (next === 'i' || next === 'a') {
      if (keys[at + 1] === undefined) return 'unfinished'
      const object = textObject(buffer, next === 'a', keys[at + 1]!)
      return object && void operate(buffer, key, object, register)
    }
    if (next === '/' || next === '?') {
      buffer.pending = { operator: key, register }
      buffer.mode = 'command line'
      buffer.commandLine = next
      return undefined
    }
    const target = motionOf(buffer, keys.slice(at), count, first !== undefined || second !== undefined, key)
    return target === 'unfinished' ? target : target && void operate(buffer, key, reach(buffer, key, keys[at]!, target), register)
  }
  if (key === 'r' || key === 'm') {
    const character = keys[at]
    if (character === undefined) return 'unfinished'
    if (key === 'm') buffer.marks.set(character, { row: buffer.row, column: buffer.column })
    else replaceCharacters(buffer, character, first ?? 1)
    return undefined
  }
  if (key === ':' || key === '/' || key === '?') {
    buffer.mode = 'command line'
    buffer.commandLine = key === ':' && visual ? ":'<,'>" : key === ':' && first !== undefined ? `:.,.+${first - 1}` : key
    return undefined
  }
  const name = key === 'g' || key === 'Z' || key === 'z' ? (keys[at] === undefined ? undefined : key + keys[at]) : key
  if (name === undefined) return 'unfinished'
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (action) return action(buffer, { count: first ?? 1, given: first !== undefined, register }) ?? undefined
  const target = motionOf(buffer, keys.slice(at - 1), first ?? 1, first !== undefined)
  if (target === 'unfinished') return target
  if (target) moveTo(buffer, target)
  return undefined
}

/** Where a motion at the beginning of `keys` leads. */
function motionOf(buffer: Buffer, keys: readonly string[], count: number, given: boolean, operator?: Operator): Target | 'unfinished' | undefined {
  const [key = ''] = keys
  if ((key === 'g' || wantsCharacter.has(key)) && keys[1] === undefined) return 'unfinished'
  // Changing a word leaves the blanks behind it.
  const onWord = /\S/.test(lineAt(buffer)[buffer.column] ?? '')
  const name = operator === 'c' && onWord && (key === 'w' || key === 'W') ? (key === 'w' ? 'e' : 'E') : key === 'g' ? `g${keys[1]}` : key
  const motion = Object.hasOwn(motions, name) ? motions[name] : undefined
  if (motion && operator === 'c' && name !== key && key !== 'g') return lastOfWord(buffer, name, count)
  return motion?.(buffer, count, given, keys[1] ?? '')
} // prettier-ignore

/** `cw` on the last character of a word changes just that. */
function lastOfWord(buffer: Buffer, name: string, count: number): Target | undefined {
  const line = lineAt(buffer)
  const big = name === 'E'
  const kind = (character = ' ') => (/\s/.test(character) ? 0 : big || /\w/.test(character) ? 1 : 2)
  const ends = kind(line[buffer.column + 1]) !== kind(line[buffer.column])
  if (ends && count === 1) return { row: buffer.row, column: buffer.column, kind: 'inclusive' }
  return motions[name]!(buffer, ends ? count - 1 : count, true, '')
}

/** What an operator with a motion covers: `dw` on a line's last word stays in that line. */
function reach(buffer: Buffer, _operator: Operator, key: string, target: Target): Stretch {
  const leavesLine = target.row > buffer.row && (key === 'w' || key === 'W')
  if (leavesLine && target.row === buffer.row + 1 && lineAt(buffer) === '') return lines(buffer, 1)
  if (!leavesLine) return stretchTo(buffer, target)
  const before = lineAt(buffer, target.row).slice(0, target.column).trim() === ''
  const row = before ? target.row - 1 : target.row
  const end: Place = before ? { row, column: lineAt(buffer, row).length } : target
  return { from: { row: buffer.row, column: buffer.column }, to: end, linewise: false }
}

function replaceCharacters(buffer: Buffer, character: string, count: number) {
  const line = lineAt(buffer)
  const { row, column } = buffer
  if (column + count > line.length) return
  remember(buffer)
  const by = character === '\r' ? ['', ''] : [character.repeat(count)]
  replaceBetween(buffer, { row, column }, { row, column: column + count }, by)
  moveTo(buffer, character === '\r' ? { row: row + 1, column: 0 } : { row, column: column + count - 1 })
}

/** What is selected, from its first place to behind its last. */
export function selection(buffer: Buffer): Stretch {
  const here = { row: buffer.row, column: buffer.column }
  const { anchor } = buffer
  const forward = anchor.row < here.row || (anchor.row === here.row && anchor.column <= here.column)
  const [from, last] = forward ? [anchor, here] : [here, anchor]
  return { from, to: { row: last.row, column: last.column + 1 }, linewise: buffer.mode === 'visual line' }
}

/** What a key does with a selection; `motion` when it only moves its end. */
function onSelection(buffer: Buffer, key: string, next: string | undefined, count: number, register: string | undefined): Effect | 'unfinished' | 'motion' | undefined {
  const operators: Readonly<Record<string, Operator>> = { d: 'd', x: 'd', '\x1b[3~': 'd', c: 'c', s: 'c', y: 'y', '>': '>', '<': '<', '~': '~', u: 'u', U: 'U', D: 'd', X: 'd', Y: 'y', C: 'c', S: 'c', R: 'c' }
  const stretch = selection(buffer)
  const operator = Object.hasOwn(operators, key) ? operators[key] : undefined
  if (operator) {
    buffer.marks.set('<', stretch.from).set('>', { row: stretch.to.row, column: stretch.to.column - 1 })
    buffer.mode = 'normal'
    const whole = 'DXYCSR'.includes(key)
    operate(buffer, operator, whole ? { ...stretch, linewise: true } : fitted(buffer, stretch), register, count)
    return undefined
  }
  if (key === 'p' || key === 'P') {
    const held = buffer.registers.get(register ?? '"')
    const before = buffer.lines.length
    buffer.mode = 'normal'
    operate(buffer, 'd', fitted(buffer, stretch))
    if (!held) return undefined
    const place = { row: Math.min(stretch.from.row, buffer.lines.length), column: buffer.column }
    if (stretch.linewise) {
      if (stretch.to.row - stretch.from.row + 1 >= before) buffer.lines = []
      buffer.lines.splice(place.row, 0, ...held.lines)
      moveTo(buffer, { row: place.row, column: indentOf(lineAt(buffer, place.row)) })
      return undefined
    }
    replaceBetween(buffer, place, place, held.linewise ? ['', ...held.lines, ''] : held.lines)
    if (!held.linewise && held.lines.length === 1) buffer.column = place.column + held.lines[0]!.length - 1
    return undefined
  }
  if (key === 'J') {
    buffer.mode = 'normal'
    moveTo(buffer, stretch.from)
    join(buffer, stretch.to.row - stretch.from.row + 1, false)
    return undefined
  }
  if (key === 'r') {
    if (next === undefined) return 'unfinished'
    remember(buffer)
    for (let row = stretch.from.row; row <= stretch.to.row; row++) {
      const from = stretch.linewise || row > stretch.from.row ? 0 : stretch.from.column
      const to = stretch.linewise || row < stretch.to.row ? Infinity : stretch.to.column
      buffer.lines[row] = [...lineAt(buffer, row)].map((old, at) => (at >= from && at < to ? next : old)).join('')
    }
    buffer.mode = 'normal'
    moveTo(buffer, stretch.from)
    return undefined
  }
  if (key === 'o') {
    const end = { row: buffer.row, column: buffer.column }
    moveTo(buffer, buffer.anchor)
    buffer.anchor = end
    return undefined
  }
  if (key === ':') buffer.marks.set('<', stretch.from).set('>', { row: stretch.to.row, column: stretch.to.column - 1 })
  if ((key === 'i' || key === 'a') && buffer.mode === 'visual') {
    if (next === undefined) return 'unfinished'
    const object = textObject(buffer, key === 'a', next)
    if (!object) return undefined
    buffer.anchor = object.from
    if (object.linewise) buffer.mode = 'visual line'
    moveTo(buffer, { row: object.to.row, column: Math.max(0, object.to.column - 1) })
    return undefined
  }
  return key === 'I' || key === 'A' || key === 'O' ? undefined : 'motion'
} // prettier-ignore

/** A selection that ends on a line's end takes the line break with it. */
function fitted(buffer: Buffer, { from, to, linewise }: Stretch): Stretch {
  const { length } = lineAt(buffer, to.row)
  if (linewise || to.column <= length || to.row === lastRow(buffer)) return { from, to: { row: to.row, column: Math.min(to.column, length) }, linewise, selected: true } // prettier-ignore
  return { from, to: { row: to.row + 1, column: 0 }, linewise, selected: true }
}
