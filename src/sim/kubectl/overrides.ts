import { jsonPatch, JsonPatchError } from '../formats/json-patch'
import { mergePatch } from '../formats/merge-patch'
import { strategicMerge, StrategicMergeError } from '../formats/strategic-merge'
import { CommandError } from './errors'
import { jsonProblem } from './json-problem'
import type { Kubectl } from './session'
import { notRegistered, typeNameOf } from './typed'
import type { NewObject } from './writing'

/** `--overrides` changes what was generated; it is JSON, never YAML. Throws CommandError. */
export function applyOverrides({ flags }: Kubectl, object: NewObject): NewObject {
  const text = flags.text('overrides')
  if (!text) return object
  const type = flags.text('override-type') || 'merge'
  if (type !== 'json' && type !== 'merge' && type !== 'strategic') throw new CommandError(`invalid override type: ${type}`)
  const changed = change(object, parse(text, type), type)
  if (typeNameOf(changed.apiVersion, changed.kind) === undefined) throw new CommandError(notRegistered(changed))
  return changed
}

type OverrideType = 'json' | 'merge' | 'strategic'

function parse(text: string, type: OverrideType): unknown {
  const { values, problem } = jsonProblem(text)
  if (!problem && values.length === 1) {
    const [value] = values
    if (type === 'json' || (typeof value === 'object' && value !== null && !Array.isArray(value))) return value
    if (Array.isArray(value) && type === 'merge')
      throw new CommandError(
        `couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
      )
  }
  throw new CommandError(type === 'json' ? (problem?.replace(/^json: offset \d+: /, '').replace('unexpected EOF', 'unexpected end of JSON input') ?? 'invalid character after top-level value') : type === 'merge' ? 'Invalid JSON Patch' : 'invalid JSON document') // prettier-ignore
}

function change(object: NewObject, patch: unknown, type: OverrideType): NewObject {
  try {
    if (type === 'json') return jsonPatch(object, patch) as NewObject // patched, it goes to be conformed
    if (type === 'strategic') return strategicMerge(object, patch, typeNameOf(object.apiVersion, object.kind)) as NewObject
    return mergePatch(object, patch) as NewObject
  } catch (error) {
    if (error instanceof JsonPatchError || error instanceof StrategicMergeError) throw new CommandError(error.message)
    throw error
  }
}
