import type { AnyObject } from '../api/object'
import { sameJson } from '../formats/merge-patch'
import { strategicDiff } from '../formats/strategic-merge'
import type { PodSpec } from '../api/types/core-v1.gen'
import type { Proc } from '../node/os/syscalls'
import { asReported, CommandError, throwAll } from './errors'
import { recorded } from './change-cause'
import { fileOptions } from './manifests'
import { podSpecOf } from './pod-template'
import { goJson } from './printers/json'
import { printerFor } from './printers/printer'
import { findResources, type Resource } from './resources'
import { out, type Kubectl } from './session'
import { asStruct, isRegistered, notRegistered, typeNameOf } from './typed'
import { dryRunOf, operationText, patchObject, writeQuery } from './writing'

/** With --local there is no server to ask for anything else. */
export const onlyFiles = `you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'`
export const noLocalServerDryRun = 'cannot specify --local and --dry-run=server - did you mean --dry-run=client?'

export interface Setting {
  readonly words: readonly string[]
  /** `image updated`. */
  readonly done: string
  /** The changed object; the same one when nothing changes. Throws CommandError when it cannot be done to this one; what does not
   * hinder it goes to `tell`. */
  readonly change: (object: AnyObject, resource: Resource, tell: (problem: string) => void) => AnyObject
  readonly manager: string
  /** Put before the server's refusal of the patch. */
  readonly failure?: string
  /** What is wrong with the command line; asked once the objects have been found, as the real one does. */
  readonly check?: (found: readonly Resource[]) => readonly string[]
  /** With --local, words are passed over; otherwise they are refused then. */
  readonly wordsWithLocal?: boolean
  /** With --local it does not matter which dry run is meant. */
  readonly anyDryRun?: boolean
  /** An object that cannot be found does not spare the others. */
  readonly eachAlone?: boolean
  /** An unchanged object is passed over in silence. */
  readonly skipUnchanged?: boolean
  /** Only what happens to the objects is wanted, not the objects: `set env --list`. */
  readonly silent?: boolean
}

/** An object that cannot be set like that: the error names it first. */
export class ObjectError extends CommandError {}

/** The Pod spec of an object. Throws ObjectError when its kind has none. */
export function podSpecFor(object: AnyObject): PodSpec {
  const spec = podSpecOf(object)
  if (spec) return spec
  const version = object.apiVersion.slice(object.apiVersion.indexOf('/') + 1)
  throw new ObjectError(`the object is not a pod or does not have a pod template: *${version}.${object.kind}`)
}

/** What all `kubectl set` commands do with what they were told: find the objects, change each, send the difference, print. */
export function* setOn(kubectl: Kubectl, setting: Setting): Proc {
  const { words, done, change, manager, skipUnchanged = true } = setting
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
  throwAll((setting.check?.(resources) ?? []).map((problem) => new CommandError(problem)))
  if (local && dryRun === 'server' && !setting.anyDryRun) throw new CommandError(noLocalServerDryRun)
  const failures = [...errors]
  // All are changed here before the first is sent: what can be told without the server comes first.
  const changes: Changed[] = []
  for (const resource of resources) {
    try {
      const before = resource.object!
      if (before.apiVersion === undefined)
        throw new CommandError(
          `unable to decode ${JSON.stringify(resource.source ?? '')}: Object 'apiVersion' is missing in '${goJson(before)}'`,
        )
      if (!isRegistered(before)) throw new CommandError(unknownKind(before, local ? resource.source : undefined))
      const after = change(before, resource, (problem) => failures.push(new CommandError(problem)))
      if (!setting.silent) changes.push({ resource, before, after: flags.has('record') ? recorded(kubectl, after) : after })
    } catch (error) {
      changes.push({ resource, error: asReported(error) })
    }
  }
  for (const { resource, before, after, error: failed } of changes) {
    try {
      if (failed) throw failed
      if (local || dryRun === 'client') {
        if (skipUnchanged && sameJson(after, before)) continue
        yield* out(printer(local || flags.text('output') ? asStruct(after) : after))
        continue
      }
      const patch = strategicDiff(before, after, typeNameOf(before.apiVersion, before.kind))
      if (sameJson(patch, {}) && skipUnchanged) continue
      const query = writeQuery(kubectl, dryRun, flags.text('field-manager') || manager)
      const changed = yield* patched(kubectl, resource, patch, query, setting.failure)
      yield* out(printer(flags.text('output') ? asStruct(changed) : changed))
    } catch (error) {
      const reported = asReported(error)
      failures.push(
        reported instanceof ObjectError ? new CommandError(`error: ${nameInError(resource, local)} ${reported.message}\n`) : reported,
      )
    }
  }
  if (!setting.silent) throwAll(failures)
}

/** What becomes of one object, or why nothing does. */
type Changed = { readonly resource: Resource } & (
  | { readonly before: AnyObject; readonly after: AnyObject; readonly error?: undefined }
  | { readonly before?: undefined; readonly after?: undefined; readonly error: Error }
)

function* patched(
  kubectl: Kubectl,
  resource: Resource,
  patch: unknown,
  query: Readonly<Record<string, string | undefined>>,
  failure: string | undefined,
): Proc<AnyObject> {
  try {
    return yield* patchObject(kubectl, resource, 'strategic', patch, query)
  } catch (error) {
    if (failure === undefined) throw error
    throw new CommandError(`${failure} ${asReported(error).message}`)
  }
}

/** Typed commands know built-in kinds alone. */
const unknownKind = (object: AnyObject, file: string | undefined) =>
  `${file === undefined ? '' : `unable to decode ${JSON.stringify(file)}: `}${notRegistered(object)}`

/** How the real one calls an object: the resource it was found under, or the kind in a file; there a group is followed by a line break. */
const nameInError = ({ type, name }: Resource, local: boolean) =>
  !local
    ? `${type.plural}/${name}`
    : type.group
      ? `${type.kind.toLowerCase()}.${type.group}/${name}\n`
      : `${type.kind.toLowerCase()}/${name}`
