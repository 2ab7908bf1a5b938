/** The syntax of awk. */
export type Expression =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'regex'; readonly source: string }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'field'; readonly index: Expression }
  | { readonly type: 'element'; readonly name: string; readonly keys: readonly Expression[] }
  | { readonly type: 'assign'; readonly operator: string; readonly target: Expression; readonly value: Expression }
  | { readonly type: 'step'; readonly operator: '++' | '--'; readonly prefix: boolean; readonly target: Expression }
  | { readonly type: 'unary'; readonly operator: '!' | '-' | '+'; readonly operand: Expression }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'ternary'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly type: 'match'; readonly negated: boolean; readonly subject: Expression; readonly pattern: Expression }
  | { readonly type: 'in'; readonly keys: readonly Expression[]; readonly name: string }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly type: 'builtin'; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly type: 'getline'
      readonly from: '' | '<' | '|'
      readonly source: Expression | undefined
      readonly target: Expression | undefined
    }
  | { readonly type: 'group'; readonly items: readonly Expression[] }

export type Statement =
  | { readonly type: 'block'; readonly body: readonly Statement[] }
  | { readonly type: 'expression'; readonly expression: Expression }
  | {
      readonly type: 'print' | 'printf'
      readonly args: readonly Expression[]
      readonly to?: { readonly operator: '>' | '>>' | '|'; readonly target: Expression }
    }
  | { readonly type: 'if'; readonly test: Expression; readonly then: Statement; readonly otherwise: Statement | undefined }
  | { readonly type: 'while' | 'do'; readonly test: Expression; readonly body: Statement }
  | {
      readonly type: 'for'
      readonly init: Statement | undefined
      readonly test: Expression | undefined
      readonly update: Statement | undefined
      readonly body: Statement
    }
  | { readonly type: 'each'; readonly variable: string; readonly array: string; readonly body: Statement }
  | { readonly type: 'delete'; readonly name: string; readonly keys: readonly Expression[] | undefined }
  | { readonly type: 'break' | 'continue' | 'next' | 'nextfile' }
  | { readonly type: 'exit' | 'return'; readonly value: Expression | undefined }

export interface Rule {
  readonly when: 'BEGIN' | 'END' | { readonly from: Expression | undefined; readonly to: Expression | undefined }
  readonly body: readonly Statement[] | undefined
}

export interface Program {
  readonly rules: readonly Rule[]
  readonly functions: ReadonlyMap<string, { readonly parameters: readonly string[]; readonly body: readonly Statement[] }>
}

export class AwkSyntaxError extends Error {}

