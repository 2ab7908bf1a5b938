import type { AnyObject } from '../api/object'
import { patchesConflict } from '../formats/strategic-conflicts'
import { strategicDiff } from '../formats/strategic-merge'
import { toYaml } from '../formats/yaml-emit'
import type { Proc } from '../node/os/syscalls'
import { CommandError } from './errors'
import { goJson } from './printers/json'
import type { Resource } from './resources'
import { err } from './session'
import { typeNameOf } from './typed'
import { lastAppliedOf } from './writing'

type Json = Readonly<Record<string, unknown>>

/**
 * `--overwrite=false`: refuses a patch that would take back what somebody else has changed since the last apply. The real client tries
 * three times, each time with another source of the schema, and tells each failure. Throws CommandError.
 */
export function* refuseConflicts(resource: Resource, modified: AnyObject, current: AnyObject, patch: Json): Proc {
  const typeName = typeNameOf(modified.apiVersion, modified.kind)
  const original = lastAppliedOf(current)
  const changed = withoutOrders(strategicDiff(original ? (JSON.parse(original) as Json) : {}, current, typeName)) as Json // a patch is an object
  if (!patchesConflict(patch, changed, typeName)) return
  const conflict = `patch:\n${toYaml(patch)}\nconflicts with changes made from original to current:\n${toYaml(changed)}\n`
  yield* err(`warning: error calculating patch from openapi v3 spec: ${conflict}\n`)
  yield* err(`warning: error calculating patch from openapi spec: ${conflict}\n`)
  const file = JSON.stringify(resource.source ?? '')
  throw new CommandError(
    `error when applying patch:\n\nto:\n${describe(resource)}\nfor: ${file}: error when patching ${file}: creating patch with:\noriginal:\n${original ?? ''}\nmodified:\n${goJson(modified)}\n\ncurrent:\n${goJson(current)}\n\nfor:: ${conflict}`,
  )
}

/** A patch without what it says of the order of lists. */
function withoutOrders(patch: unknown): unknown {
  if (Array.isArray(patch)) return patch.map(withoutOrders)
  if (typeof patch !== 'object' || patch === null) return patch
  return Object.fromEntries(
    Object.entries(patch)
      .filter(([key]) => !key.startsWith('$setElementOrder/'))
      .map(([key, member]) => [key, withoutOrders(member)]),
  )
}

/** A resource as errors of apply describe it. */
export const describe = ({ type, name, namespace }: Resource) =>
  `Resource: "${type.group}/${type.version}, Resource=${type.plural}", GroupVersionKind: "${type.group}/${type.version}, Kind=${type.kind}"\nName: ${JSON.stringify(name)}, Namespace: ${JSON.stringify(namespace)}`
