import { timestamp } from '../engine/time'
import { admit, managerOf, mutate, resourceOf, storedOf, unheard, writerOf, type Call } from './call'
import { fieldPath, type FieldError } from './field-path'
import type { KindDefinition } from './kind'
import {
  afterCreation,
  afterWrite,
  managedBy,
  nobody,
  readEntries,
  storedAs,
  withManagedFields,
  type ManagedFields,
} from './managed-fields'
import { checkMetadata, checkMetadataUpdate, finalizerWarnings } from './metadata-rules'
import type { AnyObject } from './object'
import { conform } from './schema/conform'
import { typeOfKind } from './schema/schema'
import { equal, share } from './share'
import { alreadyExists, badRequest, conflict, failure, internalError, invalid, notFound } from './status'
import { freeze, type Stored } from './storage'
import type { ObjectMeta } from './types/meta-v1.gen'

const top = fieldPath()
/** Random suffixes are drawn again this often when the name is taken. */
const NAME_ATTEMPTS = 8

/** Creates an object from what a client sent (storage version). `fields`: who manages what, if the caller knows better. Returns what is stored. */
export function createObject(call: Call, submitted: AnyObject, fields?: ManagedFields): Stored {
  const { core, served, namespace } = call
  const { kind } = served
  checkNamespace(call, submitted)
  const named: AnyObject =
    namespace === undefined || submitted.metadata.namespace === namespace
      ? submitted
      : { ...submitted, metadata: { ...submitted.metadata, namespace } }
  const filled = withDefaults(call, kind.subresources.includes('status') ? without(named, 'status') : named)
  const admitted = mutate(call, 'CREATE', filled)
  const type = typeOfKind(kind)
  const asWritten = type && admitted === filled && !kind.beforeCreate && !kind.fromStorage
  const managed = fields ?? (asWritten ? afterCreation(managerOf(call), type) : tracked(call, nobody, undefined, filled))
  for (let attempt = 1; ; attempt++) {
    const object = initial(call, admitted, attempt)
    const prepared = (kind.beforeCreate?.(object, core.context) as AnyObject | undefined) ?? object
    refuse(call, prepared, checkMetadata(prepared, kind), kind.validate?.(prepared, top, core.context))
    warnOf(call, prepared, undefined)
    const taken = core.storage.get(kind, namespace, prepared.metadata.name)
    if (taken && submitted.metadata.generateName && !submitted.metadata.name && attempt < NAME_ATTEMPTS) continue
    admit(call, 'CREATE', prepared) // only storing finds out that a name is taken: a full quota says so first
    if (taken) throw alreadyExists(resourceOf(call), prepared.metadata.name)
    // What an apply creates is no create to the store.
    if (fields === undefined && !call.dryRun && Number(submitted.metadata.resourceVersion ?? 0) > 0)
      throw failure(500, '', 'resourceVersion should not be set on objects to be created')
    return keep(call, prepared, undefined, managed)
  }
}

/** Replaces a stored object, or the part of it that a subresource stands for, by what a client sent (storage version). */
export function updateObject(call: Call, submitted: AnyObject): Stored {
  const { name } = call
  const stored = storedOf(call)
  if (!stored) throw notFound(resourceOf(call), name)
  checkNamespace(call, submitted)
  checkName(submitted, name)
  return replaceStored(call, stored, submitted)
}

/** An object must be called as its URL says. Throws 400. */
export function checkName({ metadata }: AnyObject, name: string) {
  if (!metadata.name) throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (metadata.name !== name) throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
}

/** Admission of a write that is about something else than the object itself: a Scale has been mutated before, and is judged in its stead. */
export type JudgedAs = () => void

/** The common end of update, patch and apply: `submitted` is to become the new state of `stored`. */
export function replaceStored(call: Call, stored: Stored, submitted: AnyObject, fields?: ManagedFields, judge?: JudgedAs): Stored {
  const { core, served, subresource } = call
  const { kind } = served
  const old = kind.fromStorage?.(stored.object) ?? stored.object // an older version's object becomes one of the version of storage
  const part = subresource === 'status' ? statusOnly(kind, old, submitted) : onlyPart(call, old, keepIdentity(submitted, old))
  const filled = share(old, withDefaults(call, part, old)) as AnyObject
  const managed = fields ?? tracked(call, givenFields(submitted, stored), old, filled)
  const admitted = judge ? filled : (share(old, mutate(call, 'UPDATE', filled, old)) as AnyObject)
  checkRevision(call, submitted.metadata, old.metadata)
  const prepared = share(
    old,
    subresource === undefined ? (kind.beforeUpdate?.(admitted, old, core.context) ?? admitted) : admitted,
  ) as AnyObject
  const counted = subresource === 'status' ? prepared : withGeneration(kind, prepared, old)
  refuse(call, counted, checkMetadataUpdate(counted, old, kind), rulesOf(call, counted, old))
  if (subresource === undefined && counted !== old) warnOf(call, counted, old)
  if (judge) judge()
  else admit(call, 'UPDATE', counted, old)
  if (isReadyToGo(kind, counted)) return removeStored(call, { ...stored, object: counted })
  const kept = keep(call, counted, stored, managed)
  if (counted === filled) storedAs(managed, filled, kept.object)
  return kept
}

