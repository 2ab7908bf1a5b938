import type { JSONSchemaProps } from '../types/apiextensions-v1.gen'

/** Fills in what a schema has defaults for, from the outside in: a default that is an object is filled in as well. The same value when nothing is missing. */
export function withSchemaDefaults(value: unknown, schema: JSONSchemaProps): unknown {
  const items = schema.items as JSONSchemaProps | undefined // a structural schema has one for all
  if (Array.isArray(value))
    return items
      ? changed(
          value,
          value.map((each) => withSchemaDefaults(each, items)),
        )
      : value
  if (typeof value !== 'object' || value === null) return value
  const fields = value as Readonly<Record<string, unknown>> // no list, no null: an object
  const next: Record<string, unknown> = { ...fields }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const missing = next[name] === undefined || (next[name] === null && !property.nullable)
    if (missing && property.default !== undefined) next[name] = property.default
    if (next[name] !== undefined) next[name] = withSchemaDefaults(next[name], property)
  }
  const { additionalProperties } = schema
  if (typeof additionalProperties === 'object') {
    for (const [name, inner] of Object.entries(fields)) next[name] = withSchemaDefaults(inner, additionalProperties)
  }
  return isSame(fields, next) ? value : next
}

const changed = (before: readonly unknown[], after: readonly unknown[]) =>
  after.some((each, index) => each !== before[index]) ? after : before

const isSame = (before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>) =>
  Object.keys(after).length === Object.keys(before).length && Object.keys(after).every((name) => after[name] === before[name])
