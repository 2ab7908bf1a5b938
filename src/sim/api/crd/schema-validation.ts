import type { FieldError, FieldPath } from '../field-path'
import { embeddedErrors } from './embedded-resource'
import type { JSONSchemaProps } from '../types/apiextensions-v1.gen'

/** Whether a value satisfies a structural schema; complaints in the words that an API server has for custom resources. */
export function schemaErrors(value: unknown, schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  if (value === null && schema.nullable) return []
  if (schema['x-kubernetes-int-or-string']) {
    return typeof value === 'string' || Number.isInteger(value) ? [] : [typeError(value, 'integer,string', at)]
  }
  if (schema.type && !hasType(value, schema.type)) return [typeError(value, schema.type, at)]
  const errors = [...enumErrors(value, schema, at), ...combinationErrors(value, schema, at)]
  if (typeof value === 'string') errors.push(...stringErrors(value, schema, at))
  else if (typeof value === 'number') errors.push(...numberErrors(value, schema, at))
  else if (Array.isArray(value)) errors.push(...listErrors(value, schema, at))
  else if (isObject(value)) errors.push(...objectErrors(value, schema, at))
  return errors
}

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value
}

const hasType = (value: unknown, type: string) => typeName(value) === type || (type === 'number' && typeof value === 'number')

function typeError(value: unknown, type: string, at: FieldPath): FieldError {
  const found = typeName(value)
  return { ...at.invalid(found, `${at.text} in body must be of type ${type}: ${JSON.stringify(found)}`), reason: 'FieldValueTypeInvalid' }
}

function enumErrors(value: unknown, { enum: allowed }: JSONSchemaProps, at: FieldPath): FieldError[] {
  if (!allowed || allowed.some((each) => same(each, value))) return []
  return [
    at.notSupported(
      value,
      allowed.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))),
    ),
  ]
}

const same = (x: unknown, y: unknown) => JSON.stringify(x) === JSON.stringify(y)

function combinationErrors(value: unknown, { allOf = [], anyOf, oneOf, not }: JSONSchemaProps, at: FieldPath): FieldError[] {
  const fits = (schema: JSONSchemaProps) => schemaErrors(value, schema, at).length === 0
  const errors = allOf.flatMap((schema) => schemaErrors(value, schema, at))
  const complain = (why: string) => errors.push(at.invalid(shown(value), `${JSON.stringify(at.text)} ${why}`))
  if (anyOf && !anyOf.some(fits)) {
    complain('must validate at least one schema (anyOf)')
    errors.push(...(anyOf[0] ? schemaErrors(value, anyOf[0], at) : []))
  }
  const fitting = oneOf?.filter(fits).length
  if (fitting !== undefined && fitting !== 1) {
    complain(`must validate one and only one schema (oneOf). ${fitting === 0 ? 'Found none valid' : `Found ${fitting} valid alternatives`}`)
  }
  if (not && fits(not)) complain('must not validate the schema (not)')
  return errors
}

const shown = (value: unknown) => (isObject(value) || Array.isArray(value) ? '' : value)

function stringErrors(value: string, schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const length = [...value].length
  if (schema.maxLength !== undefined && length > schema.maxLength) errors.push(at.tooLong(schema.maxLength))
  if (schema.minLength !== undefined && length < schema.minLength) {
    errors.push(at.invalid(value, `${at.text} in body should be at least ${schema.minLength} chars long`))
  }
  if (schema.pattern !== undefined && !matchesPattern(schema.pattern, value)) {
    errors.push(at.invalid(value, `${at.text} in body should match '${schema.pattern}'`))
  }
  const format = FORMATS[schema.format ?? '']
  if (format && !format(value)) {
    errors.push({ ...at.invalid(value, `${at.text} in body must be of type ${schema.format}: ${JSON.stringify(value)}`) })
  }
  return errors
}

const patterns = new Map<string, RegExp | undefined>()

/** Go's regular expressions are nearly JavaScript's; one that is not is taken to match. */
function matchesPattern(pattern: string, value: string): boolean {
  if (!patterns.has(pattern)) patterns.set(pattern, compiled(pattern))
  return patterns.get(pattern)?.test(value) ?? true
}

function compiled(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern)
  } catch {
    return undefined
  }
}

/** The formats that a server checks; others mean nothing to it. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': (text) => /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text),
  duration: (text) => /^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$|^\d+ *\w+$/.test(text),
  email: (text) => /^[^@\s]+@[^@\s]+$/.test(text),
  hostname: (text) => /^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/.test(text),
  ipv4: (text) => /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) < 256),
  ipv6: (text) => /^[0-9a-fA-F:.]+$/.test(text) && text.includes(':'),
  cidr: (text) => /^[0-9a-fA-F:.]+\/\d+$/.test(text),
  uri: (text) => URL.canParse(text) || text.startsWith('/'),
  uuid: (text) => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text),
  byte: (text) => /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
}

function numberErrors(value: number, schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  const complain = (why: string) => at.invalid(value, `${at.text} in body should be ${why}`)
  return [
    ...(maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)
      ? [complain(`less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`)]
      : []),
    ...(minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)
      ? [complain(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`)]
      : []),
    ...(multipleOf && Math.abs(value / multipleOf - Math.round(value / multipleOf)) > 1e-9
      ? [complain(`a multiple of ${multipleOf}`)]
      : []),
  ]
}

function listErrors(value: readonly unknown[], schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (schema.maxItems !== undefined && value.length > schema.maxItems) errors.push(at.tooMany(value.length, schema.maxItems))
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    errors.push(at.invalid(value.length, `${at.text} in body should have at least ${schema.minItems} items`))
  }
  const items = schema.items as JSONSchemaProps | undefined // a structural schema has one for all
  if (items) value.forEach((each, index) => errors.push(...schemaErrors(each, items, at(index))))
  return [...errors, ...duplicateErrors(value, schema, at)]
}

/** Lists that are sets or maps hold each item, or each key, once. */
function duplicateErrors(value: readonly unknown[], schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const type = schema['x-kubernetes-list-type']
  if (type !== 'set' && type !== 'map') return []
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const keyOf = (each: unknown) => (type === 'set' || !isObject(each) ? each : Object.fromEntries(keys.map((key) => [key, each[key]])))
  const seen = new Set<string>()
  return value.flatMap((each, index) => {
    const key = keyOf(each)
    const text = JSON.stringify(key)
    if (seen.has(text)) return [at(index).duplicate(key)]
    seen.add(text)
    return []
  })
}

function objectErrors(value: Json, schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const { properties = {}, additionalProperties, required = [], maxProperties, minProperties } = schema
  const names = Object.keys(value)
  const errors = required.filter((name) => value[name] === undefined).map((name) => at(name).required())
  if (maxProperties !== undefined && names.length > maxProperties) errors.push(at.tooMany(names.length, maxProperties))
  if (minProperties !== undefined && names.length < minProperties) {
    errors.push(at.invalid(names.length, `${at.text} in body should have at least ${minProperties} properties`))
  }
  if (schema['x-kubernetes-embedded-resource']) errors.push(...embeddedErrors(value, at))
  for (const name of names.sort()) {
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (own) errors.push(...schemaErrors(value[name], own, at(name)))
    else if (typeof additionalProperties === 'object') errors.push(...schemaErrors(value[name], additionalProperties, at(name)))
  }
  return errors
}
