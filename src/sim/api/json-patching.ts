import { JsonPatchError, jsonPatch } from '../formats/json-patch'
import { badRequest, failure } from './status'

/** More operations than these are not tried. */
const MAX_OPERATIONS = 10_000

const goTypeOf = (value: unknown) => (value === null ? 'null' : typeof value === 'boolean' ? 'bool' : typeof value)

/** Applies a JSON patch on behalf of a request: what is wrong with it becomes the Status that a real server sends. */
export function applyJsonPatch(before: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest(`json: cannot unmarshal ${goTypeOf(patch)} into Go value of type jsonpatch.Patch`)
  if (patch.length > MAX_OPERATIONS)
    throw failure(413, 'RequestEntityTooLarge', `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`)
  try {
    return jsonPatch(before, patch)
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error
    // A real server keeps to itself what was wrong.
    throw failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
  }
}
