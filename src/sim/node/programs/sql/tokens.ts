import { SqlError, type Dialect } from './values'

/** Takes SQL apart: statements, and their words. */

export interface Token {
  readonly kind: 'word' | 'quoted' | 'text' | 'number' | 'mark' | 'variable'
  readonly text: string
  readonly at: number
}

/** Splits a script at semicolons outside of quotes and comments. */
export function splitStatements(script: string): string[] {
  const parts: string[] = []
  let from = 0
  for (const match of script.matchAll(/'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|\$\$[^]*?\$\$|--[^\n]*|\/\*[^]*?\*\/|;/g)) {
    if (match[0] !== ';') continue
    parts.push(script.slice(from, match.index))
    from = match.index + 1
  }
  return [...parts, script.slice(from)].map((part) => part.trim()).filter((part) => part.replace(/--[^\n]*/g, '').trim() !== '')
}

/** Whether a script ends inside a statement, so that a prompt waits for more. */
export const isUnfinished = (script: string): boolean => script.trim() !== '' && !/;\s*$/.test(script) && !/^\s*\\/.test(script)

const TOKEN = /\s+|--[^\n]*|#[^\n]*|\/\*[^]*?\*\/|('(?:[^'\\]|\\.|'')*'|\$\$[^]*?\$\$)|("(?:[^"\\]|\\.|"")*")|(`[^`]*`)|(@@?[\w.]+)|(\d+(?:\.\d+)?)|([A-Za-z_][\w$]*)|(<>|!=|<=|>=|\|\||::|[-+*/%(),.;=<>[\]:])/y // prettier-ignore

/** The words of a statement; refuses a character that begins none. */
export function tokenise(source: string, dialect: Dialect): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (let at = 0; at < source.length; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(source)
    if (!match) throw syntaxError(dialect, source, at)
    const [, text, double, back, variable, number, word, mark] = match
    const unquoted = (quoted: string) =>
      quoted
        .slice(1, -1)
        .replace(/\\n/g, '\n')
        .replace(/\\(.)/g, '$1')
        .replace(/(['"])\1/g, '$1')
    if (text?.startsWith('$$')) tokens.push({ kind: 'text', text: text.slice(2, -2), at })
    else if (text !== undefined) tokens.push({ kind: 'text', text: unquoted(text), at })
    else if (double !== undefined) tokens.push({ kind: dialect === 'mysql' ? 'text' : 'quoted', text: unquoted(double), at })
    else if (back !== undefined) tokens.push({ kind: 'quoted', text: back.slice(1, -1), at })
    else if (variable !== undefined) tokens.push({ kind: 'variable', text: variable.replace(/^@+(?:global\.|session\.)?/i, ''), at })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at })
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark, at })
  }
  return tokens
}

/** The make's word for a statement it cannot read, from where it went wrong. */
export function syntaxError(dialect: Dialect, source: string, at: number | undefined): SqlError {
  const rest = at === undefined ? '' : source.slice(at)
  if (dialect === 'postgres') {
    const near = /^(?:\w+|\S)/.exec(rest)?.[0]
    return new SqlError(near === undefined ? 'syntax error at end of input' : `syntax error at or near "${near}"`)
  }
  return new SqlError(
    `You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${rest.slice(0, 80)}' at line 1`,
  )
}
