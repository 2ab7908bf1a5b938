import { elementOfItem } from './field-compare'
import type { List, Scalar, Struct, Type } from './schema/schema'

/*
 * What server-side apply says of a configuration that does not have the form of its kind: the words of structured-merge-diff, which reads it before
 * anything else does.
 */

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Complaints about a configuration that is to be applied, each with its path; none when it has the form of its type. */
export function typedPatchErrors(value: unknown, type: Type, path = ''): readonly string[] {
  if (value === null || value === undefined) return []
  if (type.is === 'scalar') return scalarErrors(value, type, path)
  if (type.is === 'list') {
    if (!Array.isArray(value)) return [said(path, `expected list, got ${shown(value)}`)]
    return listErrors(value, type, path)
  }
  if (!isObject(value)) return [said(path, `expected map, got ${shown(value)}`)]
  return Object.entries(value).flatMap(([name, inner]) => {
    const of = type.is === 'map' ? type.of : fieldOf(type, name, path)
    if (of === undefined) return [said(`${path}.${name}`, 'field not declared in schema')]
    return of === 'anything' ? [] : typedPatchErrors(inner, of, `${path}.${name}`)
  })
}

function fieldOf(type: Struct, name: string, path: string): Type | 'anything' | undefined {
  const field = type.fields.get(name)
  if (field) return field.type
  const isNamed = path === '' || type.embedded
  return type.open || (isNamed && ['apiVersion', 'kind', 'metadata'].includes(name)) ? 'anything' : undefined
}

function listErrors(items: readonly unknown[], type: List, path: string): readonly string[] {
  if (type.listType === 'atomic') return items.flatMap((item, index) => typedPatchErrors(item, type.of, `${path}[${index}]`))
  const seen = new Set<string>()
  return items.flatMap((item, index) => {
    const missing = type.listType === 'map' ? missingKey(item, type) : undefined
    if (missing !== undefined) return [said(path, `element ${index}: ${missing}`)]
    const element = elementText(item, type)
    if (seen.has(element)) return [said(path, `duplicate entries for key ${element}`)]
    seen.add(element)
    return typedPatchErrors(item, type.of, `${path}${element}`)
  })
}

function missingKey(item: unknown, { keys, of }: List): string | undefined {
  if (!isObject(item)) return 'associative list with keys may not have non-map elements'
  const defaults = of.is === 'struct' ? of.fields : undefined
  const key = keys.find((each) => item[each] === undefined && defaults?.get(each)?.default === undefined)
  return key && `associative list with keys has an element that omits key field ${JSON.stringify(key)} (and doesn't have default value)`
}

/** `[name="web"]`, `[containerPort=80,protocol="TCP"]`; of a set `[="a"]`. */
function elementText(item: unknown, list: List): string {
  if (list.listType !== 'map') return `[=${JSON.stringify(item)}]`
  const keys = JSON.parse(elementOfItem(item, list).slice('k:'.length)) as Json // written just now, from a map of keys
  return `[${Object.entries(keys).map(([key, value]) => `${key}=${JSON.stringify(value)}`)}]`
}

const NUMBERS: readonly string[] = ['int32', 'int64', 'float64']

function scalarErrors(value: unknown, { scalar }: Scalar, path: string): readonly string[] {
  if (scalar === 'object') return []
  if (NUMBERS.includes(scalar))
    return typeof value === 'number' ? [] : [said(path, `expected numeric (int or float), got ${goType(value)}`)]
  if (scalar === 'boolean') return typeof value === 'boolean' ? [] : [said(path, `expected boolean, got ${shown(value)}`)]
  if (scalar === 'string' || scalar === 'bytes')
    return typeof value === 'string' ? [] : [said(path, `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`)]
  return typeof value === 'object' ? [said(path, `expected any scalar, got ${shown(value)}`)] : []
}

const said = (path: string, complaint: string) => (path === '' ? `error: ${complaint}` : `${path}: ${complaint}`)

/** A value as Go's `%v` shows what it is read into. */
const shown = (value: unknown) => `&{${goText(value)}}`

function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (!isObject(value)) return String(value as string | number | boolean)
  return `map[${Object.keys(value)
    .sort()
    .map((name) => `${name}:${goText(value[name])}`)
    .join(' ')}]`
}

/** A value as Go's `%#v` writes it. */
function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isObject(value)) return JSON.stringify(value)
  return `map[string]interface {}{${Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${goSyntax(value[name])}`)
    .join(', ')}}`
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}'
  return isObject(value) ? 'map[string]interface {}' : typeof value === 'boolean' ? 'bool' : typeof value
}
