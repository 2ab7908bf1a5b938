import { natives, prelude } from './builtins'
import { formatString } from './formats'
import { JqSyntaxError, parseDefinitions, type Definition, type Node, type Pattern } from './parse'
import {
  JqError,
  arithmetic,
  compare,
  deletePaths,
  described,
  getAt,
  getPath,
  isArray,
  isObject,
  setPath,
  shown,
  slice,
  truthy,
  typeOf,
  type Path,
} from './values'

/** A value, and where in the input it came from while paths are being followed. */
export interface Result {
  readonly value: unknown
  readonly path: Path | undefined
}

export type Results = Generator<Result, void, undefined>

interface Closure {
  readonly parameters: readonly string[]
  readonly body: Node
  /** Where the function sees its names; undefined: where it is defined itself (so it can call itself). */
  scope: Scope
}

/** Names in force: a chain, newest first. */
export interface Scope {
  readonly parent: Scope | undefined
  readonly variable?: string
  readonly value?: unknown
  readonly function?: string
  readonly closure?: Closure
  readonly label?: { readonly name: string; readonly mark: object }
}

/** What a program reads besides its input. */
export interface Machine {
  readonly env: Readonly<Record<string, string>>
  readonly nowMs: number
  readonly nextInput: () => unknown
  readonly debug: (text: string) => void
  readonly named: Readonly<Record<string, unknown>>
  steps: number
}

/** Programs that take longer than this have lost their way; the page must not. */
const MAX_STEPS = 30_000_000
const MAX_DEPTH = 1500

class Break {
  constructor(readonly mark: object) {}
}

/** Raised by `empty`-like ends: see halt. */
export class Halt {
  constructor(
    readonly code: number,
    readonly message: unknown,
  ) {}
}

let preludeScope: Scope | undefined

/** Names of jq's own library. */
function libraryScope(): Scope {
  if (!preludeScope) {
    preludeScope = parseDefinitions(prelude).reduce<Scope | undefined>((scope, definition) => define(scope, definition), undefined)!
    // Inside the library everything sees everything.
    for (let at: Scope | undefined = preludeScope; at; at = at.parent) at.closure!.scope = preludeScope
  }
  return preludeScope
}

function define(parent: Scope | undefined, { name, parameters, body }: Definition): Scope {
  const closure: Closure = { parameters, body, scope: undefined as unknown as Scope } // its own scope, known on the next line
  const scope: Scope = { parent, function: `${name}/${parameters.length}`, closure }
  closure.scope = scope
  return scope
}

const bind = (parent: Scope, variable: string, value: unknown): Scope => ({ parent, variable, value })

/** Checks names before anything runs, as jq's compiler does. */
export function checkNames(
  node: unknown,
  variables: readonly string[],
  scope: Scope = libraryScope(),
  known: readonly string[] = variables,
): void {
  if (isArray(node)) for (const child of node) checkNames(child, variables, scope, known)
  if (!isObject(node)) return
  if (node.type === 'call') {
    const key = `${String(node.name)}/${(node.args as readonly Node[]).length}`
    if (!lookUpFunction(scope, key) && !natives[key] && !special.has(key)) throw new JqSyntaxError(`${key} is not defined`)
  }
  if (node.type === 'variable' && !known.includes(String(node.name)) && node.name !== 'ENV' && node.name !== '__prog_args')
    throw new JqSyntaxError(`$${String(node.name)} is not defined`)
  if (node.type === 'define') {
    const definition = node.definition as Definition
    const outer = define(scope, definition)
    let inner = outer
    for (const parameter of definition.parameters)
      inner = define(inner, { name: parameter.replace(/^\$/, ''), parameters: [], body: { type: 'identity' } })
    checkNames(definition.body, variables, inner, [
      ...known,
      ...definition.parameters.filter((p) => p.startsWith('$')).map((p) => p.slice(1)),
    ])
    return checkNames(node.body, variables, outer, known)
  }
  if (node.type === 'bind' || node.type === 'reduce' || node.type === 'foreach') {
    const patterns = node.type === 'bind' ? (node.patterns as readonly Pattern[]) : [node.pattern as Pattern]
    checkNames(node.source, variables, scope, known)
    const inner = [...known, ...patterns.flatMap(patternNames)]
    for (const key of ['body', 'init', 'update', 'extract']) checkNames(node[key], variables, scope, inner)
    return
  }
  for (const [key, child] of Object.entries(node)) if (key !== 'value') checkNames(child, variables, scope, known)
}

const patternNames = (pattern: Pattern): string[] =>
  pattern.type === 'variable'
    ? [pattern.name]
    : pattern.type === 'array'
      ? pattern.items.flatMap(patternNames)
      : pattern.entries.flatMap((entry) => [
          ...(entry.variable ? [entry.variable] : []),
          ...(entry.pattern ? patternNames(entry.pattern) : []),
        ])

