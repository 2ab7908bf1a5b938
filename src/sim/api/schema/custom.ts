import type { Field, List, MapType, Scalar, ScalarName, Struct, Type } from './schema'

/** The part of a structural schema (`apiextensions.k8s.io/v1` JSONSchemaProps) that tells what shape values have. */
export interface StructuralSchema {
  readonly type?: string
  readonly format?: string
  readonly properties?: Readonly<Record<string, StructuralSchema>>
  readonly additionalProperties?: StructuralSchema | boolean
  readonly items?: StructuralSchema
  readonly required?: readonly string[]
  readonly nullable?: boolean
  readonly default?: unknown
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-list-type'?: List['listType']
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: 'granular' | 'atomic'
}

const types = new WeakMap<StructuralSchema, Struct>()

/** The type that a custom resource's schema describes; its metadata is that of every object. */
export function customType(schema: StructuralSchema, kind: string, metadata: Struct): Struct {
  let type = types.get(schema)
  if (!type) {
    const own = structOf(schema, kind)
    const fields = new Map(own.fields).set('metadata', field('metadata', metadata, {}))
    types.set(schema, (type = { ...own, fields, custom: true }))
  }
  return type
}

const SCALARS: Readonly<Record<string, ScalarName>> = { string: 'string', boolean: 'boolean', integer: 'int64', number: 'float64' }
const FREE: Scalar = { is: 'scalar', scalar: 'object' }
const INT_OR_STRING: Scalar = { is: 'scalar', scalar: 'int-or-string' }

function typeOf(schema: StructuralSchema, name: string): Type {
  if (schema['x-kubernetes-int-or-string']) return INT_OR_STRING
  switch (schema.type) {
    case 'array':
      return listOf(schema, name)
    case 'object':
      return typeof schema.additionalProperties === 'object' ? mapOf(schema, schema.additionalProperties, name) : structOf(schema, name)
    default:
      return { ...(SCALARS[schema.type ?? ''] ? { is: 'scalar', scalar: SCALARS[schema.type ?? '']! } : FREE) }
  }
}

function listOf(schema: StructuralSchema, name: string): List {
  return {
    is: 'list',
    of: schema.items ? typeOf(schema.items, name) : FREE,
    listType: schema['x-kubernetes-list-type'] ?? 'atomic',
    keys: schema['x-kubernetes-list-map-keys'] ?? [],
  }
}

const mapOf = (schema: StructuralSchema, of: StructuralSchema, name: string): MapType => ({
  is: 'map',
  of: typeOf(of, name),
  atomic: schema['x-kubernetes-map-type'] === 'atomic',
})

function structOf(schema: StructuralSchema, name: string): Struct {
  const required = new Set(schema.required ?? [])
  const entries = Object.entries(schema.properties ?? {}).map(([key, each]): [string, Field] => [
    key,
    field(key, typeOf(each, `${name}.${key}`), { required: required.has(key), nullable: each.nullable === true }),
  ])
  return {
    is: 'struct',
    name,
    fields: new Map(entries),
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    custom: true,
    embedded: schema['x-kubernetes-embedded-resource'] === true,
    open: schema['x-kubernetes-preserve-unknown-fields'] === true,
  }
}

const field = (name: string, type: Type, { required = false, nullable = false }): Field => ({
  name,
  type,
  required,
  nullable,
  patchStrategy: [],
})
