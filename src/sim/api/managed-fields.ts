import { parseTimestamp, timestamp } from '../engine/time'
import { changedFields, removedFields } from './field-compare'
import { difference, inOrder, isEmpty, union, type FieldSet } from './field-set'
import { withFields, type AnyObject } from './object'
import type { Served } from './registry'
import type { Struct } from './schema/schema'
import type { Stored } from './storage'
import type { ManagedFieldsEntry } from './types/meta-v1.gen'

/** Who writes, and through what. */
export interface Manager {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string | undefined
}

/** One manager's fields: an entry of `metadata.managedFields`. */
export interface Entry extends Manager {
  readonly timeMs: number
  readonly fields: FieldSet
}

export type Writing = Omit<Entry, 'fields'>

/**
 * Who set which field of an object. It lies beside the object in storage and is worked out when somebody wants to see it: most objects are
 * written often and looked at never. Until then it is a chain of the writes that have not been accounted for.
 */
export interface ManagedFields {
  /** Undefined while a write has not been accounted for. */
  readonly entries: readonly Entry[] | undefined
}

class Settled implements ManagedFields {
  constructor(readonly entries: readonly Entry[]) {}
}

/**
 * All that a stored object has was set by the one who created it, when it was created. As the object says the rest itself, all objects of one type and
 * creator share one of these: most of a cluster's Events and Leases need nothing of their own.
 */
class Created implements ManagedFields {
  readonly entries = undefined

  constructor(
    readonly by: Manager,
    readonly type: Struct,
  ) {}
}

/** A write, and what was known before it. A class with all in one object: everything stored has one to three of these. */
class Pending implements ManagedFields {
  entries: readonly Entry[] | undefined = undefined

  constructor(
    public earlier: ManagedFields,
    readonly by: Manager,
    readonly timeMs: number,
    public before: AnyObject | undefined,
    public after: AnyObject | undefined,
    readonly type: Struct,
    readonly depth: number,
  ) {}
}
/** Chains longer than this are worked out at once, so that old states are not kept alive for ever. */
const MAX_PENDING = 8

export const nobody: ManagedFields = new Settled([])

export const managedBy = (entries: readonly Entry[]): ManagedFields => new Settled(entries)

/** A write that has not been accounted for. */
const isOpen = (fields: ManagedFields): fields is Pending => fields instanceof Pending && fields.entries === undefined

const createdBefore = new WeakMap<Manager, Map<Struct, Created>>()

/** What is managed by whom in a new object that is stored as its creator sent it, but for defaults. */
export function afterCreation(by: Manager, type: Struct): ManagedFields {
  let byType = createdBefore.get(by)
  if (!byType) createdBefore.set(by, (byType = new Map()))
  let created = byType.get(type)
  if (!created) byType.set(type, (created = new Created(by, type)))
  return created
}

/** What is managed by whom when the server itself changes a stored object: what was before. */
export const unchangedBy = (fields: ManagedFields, before: AnyObject): ManagedFields =>
  fields instanceof Created ? managedBy(entriesOf(fields, before)) : fields

/** What is managed by whom after an update that made `after` out of `before` (undefined: a create). */
export function afterWrite(
  earlier: ManagedFields,
  by: Manager,
  timeMs: number,
  before: AnyObject | undefined,
  after: AnyObject,
  type: Struct,
): ManagedFields {
  const isStatus = by.subresource === 'status'
  // One who keeps writing an object's status has at last written the difference between what was there before and what is there now.
  if (isOpen(earlier) && isStatus && earlier.after === before && sameManager(earlier.by, by))
    return new Pending(earlier.earlier, by, timeMs, earlier.before, after, type, earlier.depth)
  const depth = isOpen(earlier) ? earlier.depth + 1 : 1
  // Of an object whose status is written the rest stays as it is, and need not be kept.
  const known = isStatus && before && !(earlier instanceof Created) ? onlyStatus(before) : before
  const fields = new Pending(earlier, by, timeMs, known, after, type, depth)
  if (depth > MAX_PENDING) entriesOf(fields, after)
  return fields
}

/** As much of an object as a write of its status can change. */
const onlyStatus = ({ status }: AnyObject) => ({ status }) as unknown as AnyObject // compared with another of the kind, and nothing else

const isOnlyStatus = (object: AnyObject) => object.metadata === undefined

/**
 * The object as it was stored after a write: it differs from what was written in nothing that anybody manages. Standing for that, it need not be
 * kept besides it.
 */
export function storedAs(fields: ManagedFields, written: AnyObject, object: AnyObject) {
  if (isOpen(fields) && fields.after === written) fields.after = object
}

