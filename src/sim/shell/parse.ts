import { parse as parseBash, type ParseError } from 'unbash'
import type { Unit } from './state'

/** Source as a syntax tree. Mistakes are in `script.errors`; see `syntaxErrorOf`. */
export const parse = (source: string, firstLine = 1): Unit => ({ source, script: parseBash(source), firstLine })

/** What is wrong with a source, where, and whether more input could mend it. */
export interface SyntaxProblem {
  readonly pos: number
  /** More input could complete the command: an interactive shell goes on reading. */
  readonly incomplete: boolean
  /** Without the `bash: ` in front. */
  readonly message: string
  /** Bash shows the line of a misplaced token. */
  readonly showLine: boolean
}

const unclosed: Readonly<Record<string, string>> = {
  'unterminated double quote': '"',
  'unterminated single quote': "'",
  'unterminated backtick': '`',
  'unterminated command substitution': ')',
  'unterminated arithmetic expansion': ')',
  'unterminated arithmetic command': ')',
  'unterminated parameter expansion': '}',
  'unterminated extended glob': ')',
  'unterminated array assignment': ')',
}

/** The first syntax error, in bash's words; undefined when the source is sound. */
export function syntaxProblem(unit: Unit): SyntaxProblem | undefined {
  const { source } = unit
  const errors = (unit.script as { readonly errors?: readonly ParseError[] }).errors ?? []
  const first = errors.toSorted((a, b) => a.pos - b.pos)[0]
  if (!first) return danglingEnd(source)
  const mate = Object.entries(unclosed).find(([message]) => first.message.startsWith(message))?.[1]
  if (mate) return { pos: first.pos, incomplete: true, message: `unexpected EOF while looking for matching \`${mate}'`, showLine: false }
  const token = tokenAt(source, first.pos)
  if (token === '') return { pos: first.pos, incomplete: true, message: 'syntax error: unexpected end of file', showLine: false }
  return {
    pos: first.pos,
    incomplete: false,
    message: `syntax error near unexpected token \`${token === '\n' ? 'newline' : token}'`,
    showLine: true,
  }
}

/** A trailing backslash or an unfinished here-document asks for more input without being a mistake. */
function danglingEnd(source: string): SyntaxProblem | undefined {
  const dangling = /(?:^|[^\\])(?:\\\\)*\\\n?$/.test(source) && !/\n\n$/.test(source)
  return dangling ? { pos: source.length, incomplete: true, message: '', showLine: false } : undefined
}

function tokenAt(source: string, pos: number): string {
  const rest = source.slice(pos).replace(/^(?:[ \t]|\\\n)+/, '')
  if (/^\s*$/.test(rest)) return /^\n/.test(rest) && /[<>]\s*$/.test(source.slice(0, pos)) ? '\n' : ''
  const skipped = rest.replace(/^(?:\s|#.*)+/, '')
  return (
    /^(?:;;&|;;|;&|&&|\|\||\|&|&>>|&>|<<<|<<-|<<|>>|<&|>&|<>|>\||[;&|()<>])/.exec(skipped)?.[0] ?? /^[^\s;&|()<>]+/.exec(skipped)?.[0] ?? ''
  )
}

const quotes: Readonly<Record<string, string>> = { '“': '"', '”': '"', '„': '"', '‘': "'", '’': "'", '–': '-', '—': '--', '\u00a0': ' ' }

/** Whether a line holds quotes, dashes or spaces that a word processor put there, and the line with plain ones. */
export function plainQuotes(line: string): string | undefined {
  if (!/[“”„‘’\u00a0]|(?:^|\s)[–—]/.test(line)) return undefined
  return line
    .replace(/[“”„‘’\u00a0]/g, (character) => quotes[character]!)
    .replace(/(^|\s)([–—])(?=\w)/g, (_, before: string, dash: string) => `${before}${dash === '—' ? '--' : '-'}`)
}

/** Here-documents whose closing word has not come yet. */
function unclosedHereDocument(unit: Unit): boolean {
  let open = false
  const visit = (node: unknown): void => {
    if (open || typeof node !== 'object' || node === null) return
    if ((node as { type?: string }).type === 'HereDoc') {
      const doc = node as { delimiter?: { value: string }; closing?: { pos: number; end: number } }
      if (!doc.closing || doc.closing.pos === doc.closing.end) open = true
    }
    for (const child of Object.values(node)) visit(child)
  }
  if (unit.source.includes('<<')) visit(unit.script)
  return open
}

/** Whether a command is not finished yet: an open quote, an open `do`, a here-document. */
export function needsMore(source: string): boolean {
  const unit = parse(source)
  return syntaxProblem(unit)?.incomplete === true || unclosedHereDocument(unit)
}
