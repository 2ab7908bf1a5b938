import type { FieldError, FieldPath } from '../field-path'
import type { JSONSchemaProps } from '../types/apiextensions-v1.gen'
import { schemaErrors } from './schema-validation'

/*
 * The rules of structural schemas: every field has a type, every list says what is in it and how its items are told apart, every default fits,
 * and what stands below allOf, anyOf, oneOf and not restricts values without describing them.
 * See "Specifying a structural schema" in Kubernetes' documentation, and its `validateStructuralInvariants`.
 */

type Level = 'root' | 'item' | 'field'

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const SCALARS = ['boolean', 'integer', 'number', 'string']
const MISSING_TYPE = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

/** Complaints about the schema of a custom resource's version. */
export const structuralErrors = (schema: JSONSchemaProps, at: FieldPath): FieldError[] => schemaErrorsAt(schema, at, 'root')

/** A structural schema has one schema for all items of a list. */
const itemsOf = ({ items }: JSONSchemaProps) => items as JSONSchemaProps | undefined
const additionalOf = ({ additionalProperties: more }: JSONSchemaProps) => (typeof more === 'object' ? more : undefined)

function schemaErrorsAt(schema: JSONSchemaProps, at: FieldPath, level: Level): FieldError[] {
  const items = itemsOf(schema)
  const additional = additionalOf(schema)
  return [
    ...valueErrors(schema, at),
    ...listErrors(schema, at),
    ...typeErrors(schema, at, level),
    ...extensionErrors(schema, at),
    ...metadataErrors(schema, at, level),
    ...combinationErrors(schema, schema, at, at.text),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => schemaErrorsAt(property, at('properties').key(name), 'field')),
    ...(items ? schemaErrorsAt(items, at('items'), 'item') : []),
    ...(additional ? schemaErrorsAt(additional, at('additionalProperties'), 'field') : []),
  ]
}

/** What is refused of any schema. */
function valueErrors(schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const { type, properties = {}, pattern } = schema
  const errors: FieldError[] = []
  if (schema.uniqueItems)
    errors.push(at('uniqueItems').forbidden('uniqueItems cannot be set to true since the runtime complexity becomes quadratic'))
  if (Object.keys(properties).length > 0 && schema.additionalProperties !== undefined && schema.additionalProperties !== false)
    errors.push(at('additionalProperties').forbidden('additionalProperties and properties are mutual exclusive'))
  if (schema.$ref !== undefined) errors.push(at('$ref').forbidden('$ref is not supported'))
  if (type && !TYPES.includes(type)) errors.push(at('type').notSupported(type, TYPES))
  if (type === 'array' && !schema.items) errors.push(at('items').required('must be specified'))
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    errors.push(at('x-kubernetes-preserve-unknown-fields').invalid(false, 'must be true or undefined'))
  const problem = pattern === undefined ? undefined : patternProblem(pattern)
  if (problem) errors.push(at('pattern').invalid(pattern, `must be a valid regular expression, but isn't: ${problem}`))
  if (schema.default !== undefined) errors.push(...schemaErrors(schema.default, schema, at('default')))
  return errors
}

/** What Go says of a pattern that is none; only of what people get wrong often are its words known here. */
function patternProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern)
    return undefined
  } catch (error) {
    const start = /^[*+?]/.exec(pattern)
    if (start) return `error parsing regexp: missing argument to repetition operator: \`${start[0]}\``
    const text = (error as Error).message
    if (/unterminated group/i.test(text)) return `error parsing regexp: missing closing ): \`${pattern}\``
    if (/unmatched '\)'/i.test(text)) return `error parsing regexp: unexpected ): \`${pattern}\``
    if (/character class/i.test(text)) return `error parsing regexp: missing closing ]: \`${pattern.slice(pattern.lastIndexOf('['))}\``
    return `error parsing regexp: invalid pattern: \`${pattern}\``
  }
}

