import { indentOf, lastRow, lineAt, type Buffer, type Place } from './buffer'
import { findNext } from './search'

/** Where a motion leads: up to there, with it, or whole lines. */
export interface Target extends Place {
  readonly kind: 'exclusive' | 'inclusive' | 'linewise'
}

/** `count` is 1 unless it was `given`; `character` is what `f` and its like look for. Undefined: it leads nowhere. */
export type Motion = (buffer: Buffer, count: number, given: boolean, character: string) => Target | undefined

// ---- words, over the whole text with lines joined ----

type Kind = 'blank' | 'word' | 'signs'
const kindOf = (character: string | undefined, big: boolean): Kind => {
  if (character === undefined || /\s/.test(character)) return 'blank'
  return big || /[\p{L}\p{N}_]/u.test(character) ? 'word' : 'signs'
}

function offsetOf({ lines }: Buffer, { row, column }: Place): number {
  let offset = column
  for (let i = 0; i < row; i++) offset += lines[i]!.length + 1
  return offset
}

function placeAt({ lines }: Buffer, offset: number): Place {
  let left = offset
  for (const [row, { length }] of lines.entries()) {
    if (left <= length) return { row, column: left }
    left -= length + 1
  }
  return { row: lines.length - 1, column: lines.at(-1)!.length }
}

/** An empty line counts as a word. */
const isEmptyLine = (text: string, at: number) => text[at] === '\n' && (at === 0 || text[at - 1] === '\n')

function wordForward(text: string, from: number, big: boolean): number {
  const kind = kindOf(text[from], big)
  let at = from
  if (kind !== 'blank') while (at < text.length && kindOf(text[at], big) === kind) at++
  else if (isEmptyLine(text, at)) at++
  while (at < text.length && kindOf(text[at], big) === 'blank' && !isEmptyLine(text, at)) at++
  return at
}

function wordEnd(text: string, from: number, big: boolean): number {
  let at = from + 1
  while (at < text.length && kindOf(text[at], big) === 'blank') at++
  const kind = kindOf(text[at], big)
  while (at + 1 < text.length && kindOf(text[at + 1], big) === kind) at++
  return Math.min(at, Math.max(0, text.length - 1))
}

function wordBackward(text: string, from: number, big: boolean): number {
  let at = from - 1
  while (at > 0 && kindOf(text[at], big) === 'blank' && !isEmptyLine(text, at)) at--
  const kind = kindOf(text[at], big)
  if (kind !== 'blank') while (at > 0 && kindOf(text[at - 1], big) === kind) at--
  return Math.max(0, at)
}

const byWords = (step: (text: string, from: number, big: boolean) => number, big: boolean, kind: Target['kind']): Motion => (buffer, count) => {
  const text = buffer.lines.join('\n')
  let at = offsetOf(buffer, buffer)
  const from = at
  for (let i = 0; i < count; i++) at = step(text, at, big)
  return at === from ? undefined : { ...placeAt(buffer, at), kind }
} // prettier-ignore

// ---- characters of a line ----

const backwards: Readonly<Record<string, string>> = { f: 'F', F: 'f', t: 'T', T: 't' }

function findIn(buffer: Buffer, motion: string, character: string, count: number): Target | undefined {
  const line = lineAt(buffer)
  const step = motion === 'f' || motion === 't' ? 1 : -1
  let at = buffer.column + (motion === 't' ? 1 : motion === 'T' ? -1 : 0)
  if (motion === 'f' || motion === 'F') at = buffer.column
  for (let left = count; left > 0; left--) {
    do at += step
    while (at >= 0 && at < line.length && line[at] !== character)
    if (at < 0 || at >= line.length) return undefined
  }
  const column = motion === 't' ? at - 1 : motion === 'T' ? at + 1 : at
  return { row: buffer.row, column, kind: step > 0 ? 'inclusive' : 'exclusive' }
}

const finding = (motion: string): Motion => (buffer, count, _given, character) => {
  buffer.find = { motion, character }
  return findIn(buffer, motion, character, count)
} // prettier-ignore

const again = (turned: boolean): Motion => (buffer, count) => {
  const { find } = buffer
  return find && findIn(buffer, turned ? backwards[find.motion]! : find.motion, find.character, count)
} // prettier-ignore

// ---- lines ----

const row = (buffer: Buffer, wanted: number): Target => {
  const at = Math.max(0, Math.min(lastRow(buffer), wanted))
  return { row: at, column: indentOf(lineAt(buffer, at)), kind: 'linewise' }
}
/** Up and down keep the column. */
const vertical = (by: (count: number) => number): Motion => (buffer, count) => {
  const to = buffer.row + by(count)
  const at = Math.max(0, Math.min(lastRow(buffer), to))
  if (at === buffer.row) return undefined
  return { row: at, column: Math.min(buffer.wanted, lineAt(buffer, at).length), kind: 'linewise' }
} // prettier-ignore

function paragraph(buffer: Buffer, count: number, step: 1 | -1): Target {
  let at = buffer.row
  for (let left = count; left > 0; left--) {
    while (at >= 0 && at <= lastRow(buffer) && lineAt(buffer, at) === '') at += step
    while (at >= 0 && at <= lastRow(buffer) && lineAt(buffer, at) !== '') at += step
  }
  if (at < 0) return { row: 0, column: 0, kind: 'exclusive' }
  if (at > lastRow(buffer)) return { row: lastRow(buffer), column: lineAt(buffer, lastRow(buffer)).length, kind: 'exclusive' }
  return { row: at, column: 0, kind: 'exclusive' }
}