/** The entries, worked out if need be. `object` is the stored one that these are the fields of. */
export function entriesOf(fields: ManagedFields, object: AnyObject | undefined): readonly Entry[] {
  if (fields instanceof Created) {
    const { creationTimestamp } = object!.metadata
    return settled([], fields.by, parseTimestamp(creationTimestamp), undefined, object!, fields.type)
  }
  if (!isOpen(fields)) return fields.entries!
  const { earlier, by, timeMs, before, after, type } = fields
  const written = before && isOnlyStatus(before) ? onlyStatus(after!) : after!
  const entries = settled(entriesOf(earlier, before), by, timeMs, before, written, type)
  // The same knowledge in another form: nobody can tell the difference. What it was worked out from is not kept.
  fields.entries = entries
  fields.earlier = nobody
  fields.before = undefined
  fields.after = undefined
  return entries
}

function settled(
  earlier: readonly Entry[],
  by: Manager,
  timeMs: number,
  before: AnyObject | undefined,
  after: AnyObject,
  type: Struct,
): readonly Entry[] {
  const changed = changedFields(before, after, type)
  const removed = before ? removedFields(before, after, type) : {}
  if (isEmpty(changed) && isEmpty(removed)) return earlier
  const taken = union(changed, removed)
  const others = earlier.flatMap((entry): Entry[] => {
    if (sameManager(entry, by)) return []
    const fields = difference(entry.fields, taken)
    return isEmpty(fields) ? [] : [fields === entry.fields ? entry : { ...entry, fields }]
  })
  const mine = earlier.find((entry) => sameManager(entry, by))
  const fields = union(mine ? difference(mine.fields, removed) : {}, changed)
  return isEmpty(fields) ? others : [...others, withFields(by, { timeMs, fields: interned(fields) })]
}

const MAX_KNOWN = 2000
const known = new Map<string, FieldSet>()

/**
 * Thousands of Pods have the same fields set by the same managers: one set in order stands for all that equal it. They were put together in the
 * same way, too, so that the order is looked for once only.
 */
function interned(fields: FieldSet): FieldSet {
  const text = JSON.stringify(fields)
  const same = known.get(text)
  if (same) return same
  if (known.size >= MAX_KNOWN) known.clear()
  const sorted = inOrder(fields)
  const sortedText = JSON.stringify(sorted)
  const shared = known.get(sortedText) ?? sorted
  known.set(sortedText, shared)
  known.set(text, shared)
  return shared
}

export const sameManager = (x: Manager, y: Manager) =>
  x === y || (x.manager === y.manager && x.operation === y.operation && x.apiVersion === y.apiVersion && x.subresource === y.subresource)

/** A stored object with its `metadata.managedFields`. */
export function withManagedFields({ object, fields }: { readonly object: AnyObject; readonly fields: ManagedFields }): AnyObject {
  const entries = entriesOf(fields, object)
  if (entries.length === 0) return object
  return { ...object, metadata: { ...object.metadata, managedFields: shownEntries(entries) } }
}

const shownBefore = new WeakMap<readonly Entry[], readonly ManagedFieldsEntry[]>()

function shownEntries(entries: readonly Entry[]): readonly ManagedFieldsEntry[] {
  let shown = shownBefore.get(entries)
  if (!shown) shownBefore.set(entries, (shown = entries.toSorted(byOperationTimeManager).map(shownEntry)))
  return shown
}

const byText = (x: string, y: string) => (x < y ? -1 : x > y ? 1 : 0)

const byOperationTimeManager = (x: Entry, y: Entry) =>
  byText(x.operation, y.operation) ||
  Math.floor(x.timeMs / 1000) - Math.floor(y.timeMs / 1000) ||
  byText(x.manager, y.manager) ||
  byText(x.apiVersion, y.apiVersion) ||
  byText(x.subresource ?? '', y.subresource ?? '')

const orderedBefore = new WeakMap<FieldSet, FieldSet>()

function ordered(fields: FieldSet): FieldSet {
  let sorted = orderedBefore.get(fields)
  if (!sorted) orderedBefore.set(fields, (sorted = inOrder(fields)))
  return sorted
}

function shownEntry({ manager, operation, apiVersion, subresource, timeMs, fields }: Entry): ManagedFieldsEntry {
  const common = { apiVersion, fieldsType: 'FieldsV1', fieldsV1: ordered(fields), manager, operation, time: timestamp(timeMs) }
  return subresource === undefined ? common : { ...common, subresource }
}

/** Reads `metadata.managedFields` as a client sent it: some rewrite it to hand fields over. A single empty entry means: forget it all. */
export function readEntries(entries: readonly ManagedFieldsEntry[]): readonly Entry[] {
  return entries
    .filter(({ manager, operation }) => manager !== undefined || operation !== undefined)
    .map((entry) => ({
      manager: entry.manager ?? '',
      operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
      apiVersion: entry.apiVersion ?? '',
      subresource: entry.subresource || undefined,
      timeMs: entry.time ? parseTimestamp(entry.time) : 0,
      fields: (entry.fieldsV1 ?? {}) as FieldSet, // nested objects on the wire; what else a client invents matches no path
    }))
}

/** A stored object as the outside sees it: in the version asked for, with who set its fields. */
export const shown = (served: Served, stored: Stored): AnyObject => served.fromStorage(withManagedFields(stored))
