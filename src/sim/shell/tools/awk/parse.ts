import { AwkSyntaxError, type Expression, type Program, type Rule, type Statement } from './syntax'
import { tokenize } from './tokens'

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
