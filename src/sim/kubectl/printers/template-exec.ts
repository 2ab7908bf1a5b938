import { float64, goText } from './go-values'
import { Float, TemplateProblem, type Operand, type Pipe, type TemplateNode } from './template-parse'
export { TemplateProblem } from './template-parse'

export interface ExecuteOptions {
  /** A key that a map lacks prints `<no value>` instead of ending the template. */
  readonly allowMissing: boolean
}

type Scope = { name: string; value: unknown }[]
class Jump extends Error {
  constructor(readonly to: 'break' | 'continue') {
    super(to)
  }
}
/** What a map answers for a key it lacks: not the same as null. */
const missing = Symbol('no value')
/** An integer of the template itself, an `int`; whole numbers of the data are `int64`, others `float64`. */
class Int {
  constructor(readonly value: number) {}
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Int) && !(value instanceof Float)

/** How many arguments functions take: at least, at most. */
const argumentCounts: Readonly<Record<string, readonly [number, number]>> = {
  ...Object.fromEntries(['not', 'len', 'base64decode'].map((name) => [name, [1, 1] as const])),
  ...Object.fromEntries(['ne', 'lt', 'le', 'gt', 'ge'].map((name) => [name, [2, 2] as const])),
  ...Object.fromEntries(['index', 'slice', 'printf', 'eq', 'call', 'exists'].map((name) => [name, [1, Infinity] as const])),
}

/** Where and what the last command of a pipeline is: there an error about its value is placed. */
const lastOf = ({ places, commands }: Pipe) =>
  [
    { at: places.at(-1)! },
    commands
      .at(-1)!
      .map(({ source }) => source)
      .join(' '),
  ] as const

/** The templates that are defined anywhere in a text. */
function gather(nodes: readonly TemplateNode[], into: Map<string, readonly TemplateNode[]>): void {
  for (const node of nodes) {
    if (node.do === 'define') into.set(node.name, node.body)
    if ('body' in node) gather(node.body, into)
    if ('otherwise' in node) gather(node.otherwise, into)
  }
}

