import type { AnyObject } from '../../api/object'
import { mergeDiff, sameJson } from '../../formats/merge-patch'
import { strategicDiff } from '../../formats/strategic-merge'
import { recorded } from '../change-cause'
import { annotated, editObjects, originalOf, refuseRenaming, usualPreamble } from '../editing'
import { CommandError, throwAll } from '../errors'
import { fileOptions } from '../manifests'
import { goJson } from '../printers/json'
import { findResources, type Resource } from '../resources'
import { out, type Kubectl, type Command } from '../session'
import { typeNameOf } from '../typed'
import { showValidation } from '../openapi'
import { fieldValidation, patchObject, printWritten, writeQuery } from '../writing'

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
    const shown: Resource[] = resources.map((resource) => ({ ...resource, object: shownOf(kubectl, resource.object!) }))
    yield* editObjects(kubectl, {
      resources: shown,
      preamble: usualPreamble,
      forgiving: true,
      *save(edited) {
        const original = originalOf(shown, edited)
        const before = original.object!
        const live = resources[shown.indexOf(original)]!.object!
        const after = recorded(kubectl, annotated(kubectl, edited.object!, live.metadata.managedFields))
        if (sameJson(before, after)) return yield* (yield* printWritten(kubectl, 'skipped'))(before)
        refuseRenaming(before, after)
        const typeName = typeNameOf(after.apiVersion, after.kind)
        const patch = typeName ? strategicDiff(before, after, typeName) : mergeDiff(before, after)
        if (flags.bool('output-patch')) yield* out(`Patch: ${goJson(patch)}\n`)
        const kind = typeName ? 'strategic' : 'merge'
        if (typeName) yield* showValidation(kubectl, original.type)
        const patched = yield* patchObject(kubectl, original, kind, patch, writeQuery(kubectl, 'none'), subresource)
        yield* (yield* printWritten(kubectl, 'edited'))(patched)
      },
    })
  },
}

/** What the file shows of an object. */
function shownOf({ flags }: Kubectl, object: AnyObject): AnyObject {
  if (flags.bool('show-managed-fields')) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
