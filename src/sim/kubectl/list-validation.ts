import { parseApiVersion, type AnyObject } from '../api/object'
import type { Proc } from '../node/os/syscalls'
import { fetchSchemas, type Schema, type Schemas } from './openapi'
import { ApiError, ConnectionError } from './errors'
import type { Kubectl } from './session'

/**
 * What is wrong with a list in a file. A server validates one object at a time and is never sent the list, so kubectl looks at it itself before it looks
 * into it: each item against the schema that the server publishes for it, in the words of its OpenAPI validation. Empty when all is well, and where the
 * server does not know a kind or does not answer: whoever asks next tells of that.
 */
export function* listProblems(kubectl: Kubectl, list: AnyObject): Proc<readonly string[]> {
  const known = new Map<string, Schemas | undefined>()
  const problems: string[] = []
  try {
    if (list.kind !== 'List' || list.apiVersion !== 'v1') problems.push(...(yield* objectProblems(kubectl, list, known)))
    else if (!Array.isArray(list.items)) problems.push('invalid object to validate')
    else
      for (const item of list.items as readonly unknown[]) {
        const missing = undeclared(item)
        problems.push(...(missing.length ? missing : yield* objectProblems(kubectl, item as AnyObject, known))) // it says what it is
      }
  } catch (error) {
    if (error instanceof ConnectionError || error instanceof ApiError) return []
    throw error
  }
  return [...new Set(problems)]
}

/** What a document leaves open that validation needs to know. */
export function undeclared(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ['invalid object to validate']
  const object = value as Readonly<Record<string, unknown>> // looked at member by member
  return ['apiVersion', 'kind'].flatMap((member) =>
    object[member] === undefined || object[member] === null
      ? [`${member} not set`]
      : typeof object[member] === 'string'
        ? []
        : [`${member} isn't string type`],
  )
}

function* objectProblems(kubectl: Kubectl, object: AnyObject, known: Map<string, Schemas | undefined>): Proc<readonly string[]> {
  const { apiVersion, kind } = object
  if (!known.has(apiVersion)) known.set(apiVersion, yield* fetchSchemas(kubectl, apiVersion))
  const schemas = known.get(apiVersion)
  const name = schemas?.rootNameOf({ ...parseApiVersion(apiVersion), kind })
  return schemas && name ? valueProblems(object, { $ref: name }, { at: kind, typeName: name, schemas }) : []
}

interface Place {
  /** Where the value is: `Pod.spec.containers[0]`. */
  readonly at: string
  /** What its type goes by: that of a definition, or of a field of one. */
  readonly typeName: string
  readonly schemas: Schemas
}

/** Complaints about one value and what is in it. */
function valueProblems(value: unknown, unresolved: Schema, place: Place): string[] {
  const { schema, name = place.typeName } = place.schemas.resolve(unresolved)
  const here = { ...place, typeName: name }
  if (value === null || value === undefined) return [`unknown object type "nil" in ${place.at}`]
  const expected = expectedType(schema)
  if (expected === undefined) return []
  const actual = actualType(value)
  if (expected === 'map' && actual === 'map') return mapProblems(value as Readonly<Record<string, unknown>>, schema, here) // that is what `map` says
  if (expected === 'array' && actual === 'array')
    return (value as readonly unknown[]).flatMap((item, index) =>
      valueProblems(item, schema.items ?? {}, { ...here, at: `${here.at}[${index}]` }),
    )
  const isTaken = expected === 'string' ? !['map', 'array'].includes(actual) : expected === actual || NUMBERS.has(expected) && NUMBERS.has(actual) // prettier-ignore
  return isTaken ? [] : [`ValidationError(${place.at}): invalid type for ${name}: got "${actual}", expected "${expected}"`]
}

const NUMBERS: ReadonlySet<string> = new Set(['integer', 'number'])

/** What a schema wants; undefined where it takes anything. What may be a text or a number (quantities, ports) takes whatever is no list and no map. */
function expectedType({ type, properties, oneOf, 'x-kubernetes-preserve-unknown-fields': open }: Schema): string | undefined {
  if (open) return undefined
  if (type === 'object' || properties) return 'map'
  return type ?? (oneOf ? 'string' : undefined)
}

function actualType(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  switch (typeof value) {
    case 'object':
      return 'map'
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'number'
    default:
      return typeof value
  }
}

function mapProblems(map: Readonly<Record<string, unknown>>, schema: Schema, { at, typeName, schemas }: Place): string[] {
  const { properties, required = [], additionalProperties } = schema
  const keys = Object.keys(map).sort()
  if (!properties) {
    if (typeof additionalProperties !== 'object') return []
    return keys.flatMap((key) => valueProblems(map[key], additionalProperties, { at: `${at}.${key}`, typeName, schemas }))
  }
  const problems = keys
    .filter((key) => map[key] !== null)
    .flatMap((key) =>
      properties[key]
        ? valueProblems(map[key], properties[key], { at: `${at}.${key}`, typeName: `${typeName}.${key}`, schemas })
        : [`ValidationError(${at}): unknown field "${key}" in ${typeName}`],
    )
  const missing = required.filter((key) => map[key] === undefined || map[key] === null)
  return [...problems, ...missing.map((key) => `ValidationError(${at}): missing required field "${key}" in ${typeName}`)]
}