function rulesOf({ core, served: { kind }, subresource }: Call, object: AnyObject, old: AnyObject): readonly FieldError[] {
  if (subresource === 'status') return kind.validateStatusUpdate?.(object, old, top, core.context) ?? NO_ERRORS
  if (object === old) return NO_ERRORS
  const found = kind.validate?.(object, top, core.context) ?? []
  const errors = found.length > 0 && kind.untolerated ? kind.untolerated(found, object, old) : found
  // What may change through a part of its own (ephemeral containers, a resize) is for that part's handler to say.
  return subresource !== undefined ? errors : [...errors, ...(kind.validateUpdate?.(object, old, top, core.context) ?? [])]
}

/** Who manages what after this write. What admission and the server itself change afterwards is nobody's. */
function tracked(call: Call, before: ManagedFields, old: AnyObject | undefined, object: AnyObject): ManagedFields {
  const type = typeOfKind(call.served.kind)
  return object === old || !type ? before : afterWrite(before, managerOf(call), call.core.engine.nowMs, old, object, type)
}

/** What is managed by whom before an update: what is stored, or what the client says in its stead. */
function givenFields({ metadata: { managedFields } }: AnyObject, stored: Stored): ManagedFields {
  if (!managedFields || equal(withManagedFields(stored).metadata.managedFields, managedFields)) return stored.fields
  return managedBy(readEntries(managedFields))
}

/** Puts a state into storage, unless it is the one that is there already or this is a dry run. */
function keep(call: Call, object: AnyObject, stored: Stored | undefined, fields: ManagedFields): Stored {
  if (stored && object === stored.object && fields === stored.fields && !call.core.options.atRest?.()?.isStale(call.served.kind, stored))
    return stored
  const refusal = call.core.options.atRest?.()?.refusal(call.served.kind)
  if (refusal !== undefined) throw internalError(refusal)
  if (call.dryRun)
    return { object: freeze(object), revision: stored?.revision ?? 0, timeMs: call.core.engine.nowMs, fields, writer: writerOf(call) }
  return call.core.storage.put(call.served.kind, object, fields, writerOf(call))
}

/** Takes an object out of storage for good. */
export function removeStored(call: Call, stored: Stored): Stored {
  return call.dryRun ? stored : call.core.storage.remove(call.served.kind, stored, writerOf(call))
}

/** Whether a deleted object has nothing left to wait for. */
export function isReadyToGo(kind: KindDefinition, object: AnyObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && finalizers.length === 0 && !kind.holdsDeletion?.(object)
}

/** Schema defaults, then the kind's own. */
function withDefaults({ core, served: { kind } }: Call, object: AnyObject, known?: AnyObject): AnyObject {
  const type = typeOfKind(kind)
  const filled = type ? (conform(object, type, { defaults: true, known }) as AnyObject) : object // conform keeps an object an object
  return (kind.defaults?.(filled, core.context, known) as AnyObject | undefined) ?? filled
}

/** What the server alone decides about a new object. */
function initial({ core, served: { kind } }: Call, object: AnyObject, attempt: number): AnyObject {
  const { metadata } = object
  const { name, generateName } = metadata
  const { random, nowMs } = core.engine
  const { suffix, uid, creationTimestamp } = core.questions.remember(`identity ${attempt}`, () => ({
    suffix: !name && generateName ? random.suffix(5) : '',
    uid: random.uuid(),
    creationTimestamp: timestamp(nowMs),
  }))
  const next: Record<string, unknown> = {}
  for (const field in metadata) if (!SERVERS_OWN.has(field)) next[field] = metadata[field as keyof ObjectMeta]
  next.name = name || (generateName ? generatedName(suffix, generateName) : '')
  next.uid = uid
  next.creationTimestamp = creationTimestamp
  if (countsGenerations(kind, object)) next.generation = 1
  return { ...object, metadata: next as unknown as ObjectMeta } // storage adds the resourceVersion
}

/** What no client says about a new object. */
const SERVERS_OWN: ReadonlySet<string> = new Set([
  'resourceVersion',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
])

const generatedName = (suffix: string, base: string) => base.slice(0, 58) + suffix

const countsGenerations = ({ generation, group }: KindDefinition, object: AnyObject) =>
  generation === undefined ? group !== '' && object.spec !== undefined : generation !== false

