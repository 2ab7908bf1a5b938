import { structNamed, type Field, type Struct, type Type } from '../api/schema/schema'
import { isObject, sameJson } from './merge-patch'

/**
 * Strategic merge patch: merge patch that knows which lists are merged by a key. The schema says which (`patchStrategy`, `patchMergeKey`).
 * Directives inside a patch: `$patch`, `$retainKeys`, `$setElementOrder/field`, `$deleteFromPrimitiveList/field`.
 */

/** A patch that cannot be applied, in the words of a real server. `badRequest`: the patch itself is malformed. */
export class StrategicMergeError extends Error {
  constructor(
    message: string,
    readonly badRequest: boolean,
  ) {
    super(message)
  }
}

type Json = Record<string, unknown>

const DIRECTIVE = '$patch'
const RETAIN_KEYS = '$retainKeys'
const ORDER = '$setElementOrder/'
const DELETE_FROM = '$deleteFromPrimitiveList/'

/** Applies a patch. `typeName` names the type of both (`apps.v1.Deployment`); without it, or below what it knows, merge patch rules hold. */
export function strategicMerge(original: unknown, patch: unknown, typeName: string | undefined): unknown {
  if (!isObject(patch))
    throw new StrategicMergeError(
      `json: cannot unmarshal ${Array.isArray(patch) ? 'array' : typeof patch === 'boolean' ? 'bool' : typeof patch} into Go value of type map[string]interface {}`,
      true,
    )
  return mergeObjects(isObject(original) ? original : {}, patch, typeName === undefined ? undefined : structNamed(typeName))
}

function mergeObjects(original: Json, patch: Json, type: Type | undefined): Json {
  const directive = patch[DIRECTIVE]
  if (directive === 'replace') return plain(withoutKey(patch, DIRECTIVE)) as Json
  if (directive === 'delete') return {}
  if (directive !== undefined && directive !== 'merge')
    throw new StrategicMergeError(`unknown patch type: ${String(directive)} in map: ${goMap(patch)}`, false)
  const result = retained(original, patch)
  for (const [key, value] of Object.entries(patch)) {
    if (key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(ORDER)) continue
    if (key.startsWith(DELETE_FROM)) {
      const name = key.slice(DELETE_FROM.length)
      const list = result[name]
      if (!Array.isArray(value)) throw new StrategicMergeError(`invalid patch format of list`, true)
      if (Array.isArray(list)) result[name] = list.filter((item) => !value.some((gone) => sameJson(gone, item)))
      continue
    }
    if (value === null) delete result[key]
    else if (!Object.hasOwn(result, key)) result[key] = undirected(value)
    else result[key] = mergeValue(result[key], value, stepInto(type, key), key)
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(ORDER) || !Array.isArray(order)) continue
    const name = key.slice(ORDER.length)
    const merged = result[name]
    const list = original[name]
    if (Array.isArray(merged))
      result[name] = ordered(merged, order, Array.isArray(list) ? list : [], stepInto(type, name).field?.patchMergeKey)
  }
  return result
}

/**
 * A value for a key that the original does not have: taken as it is but for nulls, and for whatever carries `$patch`. Other directives
 * stay in it; decoding the object finds them to be unknown fields.
 */
function undirected(value: unknown): unknown {
  const isDirected = (each: unknown) => isObject(each) && Object.hasOwn(each, DIRECTIVE)
  if (Array.isArray(value)) return value.filter((item) => !isDirected(item)).map(undirected)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null && !isDirected(each))
      .map(([key, each]) => [key, undirected(each)]),
  )
}

/** What is left of the original when the patch names the only keys to keep. */
function retained(original: Json, patch: Json): Json {
  const keys = patch[RETAIN_KEYS]
  if (keys === undefined) return { ...original }
  const isNamed = (key: string) => key.startsWith('$') || patch[key] === null || (keys as unknown[]).includes(key)
  if (!Array.isArray(keys) || !Object.keys(patch).every(isNamed)) throw new StrategicMergeError('invalid patch format of retainKeys', true)
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key)))
}

interface Place {
  readonly type: Type | undefined
  readonly field: Field | undefined
}

function stepInto(type: Type | undefined, key: string): Place {
  if (type?.is === 'struct') {
    const field = type.fields.get(key)
    return { type: field?.type, field }
  }
  return { type: type?.is === 'map' ? type.of : undefined, field: undefined }
}

