import { writingOf, type Call } from './call'
import { changedFields, elementOfItem, fieldsOf, itemsByElement, removedFields } from './field-compare'
import { difference, intersection, isEmpty, isMember, pathsOf, union, type FieldSet } from './field-set'
import { entriesOf, managedBy, sameManager, type Entry, type ManagedFields, type Writing } from './managed-fields'
import { mergePatch } from '../formats/merge-patch'
import type { AnyObject } from './object'
import type { List, Struct, Type } from './schema/schema'
import { equal } from './share'
import { badRequest, failure, type StatusCause } from './status'

/** What a server-side apply makes of an object. */
export interface Applied {
  readonly object: AnyObject
  readonly fields: ManagedFields
}

/**
 * Server-side apply: `config` says what its manager wants and nothing else. Fields it named before and no longer names go, unless somebody
 * else manages them too; fields somebody else set otherwise are a conflict, unless `force` takes them over.
 */
export function applied(call: Call, live: AnyObject, managed: ManagedFields, config: AnyObject, type: Struct, force: boolean): Applied {
  const writing: Writing = { ...writingOf(call), operation: 'Apply' }
  const entries = entriesOf(managed, live)
  const mine = entries.find((entry) => sameManager(entry, writing))
  const others = entries.filter((entry) => entry !== mine)
  const wanted = fieldsOf(config, type)
  const owned = others.reduce((all, { fields }) => union(all, fields), union(wanted, NAMED))
  const merged = merge(live, config, type) as AnyObject // an object merged into an object is one
  const object = mine ? (prune(merged, type, mine.fields, owned) as AnyObject) : merged
  const changed = changedFields(live, object, type)
  const conflicts = others.map((entry) => ({ entry, fields: intersection(entry.fields, changed) })).filter(({ fields }) => !isEmpty(fields))
  if (!force && conflicts.length > 0) refuseConflicts(allowed(call, conflicts, live, type))
  const lost = union(changed, removedFields(live, object, type))
  const remaining = others.map((entry) => ({ ...entry, fields: difference(entry.fields, lost) })).filter(({ fields }) => !isEmpty(fields))
  const unchanged = mine !== undefined && equal(mine.fields, wanted) && equal(live, object)
  const own: Entry[] = isEmpty(wanted) ? [] : [unchanged ? mine : { ...writing, fields: wanted }]
  return { object, fields: unchanged && remaining.length === others.length ? managed : managedBy([...remaining, ...own]) }
}

/** Whoever applies an object names it, so that its metadata stays whatever of it is no longer wanted. */
const NAMED: FieldSet = { 'f:metadata': { 'f:name': {} } }

