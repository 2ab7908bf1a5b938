import { AwkSyntaxError } from './syntax'

/** The words of an awk program. */

export interface Token {
  readonly kind: 'number' | 'string' | 'regex' | 'name' | 'call' | 'builtin' | 'keyword' | 'operator' | 'newline' | 'end'
  readonly text: string
  readonly line: number
}

const keywords = new Set([
  'BEGIN',
  'END',
  'function',
  'func',
  'if',
  'else',
  'while',
  'for',
  'do',
  'break',
  'continue',
  'next',
  'nextfile',
  'exit',
  'return',
  'delete',
  'in',
  'getline',
  'print',
  'printf',
])
export const builtinNames = new Set([
  'length',
  'substr',
  'index',
  'split',
  'sub',
  'gsub',
  'gensub',
  'match',
  'sprintf',
  'sin',
  'cos',
  'atan2',
  'exp',
  'log',
  'sqrt',
  'int',
  'rand',
  'srand',
  'tolower',
  'toupper',
  'system',
  'close',
  'fflush',
  'systime',
  'strftime',
  'mktime',
  'and',
  'or',
  'xor',
  'lshift',
  'rshift',
  'compl',
  'asort',
  'asorti',
  'strtonum',
])
const operators = /^(?:\*\*=|\*\*|\|\||&&|\+\+|--|\+=|-=|\*=|\/=|%=|\^=|==|<=|>=|!=|!~|>>|\|&|[-+*/%^!<>|?:~$=(){}[\],;])/

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  '/': '/',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
}

/** Escapes of a string constant (and of `-v` values). */
export const unescapeAwk = (text: string) =>
  text.replace(/\\(?:([0-7]{1,3})|\n|([^]))/g, (whole, octal: string | undefined, c: string | undefined) =>
    octal ? String.fromCharCode(parseInt(octal, 8)) : c === undefined ? '' : (escapes[c] ?? whole),
  )

/** Splits a program into words; refuses what begins none. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let line = 1
  const push = (kind: Token['kind'], text: string) => void tokens.push({ kind, text, line })
  /** Whether a slash here begins a regular expression: not after a value. */
  const slashIsRegex = () => {
    const last = tokens.at(-1)
    return (
      !last ||
      !(
        last.kind === 'number' ||
        last.kind === 'string' ||
        last.kind === 'name' ||
        last.kind === 'builtin' ||
        last.kind === 'regex' ||
        [')', ']', '$', '++', '--'].includes(last.text)
      )
    )
  }
  while (at < source.length) {
    const rest = source.slice(at)
    const c = rest[0]!
    const blank = /^(?:[ \t\r]|\\\r?\n|#[^\n]*)+/.exec(rest)
    if (blank) {
      at += blank[0].length
      line += blank[0].split('\n').length - 1
    } else if (c === '\n') {
      push('newline', '\n')
      line++
      at++
    } else if (c === '"') {
      const match = /^"((?:\\[^]|[^"\\\n])*)"/.exec(rest)
      if (!match) throw new AwkSyntaxError(`line ${line}: runaway string constant ${rest.split('\n')[0]} ...`)
      push('string', unescapeAwk(match[1]!))
      at += match[0].length
    } else if (c === '/' && slashIsRegex()) {
      const match = /^\/((?:\\[^]|\[\^?\]?(?:\[:\w+:\]|[^\]\n])*\]|[^/\\\n])*)\//.exec(rest) ?? /^\/((?:\\[^]|[^/\\\n])*)\//.exec(rest)
      if (!match) throw new AwkSyntaxError(`line ${line}: unterminated regexp`)
      push('regex', match[1]!.replace(/\\\//g, '/'))
      at += match[0].length
    } else {
      const number = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(rest)
      const name = number ? null : /^[A-Za-z_]\w*/.exec(rest)
      const operator = number || name ? null : operators.exec(rest)
      if (number) push('number', number[0])
      else if (name)
        push(
          keywords.has(name[0]) ? 'keyword' : builtinNames.has(name[0]) ? 'builtin' : rest[name[0].length] === '(' ? 'call' : 'name',
          name[0],
        )
      else if (operator) push('operator', operator[0])
      else throw new AwkSyntaxError(`line ${line}: unexpected character '${c}'`)
      at += (number ?? name ?? operator)![0].length
    }
  }
  push('newline', '\n')
  tokens.push({ kind: 'end', text: '', line })
  return tokens
}
