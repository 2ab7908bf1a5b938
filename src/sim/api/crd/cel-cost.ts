import type { JSONSchemaProps } from '../types/apiextensions-v1.gen'

/*
 * What a rule of a custom resource may cost at most, estimated from its expression and from how large the values of its schema can become: the
 * figures of cel-go's checker and of Kubernetes' sizes. An API server refuses rules that could cost more than its limits.
 */

/** A parsed expression as the library gives it: an operator and what it is applied to. */
export interface CelNode {
  readonly op: string
  readonly args: unknown
}

/** What a request may hold; whatever has no bound of its own is bounded by that. */
const MAX_REQUEST_BYTES = 3 * 1024 * 1024
const RULE_LIMIT = 10_000_000
const TOTAL_LIMIT = 100_000_000
const TRAVERSAL = 0.1
const REGEX = 0.25

type Schema = JSONSchemaProps | undefined

/** What it costs to look at all of a text or a list. */
const traversed = (size: number) => Math.ceil(size * TRAVERSAL)

const itemsOf = (schema: Schema): Schema => schema?.items as Schema // a structural schema has one for all
const valuesOf = (schema: Schema): Schema => (typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined)

/** How many bytes a value takes at least. */
function smallest(schema: Schema): number {
  switch (schema?.type) {
    case 'string':
    case 'array':
      return 2
    case 'boolean':
      return 4
    case 'object':
      return (schema.required ?? []).reduce((sum, name) => {
        const property = schema.properties?.[name]
        return property === undefined || property.default !== undefined ? sum : sum + name.length + 4 + smallest(property)
      }, 2)
    default:
      return 1
  }
}

/** How many characters, items or entries a value has at most. */
function largest(schema: Schema): number {
  switch (schema?.type) {
    case 'string': {
      const words = schema.enum?.map((word) => String(word as string).length)
      const fixed: Readonly<Record<string, number>> = { date: 10, 'date-time': 30, duration: 32 }
      // A character takes up to four bytes.
      return schema.maxLength !== undefined
        ? 4 * schema.maxLength
        : words
          ? Math.max(0, ...words)
          : (fixed[schema.format ?? ''] ?? MAX_REQUEST_BYTES - 2)
    }
    case 'array':
      return schema.maxItems ?? Math.floor((MAX_REQUEST_BYTES - 2) / (smallest(itemsOf(schema)) + 1))
    case 'object':
      return schema.maxProperties ?? Math.floor((MAX_REQUEST_BYTES - 2) / (smallest(valuesOf(schema)) + 6))
    default:
      return 1
  }
}

/** A part of an expression: what it costs, how large its value can be, and of which schema it is. */
interface Estimate {
  readonly cost: number
  readonly size: number
  readonly schema?: Schema
}

type Scope = ReadonlyMap<string, Schema>

const of = (schema: Schema, cost: number): Estimate => ({ cost, size: largest(schema), schema })
const plain = (cost: number, size = 1): Estimate => ({ cost, size })

/** Macros over a list or the keys of a map, and what each round costs besides the expression in it. */
const ROUNDS: Readonly<Record<string, number>> = { all: 3, exists: 4, exists_one: 5, filter: 14, map: 14 }

function estimate(node: CelNode, scope: Scope): Estimate {
  const { op } = node
  const args = node.args as readonly CelNode[]
  const each = () => args.map((arg) => estimate(arg, scope))
  const sum = (parts: readonly Estimate[]) => parts.reduce((total, { cost }) => total + cost, 0)
  switch (op) {
    case 'value':
      return plain(0, typeof node.args === 'string' ? node.args.length : 1)
    case 'id': {
      const name = node.args as string
      return scope.has(name) ? of(scope.get(name), 1) : plain(1)
    }
    case '.':
    case '.?': {
      const [of_, name] = node.args as readonly [CelNode, string | CelNode]
      const base = estimate(of_, scope)
      const field = typeof name === 'string' ? name : String(name.args as string)
      return of(base.schema?.properties?.[field] ?? valuesOf(base.schema), base.cost + 1)
    }
    case '[]':
    case '[?]': {
      const [base, index] = each() as [Estimate, Estimate]
      return of(itemsOf(base.schema) ?? valuesOf(base.schema), base.cost + index.cost + 1)
    }
    case '||':
    case '&&':
      return plain(sum(each()))
    case '?:': {
      const [condition, yes, no] = each() as [Estimate, Estimate, Estimate]
      const larger = yes.size >= no.size ? yes : no
      return { ...larger, cost: condition.cost + Math.max(yes.cost, no.cost) }
    }
    case '==':
    case '!=': {
      const [left, right] = each() as [Estimate, Estimate]
      return plain(left.cost + right.cost + traversed(Math.min(left.size, right.size)))
    }
    case 'in': {
      const [item, list] = each() as [Estimate, Estimate]
      return plain(item.cost + list.cost + (list.schema?.type === 'object' ? 1 : list.size))
    }
    case '+': {
      const [left, right] = each() as [Estimate, Estimate]
      const size = left.size + right.size
      return { cost: left.cost + right.cost + (size > 2 ? traversed(size) : 1), size, schema: left.schema }
    }
    case 'list':
      return plain(10 + sum(each()), args.length)
    case 'map':
      return plain(30, args.length)
    case 'call': {
      const [name, given] = node.args as readonly [string, readonly CelNode[]]
      return called(name, undefined, given, scope)
    }
    case 'rcall': {
      const [name, receiver, given] = node.args as readonly [string, CelNode, readonly CelNode[]]
      return called(name, receiver, given, scope)
    }
    default:
      return plain(
        1 + (Array.isArray(args) ? sum(args.filter((arg) => typeof arg?.op === 'string').map((arg) => estimate(arg, scope))) : 0),
      )
  }
}