interface Conflict {
  readonly entry: Entry
  readonly fields: FieldSet
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** kubectl may take over what `kubectl apply` without `--server-side` set before: its annotation tells what that was. */
function allowed({ manager }: Call, conflicts: readonly Conflict[], live: AnyObject, type: Struct): readonly Conflict[] {
  const annotation = live.metadata.annotations?.[LAST_APPLIED]
  if (manager !== 'kubectl' || annotation === undefined) return conflicts
  const before = fieldsOf(parsed(annotation), type)
  return conflicts.map(({ entry, fields }) => ({ entry, fields: difference(fields, before) })).filter(({ fields }) => !isEmpty(fields))
}

function parsed(text: string): AnyObject {
  try {
    return JSON.parse(text) as AnyObject
  } catch {
    return { apiVersion: '', kind: '', metadata: {} } as unknown as AnyObject // an annotation somebody wrote by hand: it allows nothing
  }
}

function refuseConflicts(conflicts: readonly Conflict[]) {
  const found = conflicts.flatMap(({ entry, fields }) => pathsOf(fields).map((path) => ({ manager: managerText(entry), path })))
  if (found.length === 0) return
  const causes = found.map(({ manager, path }): StatusCause => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${manager}`,
    field: path,
  }))
  throw failure(409, 'Conflict', conflictMessage(found), { causes })
}

function conflictMessage(found: readonly { readonly manager: string; readonly path: string }[]): string {
  const [first] = found
  if (found.length === 1) return `Apply failed with 1 conflict: conflict with ${first!.manager}: ${first!.path}`
  const managers = [...new Set(found.map(({ manager }) => manager))].sort()
  const parts = managers.map((each) => {
    const paths = found.filter(({ manager }) => manager === each).map(({ path }) => `- ${path}`)
    return `conflicts with ${each}:\n${paths.join('\n')}`
  })
  return `Apply failed with ${found.length} conflicts: ${parts.join('\n')}`
}

function managerText({ manager, operation, apiVersion, subresource }: Entry): string {
  const name =
    subresource === undefined ? JSON.stringify(manager) : `${JSON.stringify(manager)} with subresource ${JSON.stringify(subresource)}`
  return operation === 'Update' ? `${name} using ${apiVersion}` : name
}

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The live value with what the configuration says laid over it. */
export function merge(live: unknown, config: unknown, type: Type | undefined): unknown {
  if (isObject(config) && isObject(live) && !(type && 'atomic' in type && type.atomic)) {
    if (type?.is === 'scalar') return config
    const result: Record<string, unknown> = { ...live }
    for (const name in config) result[name] = merge(live[name], config[name], typeAt(type, name))
    return result
  }
  if (Array.isArray(config) && Array.isArray(live) && type?.is === 'list' && type.listType !== 'atomic')
    return mergeItems(live, config, type)
  return config
}

const typeAt = (type: Type | undefined, name: string): Type | undefined =>
  type?.is === 'struct' ? type.fields.get(name)?.type : type?.is === 'map' ? type.of : undefined

/** Items that both have come in the configuration's order; the others keep their place before the next one that both have. */
function mergeItems(live: readonly unknown[], config: readonly unknown[], list: List): unknown[] {
  const wanted = itemsByElement(config, list)
  checkDuplicates(config, wanted)
  const rest = live.map((item) => ({ item, element: elementOfItem(item, list) }))
  const found = new Map(rest.map(({ item, element }) => [element, item]))
  const result: unknown[] = []
  const takeOthers = (until?: string) => {
    while (rest.length > 0 && rest[0]!.element !== until) {
      const { item, element } = rest.shift()!
      if (!wanted.has(element)) result.push(item)
    }
  }
  for (const [element, item] of wanted) {
    const before = found.get(element)
    if (before !== undefined && rest.some((each) => each.element === element)) takeOthers(element)
    result.push(before === undefined ? item : merge(before, item, list.of))
  }
  takeOthers()
  return result
}

function checkDuplicates(config: readonly unknown[], wanted: ReadonlyMap<string, unknown>) {
  if (wanted.size < config.length) throw badRequest('failed to create typed patch object: list contains duplicate items')
}

/** Takes out what this manager had applied (`last`) and nobody wants any more (`owned` is what anybody wants). */
function prune(value: unknown, type: Type | undefined, last: FieldSet, owned: FieldSet): unknown {
  if (Array.isArray(value) && type?.is === 'list') {
    return value.flatMap((item): unknown[] => {
      const element = elementOfItem(item, type)
      return decide(item, type.of, withoutKeys(last[element], type), owned[element], false)
    })
  }
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]): [string, unknown][] =>
      decide(each, typeAt(type, name), last[`f:${name}`], owned[`f:${name}`], type?.is === 'struct').map((kept) => [name, kept]),
    ),
  )
}

/** An item that stays keeps the fields by which it is known. */
function withoutKeys(fields: FieldSet | undefined, { keys }: List): FieldSet | undefined {
  if (fields === undefined || keys.length === 0) return fields
  const kept = Object.entries(fields).filter(([element]) => !keys.includes(element.slice(2)))
  return kept.length > 0 ? Object.fromEntries(kept) : undefined
}

/** Nothing, or the one value that is left. A struct's field counts as applied when anything below it was. */
function decide(
  value: unknown,
  type: Type | undefined,
  last: FieldSet | undefined,
  owned: FieldSet | undefined,
  isField: boolean,
): unknown[] {
  if (last === undefined) return [value]
  if (owned === undefined) return isField || isMember(last) ? [] : [prune(value, type, last, {})]
  return [prune(value, type, last, owned)]
}

/** After an apply by kubectl the annotation of a client-side apply, where there is one, tells the new configuration. */
export function withLastApplied(call: Call, object: AnyObject, live: AnyObject, config: AnyObject): AnyObject {
  if (call.manager !== 'kubectl' || live.metadata.annotations?.[LAST_APPLIED] === undefined) return object
  return mergePatch(object, { metadata: { annotations: { [LAST_APPLIED]: `${JSON.stringify(config)}\n` } } }) as AnyObject // an object stays one
}
