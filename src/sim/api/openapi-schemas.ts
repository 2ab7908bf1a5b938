import enums from './schema/enums.json' with { type: 'json' }
import { structNamed, type Field, type Scalar, type Struct, type Type } from './schema/schema'

/** A JSON Schema as OpenAPI writes it; which keys it has depends on what it describes. */
export type JsonSchema = { [key: string]: unknown }

/** OpenAPI 2 puts schemas elsewhere and knows no `allOf` beside a reference, no `oneOf`. */
export type Style = 'v2' | 'v3'

/** Type name → its description and those of its fields. Generated (descriptions.gen.json), large, loaded on demand. */
export type Descriptions = Readonly<Record<string, readonly [string, Readonly<Record<string, string>>]>>

/** Collects the definitions of a document: ask for a reference, and what it refers to is defined too. */
export interface Definitions {
  /** The reference to a type of Kubernetes' sources, for instance `core.v1.PodSpec`. */
  ref(typeName: string): JsonSchema
  /** The reference to a definition by its full name, made by `make` when it is not there yet. */
  define(name: string, make: () => JsonSchema): JsonSchema
  all(): Readonly<Record<string, JsonSchema>>
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions'

/** `core.v1.Pod` as OpenAPI calls it: `io.k8s.api.core.v1.Pod`. */
export function definitionName(typeName: string): string {
  if (typeName.startsWith('meta.v1.')) return `${META}.${typeName.slice(8)}`
  if (typeName.startsWith('apiextensions.')) return `${EXTENSIONS}.${typeName.slice(14)}`
  if (typeName.startsWith('apiregistration.')) return `io.k8s.kube-aggregator.pkg.apis.${typeName}`
  return `io.k8s.api.${typeName}`
}

const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity'
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'
const RAW = 'io.k8s.apimachinery.pkg.runtime.RawExtension'

/** Definitions that are not structs on the wire, by style where styles differ. */
const SPECIAL: Readonly<Record<string, (style: Style) => JsonSchema>> = {
  [QUANTITY]: (style) => (style === 'v2' ? { type: 'string' } : { oneOf: [{ type: 'string' }, { type: 'number' }] }),
  [INT_OR_STRING]: (style) => ({
    format: 'int-or-string',
    ...(style === 'v2' ? { type: 'string' } : { oneOf: [{ type: 'integer' }, { type: 'string' }] }),
  }),
  [RAW]: () => ({ type: 'object' }),
  [`${META}.Time`]: () => ({ type: 'string', format: 'date-time' }),
  [`${META}.MicroTime`]: () => ({ type: 'string', format: 'date-time' }),
  [`${META}.Duration`]: () => ({ type: 'string' }),
  [`${META}.FieldsV1`]: () => ({ type: 'object' }),
}

const SCALARS: Readonly<Partial<Record<Scalar['scalar'], JsonSchema>>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  float64: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
}

const REFERRED: Readonly<Partial<Record<Scalar['scalar'], string>>> = {
  time: `${META}.Time`,
  microtime: `${META}.MicroTime`,
  duration: `${META}.Duration`,
  quantity: QUANTITY,
  'int-or-string': INT_OR_STRING,
}

/** Named strings that are open sets, although their known values are listed. */
const OPEN = /(ConditionType|SecretType|AddressType|ResourceStatus|VolumeStatus|Name|Reason)$/

const kindName = (typeName: string) => typeName.slice(typeName.lastIndexOf('.') + 1)
const values = enums as Readonly<Record<string, readonly string[]>>
const isClosed = (name: string) => values[name] !== undefined && !OPEN.test(name)