/** Runs a template over JSON data. Throws TemplateProblem, with what had been printed in its `output`. */
export function execute(nodes: readonly TemplateNode[], data: unknown, options: ExecuteOptions): string {
  let output = ''
  const templates = new Map<string, readonly TemplateNode[]>()
  gather(nodes, templates)
  // The template that is being run, for errors.
  let current = 'output'

  const fail = (pipe: { readonly at: string }, what: string, why: string): never => {
    throw new TemplateProblem(`${pipe.at}: executing ${JSON.stringify(current)} at <${what}>: ${why}`)
  }

  const run = (list: readonly TemplateNode[], dot: unknown, scope: Scope): void => {
    const depth = scope.length
    for (const node of list) {
      if (node.do === 'text') output += node.text
      else if (node.do === 'print') {
        const value = evaluate(node.pipe, dot, scope)
        if (node.pipe.variables.length === 0) output += printValue(value)
      } else if (node.do === 'if' || node.do === 'with') {
        const inner = scope.length
        const value = evaluate(node.pipe, dot, scope)
        run(truth(value) ? node.body : node.otherwise, node.do === 'with' && truth(value) ? value : dot, scope)
        scope.length = inner
      } else if (node.do === 'range') range(node, dot, scope)
      else if (node.do === 'template') {
        const body = templates.get(node.name)
        if (!body) return fail(node, node.source, `template ${JSON.stringify(node.name)} not defined`)
        const argument = node.pipe ? evaluate(node.pipe, dot, scope) : missing
        const outer = current
        current = node.name
        run(body, argument, [{ name: '$', value: argument }])
        current = outer
      } else if (node.do === 'break' || node.do === 'continue') throw new Jump(node.do)
    }
    scope.length = depth
  }

  const range = (node: Extract<TemplateNode, { do: 'if' | 'with' | 'range' }>, dot: unknown, scope: Scope): void => {
    const inner = scope.length
    const value = evaluate({ ...node.pipe, variables: [] }, dot, scope)
    const entries: [unknown, unknown][] = Array.isArray(value)
      ? value.map((element, i) => [new Int(i), element])
      : isMap(value)
        ? Object.keys(value).sort().map((key) => [key, value[key]]) // prettier-ignore
        : integerOf(value) !== undefined
          ? Array.from({ length: integerOf(value)! }, (_, i) => [new Int(i), new Int(i)])
          : value === null || value === missing
            ? []
            : fail(...lastOf(node.pipe), `range can't iterate over ${printValue(value)}`)
    if (entries.length === 0) run(node.otherwise, dot, scope)
    for (const [key, element] of entries) {
      const names = node.pipe.variables
      if (names.length === 1) scope.push({ name: names[0]!, value: element })
      if (names.length === 2) scope.push({ name: names[0]!, value: key }, { name: names[1]!, value: element })
      try {
        run(node.body, element, scope)
      } catch (error) {
        if (!(error instanceof Jump)) throw error
        if (error.to === 'break') break
      } finally {
        scope.length = inner
      }
    }
  }

  const evaluate = (pipe: Pipe, dot: unknown, scope: Scope): unknown => {
    let value: unknown = missing
    let first = true
    pipe.commands.forEach((command, i) => {
      value = evaluateCommand({ ...pipe, at: pipe.places[i]! }, command, dot, scope, first ? undefined : [value])
      first = false
    })
    for (const name of pipe.variables) {
      const known = pipe.assigns ? scope.findLast((variable) => variable.name === name) : undefined
      if (known) known.value = value
      else if (pipe.assigns) fail(...lastOf(pipe), `undefined variable: ${name}`)
      else scope.push({ name, value })
    }
    return value
  }

  const evaluateCommand = (pipe: Pipe, command: readonly Operand[], dot: unknown, scope: Scope, piped?: readonly unknown[]): unknown => {
    const [head, ...rest] = command as [Operand, ...Operand[]]
    if (head.is === 'function') {
      if (head.name === 'and' || head.name === 'or') {
        if (rest.length === 0 && !piped) return fail(pipe, head.name, `wrong number of args for ${head.name}: want at least 1 got 0`)
        let value: unknown = missing
        for (const operand of rest) {
          value = operandValue(pipe, operand, dot, scope)
          if (truth(value) === (head.name === 'or')) return value
        }
        return piped ? piped[0] : value
      }
      const [given] = rest
      if ((head.name === 'printf' || head.name === 'base64decode') && given?.is === 'literal' && typeof given.value !== 'string')
        return fail(given, given.source, `expected string; found ${given.source}`)
      const values = [...rest.map((operand) => operandValue(pipe, operand, dot, scope)), ...(piped ?? [])]
      return callFunction(pipe, head.name, command.map((operand) => operand.source).join(' '), values)
    }
    if (head.is === 'literal' && head.value === null) return fail(pipe, 'nil', 'nil is not a command')
    if (rest.length > 0 || piped) {
      if (head.is === 'literal') return fail(pipe, head.source, `can't give argument to non-function ${head.source}`)
      const name = head.names.at(-1) ?? head.source
      return fail(
        pipe,
        head.source,
        head.is === 'field' && head.names.length
          ? `${name} is not a method but has arguments`
          : `can't give argument to non-function ${head.source}`,
      )
    }
    return operandValue(pipe, head, dot, scope)
  }

  const operandValue = (pipe: Pipe, operand: Operand, dot: unknown, scope: Scope): unknown => {
    switch (operand.is) {
      case 'literal':
        return typeof operand.value === 'number' ? new Int(operand.value) : operand.value
      case 'field':
        return fields(operand, dot, operand.names, operand.source)
      case 'variable':
        return fields(operand, scope.findLast((variable) => variable.name === operand.name)?.value, operand.names, operand.source)
      case 'pipe':
        return fields(operand.pipe, evaluate(operand.pipe, dot, scope), operand.names, operand.pipe.source)
      case 'function':
        return callFunction(pipe, operand.name, operand.source, [])
    }
  }

  const fields = (pipe: { readonly at: string }, start: unknown, names: readonly string[], source: string): unknown => {
    let value = start
    for (const name of names) {
      if (value === missing) {
        if (!options.allowMissing) fail(pipe, source, `nil data; no entry for key ${JSON.stringify(name)}`)
      } else if (value === null) {
        fail(pipe, source, `nil pointer evaluating interface {}.${name}`)
      } else if (isMap(value)) {
        if (Object.hasOwn(value, name)) value = value[name]
        else if (options.allowMissing) value = missing
        else fail(pipe, source, `map has no entry for key ${JSON.stringify(name)}`)
      } else
        fail(
          pipe,
          source,
          `can't evaluate field ${name} in type ${value instanceof Int || value instanceof Float ? typeName(value) : 'interface {}'}`,
        )
    }
    return value
  }

  const callFunction = (pipe: Pipe, name: string, source: string, values: readonly unknown[]): unknown => {
    const wrong = (why: string) => fail(pipe, source, `error calling ${name}: ${why}`)
    const [least, most] = argumentCounts[name] ?? [0, Infinity]
    if (values.length < least || values.length > most)
      fail(pipe, name, `wrong number of args for ${name}: want ${most === Infinity ? 'at least ' : ''}${least} got ${values.length}`)
    switch (name) {
      case 'not':
        return !truth(values[0])
      case 'len': {
        const [value] = values
        if (typeof value === 'string') return new Int(new TextEncoder().encode(value).length)
        if (Array.isArray(value)) return new Int(value.length)
        if (isMap(value)) return new Int(Object.keys(value).length)
        return wrong(
          value === null || value === missing ? 'reflect: call of reflect.Value.Type on zero Value' : `len of type ${typeName(value)}`,
        )
      }
      case 'index':
        return values.slice(1).reduce((value, key, step) => {
          if (Array.isArray(value)) {
            const i = integerOf(key) ?? wrong(`cannot index slice/array with type ${typeName(key)}`)
            if ((i as number) < 0 || (i as number) > value.length) return wrong(`index out of range: ${i as number}`)
            if ((i as number) === value.length) return wrong('reflect: slice index out of range')
            return value[i as number] as unknown
          }
          if (isMap(value)) {
            if (typeof key !== 'string') return wrong(`value has type ${typeName(key)}; should be string`)
            return Object.hasOwn(value, key) ? value[key] : missing
          }
          const at = integerOf(key)
          if (typeof value === 'string' && at !== undefined) {
            const bytes = new TextEncoder().encode(value)
            return at < bytes.length
              ? new Int(bytes[at]!)
              : wrong(at === bytes.length ? 'reflect: string index out of range' : `index out of range: ${at}`)
          }
          return wrong(
            value === null || value === missing
              ? `index of ${step > 0 ? 'nil pointer' : 'untyped nil'}`
              : `can't index item of type ${typeName(value)}`,
          )
        }, values[0])
      case 'slice': {
        const [value, from, to] = values
        const bounds = [from, to].map(integerOf)
        if (typeof value === 'string' && values.length > 3) return wrong('cannot 3-index slice a string')
        if (typeof value !== 'string' && !Array.isArray(value)) return wrong(`can't slice item of type ${typeName(value)}`)
        if ((bounds[1] ?? 0) > value.length || (bounds[0] ?? 0) > value.length)
          return wrong(`index out of range: ${Math.max(...bounds.map((bound) => bound ?? 0))}`)
        const [start = 0, end = value.length] = bounds
        if (start > end) return wrong(`invalid slice index: ${start} > ${end}`)
        return value.slice(start, end)
      }
      case 'print':
      case 'println':
        return values.map((value, i) => (i > 0 && (name === 'println' || (typeof value !== 'string' && typeof values[i - 1] !== 'string')) ? ' ' : '') + (isNil(value) ? '<nil>' : printValue(value))).join('') + (name === 'println' ? '\n' : '') // prettier-ignore
      case 'printf':
        return typeof values[0] === 'string'
          ? sprintf(values[0], values.slice(1))
          : wrong(`wrong type for value; expected string; got ${typeName(values[0])}`)
      case 'html':
        return values
          .map(printValue)
          .join('')
          .replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' })[c]!)
      case 'js':
        return values
          .map(printValue)
          .join('')
          .replace(/[\\'"<>&=\n\t\r]/g, (c) =>
            /[\\'"]/.test(c) ? `\\${c}` : `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
          )
      case 'urlquery':
        return encodeURIComponent(values.map(printValue).join('')).replace(/%20/g, '+')
      case 'base64decode': {
        const text = printValue(values[0])
        const wrongAt = corruptBase64(text)
        if (wrongAt !== undefined) return wrong(`base64 decode failed: illegal base64 data at input byte ${wrongAt}`)
        return new TextDecoder().decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)))
      }
      case 'exists': {
        let value: unknown = values[0]
        for (const key of values.slice(1)) {
          if (Array.isArray(value) && integerOf(key) !== undefined) value = value[integerOf(key)!]
          else if (isMap(value) && typeof key === 'string') value = value[key]
          else return false
          if (value === undefined || value === null) return false
        }
        return true
      }
      case 'eq':
        if (values.length < 2) return wrong('missing argument for comparison')
        return values.slice(1).some((other) => equal(values[0], other, wrong))
      case 'ne':
        return !equal(values[0], values[1], wrong)
      case 'lt':
        return less(values[0], values[1], wrong)
      case 'le':
        return less(values[0], values[1], wrong) || equal(values[0], values[1], wrong)
      case 'gt':
        return !(less(values[0], values[1], wrong) || equal(values[0], values[1], wrong))
      case 'ge':
        return !less(values[0], values[1], wrong)
      default: // call: nothing in the data is a function
        return wrong(isNil(values[0]) ? 'call of nil' : `non-function ${source.split(' ')[1] ?? ''} of type ${typeName(values[0])}`)
    }
  }

  try {
    run(nodes, data, [{ name: '$', value: data }])
  } catch (error) {
    if (error instanceof TemplateProblem) error.output = output
    if (!(error instanceof Jump)) throw error
  }
  return output
}

