import type { AnyObject } from '../api/object'
import { sameJson } from '../formats/merge-patch'
import { strategicDiff } from '../formats/strategic-merge'
import type { Proc } from '../node/os/syscalls'
import { asReported, CommandError, throwAll } from './errors'
import { fileOptions } from './manifests'
import { kindName } from './mapper'
import { printerFor } from './printers/printer'
import { findResources, type Resource } from './resources'
import { out, type Kubectl } from './session'
import { asStruct, typeNameOf } from './typed'
import { dryRunOf, operationText, patchObject, writeQuery } from './writing'

const onlyFiles = `you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'`
export const noLocalServerDryRun = 'cannot specify --local and --dry-run=server - did you mean --dry-run=client?'

export interface Setting {
  readonly words: readonly string[]
  /** `image updated`. */
  readonly done: string
  /** The changed object; the same one when nothing changes. Throws CommandError when it cannot be done to this one. */
  readonly change: (object: AnyObject, resource: Resource) => AnyObject
  readonly manager: string
  /** What is wrong with the command line; asked once the objects have been found, as the real one does. */
  readonly check?: () => readonly string[]
  /** With --local, words are passed over; otherwise they are refused then. */
  readonly wordsWithLocal?: boolean
  /** An object that cannot be found does not spare the others. */
  readonly eachAlone?: boolean
  /** An unchanged object is passed over in silence. */
  readonly skipUnchanged?: boolean
  /** Names the object before its error: `error: deployment.apps/web …`. */
  readonly prefixErrors?: boolean
}

/** What all `kubectl set` commands do with what they were told: find the objects, change each, send the difference, print. */
export function* setOn(kubectl: Kubectl, setting: Setting): Proc {
  const { words, done, change, manager, skipUnchanged = true, prefixErrors } = setting
  const { flags } = kubectl
  const local = flags.bool('local')
  const dryRun = yield* dryRunOf(kubectl)
  const printer = yield* printerFor(kubectl, { operation: operationText(done, dryRun), struct: true })
  if (local && words.length && !setting.wordsWithLocal) throw new CommandError(onlyFiles)
  const { resources, errors } = yield* findResources(kubectl, {
    words: local ? [] : words,
    files: fileOptions(kubectl),
    local,
    fetch: true,
    selector: flags.has('selector') ? flags.text('selector') : '',
    bareTypes: flags.bool('all'),
  })
  if (!setting.eachAlone) throwAll(errors)
  throwAll((setting.check?.() ?? []).map((problem) => new CommandError(problem)))
  if (local && dryRun === 'server') throw new CommandError(noLocalServerDryRun)
  const failures = [...errors]
  for (const resource of resources) {
    try {
      const before = resource.object!
      const after = change(before, resource)
      if (local || dryRun === 'client') {
        if (skipUnchanged && after === before) continue
        yield* out(printer(local || flags.text('output') ? asStruct(after) : after))
        continue
      }
      const patch = strategicDiff(before, after, typeNameOf(before.apiVersion, before.kind))
      if (sameJson(patch, {}) && skipUnchanged) continue
      const changed = yield* patchObject(
        kubectl,
        resource,
        'strategic',
        patch,
        writeQuery(kubectl, dryRun, flags.text('field-manager') || manager),
      )
      yield* out(printer(flags.text('output') ? asStruct(changed) : changed))
    } catch (error) {
      const reported = asReported(error)
      failures.push(
        prefixErrors && reported instanceof CommandError
          ? new CommandError(`${kindName(resource.type)}/${resource.name} ${reported.message}`)
          : reported,
      )
    }
  }
  throwAll(failures)
}