function lookUpFunction(scope: Scope | undefined, key: string): { closure: Closure; scope: Scope } | undefined {
  for (let at = scope; at; at = at.parent) if (at.function === key) return { closure: at.closure!, scope: at }
  return undefined
}

/** Runs a program on one input. */
export function* runJq(program: Node, input: unknown, machine: Machine): Generator<unknown, void, undefined> {
  let scope = libraryScope()
  scope = bind(scope, 'ENV', machine.env)
  scope = bind(scope, '__prog_args', [])
  for (const [name, value] of Object.entries(machine.named)) scope = bind(scope, name, value)
  for (const { value } of evaluate(program, { value: input, path: undefined }, scope, machine, 0)) yield value
}

const result = (value: unknown, path?: Path): Result => ({ value, path })
const child = (path: Path | undefined, key: unknown): Path | undefined => path && [...path, key]

/** Functions that must see their arguments unevaluated. */
const special = new Set([
  'empty/0',
  'error/0',
  'error/1',
  'path/1',
  'getpath/1',
  'paths/0',
  'select/1',
  'recurse/0',
  'recurse/1',
  'first/1',
  'limit/2',
  'until/2',
  'while/2',
  'repeat/1',
  'range/1',
  'range/2',
  'range/3',
  'isempty/1',
  'any/2',
  'all/2',
  'input/0',
  'inputs/0',
  'debug/0',
  'debug/1',
  'input_line_number/0',
  'now/0',
  'env/0',
  'halt/0',
  'halt_error/0',
  'halt_error/1',
  'sort_by/1',
  'group_by/1',
  'unique_by/1',
  'min_by/1',
  'max_by/1',
  'del/1',
  'add/1',
  'skip/2',
  'input_filename/0',
  'stderr/0',
  'pick/1',
  'builtins/0',
])

