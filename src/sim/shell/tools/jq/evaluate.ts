import { natives } from './builtins'
import { formatString } from './formats'
import type { Node, Pattern } from './syntax'
import { MAX_DEPTH, MAX_STEPS, child, iterate, pathOf, plain, recurse, result, type Machine, type Result, type Results } from './results'
import { bind, define, libraryScope, lookUpFunction, patternNames, type Closure, type Scope } from './scope'
import { special } from './special'
import { JqError, arithmetic, deletePaths, described, getAt, getPath, isArray, setPath, slice, truthy, typeOf, type Path } from './values'

/** Evaluates a program: every expression gives any number of results, one after another. */

class Break {
  constructor(readonly mark: object) {}
}

/** Runs a program on one input. */
export function* runJq(program: Node, input: unknown, machine: Machine): Generator<unknown, void, undefined> {
  let scope = libraryScope()
  scope = bind(scope, 'ENV', machine.env)
  scope = bind(scope, '__prog_args', [])
  for (const [name, value] of Object.entries(machine.named)) scope = bind(scope, name, value)
  for (const { value } of evaluate(program, { value: input, path: undefined }, scope, machine, 0)) yield value
}

/** The results of an expression on an input; refuses programs that run too long or too deep. */
export function* evaluate(node: Node, input: Result, scope: Scope, machine: Machine, depth: number): Results {
  if (++machine.steps > MAX_STEPS || depth > MAX_DEPTH) throw new JqError('the program took too long and was stopped')
  const inner = depth + 1
  switch (node.type) {
    case 'identity':
      yield input
      return
    case 'recurse':
      return yield* recurse(input)
    case 'literal':
      yield result(node.value, undefined)
      return
    case 'format':
      yield result(formatString(node.name, input.value))
      return
    case 'string':
      yield* interpolate(node.parts, 0, '', node.format, input, scope, machine, inner)
      return
    case 'index':
      for (const target of evaluate(node.target, input, scope, machine, inner)) {
        for (const key of evaluate(node.key, plain(input), scope, machine, inner))
          yield result(getAt(target.value, key.value), child(target.path, key.value))
      }
      return
    case 'slice':
      for (const target of evaluate(node.target, input, scope, machine, inner)) {
        for (const to of node.to ? evaluate(node.to, plain(input), scope, machine, inner) : [result(null)]) {
          for (const from of node.from ? evaluate(node.from, plain(input), scope, machine, inner) : [result(null)]) {
            yield result(slice(target.value, from.value, to.value), child(target.path, { start: from.value, end: to.value }))
          }
        }
      }
      return
    case 'iterate':
      for (const target of evaluate(node.target, input, scope, machine, inner)) yield* iterate(target)
      return
    case 'array': {
      const items: unknown[] = []
      if (node.body) for (const one of evaluate(node.body, plain(input), scope, machine, inner)) items.push(one.value)
      yield result(items)
      return
    }
    case 'object':
      yield* object(node.entries, 0, {}, plain(input), scope, machine, inner)
      return
    case 'negate':
      for (const { value } of evaluate(node.body, plain(input), scope, machine, inner)) {
        if (typeof value !== 'number') throw new JqError(`${described(value)} cannot be negated`)
        yield result(-value)
      }
      return
    case 'pipe':
      for (const left of evaluate(node.left, input, scope, machine, inner)) yield* evaluate(node.right, left, scope, machine, inner)
      return
    case 'comma':
      yield* evaluate(node.left, input, scope, machine, inner)
      yield* evaluate(node.right, input, scope, machine, inner)
      return
    case 'alternative': {
      let any = false
      try {
        for (const left of evaluate(node.left, input, scope, machine, inner)) {
          if (!truthy(left.value)) continue
          any = true
          yield left
        }
      } catch (error) {
        if (!(error instanceof JqError)) throw error
      }
      if (!any) yield* evaluate(node.right, input, scope, machine, inner)
      return
    }
    case 'and':
    case 'or':
      for (const left of evaluate(node.left, plain(input), scope, machine, inner)) {
        if (truthy(left.value) !== (node.type === 'and')) yield result(node.type === 'or')
        else for (const right of evaluate(node.right, plain(input), scope, machine, inner)) yield result(truthy(right.value))
      }
      return
    case 'binary':
      for (const right of evaluate(node.right, plain(input), scope, machine, inner)) {
        for (const left of evaluate(node.left, plain(input), scope, machine, inner))
          yield result(arithmetic(node.operator, left.value, right.value))
      }
      return
    case 'assign':
      return yield* assign(node, input, scope, machine, inner)
    case 'if':
      for (const { value } of evaluate(node.test, plain(input), scope, machine, inner)) {
        if (truthy(value)) yield* evaluate(node.then, input, scope, machine, inner)
        else if (node.otherwise) yield* evaluate(node.otherwise, input, scope, machine, inner)
        else yield input
      }
      return
    case 'try':
      try {
        yield* evaluate(node.body, input, scope, machine, inner)
      } catch (error) {
        if (!(error instanceof JqError)) throw error
        if (node.handler) yield* evaluate(node.handler, result(error.value), scope, machine, inner)
      }
      return
    case 'reduce':
      for (const start of evaluate(node.init, plain(input), scope, machine, inner)) {
        let state: unknown = start.value
        for (const item of evaluate(node.source, plain(input), scope, machine, inner)) {
          for (const bound of match(node.pattern, item.value, scope, machine, inner)) {
            let last: unknown = null
            for (const { value } of evaluate(node.update, result(state), bound, machine, inner)) last = value
            state = last
          }
        }
        yield result(state)
      }
      return
    case 'foreach':
      for (const start of evaluate(node.init, plain(input), scope, machine, inner)) {
        let state: unknown = start.value
        for (const item of evaluate(node.source, plain(input), scope, machine, inner)) {
          for (const bound of match(node.pattern, item.value, scope, machine, inner)) {
            for (const { value } of evaluate(node.update, result(state), bound, machine, inner)) {
              state = value
              if (node.extract) yield* evaluate(node.extract, result(state), bound, machine, inner)
              else yield result(state)
            }
          }
        }
      }
      return
    case 'bind':
      for (const source of evaluate(node.source, plain(input), scope, machine, inner))
        yield* bindFirst(node, source.value, input, scope, machine, inner)
      return
    case 'define':
      return yield* evaluate(node.body, input, define(scope, node.definition), machine, inner)
    case 'variable': {
      for (let at: Scope | undefined = scope; at; at = at.parent) {
        if (at.variable === node.name) {
          yield result(at.value)
          return
        }
      }
      throw new JqError(`$${node.name} is not defined`)
    }
    case 'label': {
      const mark = {}
      try {
        yield* evaluate(node.body, input, { parent: scope, label: { name: node.name, mark } }, machine, inner)
      } catch (error) {
        if (!(error instanceof Break) || error.mark !== mark) throw error
      }
      return
    }
    case 'break':
      for (let at: Scope | undefined = scope; at; at = at.parent) if (at.label?.name === node.name) throw new Break(at.label.mark)
      throw new JqError(`$*label-${node.name} is not defined`)
    case 'call':
      return yield* call(node.name, node.args, input, scope, machine, inner)
  }
}