function mergeValue(original: unknown, patch: unknown, { type, field }: Place, name: string): unknown {
  const strategies = field?.patchStrategy ?? []
  if (isObject(patch)) {
    if (strategies.includes('replace')) return plain(patch)
    return mergeObjects(isObject(original) ? original : {}, patch, type)
  }
  if (Array.isArray(patch)) {
    if (!strategies.includes('merge')) return plain(patch)
    return mergeLists(Array.isArray(original) ? original : [], patch, field!, name)
  }
  return patch
}

function mergeLists(original: readonly unknown[], patch: readonly unknown[], field: Field, name: string): unknown[] {
  const key = field.patchMergeKey
  const of = field.type.is === 'list' ? field.type.of : undefined
  if (key === undefined) {
    const merged = [...original, ...patch.filter((item) => !original.some((other) => sameJson(item, other)))]
    return ordered(merged, patch, original, undefined)
  }
  const items = patch.map((item) => {
    if (!isObject(item)) throw new StrategicMergeError(`expected map, but got ${typeof item} in ${name}`, true)
    return item
  })
  if (items.some((item) => item[DIRECTIVE] === 'replace')) {
    return items
      .filter((item) => !(item[DIRECTIVE] === 'replace' && item[key] === undefined))
      .map((item) => plain(withoutKey(item, DIRECTIVE)))
  }
  const merged = items.reduce<unknown[]>((list, item) => mergeItem(list, item, key, of), [...original])
  return ordered(merged, items, original, key)
}

function mergeItem(list: unknown[], item: Json, key: string, type: Type | undefined): unknown[] {
  const value = item[key]
  if (value === undefined) throw new StrategicMergeError(`map: ${goMap(item)} does not contain declared merge key: ${key}`, false)
  const has = (other: unknown) => isObject(other) && sameJson(other[key], value)
  if (item[DIRECTIVE] === 'delete') return list.filter((other) => !has(other))
  const index = list.findIndex(has)
  // Nothing to merge with: it is taken as it is, directives and all.
  if (index < 0) return [...list, item]
  return list.with(index, mergeObjects(list[index] as Json, item, type)) // `has` saw that it is an object
}

/**
 * The order of a merged list: what the patch names comes in the patch's order; what only the server has keeps its place among it as far as
 * the server's own order tells. What is new has no place there and so comes before what follows.
 */
function ordered(merged: readonly unknown[], order: readonly unknown[], server: readonly unknown[], key: string | undefined): unknown[] {
  const idOf = (item: unknown) => JSON.stringify(key !== undefined && isObject(item) ? item[key] : item)
  const wanted = new Map(order.map((item, i) => [idOf(item), i]))
  const place = new Map(server.map((item, i) => [idOf(item), i]))
  const named = merged.filter((item) => wanted.has(idOf(item))).sort((x, y) => wanted.get(idOf(x))! - wanted.get(idOf(y))!)
  const others = merged.filter((item) => !wanted.has(idOf(item)))
  const result: unknown[] = []
  while (named.length > 0 || others.length > 0) {
    const left = others[0] === undefined ? undefined : place.get(idOf(others[0]))
    const right = named[0] === undefined ? undefined : place.get(idOf(named[0]))
    const otherFirst = named.length === 0 || (others.length > 0 && left !== undefined && right !== undefined && left < right)
    result.push(otherFirst ? others.shift() : named.shift())
  }
  return result
}

/** A value out of a patch as data: without directives, and without the nulls that would remove something. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key, each]) =>
          each !== null && key !== DIRECTIVE && key !== RETAIN_KEYS && !key.startsWith(ORDER) && !key.startsWith(DELETE_FROM),
      )
      .map(([key, each]) => [key, plain(each)]),
  )
}

const withoutKey = (value: Json, key: string): Json => Object.fromEntries(Object.entries(value).filter(([each]) => each !== key))

/** How Go prints a map: `map[image:nginx]`. */
export const goMap = (value: unknown): string =>
  isObject(value)
    ? `map[${Object.keys(value)
        .sort()
        .map((key) => `${key}:${goMap(value[key])}`)
        .join(' ')}]`
    : Array.isArray(value)
      ? `[${value.map(goMap).join(' ')}]`
      : String(value)