/** Starts the definitions of one document. */
export function createDefinitions(style: Style, descriptions: Descriptions | undefined): Definitions {
  const made = new Map<string, JsonSchema>()
  const prefix = style === 'v2' ? '#/definitions/' : '#/components/schemas/'

  const definitions: Definitions = {
    ref: (typeName) => definitions.define(definitionName(typeName), () => structSchema(typeName)),
    define(name, make) {
      if (!made.has(name)) {
        made.set(name, {}) // types refer to each other in circles
        made.set(name, SPECIAL[name]?.(style) ?? make())
      }
      return { $ref: prefix + name }
    },
    all: () => Object.fromEntries([...made].sort(([x], [y]) => (x < y ? -1 : 1))),
  }

  function structSchema(typeName: string): JsonSchema {
    const [description = '', fields = {}] = descriptions?.[typeName] ?? []
    const struct = structNamed(typeName)
    if (!struct) return { ...(description && { description }) } // a free form: JSON, JSONSchemaPropsOrArray…
    return { ...(description && { description }), ...structBody(struct, fields) }
  }

  function structBody(struct: Struct, texts: Readonly<Record<string, string>>): JsonSchema {
    const all = [...struct.fields.values()].sort((x, y) => (x.name < y.name ? -1 : 1))
    const required = all.filter((field) => field.required).map(({ name }) => name)
    return {
      type: 'object',
      ...(required.length > 0 && { required }),
      ...(all.length > 0 && { properties: Object.fromEntries(all.map((field) => [field.name, fieldSchema(struct.name, field, texts)])) }),
      ...(struct.atomic && { 'x-kubernetes-map-type': 'atomic' }),
    }
  }

  function fieldSchema(owner: string, field: Field, texts: Readonly<Record<string, string>>): JsonSchema {
    const description = texts[field.name] ?? fallback(owner, field)
    return withExtra(schemaOf(field.type), {
      ...(description && { description }),
      ...(field.default !== undefined && { default: field.default }),
      ...(field.patchMergeKey && { 'x-kubernetes-patch-merge-key': field.patchMergeKey }),
      ...(field.patchStrategy.length > 0 && { 'x-kubernetes-patch-strategy': field.patchStrategy.join(',') }),
    })
  }

  /** The typings have no words for a field that holds one struct: what they say of the struct serves instead. */
  function fallback(owner: string, { name, type }: Field): string | undefined {
    if (!descriptions || type.is !== 'struct') return undefined
    if (type.name === 'meta.v1.ObjectMeta') return "Standard object's metadata."
    if (type.name === `${owner}Spec` && name === 'spec') return `Specification of the desired behavior of the ${kindName(owner)}.`
    if (type.name === `${owner}Status` && name === 'status') return `Most recently observed status of the ${kindName(owner)}.`
    return descriptions[type.name]?.[0]
  }

  /** OpenAPI 3 allows nothing beside `$ref`, so the reference is wrapped. */
  function withExtra(schema: JsonSchema, extra: JsonSchema): JsonSchema {
    if (!schema.$ref || style === 'v2') return { ...extra, ...schema }
    return Object.keys(extra).length > 0 ? { ...extra, allOf: [schema] } : schema
  }

  function schemaOf(type: Type): JsonSchema {
    switch (type.is) {
      case 'struct':
        return definitions.ref(type.name)
      case 'list':
        return {
          type: 'array',
          items: schemaOf(type.of),
          'x-kubernetes-list-type': type.listType,
          ...(type.listType === 'map' && { 'x-kubernetes-list-map-keys': type.keys }),
        }
      case 'map':
        return { type: 'object', additionalProperties: schemaOf(type.of), ...(type.atomic && { 'x-kubernetes-map-type': 'atomic' }) }
      case 'scalar':
        return scalarSchema(type)
    }
  }

  function scalarSchema({ scalar, name }: Scalar): JsonSchema {
    const referred = REFERRED[scalar]
    if (referred) return definitions.define(referred, () => ({}))
    if (scalar === 'object') return name?.includes('.v1.') ? definitions.ref(name) : definitions.define(RAW, () => ({}))
    return { ...SCALARS[scalar], ...(name && isClosed(name) && { enum: [...values[name]!].sort() }) }
  }

  return definitions
}

const API_VERSION =
  'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources'
const KIND =
  'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds'

/** The two fields that every object has, for schemas that do not list them. */
export const typeMeta: Readonly<Record<string, JsonSchema>> = {
  apiVersion: { description: API_VERSION, type: 'string' },
  kind: { description: KIND, type: 'string' },
}

/** Marks a schema as that of kinds: `x-kubernetes-group-version-kind`, with apiVersion and kind among its properties. */
export function asKind(schema: JsonSchema, kinds: readonly { group: string; version: string; kind: string }[]): JsonSchema {
  const properties = { ...typeMeta, ...(schema.properties as Readonly<Record<string, JsonSchema>> | undefined) } // written by structBody
  const sorted = Object.fromEntries(Object.entries(properties).sort(([x], [y]) => (x < y ? -1 : 1)))
  return {
    ...schema,
    type: 'object',
    properties: sorted,
    'x-kubernetes-group-version-kind': kinds.map(({ group, version, kind }) => ({ group, kind, version })),
  }
}