function* interpolate(
  parts: readonly (string | Node)[],
  at: number,
  text: string,
  format: string | undefined,
  input: Result,
  scope: Scope,
  machine: Machine,
  depth: number,
): Results {
  if (at === parts.length) {
    yield result(text)
    return
  }
  const part = parts[at]!
  if (typeof part === 'string') return yield* interpolate(parts, at + 1, text + part, format, input, scope, machine, depth)
  for (const { value } of evaluate(part, plain(input), scope, machine, depth)) {
    yield* interpolate(parts, at + 1, text + formatString(format ?? '@text', value), format, input, scope, machine, depth)
  }
}

function* object(
  entries: readonly (readonly [Node, Node])[],
  at: number,
  built: Record<string, unknown>,
  input: Result,
  scope: Scope,
  machine: Machine,
  depth: number,
): Results {
  if (at === entries.length) {
    yield result(built)
    return
  }
  const [keyNode, valueNode] = entries[at]!
  for (const key of evaluate(keyNode, input, scope, machine, depth)) {
    if (typeof key.value !== 'string') throw new JqError(`Object keys must be strings`)
    for (const { value } of evaluate(valueNode, input, scope, machine, depth)) {
      const next = { ...built }
      Object.defineProperty(next, key.value, { value, enumerable: true, configurable: true, writable: true })
      yield* object(entries, at + 1, next, input, scope, machine, depth)
    }
  }
}

/** Scopes in which a destructuring pattern's variables are bound to parts of `value`. */
function* match(pattern: Pattern, value: unknown, scope: Scope, machine: Machine, depth: number): Generator<Scope, void, undefined> {
  if (pattern.type === 'variable') {
    yield bind(scope, pattern.name, value)
    return
  }
  if (pattern.type === 'array') {
    if (value !== null && !isArray(value)) throw new JqError(`Cannot index ${typeOf(value)} with number`)
    yield* matchAll(
      pattern.items.map((item, i) => () => ({ pattern: item, value: getAt(value, i) })),
      0,
      scope,
      machine,
      depth,
    )
    return
  }
  yield* matchEntries(pattern.entries, 0, value, scope, machine, depth)
}

function* matchAll(
  parts: readonly (() => { pattern: Pattern; value: unknown })[],
  at: number,
  scope: Scope,
  machine: Machine,
  depth: number,
): Generator<Scope, void, undefined> {
  if (at === parts.length) {
    yield scope
    return
  }
  const { pattern, value } = parts[at]!()
  for (const bound of match(pattern, value, scope, machine, depth)) yield* matchAll(parts, at + 1, bound, machine, depth)
}

