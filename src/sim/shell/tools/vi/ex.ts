import { indentOf, lastRow, lineAt, moveTo, remember, settle, travel, type Buffer, type Options } from './buffer'
import { join, type Effect } from './normal'
import { operate, stretchTo, type Operator } from './operators'
import { findNext, patternOf } from './search'

/** Commands typed behind a colon (vim's `:help ex-cmd-index`): those that people type. */

interface Range {
  readonly from: number
  readonly to: number
  readonly given: boolean
}

/** A command line that Enter has ended: a colon command, or a search. */
export function endCommandLine(buffer: Buffer): Effect | undefined {
  const [sign = '', text = ''] = [buffer.commandLine.slice(0, 1), buffer.commandLine.slice(1)]
  buffer.mode = 'normal'
  buffer.commandLine = ''
  if (sign === ':') {
    const effect = perform(buffer, text)
    settle(buffer)
    return effect
  }
  const pattern = text || buffer.search?.pattern
  if (pattern === undefined) return void (buffer.note = 'E35: No previous regular expression')
  buffer.search = { pattern, backwards: sign === '?' }
  const place = findNext(buffer, pattern, sign === '?', buffer)
  const { pending } = buffer
  buffer.pending = undefined
  if (place && pending) operate(buffer, pending.operator, stretchTo(buffer, { ...place, kind: 'exclusive' }), pending.register)
  else if (place) moveTo(buffer, place)
  return undefined
}