/** A whole number of the template or the data. */
function integerOf(value: unknown): number | undefined {
  if (value instanceof Int) return value.value
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}

function truth(value: unknown): boolean {
  if (value === missing || value === null || value === undefined) return false
  if (value instanceof Int || value instanceof Float) return value.value !== 0
  if (Array.isArray(value)) return value.length > 0
  if (isMap(value)) return Object.keys(value).length > 0
  return Boolean(value)
}

function printValue(value: unknown): string {
  if (value === missing || value === null || value === undefined) return '<no value>'
  if (value instanceof Int) return String(value.value)
  if (value instanceof Float) return float64(value.value)
  return goText(value)
}

const typeName = (value: unknown) =>
  value instanceof Int
    ? 'int'
    : value instanceof Float || typeof value === 'number'
      ? integerOf(value) === undefined
        ? 'float64'
        : 'int64'
      : typeof value === 'string'
        ? 'string'
        : typeof value === 'boolean'
          ? 'bool'
          : Array.isArray(value)
            ? '[]interface {}'
            : value === null
              ? 'nil'
              : 'map[string]interface {}'

const nonComparable = (value: unknown) => `non-comparable type ${formatVerb('s', value, undefined, '')}: ${typeName(value)}`

/** Where Go's decoder finds that a text is no base64; undefined when it is. */
function corruptBase64(text: string): number | undefined {
  let at = 0
  for (let inQuantum = 0; at < text.length; at++) {
    if (/[A-Za-z0-9+/]/.test(text[at]!)) inQuantum = (inQuantum + 1) % 4
    else if (text[at] !== '=' || inQuantum < 2) return at
    else if (inQuantum === 2 && text[at + 1] !== '=') return at + 1 < text.length ? at : text.length
    else return at + 4 - inQuantum < text.length ? at + 4 - inQuantum : undefined
  }
  const rest = text.length % 4
  return rest ? text.length - rest : undefined
}

