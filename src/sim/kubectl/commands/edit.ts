import type { AnyObject } from '../../api/object'
import { mergeDiff, sameJson } from '../../formats/merge-patch'
import { strategicDiff } from '../../formats/strategic-merge'
import type { Proc } from '../../node/os/syscalls'
import { calledInEdits, editObjects, formatOf, usualPreamble } from '../editing'
import { ApiError, asReported, CommandError, Exit, hasReason, isNotFound, messageOf, throwAll } from '../errors'
import { fileOptions } from '../manifests'
import { goJson } from '../printers/json'
import { findResources, type Resource } from '../resources'
import { err, out, type Kubectl, type Command } from '../session'
import { typeNameOf } from '../typed'
import { fieldValidation, patchObject, printWritten, withLastApplied, writeQuery } from '../writing'

/** `kubectl edit`: objects in a temporary file, an editor on it, and a patch of what was changed; refused edits are opened again with the reasons. */
export const edit: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    fieldValidation(kubectl)
    const files = fileOptions(kubectl)
    const subresource = flags.text('subresource') || undefined
    const { resources, errors } = yield* findResources(kubectl, { words: args, files, bareTypes: true, fetch: true, subresource })
    throwAll(errors)
    if (resources.length === 0) throw new CommandError('edit cancelled, no objects found')
    formatOf(kubectl)
    const originals = resources.map((resource) => shownOf(kubectl, resource.object!))
    const prints = { edited: yield* printWritten(kubectl, 'edited'), skipped: yield* printWritten(kubectl, 'skipped') }
    yield* editObjects(kubectl, {
      objects: originals,
      called: calledInEdits(resources[0]!),
      preamble: usualPreamble,
      save: (objects, path) => patchAll(kubectl, { resources, originals, objects, path, prints, subresource }),
    })
  },
}

/** What the file shows of an object. */
function shownOf({ flags }: Kubectl, object: AnyObject): AnyObject {
  if (flags.bool('show-managed-fields')) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

interface Edit {
  readonly resources: readonly Resource[]
  readonly originals: readonly AnyObject[]
  readonly objects: readonly AnyObject[]
  readonly path: string
  readonly prints: Readonly<Record<'edited' | 'skipped', (object: AnyObject) => Proc>>
  readonly subresource: string | undefined
}

/** Patches each object that was changed; answers, as comments for the file, why the server found an edit invalid. */
function* patchAll(kubectl: Kubectl, { resources, originals, objects, path, prints, subresource }: Edit): Proc<string> {
  let reasons = ''
  for (const object of objects) {
    const at = originals.findIndex(
      (one) =>
        one.kind === object?.kind &&
        one.apiVersion === object.apiVersion &&
        one.metadata.name === object.metadata?.name &&
        one.metadata.namespace === object.metadata.namespace,
    )
    if (at < 0) throw new CommandError('At least one of apiVersion, kind and name was changed')
    const [resource, before] = [resources[at]!, originals[at]!]
    if (sameJson(before, object)) {
      yield* prints.skipped(before)
      continue
    }
    const after = kubectl.flags.bool('save-config') ? annotated(object, resource.object!) : object
    const typeName = typeNameOf(object.apiVersion, object.kind)
    const patch = typeName ? strategicDiff(before, after, typeName) : mergeDiff(before, after)
    if (kubectl.flags.bool('output-patch')) yield* out(`Patch: ${goJson(patch)}\n`)
    try {
      const kind = typeName ? 'strategic' : 'merge'
      yield* prints.edited(yield* patchObject(kubectl, resource, kind, patch, writeQuery(kubectl, 'none'), subresource))
    } catch (error) {
      reasons += yield* refused(asReported(error), resource, path)
    }
  }
  return reasons
}

/** With the note of what was applied: the real one has put the managed fields back by then. */
function annotated(object: AnyObject, live: AnyObject): AnyObject {
  const { managedFields } = live.metadata
  const { annotations } = withLastApplied({ ...object, metadata: { ...object.metadata, managedFields } }).metadata
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** Says that an edit was refused. An invalid one may be mended: its reasons are answered. Any other ends the command. */
function* refused(error: Error, resource: Resource, path: string): Proc<string> {
  const what = calledInEdits(resource)
  if (hasReason(error, 'Invalid')) {
    yield* err(`error: ${what} is invalid\n`)
    const causes = error instanceof ApiError ? (error.status.details?.causes ?? []) : []
    return `# ${what} was not valid${causes.length > 0 ? ':' : ''}\n${causes.map(({ field, message }) => `# * ${field}: ${message}\n`).join('')}#\n`
  }
  if (isNotFound(error)) {
    yield* err(`error: ${what} could not be found on the server\nThe edits you made on deleted resources have been saved to "${path}"\n`)
    throw new Exit(1)
  }
  yield* err(`error: ${what} could not be patched: ${error instanceof ApiError ? error.message : messageOf(error)}\n`)
  yield* err(`You can run \`kubectl replace -f ${path}\` to try this update again.\n`)
  throw new Exit(1)
}