/** Carries out a colon command. */
export function perform(buffer: Buffer, typed: string): Effect | undefined {
  const text = typed.trim().replace(/^:+/, '')
  const { range, rest } = rangeOf(buffer, text)
  if (rest === '') {
    if (range.given) moveTo(buffer, { row: range.to, column: indentOf(lineAt(buffer, range.to)) })
    return undefined
  }
  const written = /^(?:w|wq|x|wqa|xa|wa|write|update|up)(!?)(?:\s+(\S.*))?$/.exec(rest)
  if (written) return { do: 'save', leave: /^(?:wq|x|wqa|xa)\b/.test(rest), ...(written[2] !== undefined && { path: written[2] }) }
  if (/^(?:q|qa|quit|qall)!$/.test(rest)) return { do: 'leave', code: 0 }
  if (/^(?:cq|cquit)!?$/.test(rest)) return { do: 'leave', code: 1 }
  if (/^(?:q|qa|quit|qall)$/.test(rest)) {
    if (!buffer.changed) return { do: 'leave', code: 0 }
    return void (buffer.note = 'E37: No write since last change (add ! to override)')
  }
  if (/^u(?:ndo)?$/.test(rest)) return void travel(buffer, buffer.undone, buffer.redone, 'Already at oldest change')
  if (/^red(?:o)?$/.test(rest)) return void travel(buffer, buffer.redone, buffer.undone, 'Already at newest change')
  if (/^(?:noh(?:lsearch)?|sy(?:ntax)?\b.*|filetype\b.*|colo(?:rscheme)?\b.*|let\b.*)$/.test(rest)) return undefined // looks only
  const setting = /^set?\s+(.*)$/.exec(rest)
  if (setting) return void setting[1]!.split(/\s+/).forEach((one) => setOption(buffer, one))
  const every = /^(g|v|global|vglobal)(!?)\/((?:[^/\\]|\\.)*)\/(.*)$/.exec(rest)
  if (every) return global(buffer, range.given ? range : { from: 0, to: lastRow(buffer), given: true }, every[3]!, /^v/.test(every[1]!) || every[2] === '!', every[4]!) // prettier-ignore
  if (/^s(?:ubstitute)?[/#|,]/.test(rest)) return void substitute(buffer, range, rest.replace(/^s(?:ubstitute)?/, ''))
  const operator = /^(d|delete|y|yank|>+|<+)(?:\s+([a-z"]))?$/.exec(rest)
  if (operator) {
    const stretch = { from: { row: range.from, column: buffer.column }, to: { row: range.to, column: 0 }, linewise: true }
    operate(buffer, operator[1]![0] as Operator, stretch, operator[2], operator[1]!.length) // as the pattern above allows
    if (/[<>]/.test(operator[1]!)) moveTo(buffer, { row: range.to, column: indentOf(lineAt(buffer, range.to)) })
    return undefined
  }
  const moved = /^(m|move|t|co|copy)\s*(.+)$/.exec(rest)
  if (moved) return void relocate(buffer, range, moved[2]!, /^m/.test(moved[1]!))
  if (/^(?:j|join)$/.test(rest)) {
    const last = range.from === range.to ? Math.min(lastRow(buffer), range.to + 1) : range.to
    moveTo(buffer, { row: range.from, column: 0 })
    join(buffer, last - range.from + 1, false)
    return void moveTo(buffer, { row: range.from, column: 0 })
  }
  if (/^(?:sor|sort)(!?)(?:\s+([nu]*))?$/.test(rest)) return void sort(buffer, range.given ? range : { from: 0, to: lastRow(buffer), given: true }, rest) // prettier-ignore
  return void (buffer.note = `E492: Not an editor command: ${text}`)
}

/** The lines a command is for: `%`, `3`, `.,$`, `'<,'>`, `/this/,+2`; the cursor's line when none are named. */
function rangeOf(buffer: Buffer, text: string): { range: Range; rest: string } {
  const here = { from: buffer.row, to: buffer.row, given: false }
  if (text.startsWith('%')) return { range: { from: 0, to: lastRow(buffer), given: true }, rest: text.slice(1).trim() }
  const ADDRESS = /^(\d+|\.|\$|'[a-z<>]|\/(?:[^/\\]|\\.)+\/)?((?:[+-]\d*)*)/
  const found: number[] = []
  let rest = text
  for (;;) {
    const [all = '', base, offset = ''] = ADDRESS.exec(rest) ?? []
    if (all === '') break
    found.push(addressOf(buffer, base, offset))
    rest = rest.slice(all.length)
    if (!rest.startsWith(',')) break
    rest = rest.slice(1)
  }
  if (found.length === 0) return { range: here, rest: rest.trim() }
  const clamp = (row: number) => Math.max(0, Math.min(lastRow(buffer), row))
  const rows = found.slice(-2).map(clamp)
  return { range: { from: Math.min(...rows), to: Math.max(...rows), given: true }, rest: rest.trim() }
}

function addressOf(buffer: Buffer, base: string | undefined, offsets: string): number {
  let row = buffer.row
  if (base === '$') row = lastRow(buffer)
  else if (base?.startsWith("'")) row = buffer.marks.get(base.slice(1))?.row ?? row
  else if (base?.startsWith('/')) row = findNext(buffer, base.slice(1, -1), false, buffer)?.row ?? row
  else if (base !== undefined && base !== '.') row = Number(base) - 1
  for (const [, sign, digits] of offsets.matchAll(/([+-])(\d*)/g)) row += (sign === '-' ? -1 : 1) * Number(digits || 1)
  return row
}

function substitute(buffer: Buffer, { from, to }: Range, text: string) {
  const mark = text[0]!
  const parts = text.slice(1).split(new RegExp(`(?<!\\\\)${mark === '|' ? '\\|' : mark}`))
  const [pattern = '', replacement = '', flags = ''] = parts.map((part) => part.replaceAll(`\\${mark}`, mark))
  let regex: RegExp
  try {
    regex = patternOf(pattern || (buffer.search?.pattern ?? ''), flags.includes('i') || buffer.options.ignorecase, flags.includes('g') ? 'g' : '')
  } catch {
    return void (buffer.note = `E486: Pattern not found: ${pattern}`)
  }
  const changed = buffer.lines.slice(from, to + 1).map((line) => line.replace(regex, (...matched) => filledIn(replacement, matched)))
  const rows = changed.flatMap((_, at) => (buffer.lines[from + at]!.search(regex) < 0 ? [] : [from + at]))
  if (rows.length === 0) return void (buffer.note = `E486: Pattern not found: ${pattern}`)
  remember(buffer)
  if (pattern) buffer.search = { pattern, backwards: false }
  buffer.lines.splice(from, changed.length, ...changed.flatMap((line) => line.split('\n')))
  if (rows.length > 2) buffer.note = `${rows.length} substitutions on ${rows.length} lines`
  const row = rows.at(-1)! + changed.slice(0, rows.at(-1)! - from + 1).reduce((sum, line) => sum + line.split('\n').length - 1, 0)
  moveTo(buffer, { row, column: indentOf(lineAt(buffer, row)) })
} // prettier-ignore

/** A replacement with `&`, `\1` and `\r` filled in. */
const filledIn = (replacement: string, matched: readonly unknown[]) =>
  replacement.replace(/\\(\d|r|n|t|&|\\)|&/g, (whole, escaped: string | undefined) => {
    if (escaped === undefined) return String(matched[0])
    if (/\d/.test(escaped)) return String(matched[Number(escaped)] ?? '')
    return escaped === 'r' || escaped === 'n' ? '\n' : escaped === 't' ? '\t' : whole.slice(1)
  })

/** `:g/pattern/command`: the command for every line that matches (`:v`: that does not). */
function global(buffer: Buffer, { from, to }: Range, pattern: string, inverted: boolean, command: string): Effect | undefined {
  const regex = patternOf(pattern, buffer.options.ignorecase)
  const wanted = buffer.lines.slice(from, to + 1).map((line, at) => ({ line, row: from + at })).filter(({ line }) => regex.test(line) !== inverted) // prettier-ignore
  if (wanted.length === 0) return void (buffer.note = `E486: Pattern not found: ${pattern}`)
  remember(buffer)
  const undone = buffer.undone.length
  let moved = 0
  for (const { row } of wanted) {
    const before = buffer.lines.length
    moveTo(buffer, { row: row + moved, column: 0 })
    perform(buffer, command || 'nohlsearch')
    moved += buffer.lines.length - before
  }
  buffer.undone.length = undone // it is undone as one
  return undefined
}

function relocate(buffer: Buffer, { from, to }: Range, address: string, moves: boolean) {
  const after = address.trim() === '0' ? 0 : rangeOf(buffer, address.trim()).range.to + 1
  remember(buffer)
  const taken = buffer.lines.slice(from, to + 1)
  if (moves) buffer.lines.splice(from, taken.length)
  const at = moves && after > from ? after - taken.length : after
  buffer.lines.splice(at, 0, ...taken)
  moveTo(buffer, { row: at + taken.length - 1, column: 0 })
}

function sort(buffer: Buffer, { from, to }: Range, command: string) {
  const [turned, numbers, once] = [command.includes('!'), /\sn|n$/.test(command.replace('sort', '')), command.replace('sort', '').includes('u')]
  const number = (line: string) => Number(/-?\d+/.exec(line)?.[0] ?? -Infinity)
  const compare = (a: string, b: string) => (numbers ? number(a) - number(b) : a < b ? -1 : a > b ? 1 : 0) * (turned ? -1 : 1)
  const sorted = buffer.lines.slice(from, to + 1).sort(compare)
  remember(buffer)
  buffer.lines.splice(from, sorted.length, ...(once ? [...new Set(sorted)] : sorted))
  moveTo(buffer, { row: from, column: indentOf(lineAt(buffer, from)) })
} // prettier-ignore

const SHORT: Readonly<Record<string, keyof Options>> = {
  nu: 'number',
  et: 'expandtab',
  ai: 'autoindent',
  ic: 'ignorecase',
  ts: 'tabstop',
  sw: 'shiftwidth',
}
const LOOKS_ONLY = /^(?:no)?(?:paste|hlsearch|hls|incsearch|is|wrap|list|relativenumber|rnu|ruler|ru|showmatch|sm|smartindent|si|cursorline|cul|cursorcolumn|cuc|mouse|syntax|background|bg|encoding|enc|softtabstop|sts|compatible|cp|smartcase|scs|backup|swapfile|laststatus|ls|hidden|title|autoread|ar|nocompatible|colorcolumn|cc)(?:[=+].*)?$/ // prettier-ignore

/** `number`, `nonu`, `ts=2`. */
function setOption(buffer: Buffer, text: string) {
  const { options } = buffer
  const [name = '', value] = text.split(/[=:]/, 2)
  const full = (word: string): keyof Options | undefined => (Object.hasOwn(SHORT, word) ? SHORT[word] : Object.hasOwn(options, word) ? (word as keyof Options) : undefined) // just asked
  const toggled = /^(?:no|inv)/.exec(name)
  const key = full(name.replace(/!$/, '')) ?? (toggled ? full(name.slice(toggled[0].length)) : undefined)
  if (key === undefined) {
    if (text !== '' && !LOOKS_ONLY.test(text)) buffer.note = `E518: Unknown option: ${name}`
  } else if (key === 'tabstop' || key === 'shiftwidth') {
    if (/^\d+$/.test(value ?? '')) options[key] = Number(value)
    else buffer.note = value === undefined ? `  ${key}=${options[key]}` : `E521: Number required after =: ${text}`
  } else options[key] = name.endsWith('!') || toggled?.[0] === 'inv' ? !options[key] : full(name) !== undefined
} // prettier-ignore