interface Token {
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

function tokenize(source: string): Token[] {
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

/** Parses a program. Throws AwkSyntaxError. */
export function parseAwk(source: string): Program {
  const tokens = tokenize(source)
  let at = 0
  const peek = () => tokens[at]!
  const next = () => tokens[at++]!
  const is = (text: string) => peek().text === text && (peek().kind === 'operator' || peek().kind === 'keyword')
  const take = (text: string) => is(text) && (at++, true)
  const fail = (): never => {
    const token = peek()
    const near =
      token.kind === 'end' || (token.kind === 'newline' && tokens[at + 1]?.kind === 'end')
        ? 'end of file'
        : token.kind === 'newline'
          ? 'end of line'
          : token.text
    throw new AwkSyntaxError(`line ${token.line}: syntax error at or near ${near}`)
  }
  const need = (text: string) => void (take(text) || fail())
  const newlines = () => {
    while (peek().kind === 'newline') at++
  }
  const ends = () => {
    while (peek().kind === 'newline' || is(';')) at++
  }
  /** `>` in a print statement's list means a file, `in` in a for's head a loop. */
  let noGreater = false
  let noIn = false

  const rules: Rule[] = []
  const functions = new Map<string, { parameters: readonly string[]; body: readonly Statement[] }>()
  ends()
  while (peek().kind !== 'end') {
    if (take('function') || take('func')) {
      const name = next().text
      need('(')
      const parameters: string[] = []
      while (!is(')')) {
        parameters.push(next().text)
        newlines()
        if (!take(',')) break
        newlines()
      }
      need(')')
      newlines()
      functions.set(name, { parameters, body: braces() })
    } else if (is('BEGIN') || is('END')) {
      const when = next().text as 'BEGIN' | 'END'
      if (!is('{')) fail()
      rules.push({ when, body: braces() })
    } else {
      const from = is('{') ? undefined : expression()
      let to: Expression | undefined
      if (from && take(',')) {
        newlines()
        to = expression()
      }
      rules.push({ when: { from, to }, body: is('{') ? braces() : undefined })
    }
    ends()
  }
  return { rules, functions }

  function braces(): Statement[] {
    need('{')
    const body: Statement[] = []
    ends()
    while (!is('}')) {
      if (peek().kind === 'end') fail()
      body.push(statement())
      ends()
    }
    need('}')
    return body
  }

  function simpleEnd(): void {
    if (peek().kind === 'newline' || is(';')) at++
    else if (!is('}') && peek().kind !== 'end') fail()
  }

  function body(): Statement {
    newlines()
    if (take(';')) return { type: 'block', body: [] }
    return statement()
  }

  function statement(): Statement {
    if (is('{')) return { type: 'block', body: braces() }
    if (take('if')) {
      need('(')
      const test = expression()
      need(')')
      const then = body()
      const mark = at
      ends()
      if (take('else')) return { type: 'if', test, then, otherwise: body() }
      at = mark
      return { type: 'if', test, then, otherwise: undefined }
    }
    if (take('while')) {
      need('(')
      const test = expression()
      need(')')
      return { type: 'while', test, body: body() }
    }
    if (take('do')) {
      const inner = body()
      ends()
      need('while')
      need('(')
      const test = expression()
      need(')')
      simpleEnd()
      return { type: 'do', test, body: inner }
    }
    if (take('for')) return forLoop()
    const made = simple()
    simpleEnd()
    return made
  }

  function forLoop(): Statement {
    need('(')
    if (peek().kind === 'name' && tokens[at + 1]?.text === 'in' && tokens[at + 3]?.text === ')') {
      const variable = next().text
      need('in')
      const array = next().text
      need(')')
      return { type: 'each', variable, array, body: body() }
    }
    const init = is(';') ? undefined : simple()
    need(';')
    newlines()
    const test = is(';') ? undefined : expression()
    need(';')
    newlines()
    const update = is(')') ? undefined : simple()
    need(')')
    return { type: 'for', init, test, update, body: body() }
  }

  function simple(): Statement {
    const token = peek()
    if (token.kind === 'keyword') {
      switch (token.text) {
        case 'break':
        case 'continue':
        case 'next':
        case 'nextfile':
          next()
          return { type: token.text }
        case 'exit':
        case 'return':
          next()
          return { type: token.text, value: peek().kind === 'newline' || is(';') || is('}') ? undefined : expression() }
        case 'delete': {
          next()
          const name = next().text
          return { type: 'delete', name, keys: take('[') ? keyList() : undefined }
        }
        case 'print':
        case 'printf':
          next()
          return print(token.text)
      }
    }
    return { type: 'expression', expression: expression() }
  }

  function print(type: 'print' | 'printf'): Statement {
    const outer = noGreater
    noGreater = true
    const args: Expression[] = []
    if (!(peek().kind === 'newline' || is(';') || is('}') || is('>') || is('>>') || is('|'))) {
      args.push(expression())
      while (take(',')) {
        newlines()
        args.push(expression())
      }
    }
    noGreater = outer
    const first = args[0]
    const items = args.length === 1 && first?.type === 'group' ? first.items : args
    for (const operator of ['>>', '>', '|'] as const) {
      if (take(operator)) return { type, args: items, to: { operator, target: concatenation() } }
    }
    return { type, args: items }
  }

  function keyList(): Expression[] {
    const keys = [expression()]
    while (take(',')) keys.push(expression())
    need(']')
    return keys
  }

  function expression(): Expression {
    return assignment()
  }

  function assignment(): Expression {
    const left = ternary()
    if (peek().kind === 'operator' && ['=', '+=', '-=', '*=', '/=', '%=', '^=', '**='].includes(peek().text) && isTarget(left)) {
      const operator = next().text.replace('**', '^')
      newlines()
      return { type: 'assign', operator, target: left, value: assignment() }
    }
    return left
  }

  function ternary(): Expression {
    const test = or()
    if (!take('?')) return test
    newlines()
    const yes = assignment()
    newlines()
    need(':')
    newlines()
    return { type: 'ternary', test, yes, no: assignment() }
  }

  function or(): Expression {
    let left = and()
    while (take('||')) {
      newlines()
      left = { type: 'or', left, right: and() }
    }
    return left
  }

  function and(): Expression {
    let left = membership()
    while (take('&&')) {
      newlines()
      left = { type: 'and', left, right: membership() }
    }
    return left
  }

  function membership(): Expression {
    let left = matching()
    while (!noIn && take('in')) left = { type: 'in', keys: left.type === 'group' ? left.items : [left], name: next().text }
    return left
  }

  function matching(): Expression {
    let left = comparison()
    while (is('~') || is('!~')) left = { type: 'match', negated: next().text === '!~', subject: left, pattern: comparison() }
    return left
  }

  function comparison(): Expression {
    let left = concatenation()
    if (peek().kind === 'operator' && (['<', '<=', '==', '!=', '>='].includes(peek().text) || (is('>') && !noGreater)))
      left = { type: 'binary', operator: next().text, left, right: concatenation() }
    // `"command" | getline`
    while (is('|') && tokens[at + 1]?.text === 'getline') {
      at += 2
      left = { type: 'getline', from: '|', source: left, target: lvalue() }
    }
    return left
  }

  function concatenation(): Expression {
    let left = sum()
    for (;;) {
      const token = peek()
      const starts =
        token.kind === 'number' ||
        token.kind === 'string' ||
        token.kind === 'regex' ||
        token.kind === 'name' ||
        token.kind === 'call' ||
        token.kind === 'builtin' ||
        (token.kind === 'operator' && ['$', '(', '-', '+', '++', '--'].includes(token.text))
      if (!starts || is('in')) break
      left = { type: 'binary', operator: ' ', left, right: sum() }
    }
    return left
  }

  function sum(): Expression {
    let left = product()
    while (is('+') || is('-')) left = { type: 'binary', operator: next().text, left, right: product() }
    return left
  }

  function product(): Expression {
    let left = unary()
    while (is('*') || is('/') || is('%')) left = { type: 'binary', operator: next().text, left, right: unary() }
    return left
  }

  function unary(): Expression {
    if (is('!') || is('-') || is('+')) return { type: 'unary', operator: next().text as '!', operand: unary() }
    return power()
  }

  function power(): Expression {
    const base = postfix()
    if (!take('^') && !take('**')) return base
    // Right-associative, and binds tighter than a minus on its left.
    return { type: 'binary', operator: '^', left: base, right: is('-') || is('+') || is('!') ? unary() : power() }
  }

  function postfix(): Expression {
    const value = primary()
    if (isTarget(value) && (is('++') || is('--'))) return { type: 'step', operator: next().text as '++', prefix: false, target: value }
    return value
  }

  function isTarget(value: Expression): boolean {
    return value.type === 'variable' || value.type === 'field' || value.type === 'element'
  }

  function lvalue(): Expression | undefined {
    if (is('$') || peek().kind === 'name') return primary()
    return undefined
  }

  function primary(): Expression {
    const token = next()
    switch (token.kind) {
      case 'number':
        return { type: 'number', value: Number(token.text) }
      case 'string':
        return { type: 'string', value: token.text }
      case 'regex':
        return { type: 'regex', source: token.text }
      case 'name':
        if (take('[')) return withFreshFlags(() => ({ type: 'element', name: token.text, keys: keyList() }))
        return { type: 'variable', name: token.text }
      case 'call':
        need('(')
        return { type: 'call', name: token.text, args: args() }
      case 'builtin':
        if (take('(')) return { type: 'builtin', name: token.text, args: args() }
        return { type: 'builtin', name: token.text, args: [] }
    }
    if (token.text === 'getline') {
      const target = lvalue()
      if (take('<')) return { type: 'getline', from: '<', source: primary(), target }
      return { type: 'getline', from: '', source: undefined, target }
    }
    if (token.text === '$') {
      if (is('++') || is('--'))
        return { type: 'field', index: { type: 'step', operator: next().text as '++', prefix: true, target: primary() } }
      if (is('-')) {
        next()
        return { type: 'field', index: { type: 'unary', operator: '-', operand: primary() } }
      }
      return { type: 'field', index: primary() }
    }
    if (token.text === '++' || token.text === '--') return { type: 'step', operator: token.text, prefix: true, target: primary() }
    if (token.text === '(') {
      return withFreshFlags(() => {
        const items = [expression()]
        while (take(',')) {
          newlines()
          items.push(expression())
        }
        newlines()
        need(')')
        if (items.length === 1 && !is('in')) {
          const only = items[0]!
          // A parenthesised target can still be stepped, but not be taken for a list.
          return only.type === 'group' ? only : ({ type: 'group', items } as const)
        }
        return { type: 'group', items } as const
      })
    }
    at--
    return fail()
  }

  function withFreshFlags<T>(parse: () => T): T {
    const [greater, inside] = [noGreater, noIn]
    noGreater = noIn = false
    const value = parse()
    ;[noGreater, noIn] = [greater, inside]
    return value
  }

  function args(): Expression[] {
    return withFreshFlags(() => {
      const list: Expression[] = []
      newlines()
      while (!is(')')) {
        list.push(expression())
        newlines()
        if (!take(',')) break
        newlines()
      }
      need(')')
      return list
    })
  }
}
