import { indentOf, lineAt, moveTo, remember, replaceBetween, textBetween, type Buffer, type Place, type Register } from './buffer'
import type { Target } from './motions'

/** What is done to a stretch of text: `d`, `c`, `y`, `>`, `<`, and to a selection also a change of case. */
export type Operator = 'd' | 'c' | 'y' | '>' | '<' | '~' | 'u' | 'U'

/** From the first place to the last: whole lines, or up to `to` (not in it). */
export interface Stretch {
  readonly from: Place
  readonly to: Place
  readonly linewise: boolean
  /** It was selected, and is taken just so. */
  readonly selected?: boolean
}

const isBefore = (a: Place, b: Place) => a.row < b.row || (a.row === b.row && a.column < b.column)

/** What a motion from the cursor covers, by vim's rules for ends in the first column (`:help exclusive`). */
export function stretchTo(buffer: Buffer, target: Target): Stretch {
  const here = { row: buffer.row, column: buffer.column }
  const [from, end] = isBefore(target, here) ? [target, here] : [here, target]
  if (target.kind === 'linewise') return { from, to: end, linewise: true }
  if (target.kind === 'inclusive') return { from, to: { row: end.row, column: end.column + 1 }, linewise: false }
  if (end.column > 0 || end.row === from.row) return { from, to: end, linewise: false }
  const row = end.row - 1
  return { from, to: { row, column: lineAt(buffer, row).length }, linewise: from.column <= indentOf(lineAt(buffer, from.row)) }
}

/** Keeps what was taken: in the register that was named, and always in the one that `p` uses. */
function keep(buffer: Buffer, register: Register, name: string | undefined) {
  buffer.registers.set('"', register)
  if (name !== undefined) buffer.registers.set(name, register)
}

/** Deleting from the beginning of one line to the end of another takes the lines (`:help d-special`). */
function isWhole(buffer: Buffer, { from, to, linewise }: Stretch): boolean {
  if (linewise || from.row === to.row) return linewise
  return lineAt(buffer, from.row).slice(0, from.column).trim() === '' && lineAt(buffer, to.row).slice(to.column).trim() === ''
}

/** Carries out an operator; `c` goes on inserting. */
export function operate(buffer: Buffer, operator: Operator, stretch: Stretch, name?: string, shifts = 1) {
  const { from, to } = stretch
  const linewise = operator === 'd' && !stretch.selected ? isWhole(buffer, stretch) : stretch.linewise
  const taken = linewise ? buffer.lines.slice(from.row, to.row + 1) : textBetween(buffer, from, to)
  if (operator === 'y') {
    keep(buffer, { lines: taken, linewise }, name)
    if (taken.length > 2) buffer.note = `${taken.length} lines yanked`
    return moveTo(buffer, linewise ? { row: from.row, column: from.row === buffer.row ? buffer.column : from.column } : from)
  }
  remember(buffer)
  if (operator === '>' || operator === '<') {
    for (let row = from.row; row <= to.row; row++) buffer.lines[row] = shifted(buffer, lineAt(buffer, row), operator === '>' ? shifts : -shifts)
    return moveTo(buffer, { row: from.row, column: indentOf(lineAt(buffer, from.row)) })
  }
  if (operator === '~' || operator === 'u' || operator === 'U') {
    const changed = taken.map((line) => changeCase(line, operator))
    if (linewise) buffer.lines.splice(from.row, taken.length, ...changed)
    else replaceBetween(buffer, from, to, changed)
    return moveTo(buffer, from)
  }
  keep(buffer, { lines: taken, linewise }, name)
  if (!linewise) {
    replaceBetween(buffer, from, to, [])
    moveTo(buffer, from)
  } else if (operator === 'c') {
    const indent = buffer.options.autoindent ? lineAt(buffer, from.row).slice(0, indentOf(lineAt(buffer, from.row))) : ''
    buffer.lines.splice(from.row, taken.length, indent)
    moveTo(buffer, { row: from.row, column: indent.length })
  } else {
    buffer.lines.splice(from.row, taken.length)
    if (buffer.lines.length === 0) buffer.lines.push('')
    if (taken.length > 2) buffer.note = `${taken.length} fewer lines`
    const row = Math.min(from.row, buffer.lines.length - 1)
    moveTo(buffer, { row, column: indentOf(lineAt(buffer, row)) })
  }
  if (operator === 'c') buffer.mode = 'insert'
} // prettier-ignore

/** A line moved to the right (or left) by so many widths of a shift. */
function shifted({ options: { shiftwidth, tabstop, expandtab } }: Buffer, line: string, by: number): string {
  if (line === '') return ''
  const indent = line.slice(0, indentOf(line))
  const width = [...indent].reduce((sum, character) => (character === '\t' ? sum + tabstop - (sum % tabstop) : sum + 1), 0)
  const wanted = Math.max(0, width + by * (shiftwidth || tabstop))
  const filled = expandtab ? ' '.repeat(wanted) : '\t'.repeat(Math.floor(wanted / tabstop)) + ' '.repeat(wanted % tabstop)
  return filled + line.slice(indent.length)
}

export const changeCase = (text: string, how: '~' | 'u' | 'U') =>
  how === 'u' ? text.toLowerCase() : how === 'U' ? text.toUpperCase() : [...text].map((one) => (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase())).join('') // prettier-ignore