function* matchEntries(
  entries: Extract<Pattern, { type: 'object' }>['entries'],
  at: number,
  value: unknown,
  scope: Scope,
  machine: Machine,
  depth: number,
): Generator<Scope, void, undefined> {
  const entry = entries[at]
  if (!entry) {
    yield scope
    return
  }
  for (const key of evaluate(entry.key, result(value), scope, machine, depth)) {
    const inner = getAt(value, key.value)
    const named = entry.variable ? bind(scope, entry.variable, inner) : scope
    if (!entry.pattern) yield* matchEntries(entries, at + 1, value, named, machine, depth)
    else
      for (const bound of match(entry.pattern, inner, named, machine, depth))
        yield* matchEntries(entries, at + 1, value, bound, machine, depth)
  }
}

/** `as P1 ?// P2`: the next pattern is tried when the one before it fails; names of all are bound. */
function* bindFirst(
  node: Extract<Node, { type: 'bind' }>,
  value: unknown,
  input: Result,
  scope: Scope,
  machine: Machine,
  depth: number,
): Results {
  const names = node.patterns.length > 1 ? node.patterns.flatMap(patternNames) : []
  const outer = names.reduce((at, name) => bind(at, name, null), scope)
  for (const [i, pattern] of node.patterns.entries()) {
    try {
      for (const bound of match(pattern, value, outer, machine, depth)) yield* evaluate(node.body, input, bound, machine, depth)
      return
    } catch (error) {
      if (!(error instanceof JqError) || i === node.patterns.length - 1) throw error
    }
  }
}

function* assign(node: Extract<Node, { type: 'assign' }>, input: Result, scope: Scope, machine: Machine, depth: number): Results {
  const pathsOf = () => [...evaluate(node.left, result(input.value, []), scope, machine, depth)].map(pathOf)
  if (node.operator === '|=') {
    let value = input.value
    const gone: Path[] = []
    for (const path of pathsOf()) {
      const next = evaluate(node.right, result(getPath(value, path)), scope, machine, depth).next()
      if (next.done) gone.push(path)
      else value = setPath(value, path, next.value.value)
    }
    yield result(deletePaths(value, gone))
    return
  }
  for (const right of evaluate(node.right, result(input.value), scope, machine, depth)) {
    let value = input.value
    for (const path of pathsOf()) {
      const old = getPath(value, path)
      value = setPath(
        value,
        path,
        node.operator === '='
          ? right.value
          : node.operator === '//='
            ? truthy(old)
              ? old
              : right.value
            : arithmetic(node.operator.slice(0, -1), old, right.value),
      )
    }
    yield result(value)
  }
}

function* call(name: string, args: readonly Node[], input: Result, scope: Scope, machine: Machine, depth: number): Results {
  const key = `${name}/${args.length}`
  const found = lookUpFunction(scope, key)
  if (found) return yield* callClosure(found.closure, args, input, scope, machine, depth)
  const each = (node: Node, from: Result = plain(input)) => evaluate(node, from, scope, machine, depth)
  const known = special[key]
  if (known) {
    const follow = (node: Node) => evaluate(node, input, scope, machine, depth)
    const [a, b, c] = args as [Node, Node, Node] // as many as the name says
    return yield* known({ input, args, scope, machine, depth, each, follow }, a, b, c)
  }
  const native = natives[key]
  if (!native) throw new JqError(`${key} is not defined`)
  yield* product(args, 0, [], input, each, native)
}

/** Calls a native function with every combination of its arguments' values; the last argument varies slowest, as in jq. */
function* product(
  args: readonly Node[],
  at: number,
  values: readonly unknown[],
  input: Result,
  each: (node: Node) => Results,
  native: (input: unknown, args: readonly unknown[]) => unknown,
): Results {
  if (at === args.length) {
    const answer = native(input.value, [...values].reverse())
    if (isStream(answer)) for (const value of answer.stream) yield result(value)
    else yield result(answer)
    return
  }
  for (const { value } of each(args[args.length - 1 - at]!)) yield* product(args, at + 1, [...values, value], input, each, native)
}

const isStream = (answer: unknown): answer is { stream: Iterable<unknown> } =>
  typeof answer === 'object' &&
  answer !== null &&
  'stream' in answer &&
  Symbol.iterator in Object(answer.stream) &&
  Object.getPrototypeOf(answer) === null

function* callClosure(closure: Closure, args: readonly Node[], input: Result, scope: Scope, machine: Machine, depth: number): Results {
  let inner: Scope = closure.scope
  const values: [string, Node][] = []
  for (const [i, parameter] of closure.parameters.entries()) {
    const name = parameter.replace(/^\$/, '')
    inner = { parent: inner, function: `${name}/0`, closure: { parameters: [], body: args[i]!, scope } }
    if (parameter.startsWith('$')) values.push([name, args[i]!])
  }
  yield* withValues(values, 0, inner, closure.body, input, scope, machine, depth)
}

function* withValues(
  values: readonly (readonly [string, Node])[],
  at: number,
  inner: Scope,
  body: Node,
  input: Result,
  scope: Scope,
  machine: Machine,
  depth: number,
): Results {
  const next = values[at]
  if (!next) return yield* evaluate(body, input, inner, machine, depth)
  for (const { value } of evaluate(next[1], plain(input), scope, machine, depth)) {
    yield* withValues(values, at + 1, bind(inner, next[0], value), body, input, scope, machine, depth)
  }
}
