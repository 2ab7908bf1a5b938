import { displayWidth } from '../../../formats/display-width'
import type { Tone } from './state'

/** A piece of a line with one look. */
export interface Piece {
  readonly text: string
  /** SGR codes, `1;36`; none for the terminal's own. */
  readonly look?: string
}

export type Line = readonly Piece[]

/**
 * The look of each tone. The sixteen colours of the terminal and not the real program's own: the page's light and dark themes, and those for eyes
 * that see few colours, have a good contrast for each of them.
 */
export const looks: Readonly<Record<Tone, string>> = {
  plain: '36',
  new: '94',
  waiting: '33',
  faulty: '31',
  done: '90',
  leaving: '35',
  current: '32',
}
// Other looks.
export const BOLD = '1'
export const TITLE = '1;36'
export const KEY = '1;34'
export const DIGIT = '1;35'
export const DIM = '90'
export const MARKED = '1;33'
export const REVERSE = '7'

export const piece = (text: string, look?: string): Piece => (look ? { text, look } : { text })
export const widthOf = (line: Line) => line.reduce((sum, { text }) => sum + columnsOf(text), 0)

const PLAIN = /^[ -~─│┌┐└┘●…↑↓]*$/

/** Columns a text takes; most texts are plain, and need no counting. */
export const columnsOf = (text: string) => (PLAIN.test(text) ? text.length : displayWidth(text))

/** As much of a text as fits, with `…` for what does not. */
export function cut(text: string, width: number): string {
  if (columnsOf(text) <= width) return text
  let taken = ''
  let used = 0
  for (const character of text) {
    const more = displayWidth(character)
    if (used + more > width - 1) break
    taken += character
    used += more
  }
  return width > 0 ? `${taken}…` : ''
}

/** A text in exactly so many columns. */
export function fitted(text: string, width: number, right = false): string {
  const shown = cut(text, width)
  const gap = ' '.repeat(Math.max(0, width - columnsOf(shown)))
  return right ? gap + shown : shown + gap
}

/** A line in exactly so many columns. */
export function lineOf(width: number, line: Line): Line {
  const kept: Piece[] = []
  let left = width
  for (const one of line) {
    if (left <= 0) break
    const text = cut(one.text, left)
    kept.push({ ...one, text })
    left -= columnsOf(text)
  }
  return left > 0 ? [...kept, { text: ' '.repeat(left) }] : kept
}

/** A line in the middle of so many columns. */
export function centred(width: number, line: Line): Line {
  const gap = Math.max(0, width - widthOf(line))
  return lineOf(width, [piece(' '.repeat(gap >> 1)), ...line])
}

/** Contents in a frame with a title in the middle of its upper edge: `width` and `height` are those of the whole. */
export function boxed(width: number, height: number, title: Line, contents: readonly Line[]): readonly Line[] {
  const inner = width - 2
  const room = Math.max(0, inner - widthOf(title))
  const upper: Line = [piece(`┌${'─'.repeat(room >> 1)}`, DIM), ...lineOf(Math.min(inner, widthOf(title)), title), piece(`${'─'.repeat(room - (room >> 1))}┐`, DIM)] // prettier-ignore
  const body = Array.from({ length: Math.max(0, height - 2) }, (_, i): Line => [
    piece('│', DIM),
    ...lineOf(inner, contents[i] ?? []),
    piece('│', DIM),
  ])
  return [upper, ...body, [piece(`└${'─'.repeat(Math.max(0, inner))}┘`, DIM)]]
}

/** Breaks a text into lines of a width. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  let used = 0
  for (const character of text) {
    const more = displayWidth(character)
    if (used + more > width) {
      lines.push(line)
      line = ''
      used = 0
    }
    line += character
    used += more
  }
  return [...lines, line]
}

/** A line as a terminal is told it. */
export const written = (line: Line) => line.map(({ text, look }) => (look ? `\x1b[${look}m${text}\x1b[m` : text)).join('')
