import { JqSyntaxError } from './syntax'

/** The words of a jq program. */

export interface Token {
  readonly kind: 'name' | 'field' | 'variable' | 'number' | 'string' | 'format' | 'operator' | 'end'
  readonly text: string
  readonly parts?: readonly (string | readonly Token[])[]
}

const operator = /^(?:\?\/\/=?|\/\/=|\|=|\+=|-=|\*=|\/=|%=|==|!=|<=|>=|\/\/|\.\.|[-+*/%<>=|,.:;()[\]{}?])/
/** Words that are not names. */
export const keywords = new Set([
  'def',
  'if',
  'then',
  'elif',
  'else',
  'end',
  'as',
  'reduce',
  'foreach',
  'try',
  'catch',
  'label',
  'import',
  'include',
  'and',
  'or',
  '__loc__',
])

export function tokenize(text: string, from = 0, nested = false): { tokens: Token[]; end: number } {
  const tokens: Token[] = []
  let at = from
  let depth = 0
  while (at < text.length) {
    const rest = text.slice(at)
    const blank = /^(?:\s|#[^\n]*)+/.exec(rest)
    if (blank) {
      at += blank[0].length
      continue
    }
    if (rest[0] === '"') {
      const { token, end } = stringToken(text, at)
      tokens.push(token)
      at = end
      continue
    }
    const match =
      match1(rest, /^\.[A-Za-z_]\w*/, 'field') ??
      match1(rest, /^\$(?:__loc__|[A-Za-z_](?:\w|::)*)/, 'variable') ??
      match1(rest, /^@[a-zA-Z0-9_]+/, 'format') ??
      match1(rest, /^(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/, 'number') ??
      match1(rest, /^[A-Za-z_](?:\w|::)*/, 'name') ??
      match1(rest, operator, 'operator')
    if (!match) throw new JqSyntaxError(`syntax error, unexpected INVALID_CHARACTER (Unix shell quoting issues?)`)
    if (nested) {
      if (match.text === '(') depth++
      if (match.text === ')' && depth-- === 0) return { tokens: [...tokens, { kind: 'end', text: '' }], end: at }
    }
    tokens.push(match)
    at += match.text.length
  }
  tokens.push({ kind: 'end', text: '' })
  return { tokens, end: at }
}

function match1(rest: string, regex: RegExp, kind: Token['kind']): Token | undefined {
  const match = regex.exec(rest)
  return match ? { kind, text: match[0] } : undefined
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '/': '/', '\\': '\\', '"': '"' }

function stringToken(text: string, open: number): { token: Token; end: number } {
  const parts: (string | readonly Token[])[] = ['']
  let at = open + 1
  const add = (piece: string) => {
    if (typeof parts.at(-1) === 'string')
      parts[parts.length - 1] = (parts.at(-1) as string) + piece // checked just before
    else parts.push(piece)
  }
  for (;;) {
    const c = text[at]
    if (c === undefined) throw new JqSyntaxError('syntax error, unexpected end of file (Unix shell quoting issues?)')
    if (c === '"') return { token: { kind: 'string', text: '', parts }, end: at + 1 }
    if (c !== '\\') {
      add(c)
      at++
      continue
    }
    const next = text[at + 1]!
    if (next === '(') {
      const inner = tokenize(text, at + 2, true)
      parts.push(inner.tokens)
      at = inner.end + 1
    } else if (next === 'u') {
      add(String.fromCharCode(parseInt(text.slice(at + 2, at + 6), 16)))
      at += 6
    } else {
      if (escapes[next] === undefined) throw new JqSyntaxError('syntax error, unexpected INVALID_CHARACTER (Unix shell quoting issues?)')
      add(escapes[next])
      at += 2
    }
  }
}