/** Lists that are sets or maps, and maps that are atomic. */
function listErrors(schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const { type, 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [], 'x-kubernetes-map-type': mapType } = schema
  const errors: FieldError[] = []
  if (mapType !== undefined && type !== 'object')
    errors.push(
      type
        ? at('type').invalid(type, 'must be object if x-kubernetes-map-type is specified')
        : at('type').required('must be object if x-kubernetes-map-type is specified'),
    )
  if (mapType !== undefined && mapType !== 'atomic' && mapType !== 'granular')
    errors.push(at('x-kubernetes-map-type').notSupported(mapType, ['atomic', 'granular']))
  if (listType !== undefined && type !== 'array')
    errors.push(
      type
        ? at('type').invalid(type, 'must be array if x-kubernetes-list-type is specified')
        : at('type').required('must be array if x-kubernetes-list-type is specified'),
    )
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType))
    errors.push(at('x-kubernetes-list-type').notSupported(listType, ['atomic', 'set', 'map']))
  if (keys.length > 0 && listType !== 'map')
    errors.push(
      listType === undefined
        ? at('x-kubernetes-list-type').required('must be map if x-kubernetes-list-map-keys is non-empty')
        : at('x-kubernetes-list-type').invalid(listType, 'must be map if x-kubernetes-list-map-keys is non-empty'),
    )
  if (listType === 'map') errors.push(...keyErrors(schema, keys, at))
  if (listType === 'set') errors.push(...setErrors(itemsOf(schema), at('items')))
  return errors
}

