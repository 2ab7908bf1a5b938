import { parseApiVersion } from './object'
import { builtInType, type Type } from './schema/schema'

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * An answer with its fields in the order in which a real server writes them: that of Go's structs, for custom resources that of the alphabet.
 * What a reader of the text sees first is then the same as there.
 */
export function inGoOrder(value: unknown): unknown {
  if (!isObject(value) || typeof value.kind !== 'string' || typeof value.apiVersion !== 'string') return value
  const { group, version } = parseApiVersion(value.apiVersion)
  const type = builtInType(group, version, value.kind)
  if (type) return ordered(value, type)
  return isObject(value.metadata) && ('uid' in value.metadata || 'resourceVersion' in value.metadata) ? sorted(value) : value
}

function ordered(value: unknown, type: Type): unknown {
  if (Array.isArray(value)) return type.is === 'list' ? value.map((item) => ordered(item, type.of)) : value
  if (!isObject(value) || type.is === 'scalar' || type.is === 'list') return value
  if (type.is === 'map') return Object.fromEntries(names(value).map((name) => [name, ordered(value[name], type.of)]))
  const result: Record<string, unknown> = {}
  const take = (name: string, of?: Type) => {
    if (name in value && !(name in result)) result[name] = of ? ordered(value[name], of) : value[name]
  }
  for (const name of ['kind', 'apiVersion']) if (!type.fields.has(name)) take(name)
  for (const [name, field] of type.fields) take(name, field.type)
  for (const name of names(value)) take(name)
  return result
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  return isObject(value) ? Object.fromEntries(names(value).map((name) => [name, sorted(value[name])])) : value
}

const names = (value: Json) => Object.keys(value).sort()
