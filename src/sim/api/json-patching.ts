import { JsonPatchError, jsonPatch } from '../formats/json-patch'
import { failure } from './status'

/** Applies a JSON patch on behalf of a request: what is wrong with it becomes the Status that a real server sends. */
export function applyJsonPatch(before: unknown, patch: unknown): unknown {
  try {
    return jsonPatch(before, patch)
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error
    // A real server keeps to itself what was wrong.
    throw failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
  }
}
