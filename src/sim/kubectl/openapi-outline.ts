import type { Schema, Schemas } from './openapi'

/** A field as `explain` shows it. */
export interface ExplainedField {
  readonly name: string
  /** `[]Container`, `map[string]string`, `integer`. */
  readonly type: string
  readonly required: boolean
  readonly enums: readonly string[]
  /** What is said of the field, then of its type. */
  readonly texts: readonly string[]
  readonly schema: Schema
}

/** The fields of an object schema, sorted; none for anything else. */
export function outline(schemas: Schemas, schema: Schema): ExplainedField[] {
  const { properties = {}, required = [] } = schema
  return Object.keys(properties)
    .sort()
    .map((name) => {
      const own = properties[name]!
      const { schema: resolved } = schemas.resolve(own)
      const inner = resolved.items
        ? schemas.resolve(resolved.items).schema
        : typeof resolved.additionalProperties === 'object'
          ? schemas.resolve(resolved.additionalProperties).schema
          : undefined
      return {
        name,
        type: typeText(schemas, own),
        required: required.includes(name),
        enums: own.enum ?? resolved.enum ?? [],
        texts: [
          own.description ?? '',
          resolved === own ? '' : (resolved.description ?? ''),
          inner && inner !== own ? (inner.description ?? '') : '',
        ],
        schema: own,
      }
    })
}

function typeText(schemas: Schemas, schema: Schema): string {
  const { schema: resolved, name } = schemas.resolve(schema)
  if (resolved.items) return `[]${typeText(schemas, resolved.items)}`
  if (typeof resolved.additionalProperties === 'object') return `map[string]${typeText(schemas, resolved.additionalProperties)}`
  if (name && (resolved.type === undefined || resolved.type === 'object')) return name.slice(name.lastIndexOf('.') + 1)
  return (resolved.type ?? 'object').replace('object', 'Object')
}