/** The patch that leads from `before` to `after`. */
export const strategicDiff = (before: unknown, after: unknown, typeName: string | undefined): Json =>
  threeWayMerge(before, after, before, typeName)

/**
 * The patch `kubectl apply` sends: what `modified` changes in `current`, and what it no longer has of `original` (the last applied
 * configuration). What `current` has besides stays.
 */
export function threeWayMerge(original: unknown, modified: unknown, current: unknown, typeName: string | undefined): Json {
  return diff(object(original), object(modified), object(current), typeName === undefined ? undefined : structNamed(typeName))
}

const object = (value: unknown): Json => (isObject(value) ? value : {})
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])

function diff(original: Json, modified: Json, current: Json, type: Type | undefined): Json {
  const patch: Json = {}
  for (const key of Object.keys(modified)) {
    const wanted = modified[key]
    const found = current[key]
    // What was applied once and is no longer wanted is told even where the server has already lost it.
    if (sameJson(wanted, found) && (original[key] === undefined || sameJson(wanted, original[key]))) continue
    const { type: inner, field } = stepInto(type, key)
    const strategies = field?.patchStrategy ?? []
    if (isObject(wanted) && isObject(found) && !strategies.includes('replace')) {
      const changes = diff(object(original[key]), wanted, found, inner)
      if (Object.keys(changes).length > 0) patch[key] = withRetainKeys(changes, wanted, strategies)
    } else if (Array.isArray(wanted) && Array.isArray(found) && strategies.includes('merge')) {
      Object.assign(patch, diffLists(key, list(original[key]), wanted, found, field!))
    } else if (sameJson(wanted, found)) {
      continue
    } else if (isObject(wanted) && isObject(found)) {
      patch[key] = { ...wanted, [DIRECTIVE]: 'replace' }
    } else {
      patch[key] = wanted
    }
  }
  for (const key of Object.keys(original)) if (!Object.hasOwn(modified, key)) patch[key] = null
  return patch
}

function withRetainKeys(changes: Json, wanted: Json, strategies: readonly string[]): Json {
  return strategies.includes('retainKeys') ? { [RETAIN_KEYS]: Object.keys(wanted).sort(), ...changes } : changes
}

function diffLists(
  name: string,
  original: readonly unknown[],
  modified: readonly unknown[],
  current: readonly unknown[],
  field: Field,
): Json {
  const key = field.patchMergeKey
  if (key === undefined) return diffPrimitives(name, original, modified, current)
  if (current.length === 0 && modified.length > 0) return { [name]: modified }
  const keyOf = (item: unknown) => object(item)[key]
  const find = (items: readonly unknown[], item: unknown) => items.find((other) => sameJson(keyOf(other), keyOf(item)))
  const itemType: Struct | undefined = field.type.is === 'list' && field.type.of.is === 'struct' ? field.type.of : undefined
  const changes = modified.flatMap((item): unknown[] => {
    const found = find(current, item)
    if (found === undefined) return [item]
    const change = diff(object(find(original, item)), object(item), object(found), itemType)
    if (Object.keys(change).length === 0) return []
    return [withRetainKeys({ [key]: keyOf(item), ...change }, object(item), field.patchStrategy)]
  })
  const gone = original.filter((item) => find(modified, item) === undefined).map((item) => ({ [key]: keyOf(item), [DIRECTIVE]: 'delete' }))
  const order = modified.map((item) => ({ [key]: keyOf(item) }))
  // What the server has besides is out of order too: the patch then holds an order and nothing else.
  const inOrder = sameJson(
    order,
    current.map((item) => ({ [key]: keyOf(item) })),
  )
  if (changes.length === 0 && gone.length === 0 && inOrder) return {}
  return { [ORDER + name]: order, ...(changes.length + gone.length > 0 && { [name]: [...changes, ...gone] }) }
}

function diffPrimitives(name: string, original: readonly unknown[], modified: readonly unknown[], current: readonly unknown[]): Json {
  const added = modified.filter((item) => !current.includes(item))
  const gone = original.filter((item) => !modified.includes(item))
  if (current.length === 0 && gone.length === 0) return { [name]: modified }
  if (gone.length === 0 && sameJson(modified, current)) return {}
  return { [ORDER + name]: modified, ...(gone.length > 0 && { [DELETE_FROM + name]: gone }), ...(added.length > 0 && { [name]: added }) }
}