function called(name: string, receiver: CelNode | undefined, given: readonly CelNode[], scope: Scope): Estimate {
  const round = ROUNDS[name]
  if (receiver && round !== undefined && given.length >= 2) {
    const range = estimate(receiver, scope)
    const isMap = range.schema?.type === 'object'
    const item = isMap ? ({ type: 'string' } as JSONSchemaProps) : itemsOf(range.schema)
    const variables = given.slice(0, -1).filter(({ op }) => op === 'id')
    const inner: Scope = new Map([
      ...scope,
      ...variables.map(({ args }, index) => [args as string, index === 0 ? item : (valuesOf(range.schema) ?? item)] as const),
    ])
    const body = given.slice(variables.length).reduce((sum, each) => sum + estimate(each, inner).cost, 0)
    const schema = name === 'filter' ? range.schema : undefined
    return { cost: range.cost + range.size * (round + body) + 1, size: range.size, schema }
  }
  const target = receiver && estimate(receiver, scope)
  const rest = given.map((each) => estimate(each, scope))
  const cost = (target?.cost ?? 0) + rest.reduce((sum, each) => sum + each.cost, 0)
  const [first] = rest
  const [text, pattern] = target ? [target.size, first?.size ?? 1] : [first?.size ?? 1, rest[1]?.size ?? 1]
  switch (name) {
    case 'contains':
      return plain(cost + traversed(text) * traversed(pattern))
    case 'startsWith':
    case 'endsWith':
      return plain(cost + traversed(pattern))
    case 'matches':
    case 'find':
    case 'findAll':
      return plain(cost + traversed(text + 1) * Math.ceil(pattern * REGEX), text)
    case 'has':
    case 'size':
    case 'type':
      return plain(cost + 1)
    default:
      // Kubernetes' own functions look at all of what they are given, once.
      return plain(cost + (text > 1 ? traversed(text) : 1), text)
  }
}

/** What one rule may cost at most, where its schema can stand at most so often (undefined: as often as a request has room). */
export function ruleCost(ast: CelNode, schema: JSONSchemaProps, cardinality: number | undefined): number {
  const { cost } = estimate(ast, new Map([['self', schema], ['oldSelf', schema]])) // prettier-ignore
  return cost * (cardinality ?? Math.floor(MAX_REQUEST_BYTES / (smallest(schema) + 1)))
}

/** How often what stands inside a list or a map can occur, when that itself occurs so often; undefined: without a bound. */
export function cardinalityInside(schema: JSONSchemaProps, outside: number | undefined): number | undefined {
  const most = schema.type === 'array' ? schema.maxItems : schema.maxProperties
  return most === undefined || outside === undefined ? undefined : most * outside
}

const complaint = (what: string, cost: number, limit: number): string => {
  const factor = cost / limit
  const text = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`
  return `${what} exceeds budget by factor of ${text} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`
}

/** Why a rule of this cost is refused; undefined when it is not. */
export const tooDear = (cost: number): string | undefined =>
  cost > RULE_LIMIT ? complaint('estimated rule cost', cost, RULE_LIMIT) : undefined

/** The same for all the rules of a version's schema together. */
export const tooDearTogether = (cost: number): string | undefined =>
  cost > TOTAL_LIMIT
    ? complaint('x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema', cost, TOTAL_LIMIT)
    : undefined
