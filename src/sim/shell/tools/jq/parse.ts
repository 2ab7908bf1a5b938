import { JqSyntaxError, type Node, type Definition, type Pattern } from './syntax'
import { keywords, tokenize, type Token } from './tokens'

const comparisons = new Set(['==', '!=', '<', '<=', '>', '>='])
const assignments = new Set(['=', '|=', '+=', '-=', '*=', '/=', '%=', '//='])

/** Parses a program. Throws JqSyntaxError. */
export function parseJq(text: string): Node {
  return parser(tokenize(text).tokens).program()
}

/** Parses `def …;` definitions only. */
export function parseDefinitions(text: string): Definition[] {
  return parser(tokenize(text).tokens).definitions()
}

function parser(tokens: readonly Token[]) {
  let at = 0
  const peek = () => tokens[at]!
  const next = () => tokens[at++]!
  const is = (text: string) => peek().text === text && peek().kind !== 'string'
  const take = (text: string) => (is(text) ? (at++, true) : false)
  const name = (token: Token) =>
    token.kind === 'end'
      ? '$end'
      : token.kind === 'string'
        ? 'QQSTRING_START'
        : token.kind === 'number'
          ? 'LITERAL'
          : token.kind === 'field'
            ? 'FIELD'
            : token.kind === 'name' && !keywords.has(token.text)
              ? 'IDENT'
              : keywords.has(token.text)
                ? token.text
                : `'${token.text}'`
  const fail = (token = peek()): never => {
    throw new JqSyntaxError(`syntax error, unexpected ${name(token)} (Unix shell quoting issues?)`)
  }
  const need = (text: string) => void (take(text) || fail())

  function pipe(): Node {
    if (is('def')) {
      const definition = define()
      return { type: 'define', definition, body: pipe() }
    }
    if (take('label')) {
      const variable = next()
      if (variable.kind !== 'variable') fail(variable)
      need('|')
      return { type: 'label', name: variable.text.slice(1), body: pipe() }
    }
    const left = comma()
    if (take('|')) return { type: 'pipe', left, right: pipe() }
    return left
  }

  function define(): Definition {
    need('def')
    const token = next()
    if (token.kind !== 'name') fail(token)
    const parameters: string[] = []
    if (take('(')) {
      do {
        const parameter = next()
        if (parameter.kind !== 'name' && parameter.kind !== 'variable') fail(parameter)
        parameters.push(parameter.text)
      } while (take(';'))
      need(')')
    }
    need(':')
    const body = pipe()
    need(';')
    return { name: token.text, parameters, body }
  }

  function comma(): Node {
    let left = alternative()
    while (take(',')) left = { type: 'comma', left, right: alternative() }
    return left
  }

  function alternative(): Node {
    const left = assignment()
    return take('//') ? { type: 'alternative', left, right: alternative() } : left
  }

  function assignment(): Node {
    const left = or()
    if (peek().kind !== 'operator' || !assignments.has(peek().text)) return left
    return { type: 'assign', operator: next().text, left, right: alternative() }
  }

  function or(): Node {
    let left = and()
    while (take('or')) left = { type: 'or', left, right: and() }
    return left
  }

  function and(): Node {
    let left = comparison()
    while (take('and')) left = { type: 'and', left, right: comparison() }
    return left
  }

  function comparison(): Node {
    const left = sum()
    return peek().kind === 'operator' && comparisons.has(peek().text) ? { type: 'binary', operator: next().text, left, right: sum() } : left
  }

  function sum(): Node {
    let left = product()
    while (is('+') || is('-')) left = { type: 'binary', operator: next().text, left, right: product() }
    return left
  }

  function product(): Node {
    let left = postfix()
    while (is('*') || is('/') || is('%')) left = { type: 'binary', operator: next().text, left, right: postfix() }
    return left
  }

  function postfix(): Node {
    let node = term()
    for (;;) {
      const token = peek()
      if (token.kind === 'field') node = { type: 'index', target: node, key: { type: 'literal', value: next().text.slice(1) } }
      else if (is('.') && (tokens[at + 1]?.kind === 'string' || tokens[at + 1]?.text === '[')) {
        next()
        if (peek().kind === 'string') node = { type: 'index', target: node, key: string(undefined) }
      } else if (is('[')) node = subscript(node)
      else if (take('?')) node = { type: 'try', body: node, handler: undefined }
      else if (take('as')) {
        const patterns = [pattern()]
        while (take('?//')) patterns.push(pattern())
        need('|')
        return { type: 'bind', source: node, patterns, body: pipe() }
      } else return node
    }
  }

  function subscript(target: Node): Node {
    need('[')
    if (take(']')) return { type: 'iterate', target }
    if (take(':')) {
      const to = pipe()
      need(']')
      return { type: 'slice', target, from: undefined, to }
    }
    const key = pipe()
    if (take(':')) {
      const to = is(']') ? undefined : pipe()
      need(']')
      return { type: 'slice', target, from: key, to }
    }
    need(']')
    return { type: 'index', target, key }
  }

  function string(format: string | undefined): Node {
    const parts = (next().parts ?? []).map((part) => (typeof part === 'string' ? part : parser(part).program()))
    if (parts.every((part) => typeof part === 'string')) return { type: 'literal', value: parts.join('') }
    return { type: 'string', format, parts }
  }

  function pattern(): Pattern {
    const token = peek()
    if (token.kind === 'variable') return { type: 'variable', name: next().text.slice(1) }
    if (take('[')) {
      const items = [pattern()]
      while (take(',')) items.push(pattern())
      need(']')
      return { type: 'array', items }
    }
    need('{')
    const entries: { key: Node; variable?: string; pattern?: Pattern }[] = []
    do {
      if (peek().kind === 'variable') {
        const variable = next().text.slice(1)
        entries.push({ key: { type: 'literal', value: variable }, variable, pattern: take(':') ? pattern() : undefined })
      } else {
        const key = peek().kind === 'string' ? string(undefined) : take('(') ? closed() : ({ type: 'literal', value: next().text } as const)
        need(':')
        entries.push({ key, pattern: pattern() })
      }
    } while (take(','))
    need('}')
    return { type: 'object', entries }
  }

  function closed(): Node {
    const body = pipe()
    need(')')
    return body
  }

  function object(): Node {
    const entries: (readonly [Node, Node])[] = []
    while (!is('}')) {
      const token = peek()
      let key: Node
      let fallback: Node | undefined
      if (token.kind === 'variable') {
        next()
        key = { type: 'literal', value: token.text.slice(1) }
        fallback =
          token.text === '$__loc__'
            ? { type: 'literal', value: { file: '<top-level>', line: 1 } }
            : { type: 'variable', name: token.text.slice(1) }
      } else if (token.kind === 'string') {
        key = string(undefined)
        fallback = { type: 'index', target: { type: 'identity' }, key }
      } else if (token.kind === 'format') {
        next()
        key = peek().kind === 'string' ? string(token.text) : { type: 'format', name: token.text }
        fallback = { type: 'index', target: { type: 'identity' }, key }
      } else if (token.kind === 'number') {
        key = { type: 'literal', value: next().text }
      } else if (take('(')) key = closed()
      else {
        if (token.kind !== 'name') fail()
        key = { type: 'literal', value: next().text }
        fallback = { type: 'index', target: { type: 'identity' }, key }
      }
      if (take(':')) {
        let value = postfixNoComma()
        while (take('|')) value = { type: 'pipe', left: value, right: postfixNoComma() }
        entries.push([key, value])
      } else entries.push([key, fallback ?? fail()])
      if (!take(',') && !is('}')) fail()
    }
    need('}')
    return { type: 'object', entries }
  }

  const postfixNoComma = () => alternative()

  function term(): Node {
    const token = peek()
    switch (token.kind) {
      case 'number':
        return { type: 'literal', value: Number(next().text) }
      case 'string':
        return string(undefined)
      case 'format':
        next()
        return peek().kind === 'string' ? string(token.text) : { type: 'format', name: token.text }
      case 'field':
        return { type: 'index', target: { type: 'identity' }, key: { type: 'literal', value: next().text.slice(1) } }
      case 'variable':
        next()
        return token.text === '$__loc__'
          ? { type: 'literal', value: { file: '<top-level>', line: 1 } }
          : { type: 'variable', name: token.text.slice(1) }
      case 'name':
        return named()
    }
    if (take('.')) {
      if (peek().kind === 'string') return { type: 'index', target: { type: 'identity' }, key: string(undefined) }
      if (is('[')) return subscript({ type: 'identity' })
      return { type: 'identity' }
    }
    if (take('..')) return { type: 'recurse' }
    if (take('(')) return closed()
    if (take('[')) {
      if (take(']')) return { type: 'array', body: undefined }
      const body = pipe()
      need(']')
      return { type: 'array', body }
    }
    if (take('{')) return object()
    if (take('-')) return { type: 'negate', body: postfix() }
    return fail()
  }

  function named(): Node {
    const token = next()
    switch (token.text) {
      case 'if': {
        const test = pipe()
        need('then')
        return conditional(test)
      }
      case 'try': {
        const body = postfixTerm()
        return { type: 'try', body, handler: take('catch') ? postfixTerm() : undefined }
      }
      case 'reduce':
      case 'foreach': {
        const source = postfixTerm()
        need('as')
        const bound = pattern()
        need('(')
        const init = pipe()
        need(';')
        const update = pipe()
        const extract = token.text === 'foreach' && take(';') ? pipe() : undefined
        need(')')
        return token.text === 'reduce'
          ? { type: 'reduce', source, pattern: bound, init, update }
          : { type: 'foreach', source, pattern: bound, init, update, extract }
      }
      case 'break': {
        const variable = next()
        return { type: 'break', name: variable.text.slice(1) }
      }
      case 'def':
        at--
        return { type: 'define', definition: define(), body: pipe() }
      case 'null':
        return { type: 'literal', value: null }
      case 'true':
        return { type: 'literal', value: true }
      case 'false':
        return { type: 'literal', value: false }
    }
    if (keywords.has(token.text)) fail(token)
    const args: Node[] = []
    if (take('(')) {
      do args.push(pipe())
      while (take(';'))
      need(')')
    }
    return { type: 'call', name: token.text, args }
  }

  /** A term with its subscripts, but without `as` and operators: what try, reduce and foreach take. */
  function postfixTerm(): Node {
    let node = term()
    for (;;) {
      if (peek().kind === 'field') node = { type: 'index', target: node, key: { type: 'literal', value: next().text.slice(1) } }
      else if (is('.') && (tokens[at + 1]?.kind === 'string' || tokens[at + 1]?.text === '[')) {
        next()
        if (peek().kind === 'string') node = { type: 'index', target: node, key: string(undefined) }
      } else if (is('[')) node = subscript(node)
      else if (take('?')) node = { type: 'try', body: node, handler: undefined }
      else return node
    }
  }

  function conditional(test: Node): Node {
    const then = pipe()
    if (take('elif')) {
      const second = pipe()
      need('then')
      return { type: 'if', test, then, otherwise: conditional(second) }
    }
    const otherwise = take('else') ? pipe() : undefined
    need('end')
    return { type: 'if', test, then, otherwise }
  }

  return {
    program(): Node {
      if (peek().kind === 'end') return { type: 'identity' }
      const node = pipe()
      if (peek().kind !== 'end') fail()
      return node
    },
    definitions(): Definition[] {
      const all: Definition[] = []
      while (peek().kind !== 'end') all.push(define())
      return all
    },
  }
}