type Refuse = (why: string) => unknown

/** Go compares only what is of one basic kind: whole numbers with whole ones, others with others. */
function basic(value: unknown): { kind: string; value: string | number | boolean } | undefined {
  if (value instanceof Int) return { kind: 'int', value: value.value }
  if (value instanceof Float) return { kind: 'float', value: value.value }
  if (typeof value === 'number') return { kind: integerOf(value) === undefined ? 'float' : 'int', value }
  if (typeof value === 'string' || typeof value === 'boolean') return { kind: typeof value, value }
  return undefined
}

function equal(a: unknown, b: unknown, wrong: Refuse): boolean {
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b)
  const [left, right] = [basic(a), basic(b)]
  if (!left || !right) return wrong(nonComparable(left ? b : a)) === true
  if (left.kind !== right.kind) return wrong('incompatible types for comparison') === true
  return left.value === right.value
}
const isNil = (value: unknown) => value === missing || value === null

function less(a: unknown, b: unknown, wrong: Refuse): boolean {
  const [left, right] = [basic(a), basic(b)]
  if (!left || !right || typeof left.value === 'boolean') return wrong('invalid type for comparison') === true
  if (left.kind !== right.kind) return wrong('incompatible types for comparison') === true
  return left.value < right.value
}

/** fmt.Sprintf, as far as templates need it. */
export function sprintf(format: string, values: readonly unknown[]): string {
  let next = 0
  const text = format.replace(
    /%([-+ #0]*)(\d+)?(?:\.(\d+))?([^]|$)/g,
    (_, flags: string, width: string | undefined, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%'
      if (verb === '') return '%!(NOVERB)'
      if (next >= values.length) return `%!${verb}(MISSING)`
      const shown = formatVerb(verb, values[next++], precision === undefined ? undefined : Number(precision), flags)
      const missingWidth = Number(width ?? 0) - [...shown].length
      if (missingWidth <= 0) return shown
      return flags.includes('-')
        ? shown + ' '.repeat(missingWidth)
        : (flags.includes('0') && verb !== 's' ? '0' : ' ').repeat(missingWidth) + shown
    },
  )
  const extra = values.slice(next).map((value) => `${typeName(value)}=${printValue(value)}`)
  return text + (extra.length ? `%!(EXTRA ${extra.join(', ')})` : '')
}

/** `%q` of a whole number: the character it stands for. */
function quotedRune(code: number): string {
  const short: Readonly<Record<number, string>> = { 7: 'a', 8: 'b', 9: 't', 10: 'n', 11: 'v', 12: 'f', 13: 'r', 39: "'", 92: '\\' }
  if (short[code]) return `'\\${short[code]}'`
  return code < 32 || code === 127 ? `'\\x${code.toString(16).padStart(2, '0')}'` : `'${String.fromCodePoint(code)}'`
}

function formatVerb(verb: string, value: unknown, precision: number | undefined, flags: string): string {
  // What holds other values is formatted value by value.
  const inner = (item: unknown) => (isNil(item) ? '<nil>' : formatVerb(verb, item, precision, flags))
  if (!'vT'.includes(verb) && Array.isArray(value)) return `[${value.map(inner).join(' ')}]`
  if (!'vT'.includes(verb) && isMap(value))
    return `map[${Object.keys(value).sort().map((key) => `${inner(key)}:${inner(value[key])}`).join(' ')}]` // prettier-ignore
  const bad = () => `%!${verb}(${typeName(value)}=${printValue(value)})`
  const inBase = (base: number) => (integer === undefined ? bad() : sign + integer.toString(base))
  const integer = integerOf(value)
  const number = value instanceof Int || value instanceof Float ? value.value : typeof value === 'number' ? value : undefined
  const sign = flags.includes('+') && (number ?? 0) >= 0 ? '+' : ''
  switch (verb) {
    case 'v':
      if (typeof value === 'string' && precision !== undefined) return [...value].slice(0, precision).join('')
      return value === missing || value === null ? '<nil>' : printValue(value)
    case 's': {
      if (value === missing || value === null) return '%!s(<nil>)'
      if (number !== undefined || typeof value === 'boolean') return bad()
      const text = printValue(value)
      return precision === undefined ? text : [...text].slice(0, precision).join('')
    }
    case 'q':
      return typeof value === 'string' ? JSON.stringify(value) : integer === undefined ? bad() : quotedRune(integer)
    case 'd':
      return integer !== undefined ? sign + String(integer) : value === missing || value === null ? '%!d(<nil>)' : bad()
    case 'f':
    case 'F':
      return number !== undefined && integer === undefined ? sign + number.toFixed(precision ?? 6) : bad()
    case 'e':
      return number !== undefined && integer === undefined ? number.toExponential(precision ?? 6).replace(/e([-+])(\d)$/, 'e$10$2') : bad()
    case 'g':
      return number !== undefined && integer === undefined ? float64(number) : bad()
    case 't':
      return typeof value === 'boolean' ? String(value) : bad()
    case 'x':
      return integer !== undefined
        ? integer.toString(16)
        : typeof value === 'string'
          ? [...new TextEncoder().encode(value)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
          : bad()
    case 'X':
      return formatVerb('x', value, precision, flags).toUpperCase()
    case 'o':
      return inBase(8)
    case 'b':
      return inBase(2)
    case 'c':
      return integer === undefined ? bad() : String.fromCodePoint(integer)
    case 'U':
      return integer === undefined ? bad() : `U+${integer.toString(16).toUpperCase().padStart(4, '0')}`
    case 'T':
      return typeName(value)
    default:
      return bad()
  }
}