function* evaluate(node: Node, input: Result, scope: Scope, machine: Machine, depth: number): Results {
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

const plain = (input: Result): Result => (input.path ? result(input.value) : input)

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

export function* iterate({ value, path }: Result): Results {
  if (isArray(value)) for (let i = 0; i < value.length; i++) yield result(value[i], child(path, i))
  else if (isObject(value)) for (const key of Object.keys(value)) yield result(value[key], child(path, key))
  else throw new JqError(`Cannot iterate over ${described(value)}`)
}

function* recurse(input: Result): Results {
  yield input
  if (isArray(input.value) || isObject(input.value)) for (const one of iterate(input)) yield* recurse(one)
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

function pathOf({ path, value }: Result): Path {
  if (!path) throw new JqError(`Invalid path expression with result ${shown(value)}`)
  return path
}

function* call(name: string, args: readonly Node[], input: Result, scope: Scope, machine: Machine, depth: number): Results {
  const key = `${name}/${args.length}`
  const found = lookUpFunction(scope, key)
  if (found) return yield* callClosure(found.closure, args, input, scope, machine, depth)
  const each = (node: Node, from: Result = plain(input)) => evaluate(node, from, scope, machine, depth)
  const [a, b, c] = args as [Node, Node, Node] // as many as the name says
  switch (key) {
    case 'empty/0':
      return
    case 'error/0':
      throw new JqError(input.value)
    case 'error/1':
      for (const { value } of each(a)) throw new JqError(value)
      return
    case 'select/1':
      for (const { value } of each(a)) if (truthy(value)) yield input
      return
    case 'recurse/0':
      return yield* recurse(input)
    case 'recurse/1':
      return yield* recurseBy(a, input, scope, machine, depth)
    case 'path/1':
      for (const one of each(a, result(input.value, []))) yield result(pathOf(one))
      return
    case 'getpath/1':
      for (const { value } of each(a)) {
        if (!isArray(value)) throw new JqError('Path must be specified as an array')
        let at: unknown = null
        try {
          at = getPath(input.value, value)
        } catch (error) {
          if (!(error instanceof JqError) || input.value !== null) throw error
        }
        yield result(at, input.path && [...input.path, ...value])
      }
      return
    case 'paths/0':
      for (const one of recurse(result(input.value, []))) if (one.path!.length > 0) yield result(one.path)
      return
    case 'first/1':
      for (const one of evaluate(a, input, scope, machine, depth)) {
        yield one
        return
      }
      return
    case 'limit/2':
      for (const { value } of each(a)) {
        let left = Number(value)
        if (left <= 0) continue
        for (const one of evaluate(b, input, scope, machine, depth)) {
          yield one
          if (--left <= 0) break
        }
      }
      return
    case 'skip/2':
      for (const { value } of each(a)) {
        let left = Number(value)
        for (const one of evaluate(b, input, scope, machine, depth)) if (left-- <= 0) yield one
      }
      return
    case 'until/2': {
      let at = input
      while (!truthy(firstOf(each(a, at)))) at = result(firstOf(each(b, at)))
      yield at
      return
    }
    case 'while/2':
      for (let at: Result | undefined = input; at && truthy(firstOf(each(a, at))); at = each(b, at).next().value ?? undefined) yield at
      return
    case 'repeat/1':
      for (let at: Result | undefined = input; at; at = each(a, at).next().value ?? undefined) yield at
      return
    case 'range/1':
      for (const { value } of each(a)) for (let i = 0; i < numeric(value); i++) yield counted(i, machine)
      return
    case 'range/2':
      for (const from of each(a))
        for (const to of each(b)) for (let i = numeric(from.value); i < numeric(to.value); i++) yield counted(i, machine)
      return
    case 'range/3':
      for (const from of each(a)) {
        for (const to of each(b)) {
          for (const by of each(c)) {
            const step = numeric(by.value)
            if (step === 0) continue
            for (let i = numeric(from.value); step > 0 ? i < numeric(to.value) : i > numeric(to.value); i += step) yield counted(i, machine)
          }
        }
      }
      return
    case 'isempty/1':
      yield result(each(a).next().done === true)
      return
    case 'any/2':
    case 'all/2': {
      const wanted = name === 'any'
      for (const one of each(a)) {
        for (const { value } of each(b, result(one.value))) {
          if (truthy(value) === wanted) {
            yield result(wanted)
            return
          }
        }
      }
      yield result(!wanted)
      return
    }
    case 'add/1': {
      let sum: unknown = null
      for (const { value } of each(a)) sum = arithmetic('+', sum, value)
      yield result(sum)
      return
    }
    case 'input/0':
      yield result(machine.nextInput())
      return
    case 'inputs/0':
      for (;;) {
        let value: unknown
        try {
          value = machine.nextInput()
        } catch (error) {
          if (error instanceof JqError && error.value === 'No more inputs') return
          throw error
        }
        yield result(value)
      }
    case 'debug/0':
    case 'debug/1':
      for (const { value } of args.length ? each(a) : [input]) machine.debug(`["DEBUG:",${formatString('@json', value)}]\n`)
      yield input
      return
    case 'stderr/0':
      machine.debug(formatString('@json', input.value))
      yield input
      return
    case 'input_line_number/0':
      yield result(0)
      return
    case 'input_filename/0':
      yield result(null)
      return
    case 'now/0':
      yield result(machine.nowMs / 1000)
      return
    case 'env/0':
      yield result(machine.env)
      return
    case 'builtins/0':
      yield result(Object.keys(natives))
      return
    case 'halt/0':
      throw new Halt(0, undefined)
    case 'halt_error/0':
      throw new Halt(5, input.value)
    case 'halt_error/1':
      throw new Halt(Number(firstOf(each(a))), input.value)
    case 'del/1':
      yield result(deletePaths(input.value, [...each(a, result(input.value, []))].map(pathOf)))
      return
    case 'pick/1': {
      let value: unknown = null
      for (const one of each(a, result(input.value, []))) value = setPath(value, pathOf(one), getPath(input.value, pathOf(one)))
      yield result(value)
      return
    }
    case 'sort_by/1':
    case 'group_by/1':
    case 'unique_by/1':
    case 'min_by/1':
    case 'max_by/1':
      yield result(ordered(name, input.value, (item) => [...each(a, result(item))].map(({ value }) => value)))
      return
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

function counted(value: number, machine: Machine): Result {
  if (++machine.steps > MAX_STEPS) throw new JqError('the program took too long and was stopped')
  return result(value)
}

function numeric(value: unknown): number {
  if (typeof value !== 'number') throw new JqError('Range bounds must be numeric')
  return value
}

const firstOf = (results: Results): unknown => results.next().value?.value ?? null

function* recurseBy(step: Node, input: Result, scope: Scope, machine: Machine, depth: number): Results {
  yield input
  for (const one of evaluate(step, input, scope, machine, depth)) yield* recurseBy(step, one, scope, machine, depth + 1)
}

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

function ordered(name: string, value: unknown, keyOf: (item: unknown) => unknown): unknown {
  if (!isArray(value)) throw new JqError(`Cannot index ${typeOf(value)} with number`)
  const keyed = value.map((item) => ({ item, key: keyOf(item) }))
  if (name === 'min_by' || name === 'max_by') {
    let best = keyed[0]
    for (const one of keyed.slice(1)) if (name === 'min_by' ? compare(one.key, best!.key) < 0 : compare(one.key, best!.key) >= 0) best = one
    return best?.item ?? null
  }
  keyed.sort((a, b) => compare(a.key, b.key))
  if (name === 'sort_by') return keyed.map(({ item }) => item)
  const groups: { key: unknown; items: unknown[] }[] = []
  for (const { item, key } of keyed) {
    const last = groups.at(-1)
    if (last && compare(last.key, key) === 0) last.items.push(item)
    else groups.push({ key, items: [item] })
  }
  return name === 'group_by' ? groups.map(({ items }) => items) : groups.map(({ items }) => items[0])
}
