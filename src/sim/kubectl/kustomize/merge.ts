import { builtInType, type Struct, type Type } from '../../api/schema/schema'
import { isObject } from '../../formats/merge-patch'
import { toYaml } from '../../formats/yaml-emit'
import { CommandError } from '../errors'
import { groupVersion } from './ids'
import type { Json } from './resource'

/**
 * Kustomize's own strategic merge, which differs from the API server's: new list elements come first, `$retainKeys` and orderings do not exist, a
 * list with two merge keys (ports) is put in the target's order again. Both values belong to the build and are edited. An explicit null of the
 * target stays; a value left empty (`emptyDir:`, here undefined) goes.
 */
export function mergePatch(target: Json, patch: Json): Json | undefined {
  const merged = walk(target, patch, typeOf(target) ?? typeOf(patch))
  return isObject(merged) ? merged : undefined
}

function typeOf({ apiVersion, kind }: Json): Struct | undefined {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined
  const { group, version } = groupVersion(apiVersion)
  return builtInType(group, version, kind)
}

/** A field's type, and by which keys its elements are told apart if they are merged at all. */
interface Place {
  readonly type: Type | undefined
  readonly merges?: boolean
  readonly keys?: readonly string[]
}

const missing = (value: unknown): value is null | undefined => value === null || value === undefined
const formOf = (value: unknown) => (Array.isArray(value) ? 'SequenceNode' : isObject(value) ? 'MappingNode' : 'ScalarNode')

/** Merges what stands at one place; undefined where nothing is left. */
function walk(target: unknown, patch: unknown, type: Type | undefined, place: Place = { type }): unknown {
  const leading = missing(target) ? patch : target
  if (missing(leading)) return patch === undefined && target === null ? null : undefined
  const form = formOf(leading)
  for (const value of [target, patch]) {
    if (!missing(value) && formOf(value) !== form)
      throw new CommandError(`wrong node kind: expected ${form} but got ${formOf(value)}: node contents:\n${flowText(value)}`)
  }
  if (form === 'ScalarNode') return patch === null ? undefined : (patch ?? target)
  if (Array.isArray(leading)) return walkList(target as unknown[], patch as unknown[] | null | undefined, place) // forms agree
  return walkMap(target as Json, patch as Json | null | undefined, type) // forms agree
}

const flowText = (value: unknown) => (isObject(value) || Array.isArray(value) ? flow(value) : toYaml(value).trimEnd())

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (isObject(value)) return `{${Object.entries(value).map(([key, member]) => `${key}: ${flow(member)}`).join(', ')}}` // prettier-ignore
  return toYaml(value).trimEnd()
}

function walkMap(target: Json | null | undefined, patch: Json | null | undefined, type: Type | undefined): unknown {
  if (patch === null && !missing(target)) return undefined
  const directive = takeDirective(patch)
  if (directive === 'delete') return undefined
  const result = missing(target) || directive === 'replace' ? patch! : target
  const sources = missing(target) || directive === 'replace' ? [result, patch] : [target, patch]
  const names = new Set(sources.flatMap((source) => (missing(source) ? [] : Object.keys(source))))
  for (const name of [...names].sort()) {
    const place = stepInto(type, name)
    const [from, by] = sources.map((source) => (missing(source) ? undefined : source[name]))
    const merged = walk(from, by, place.type, place)
    if (merged === undefined) delete result[name]
    else result[name] = merged
  }
  return result
}

function stepInto(type: Type | undefined, name: string): Place {
  if (type?.is === 'map') return { type: type.of }
  const field = type?.is === 'struct' ? type.fields.get(name) : undefined
  if (!field) return { type: undefined }
  const listKeys = field.type.is === 'list' ? field.type.keys : []
  return {
    type: field.type,
    merges: field.patchStrategy.includes('merge'),
    keys: listKeys.length ? listKeys : field.patchMergeKey ? [field.patchMergeKey] : [],
  }
}

/** Reads `$patch` of a map and takes it away. Throws CommandError. */
function takeDirective(patch: Json | null | undefined): 'delete' | 'replace' | 'merge' {
  if (missing(patch) || missing(patch.$patch)) return 'merge'
  const directive = String(patch.$patch)
  if (directive !== 'delete' && directive !== 'replace' && directive !== 'merge')
    throw new CommandError(`unknown patch strategy '${directive}'`)
  delete patch.$patch
  return directive
}