const PAIRS = '()[]{}'
/** The bracket that belongs to the next one in the line. */
function matchingBracket(buffer: Buffer): Target | undefined {
  const line = lineAt(buffer)
  const begin = [...line.slice(buffer.column)].findIndex((character) => PAIRS.includes(character)) + buffer.column
  const bracket = line[begin]
  if (begin < buffer.column || bracket === undefined) return undefined
  const opens = PAIRS.indexOf(bracket) % 2 === 0
  const partner = PAIRS[PAIRS.indexOf(bracket) + (opens ? 1 : -1)]!
  const text = buffer.lines.join('\n')
  let depth = 0
  for (let at = offsetOf(buffer, { row: buffer.row, column: begin }); at >= 0 && at < text.length; at += opens ? 1 : -1) {
    if (text[at] === bracket) depth++
    if (text[at] === partner && --depth === 0) return { ...placeAt(buffer, at), kind: 'inclusive' }
  }
  return undefined
}

const PAGE = 20

const searching = (turned: boolean): Motion => (buffer, count) => {
  if (!buffer.search) {
    buffer.note = 'E35: No previous regular expression'
    return undefined
  }
  const { pattern, backwards: up } = buffer.search
  let place: Place | undefined = buffer
  for (let left = count; left > 0 && place; left--) place = findNext(buffer, pattern, up !== turned, place)
  return place && { row: place.row, column: place.column, kind: 'exclusive' }
} // prettier-ignore

function wordUnderCursor(buffer: Buffer): string | undefined {
  const line = lineAt(buffer)
  for (const match of line.matchAll(/\w+/g)) if (match.index + match[0].length > buffer.column) return match[0]
  return undefined
}

/** Searches for the word under the cursor. */
const sameWord = (up: boolean): Motion => (buffer, count, given, character) => {
  const word = wordUnderCursor(buffer)
  if (word === undefined) return undefined
  buffer.search = { pattern: `\\<${word}\\>`, backwards: up }
  return searching(false)(buffer, count, given, character)
} // prettier-ignore

/** By their keys (vim's `:help motion`). Arrows and their like are told as these by vi.ts. */
export const motions: Readonly<Record<string, Motion>> = {
  h: ({ row, column }, count) => (column === 0 ? undefined : { row, column: Math.max(0, column - count), kind: 'exclusive' }),
  l: (buffer, count) => ({ row: buffer.row, column: Math.min(lineAt(buffer).length, buffer.column + count), kind: 'exclusive' }),
  ' ': (buffer, count) => ({ row: buffer.row, column: Math.min(lineAt(buffer).length, buffer.column + count), kind: 'exclusive' }),
  j: vertical((count) => count),
  k: vertical((count) => -count),
  '+': (buffer, count) => row(buffer, buffer.row + count),
  '\r': (buffer, count) => row(buffer, buffer.row + count),
  '-': (buffer, count) => row(buffer, buffer.row - count),
  '0': ({ row }) => ({ row, column: 0, kind: 'exclusive' }),
  '^': (buffer) => ({ row: buffer.row, column: indentOf(lineAt(buffer)), kind: 'exclusive' }),
  $: (buffer, count) => {
    const at = Math.min(lastRow(buffer), buffer.row + count - 1)
    return { row: at, column: Math.max(0, lineAt(buffer, at).length - 1), kind: 'inclusive' }
  },
  g_: (buffer) => ({ row: buffer.row, column: Math.max(0, lineAt(buffer).trimEnd().length - 1), kind: 'inclusive' }),
  w: byWords(wordForward, false, 'exclusive'),
  W: byWords(wordForward, true, 'exclusive'),
  e: byWords(wordEnd, false, 'inclusive'),
  E: byWords(wordEnd, true, 'inclusive'),
  b: byWords(wordBackward, false, 'exclusive'),
  B: byWords(wordBackward, true, 'exclusive'),
  gg: (buffer, count, given) => row(buffer, given ? count - 1 : 0),
  G: (buffer, count, given) => row(buffer, given ? count - 1 : lastRow(buffer)),
  '{': (buffer, count) => paragraph(buffer, count, -1),
  '}': (buffer, count) => paragraph(buffer, count, 1),
  '%': matchingBracket,
  f: finding('f'),
  F: finding('F'),
  t: finding('t'),
  T: finding('T'),
  ';': again(false),
  ',': again(true),
  n: searching(false),
  N: searching(true),
  '*': sameWord(false),
  '#': sameWord(true),
  '\x06': vertical((count) => PAGE * count),
  '\x02': vertical((count) => -PAGE * count),
  '\x04': vertical((count) => (PAGE / 2) * count),
  '\x15': vertical((count) => (-PAGE / 2) * count),
  "'": (buffer, _count, _given, name) => {
    const mark = buffer.marks.get(name)
    return mark && row(buffer, mark.row)
  },
  '`': (buffer, _count, _given, name) => {
    const mark = buffer.marks.get(name)
    return mark && { ...mark, kind: 'exclusive' }
  },
}

/** Motions that keep the column they go for. */
export const keepsColumn = new Set(['j', 'k', '\x06', '\x02', '\x04', '\x15'])

/** Motions that ask for one more character. */
export const wantsCharacter = new Set(['f', 'F', 't', 'T', "'", '`'])
