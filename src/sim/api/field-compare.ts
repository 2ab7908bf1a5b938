import { nodeOf, type FieldSet } from './field-set'
import { withFields, type AnyObject } from './object'
import type { List, MapType, Struct, Type } from './schema/schema'
import { equal } from './share'

type Json = Readonly<Record<string, unknown>>

const EMPTY: Json = Object.freeze({})
const NO_ITEMS: readonly unknown[] = Object.freeze([])

/**
 * Structs that are no pointers in Kubernetes' sources, by field name: they are there even in an object in which nobody set them, so that
 * setting something below them does not set them.
 */
const NEVER_ABSENT = new Set(
  `metadata spec status template strategy updateStrategy resources jobTemplate scaleTargetRef involvedObject source regarding loadBalancer backend roleRef
  nodeInfo daemonEndpoints kubeletEndpoint state lastState podAffinityTerm preference names clientConfig current target metric describedObject acceptedNames`.split(
    /\s+/,
  ),
)

/** What nobody is said to manage: the server's own fields. */
const UNMANAGED = [
  'f:name',
  'f:namespace',
  'f:creationTimestamp',
  'f:selfLink',
  'f:uid',
  'f:clusterName',
  'f:generation',
  'f:managedFields',
  'f:resourceVersion',
]

/** Fields that `after` has and `before` has not or has otherwise: what a manager set by this write. */
export const changedFields = (before: AnyObject | undefined, after: AnyObject, type: Struct): FieldSet =>
  managed(missing(before ?? EMPTY, after, type, true))

/** Fields that `before` has and `after` has not. */
export const removedFields = (before: AnyObject, after: AnyObject, type: Struct): FieldSet => managed(missing(after, before, type, false))

/** Every field of an applied configuration: what its manager is to own. */
export const fieldsOf = (value: AnyObject, type: Struct): FieldSet => managed(present(value, type))

function managed(set: FieldSet | undefined): FieldSet {
  if (set === undefined) return EMPTY as FieldSet
  const metadata = set['f:metadata']
  if (metadata === undefined) return set
  const kept = Object.fromEntries(Object.entries(metadata).filter(([element]) => element !== '.' && !UNMANAGED.includes(element)))
  const { 'f:metadata': _all, ...others } = set
  return Object.keys(kept).length > 0 ? withFields(others, { 'f:metadata': kept }) : others
}

/** Paths in `value` that `base` lacks, and with `modified` also those that it has otherwise. Both are objects of the same type. */
function missing(base: unknown, value: unknown, type: Type, modified: boolean): FieldSet | undefined {
  if (base === value || value === null || value === undefined) return undefined
  if (isGranularMap(type) && isObject(value)) return missingInObject(base, value, type, modified)
  if (type.is === 'list' && type.listType !== 'atomic' && Array.isArray(value)) return missingInList(base, value, type, modified)
  if (base === undefined || base === null) return nodeOf(true, undefined)
  return modified && !equal(base, value) ? nodeOf(true, undefined) : undefined
}

const isGranularMap = (type: Type): type is Struct | MapType => (type.is === 'struct' || type.is === 'map') && !type.atomic

function missingInObject(base: unknown, value: Json, type: Struct | MapType, modified: boolean): FieldSet | undefined {
  const before = isObject(base) ? base : undefined
  let children: Record<string, FieldSet> | undefined
  for (const name in value) {
    const inner = typeAt(type, name)
    if (!inner) continue
    const child = missing(before && (before[name] ?? implied(type, name, inner)), value[name], inner, modified)
    if (child) (children ??= {})[`f:${name}`] = child
  }
  return nodeOf(before === undefined, children)
}

function typeAt(type: Struct | MapType, name: string): Type | undefined {
  if (type.is === 'map') return type.of
  return type.fields.get(name)?.type ?? (type.open && name !== 'apiVersion' && name !== 'kind' ? DEDUCED : undefined)
}

/** Where a schema says nothing, objects are taken apart and everything else is one value. */
const DEDUCED: Struct = { is: 'struct', name: '', fields: new Map(), atomic: false, open: true }

/** What is there in an object although nobody set it. */
function implied(owner: Struct | MapType, name: string, type: Type): unknown {
  if (owner.is === 'map') return undefined
  if (type.is === 'struct') return NEVER_ABSENT.has(name) ? EMPTY : undefined
  return type.is === 'list' && owner.fields.get(name)?.required ? NO_ITEMS : undefined
}

function missingInList(base: unknown, value: readonly unknown[], list: List, modified: boolean): FieldSet | undefined {
  const before = Array.isArray(base) ? itemsByElement(base as unknown[], list) : undefined
  let children: Record<string, FieldSet> | undefined
  for (const item of value) {
    const element = elementOfItem(item, list)
    const child = missing(before?.get(element), item, list.of, modified)
    if (child) (children ??= {})[element] = child
  }
  return nodeOf(before === undefined, children)
}

/** Items of a list by their path elements. */
export function itemsByElement(items: readonly unknown[], list: List): Map<string, unknown> {
  return new Map(items.map((item) => [elementOfItem(item, list), item]))
}

/** What a list's item is called in a path: by its keys, or by its value. */
export function elementOfItem(item: unknown, list: List): string {
  if (list.listType !== 'map' || !isObject(item)) return `v:${JSON.stringify(item)}`
  const fields = list.of.is === 'struct' ? list.of.fields : undefined
  let text = ''
  for (const key of sortedKeys(list)) {
    const value = item[key] ?? fields?.get(key)?.default
    if (value !== undefined) text += `${text && ','}${JSON.stringify(key)}:${JSON.stringify(value)}`
  }
  return `k:{${text}}`
}

const keysInOrder = new WeakMap<List, readonly string[]>()

function sortedKeys(list: List): readonly string[] {
  let keys = keysInOrder.get(list)
  if (!keys) keysInOrder.set(list, (keys = [...list.keys].sort()))
  return keys
}

/** All of a value. Entries of maps and items of lists are members themselves; fields of structs are only the way to members. */
function present(value: unknown, type: Type): FieldSet | undefined {
  if (isGranularMap(type) && isObject(value)) {
    let children: Record<string, FieldSet> | undefined
    for (const name in value) {
      const inner = typeAt(type, name)
      if (!inner) continue
      const child = present(value[name], inner)
      const own = type.is === 'map' || isEmptyObject(value[name])
      const node = own ? nodeOf(true, childrenOf(child)) : child
      if (node) (children ??= {})[`f:${name}`] = node
    }
    return children
  }
  if (type.is === 'list' && type.listType !== 'atomic' && Array.isArray(value)) {
    const children: Record<string, FieldSet> = {}
    for (const item of value as unknown[]) children[elementOfItem(item, type)] = nodeOf(true, childrenOf(present(item, type.of)))!
    return Object.keys(children).length > 0 ? children : undefined
  }
  return nodeOf(true, undefined)
}

/** The children of a node; a leaf has none. */
const childrenOf = (node: FieldSet | undefined): Record<string, FieldSet> | undefined =>
  node === undefined || Object.keys(node).length === 0 ? undefined : { ...node }

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const isEmptyObject = (value: unknown) => isObject(value) && Object.keys(value).length === 0