/** The same for a list: its directive is an element of its own, which may stand anywhere. */
function takeListDirective(patch: unknown[] | null | undefined): 'delete' | 'replace' | 'merge' {
  const at = patch?.findIndex((item) => isObject(item) && '$patch' in item) ?? -1
  if (at < 0 || Object.keys(patch![at] as Json).length > 1) return 'merge'
  return takeDirective(patch!.splice(at, 1)[0] as Json) // an object, as found
}

function walkList(target: unknown[] | null | undefined, patch: unknown[] | null | undefined, { type, merges, keys = [] }: Place): unknown {
  const of = type?.is === 'list' ? type.of : undefined
  if (!merges) return patch === null ? undefined : (patch ?? target)
  if (patch === null && !missing(target)) return undefined
  const directive = takeListDirective(patch)
  if (directive === 'delete') return undefined
  const replaced = missing(target) || directive === 'replace'
  const result = keys.length
    ? mergeElements(replaced ? patch! : target, patch ?? undefined, keys, of)
    : [...new Set([...(patch ?? []), ...(replaced ? [] : target)])]
  return result
}

type Values = readonly string[]

const valueOf = (item: unknown, key: string) => {
  const value = isObject(item) ? item[key] : undefined
  return missing(value) || typeof value === 'object' ? '' : String(value as string | number | boolean)
}
const has = (item: unknown, keys: Values, values: Values) =>
  isObject(item) && values.every((value, i) => Object.hasOwn(item, keys[i]!) && valueOf(item, keys[i]!) === value)

/** Merges the elements of two lists that are told apart by keys: what the patch names first, in its order; then the rest of the target. */
function mergeElements(target: unknown[], patch: unknown[] | undefined, keys: Values, of: Type | undefined): unknown[] {
  const all = distinct([...(patch ?? []), ...target].map((item) => keys.map((key) => valueOf(item, key))))
  const values = keys.length > 1 ? unite(all) : all
  // A second key that no element has (most ports leave out the protocol) does not count.
  const used = keys.filter((_, i) => values.some((each) => each[i] !== ''))
  const [valid, pick] = used.length
    ? [used, (each: Values) => each.filter((value, i) => value !== '' || used.includes(keys[i]!))]
    : [keys, (each: Values) => each]
  let rest = target
  let merged: unknown[] = []
  for (const each of values) {
    const wanted = pick(each)
    const known = wanted.some((value) => value !== '')
      ? { keys: valid.filter((_, i) => wanted[i] !== ''), values: wanted.filter((value) => value !== '') }
      : { keys: valid, values: wanted }
    const find = (list: unknown[] | undefined) => list?.find((item) => has(item, known.keys, known.values))
    const element = walk(find(target), find(patch), of)
    if (missing(element) || (isObject(element) && Object.keys(element).length === 0))
      rest = rest.filter((item) => !has(item, valid, wanted))
    else merged = put(merged, element, valid, wanted)
  }
  for (const item of rest) {
    const own = valid.filter((key) => isObject(item) && Object.hasOwn(item, key)).map((key) => valueOf(item, key))
    if (own.length < valid.length) merged = [...merged, item]
    if (valid.length > 1) merged = merged.filter((other) => !has(other, valid, own))
    merged = put(merged, item, valid, own)
  }
  return merged
}

function put(list: unknown[], element: unknown, keys: Values, values: Values): unknown[] {
  const at = list.findIndex((item) => has(item, keys, values))
  return at < 0 ? [...list, element] : list.map((item) => (has(item, keys, values) ? element : item))
}

function distinct(lists: string[][]): Values[] {
  const seen = new Map(lists.map((values) => [JSON.stringify(values), values]))
  return [...seen.values()]
}

/** Elements that agree where both say something are one: `80` and `80/TCP`. */
function unite(all: readonly Values[]): Values[] {
  const united = [...all]
  for (let i = 0; i < united.length; i++) {
    for (let j = 0; j < united.length; j++) {
      const [a, b] = [united[i]!, united[j]!]
      const agree = a.some((value, k) => value === b[k]) && a.every((value, k) => value === b[k] || value === '' || b[k] === '')
      if (agree) united[i] = united[j] = a.map((value, k) => value || b[k]!)
    }
  }
  return united
}
