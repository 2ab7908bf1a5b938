import { mergePatch } from '../formats/merge-patch'
import { goMap, StrategicMergeError, strategicMerge } from '../formats/strategic-merge'
import { resourceOf, storedOf, writingOf, type Call } from './call'
import type { PatchType } from './client'
import { readAs } from './decode'
import { kindText, type AnyObject } from './object'
import { equal } from './share'
import { fieldsOf } from './field-compare'
import { fieldPath } from './field-path'
import { latePatches } from './late-patches'
import { managedBy, shown } from './managed-fields'
import { typeOfKind, typeOfServed } from './schema/schema'
import { badRequest, failure, invalid, notFound } from './status'
import type { Stored } from './storage'
import { checkName, checkNamespace, createObject, replaceStored } from './write'

export interface Patched {
  readonly stored: Stored
  /** Only a server-side apply creates what is not there. */
  readonly created: boolean
}

export interface PatchOptions {
  readonly force: boolean
  /** Fields the patch's text gave twice. */
  readonly duplicates?: readonly string[]
}

const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
}

/** The patch type that a content type names. Throws 415; custom resources know no strategic merge. */
export function patchTypeOf({ served }: Call, contentType: string | undefined): PatchType {
  const type = PATCH_TYPES[(contentType ?? '').split(';')[0]!.trim()]
  const isCustom = served.kind.customSchema !== undefined
  if (type !== undefined && !(isCustom && type === 'strategic')) return type
  const accepted = Object.keys(PATCH_TYPES).filter((each) => !(isCustom && PATCH_TYPES[each] === 'strategic'))
  throw failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )
}

/** Patches a stored object (or a subresource's part of it) in the version that the request names. */
export function patchObject(call: Call, type: PatchType, patch: unknown, options: PatchOptions): Patched {
  const { served, name } = call
  const stored = storedOf(call)
  if (type === 'apply') return applyPatch(call, stored, patch, options)
  if (!stored) throw notFound(resourceOf(call), name)
  // Only a JSON patch speaks of what it does not change, such as who manages which field.
  const before = type === 'json' ? shown(served, stored) : served.fromStorage(stored.object)
  const merged = patched(call, type, before, patch)
  const refuse = (why: string, converted: string) =>
    type === 'strategic' ? patchInvalid(goMap(patch), converted) : patchInvalid(JSON.stringify(merged), why)
  const after = readAs(call, merged, options.duplicates, { refuse })
  checkName(after, name)
  checkNamespace(call, after)
  return { stored: replaceStored(call, stored, served.toStorage(after)), created: false }
}

/** An object that a patch makes unreadable: the complaint is about the patch, or about what became of the object. */
const patchInvalid = (value: string, why: string) => invalid({ group: '', kind: '' }, '', [fieldPath('patch').invalid(value, why)])

function patched({ served }: Call, type: 'json' | 'merge' | 'strategic', before: AnyObject, patch: unknown): unknown {
  switch (type) {
    case 'json':
      return latePatches.code.applyJsonPatch(before, patch)
    case 'merge':
      return mergePatch(before, patch)
    case 'strategic':
      return applyStrategicPatch(before, patch, typeOfServed(served.kind, served.version, served.group)?.name)
  }
}

function applyStrategicPatch(before: AnyObject, patch: unknown, typeName: string | undefined): unknown {
  try {
    return strategicMerge(before, patch, typeName)
  } catch (error) {
    if (!(error instanceof StrategicMergeError)) throw error
    throw error.badRequest ? badRequest(error.message) : failure(500, '', error.message)
  }
}

function applyPatch(call: Call, stored: Stored | undefined, patch: unknown, { force, duplicates = [] }: PatchOptions): Patched {
  const { served, name, subresource } = call
  const config = readConfig(call, patch, duplicates)
  const type = typeOfKind(served.kind)
  if (!type) throw new Error(`${served.kind.kind} has no schema to apply by`)
  if (!stored) {
    if (subresource !== undefined) throw notFound(resourceOf(call), name)
    const own = { ...writingOf(call), operation: 'Apply' as const, fields: fieldsOf(config, type) }
    return { stored: createObject(call, config, managedBy([own])), created: true }
  }
  const { applied, withLastApplied } = latePatches.code
  const { object, fields } = applied(call, stored.object, stored.fields, config, type, force)
  return { stored: replaceStored(call, stored, withLastApplied(call, object, stored.object, config), fields), created: false }
}

/** Reads an applied configuration: it names its kind and itself, and says nothing about who manages what. */
function readConfig(call: Call, patch: unknown, duplicates: readonly string[]): AnyObject {
  const { served, name, namespace } = call
  const { apiVersion, kind, metadata } = (typeof patch === 'object' && patch !== null ? patch : {}) as Partial<AnyObject> // looked at before use
  if (!kind) throw badRequest(`error decoding YAML: Object 'Kind' is missing in '${JSON.stringify(patch)}'`)
  if (!apiVersion) throw badRequest(`error decoding YAML: Object 'apiVersion' is missing in '${JSON.stringify(patch)}'`)
  if (metadata?.managedFields?.length) throw badRequest('metadata.managedFields must be nil')
  if (metadata?.name && metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  if (metadata?.namespace && metadata.namespace !== namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`)
  }
  const type = typeOfServed(served.kind, served.version, served.group)
  const errors = type ? latePatches.code.typedPatchErrors(patch, type) : []
  if (errors.length > 0) {
    const kindOf = { group: served.group, version: served.version, kind: served.kind.kind }
    const about = `failed to create typed patch object (${namespace ?? ''}/${name}; ${kindText(kindOf)})`
    throw failure(500, '', `${about}: ${errors.length === 1 ? errors[0] : ['errors:', ...errors].join('\n  ')}`)
  }
  const read = readAs({ ...call, options: { fieldValidation: 'Ignore' } }, patch, duplicates, { keepZeros: true })
  const config: AnyObject = { ...read, metadata: { ...read.metadata, name, ...(namespace !== undefined && { namespace }) } }
  if (served.stored) return served.toStorage(config)
  // What only the conversion makes of nothing is no wish of whoever applies.
  const { apiVersion: of, kind: its, metadata: named } = config
  return without(served.toStorage(config), served.toStorage({ apiVersion: of, kind: its, metadata: named })) as AnyObject // still an object
}

/** A value without what it has in common with another; what objects call themselves stays. */
function without(value: unknown, other: unknown): unknown {
  const isMap = (each: unknown): each is Readonly<Record<string, unknown>> =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
  if (!isMap(value) || !isMap(other)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      if (name === 'apiVersion' || name === 'kind' || name === 'metadata' || !(name in other)) return [[name, inner]]
      return equal(inner, other[name]) ? [] : [[name, without(inner, other[name])]]
    }),
  )
}
