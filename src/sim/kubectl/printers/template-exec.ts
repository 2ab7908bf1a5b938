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

/** Runs a template over JSON data. Throws TemplateProblem, with what had been printed in its `output`. */
export function execute(nodes: readonly TemplateNode[], data: unknown, options: ExecuteOptions): string {
  let output = ''
  const templates = new Map<string, readonly TemplateNode[]>()
  for (const node of nodes) if (node.do === 'define') templates.set(node.name, node.body)

  const fail = (pipe: { readonly at: string }, what: string, why: string): never => {
    throw new TemplateProblem(`${pipe.at}: executing "output" at <${what}>: ${why}`)
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
        if (!body) throw new TemplateProblem(`1: template ${JSON.stringify(node.name)} not defined`)
        const argument = node.pipe ? evaluate(node.pipe, dot, scope) : null
        run(body, argument, [{ name: '$', value: argument }])
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
            : fail(node.pipe, node.pipe.source, `range can't iterate over ${printValue(value)}`)
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
    for (const command of pipe.commands) {
      value = evaluateCommand(pipe, command, dot, scope, first ? undefined : [value])
      first = false
    }
    for (const name of pipe.variables) {
      const known = pipe.assigns ? scope.findLast((variable) => variable.name === name) : undefined
      if (known) known.value = value
      else scope.push({ name, value })
    }
    return value
  }

  const evaluateCommand = (pipe: Pipe, command: readonly Operand[], dot: unknown, scope: Scope, piped?: readonly unknown[]): unknown => {
    const [head, ...rest] = command as [Operand, ...Operand[]]
    if (head.is === 'function') {
      if (head.name === 'and' || head.name === 'or') {
        let value: unknown = missing
        for (const operand of rest) {
          value = operandValue(pipe, operand, dot, scope)
          if (truth(value) === (head.name === 'or')) return value
        }
        return piped ? piped[0] : value
      }
      const values = [...rest.map((operand) => operandValue(pipe, operand, dot, scope)), ...(piped ?? [])]
      return callFunction(pipe, head.name, command.map((operand) => operand.source).join(' '), values)
    }
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
      } else fail(pipe, source, `can't evaluate field ${name} in type interface {}`)
    }
    return value
  }

  const callFunction = (pipe: Pipe, name: string, source: string, values: readonly unknown[]): unknown => {
    const wrong = (why: string) =>
      fail(
        pipe,
        name === 'index' || name === 'slice' || name === 'len' || name === 'eq' || name === 'lt' ? source : source,
        `error calling ${name}: ${why}`,
      )
    const atLeast = (count: number) => {
      if (values.length < count)
        fail(
          pipe,
          name,
          `wrong number of args for ${name}: want ${count === 1 && !['index', 'eq', 'printf'].includes(name) ? '' : 'at least '}${count} got ${values.length}`,
        )
    }
    switch (name) {
      case 'not':
        atLeast(1)
        return !truth(values[0])
      case 'len': {
        atLeast(1)
        const [value] = values
        if (typeof value === 'string') return new Int(new TextEncoder().encode(value).length)
        if (Array.isArray(value)) return new Int(value.length)
        if (isMap(value)) return new Int(Object.keys(value).length)
        return wrong(
          value === null || value === missing ? 'reflect: call of reflect.Value.Type on zero Value' : `len of type ${typeName(value)}`,
        )
      }
      case 'index':
        atLeast(1)
        return values.slice(1).reduce((value, key) => {
          if (Array.isArray(value)) {
            const i = integerOf(key) ?? wrong(`cannot index slice/array with type ${typeName(key)}`)
            if ((i as number) < 0 || (i as number) >= value.length) return wrong(`index out of range: ${i as number}`)
            return value[i as number] as unknown
          }
          if (isMap(value)) {
            if (typeof key !== 'string') return wrong(`value has type ${typeName(key)}; should be string`)
            return Object.hasOwn(value, key) ? value[key] : missing
          }
          const at = integerOf(key)
          if (typeof value === 'string' && at !== undefined) {
            const bytes = new TextEncoder().encode(value)
            return at < bytes.length ? new Int(bytes[at]!) : wrong(`index out of range: ${at}`)
          }
          return wrong(value === null || value === missing ? 'index of untyped nil' : `can't index item of type ${typeName(value)}`)
        }, values[0])
      case 'slice': {
        atLeast(1)
        const [value, from, to] = values
        const bounds = [from, to].map(integerOf)
        if (typeof value !== 'string' && !Array.isArray(value)) return wrong(`can't slice item of type ${typeName(value)}`)
        if ((bounds[1] ?? 0) > value.length || (bounds[0] ?? 0) > value.length)
          return wrong(`index out of range: ${Math.max(...bounds.map((bound) => bound ?? 0))}`)
        return value.slice(bounds[0], bounds[1])
      }
      case 'print':
      case 'println':
        return values.map((value, i) => (i > 0 && (name === 'println' || (typeof value !== 'string' && typeof values[i - 1] !== 'string')) ? ' ' : '') + printValue(value === missing ? null : value)).join('') + (name === 'println' ? '\n' : '') // prettier-ignore
      case 'printf':
        atLeast(1)
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
        atLeast(1)
        const text = printValue(values[0])
        if (!/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
          return wrong(`base64 decode failed: illegal base64 data at input byte ${Math.max(0, text.search(/[^A-Za-z0-9+/=]/))}`)
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
        atLeast(2)
        return values.slice(1).some((other) => equal(values[0], other, wrong))
      case 'ne':
        atLeast(2)
        return !equal(values[0], values[1], wrong)
      case 'lt':
        atLeast(2)
        return less(values[0], values[1], wrong)
      case 'le':
        atLeast(2)
        return less(values[0], values[1], wrong) || equal(values[0], values[1], wrong)
      case 'gt':
        atLeast(2)
        return !(less(values[0], values[1], wrong) || equal(values[0], values[1], wrong))
      case 'ge':
        atLeast(2)
        return !less(values[0], values[1], wrong)
      default:
        return wrong('not a function')
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
  if (!left || !right) return wrong('non-comparable type') === true
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
    /%([-+ #0]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g,
    (_, flags: string, width: string | undefined, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%'
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

function formatVerb(verb: string, value: unknown, precision: number | undefined, flags: string): string {
  const bad = () => `%!${verb}(${typeName(value)}=${printValue(value)})`
  const integer = integerOf(value)
  const number = value instanceof Int || value instanceof Float ? value.value : typeof value === 'number' ? value : undefined
  const sign = flags.includes('+') && (number ?? 0) >= 0 ? '+' : ''
  switch (verb) {
    case 'v':
      return value === missing || value === null ? '<nil>' : printValue(value)
    case 's': {
      if (value === missing || value === null) return '%!s(<nil>)'
      if (number !== undefined || typeof value === 'boolean') return bad()
      const text = printValue(value)
      return precision === undefined ? text : [...text].slice(0, precision).join('')
    }
    case 'q':
      return typeof value === 'string' ? JSON.stringify(value) : bad()
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
    case 'T':
      return typeName(value)
    default:
      return bad()
  }
}