function keyErrors(schema: JSONSchemaProps, keys: readonly string[], at: FieldPath): FieldError[] {
  const here = at('x-kubernetes-list-map-keys')
  if (keys.length === 0) return [here.required('must not be empty if x-kubernetes-list-type is map')]
  const items = itemsOf(schema)
  if (!items) return [at('items').required('must have a schema if x-kubernetes-list-type is map')]
  if (items.type !== 'object')
    return [at('items')('type').invalid(items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map")]
  const errors = keys.flatMap((key): readonly FieldError[] => {
    const property = items.properties?.[key]
    const place = at('items')('properties').key(key)
    if (!property) return [here.invalid(keys, 'entries must all be names of item properties')]
    if (!SCALARS.includes(property.type ?? ''))
      return [place('type').invalid(property.type ?? '', "must be a scalar type if parent array's x-kubernetes-list-type is map")]
    if (property.nullable) return [place('nullable').forbidden('this property is in x-kubernetes-list-map-keys, so it cannot be nullable')]
    return property.default !== undefined || items.required?.includes(key)
      ? []
      : [place('default').required('this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property')]
  })
  return keys.some((key, index) => keys.indexOf(key) < index)
    ? [...errors, here.invalid(keys, 'must not contain duplicate entries')]
    : errors
}

function setErrors(items: JSONSchemaProps | undefined, at: FieldPath): FieldError[] {
  if (!items) return []
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  const errors: FieldError[] = []
  if (items.nullable) errors.push(at('nullable').forbidden('cannot be nullable when x-kubernetes-list-type is set'))
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
    errors.push(at('x-kubernetes-map-type').invalid(items['x-kubernetes-map-type'] ?? null, why))
  if (items.type === 'array' && (items['x-kubernetes-list-type'] ?? 'atomic') !== 'atomic')
    errors.push(at('x-kubernetes-list-type').invalid(items['x-kubernetes-list-type'] ?? null, why))
  return errors
}

function typeErrors(schema: JSONSchemaProps, at: FieldPath, level: Level): FieldError[] {
  const { type } = schema
  const isFree = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields']
  if (schema['x-kubernetes-embedded-resource'] && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true'
    return [type ? at('type').invalid(type, why) : at('type').required(why)]
  }
  const errors = !type && (!isFree || level === 'root') ? [at('type').required(MISSING_TYPE[level])] : []
  if (level === 'root' && type && type !== 'object') errors.push(at('type').invalid(type, 'must be object at the root'))
  if (level === 'root' && additionalOf(schema)) errors.push(at('additionalProperties').forbidden('must not be used at the root'))
  return errors
}

function extensionErrors(schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const { type, properties = {}, 'x-kubernetes-int-or-string': either, 'x-kubernetes-embedded-resource': embedded } = schema
  const keepsAll = schema['x-kubernetes-preserve-unknown-fields'] === true
  const why = 'must be false if x-kubernetes-int-or-string is true'
  const errors: FieldError[] = []
  if (either && keepsAll) errors.push(at('x-kubernetes-preserve-unknown-fields').invalid(true, why))
  if (either && embedded) errors.push(at('x-kubernetes-embedded-resource').invalid(true, why))
  if (either && type) errors.push(at('type').invalid(type, 'must be empty if x-kubernetes-int-or-string is true'))
  if (embedded && additionalOf(schema))
    errors.push(at('additionalProperties').forbidden('must not be used if x-kubernetes-embedded-resource is set'))
  if (embedded && !keepsAll && Object.keys(properties).length === 0)
    errors.push(
      at('properties').required('must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'),
    )
  return errors
}

/** A whole object has apiVersion, kind and metadata of known types; of its metadata a schema may restrict the names alone. */
function metadataErrors({ properties = {}, ...schema }: JSONSchemaProps, at: FieldPath, level: Level): FieldError[] {
  if (level !== 'root' && !schema['x-kubernetes-embedded-resource']) return []
  const { metadata } = properties
  const errors = ['kind', 'apiVersion'].flatMap((name) => {
    const type = properties[name]?.type
    return properties[name] && type !== 'string'
      ? [
          at('properties')
            .key(name)('type')
            .invalid(type ?? '', 'must be string'),
        ]
      : []
  })
  if (!metadata) return errors
  const here = at('properties').key('metadata')
  if (metadata.type !== 'object') errors.push(here('type').invalid(metadata.type ?? '', 'must be object'))
  const { type: _type, description: _description, properties: named = {}, ...others } = metadata
  const isMore = Object.keys(others).length > 0 || Object.keys(named).some((name) => name !== 'name' && name !== 'generateName')
  if (isMore)
    errors.push(here.forbidden('must not specify anything other than name and generateName, but metadata is implicitly specified'))
  return errors
}

/** The fields that describe a value, which only the structural part of a schema may do. */
const DESCRIBING = ['description', 'title', 'type', 'default', 'additionalProperties', 'nullable'] as const
const EXTENSIONS = [
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
] as const
const MUST_BE: Readonly<Record<string, string>> = {
  additionalProperties: 'must be undefined to be structural',
  default: 'must be undefined to be structural',
  nullable: 'must be false to be structural',
  'x-kubernetes-preserve-unknown-fields': 'must be false to be structural',
  'x-kubernetes-embedded-resource': 'must be false to be structural',
  'x-kubernetes-int-or-string': 'must be false to be structural',
  'x-kubernetes-list-type': 'must be undefined to be structural',
}

/** `structural` describes what `schema`, or something that it is a restriction of, speaks of; `root` is where it stands. */
function combinationErrors(schema: JSONSchemaProps, structural: JSONSchemaProps | undefined, at: FieldPath, root: string): FieldError[] {
  const mayHaveTypes = structural?.['x-kubernetes-int-or-string'] === true // `anyOf: [{type: integer}, {type: string}]` says it once more
  const restricted = (inner: JSONSchemaProps, here: FieldPath): FieldError[] => {
    const errors = [...DESCRIBING, ...EXTENSIONS].flatMap((name) =>
      inner[name] === undefined || inner[name] === false || (name === 'type' && mayHaveTypes)
        ? []
        : [here(name).forbidden(MUST_BE[name] ?? 'must be empty to be structural')],
    )
    const properties = Object.entries(inner.properties ?? {}).flatMap(([name, property]) => {
      const described = structural?.properties?.[name]
      const place = here('properties').key(name)
      const known = described ?? (structural && additionalOf(structural))
      return [
        ...(known || structural?.['x-kubernetes-preserve-unknown-fields']
          ? []
          : [at('properties').key(name).required(`because it is defined in ${place.text}`)]),
        ...restrictedBy(property, known, place),
      ]
    })
    const items = itemsOf(inner)
    const described = structural && itemsOf(structural)
    const lists = items
      ? [
          ...(described ? [] : [at('items').required(`because it is defined in ${here('items').text}`)]),
          ...restrictedBy(items, described, here('items')),
        ]
      : []
    return [...errors, ...properties, ...lists, ...combinationErrors(inner, structural, here, root)]
  }
  const restrictedBy = (inner: JSONSchemaProps, described: JSONSchemaProps | undefined, here: FieldPath): FieldError[] =>
    combinationErrors({ allOf: [inner] }, described, here, root)
      .filter(({ reason }) => reason === 'FieldValueForbidden')
      .map((error) => ({ ...error, field: error.field.replace('.allOf[0]', '') }))
  return [
    ...(['allOf', 'anyOf', 'oneOf'] as const).flatMap((name) =>
      (schema[name] ?? []).flatMap((inner, index) => restricted(inner, at(name)(index))),
    ),
    ...(schema.not ? restricted(schema.not, at('not')) : []),
  ]
}