function withGeneration(kind: KindDefinition, object: AnyObject, old: AnyObject): AnyObject {
  if (object === old || !countsGenerations(kind, object)) return object
  const changed = typeof kind.generation === 'function' ? kind.generation(object, old) : specChanged(object, old)
  if (!changed) return object
  return { ...object, metadata: { ...object.metadata, generation: (old.metadata.generation ?? 0) + 1 } }
}

function specChanged(object: AnyObject, old: AnyObject): boolean {
  const keys = new Set([...Object.keys(object), ...Object.keys(old)])
  return [...keys].some((key) => key !== 'metadata' && key !== 'status' && !equal(old[key], object[key]))
}

function statusOnly({ annotatesWithStatus }: KindDefinition, old: AnyObject, submitted: AnyObject): AnyObject {
  const part = withField(old, 'status', submitted.status)
  const { annotations } = submitted.metadata
  return annotatesWithStatus && annotations ? { ...part, metadata: { ...old.metadata, annotations } } : part
}

/** A write through a subresource reaches only its part (for the status see above); a write to the object itself does not reach the status. */
function onlyPart({ core, served: { kind }, subresource }: Call, old: AnyObject, submitted: AnyObject): AnyObject {
  if (subresource === undefined) return kind.subresources.includes('status') ? withField(submitted, 'status', old.status) : submitted
  const handler = core.handlerOf(kind, subresource)
  if (handler && 'merge' in handler) return handler.merge(old, submitted, core)
  throw new Error(`${kind.plural}/${subresource} is not a part of the object`)
}

/** What nobody may change is taken from the stored object. */
function keepIdentity(submitted: AnyObject, { metadata: old, apiVersion, kind }: AnyObject): AnyObject {
  const { managedFields: _fields, selfLink: _link, ...given } = submitted.metadata
  const fixed: Partial<ObjectMeta> = {
    name: given.name || old.name,
    uid: old.uid,
    creationTimestamp: old.creationTimestamp,
    resourceVersion: old.resourceVersion,
    ...(old.namespace !== undefined && { namespace: old.namespace }),
    ...(old.generateName !== undefined && given.generateName === undefined && { generateName: old.generateName }),
  }
  const metadata: ObjectMeta = { ...given, ...fixed } as ObjectMeta // the old metadata was complete
  return {
    ...submitted,
    apiVersion,
    kind,
    metadata: copyOptional(metadata, old, ['generation', 'deletionTimestamp', 'deletionGracePeriodSeconds']),
  }
}

/** `target` with these fields as `source` has them, present or absent. */
function copyOptional<T extends object>(target: T, source: T, names: readonly (keyof T)[]): T {
  let copy: T | undefined
  for (const name of names) {
    if (target[name] === source[name]) continue
    copy ??= { ...target }
    if (source[name] === undefined) delete copy[name]
    else copy[name] = source[name]
  }
  return copy ?? target
}

function checkRevision(call: Call, given: Partial<ObjectMeta>, old: ObjectMeta) {
  const { served, name } = call
  if (given.uid && given.uid !== old.uid) {
    throw conflict(resourceOf(call), name, `Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${old.uid}`)
  }
  const { resourceVersion } = given
  if (!resourceVersion || resourceVersion === '0') {
    if (served.kind.unconditionalUpdate !== false) return
    throw invalid({ group: served.group, kind: served.kind.kind }, name, [
      fieldPath('metadata.resourceVersion').invalid(resourceVersion ?? '', 'must be specified for an update'),
    ])
  }
  if (resourceVersion !== old.resourceVersion) {
    throw conflict(resourceOf(call), name, 'the object has been modified; please apply your changes to the latest version and try again')
  }
}

/** An object that names a namespace must name that of its URL. Throws 400. */
export function checkNamespace({ namespace }: Call, { metadata }: AnyObject) {
  if (!metadata.namespace || metadata.namespace === namespace) return
  throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
}

function warnOf({ core, warn, served: { kind } }: Call, object: AnyObject, old: AnyObject | undefined) {
  if (warn === unheard) return
  for (const text of kind.warnings?.(object, old, core.context) ?? []) warn(text)
  for (const text of finalizerWarnings(object, old, kind)) warn(text)
}

function refuse(
  { served: { group, kind } }: Call,
  { metadata }: AnyObject,
  errors: readonly FieldError[],
  more: readonly FieldError[] = NO_ERRORS,
) {
  if (errors.length + more.length > 0) throw invalid({ group, kind: kind.kind }, metadata.name, [...errors, ...more])
}

const NO_ERRORS: readonly FieldError[] = []

const without = (object: AnyObject, name: string): AnyObject => {
  if (object[name] === undefined) return object
  const { [name]: _dropped, ...rest } = object
  return rest as AnyObject // only a field other than apiVersion, kind and metadata is ever dropped
}

const withField = (object: AnyObject, name: string, value: unknown): AnyObject =>
  value === undefined ? without(object, name) : { ...object, [name]: value }
