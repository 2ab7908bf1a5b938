import { JsonPatchError, jsonPatch } from '../formats/json-patch'
import { mergePatch } from '../formats/merge-patch'
import { strategicMerge } from '../formats/strategic-merge'
import { resourceOf, type Call } from './call'
import type { PatchType } from './client'
import { readAs } from './decode'
import type { AnyObject } from './object'
import { typeOfServed } from './schema/schema'
import { badRequest, failure, notFound } from './status'
import type { Stored } from './storage'
import { replaceStored } from './write'

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
export function patchObject(call: Call, type: PatchType, patch: unknown, _options: PatchOptions): Patched {
  const { core, served, namespace, name } = call
  const stored = core.storage.get(served.kind, namespace, name)
  if (!stored) throw notFound(resourceOf(call), name)
  const before = served.fromStorage(stored.object)
  const after = patched(call, type, before, patch)
  const read = readAs(call, after)
  return { stored: replaceStored(call, stored, served.toStorage(read)), created: false }
}

function patched({ served }: Call, type: PatchType, before: AnyObject, patch: unknown): unknown {
  switch (type) {
    case 'json':
      return applyJsonPatch(before, patch)
    case 'merge':
      return mergePatch(before, patch)
    case 'strategic': {
      return strategicMerge(before, patch, typeOfServed(served.kind, served.version, served.group)?.name)
    }
    case 'apply':
      throw badRequest('server-side apply is not served yet')
  }
}

function applyJsonPatch(before: AnyObject, patch: unknown): unknown {
  try {
    return jsonPatch(before, patch)
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error
    throw failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {
      causes: [{ reason: 'UnexpectedServerResponse', message: error.message }],
    })
  }
}
