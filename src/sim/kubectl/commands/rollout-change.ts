import type { AnyObject } from '../../api/object'
import { timestamp } from '../../engine/time'
import { strategicDiff } from '../../formats/strategic-merge'
import { sameJson } from '../../formats/merge-patch'
import { nowMs } from '../../node/os/calls'
import { asReported, CommandError, ErrorList, listAll } from '../errors'
import { fileOptions } from '../manifests'
import { qualifiedName } from '../mapper'
import { printerFor } from '../printers/printer'
import { findResources, type Resource } from '../resources'
import { err, out, type Command, type Kubectl } from '../session'
import { asStruct, typeNameOf } from '../typed'
import { patchObject, withFailure, writeQuery } from '../writing'
import type { Proc } from '../../node/os/syscalls'

interface Change {
  readonly done: string
  /** The object as it shall be; throws CommandError when it cannot be. */
  readonly change: (object: AnyObject, resource: Resource, now: string) => AnyObject
}

/** restart, pause and resume: one field of each object is changed. */
const rolloutCommand = ({ done, change }: Change): Command => ({
  *run(kubectl) {
    const { flags, args } = kubectl
    const files = fileOptions(kubectl)
    const hasFiles = files.names.length > 0 || files.kustomize
    if (args.length === 0 && !hasFiles) throw new CommandError('required resource not specified')
    const found = yield* findResources(kubectl, { words: args, files, selector: flags.text('selector'), bareTypes: true, fetch: true })
    const failures: Error[] = []
    if (found.resources.length === 0 && found.errors.length === 0)
      yield* err('No resources found in default namespace.\n'.replace('default', flags.text('namespace') || 'default'))
    const now = timestamp(yield* nowMs())
    for (const resource of found.resources) {
      try {
        const before = resource.object!
        const after = change(before, resource, now)
        const patch = strategicDiff(before, after, typeNameOf(before.apiVersion, before.kind))
        if (sameJson(patch, {}))
          throw new CommandError(
            `failed to create patch for ${resource.name}: if restart has already been triggered within the past second, please wait before attempting to trigger another`,
          )
        const printer = yield* printerFor(kubectl, { operation: done, struct: true })
        const changed = yield* patched(kubectl, resource, patch)
        yield* out(printer(flags.text('output') ? asStruct(changed) : changed))
      } catch (error) {
        // Each of the client's own refusals says that it is one, in a list too.
        failures.push(error instanceof CommandError ? new CommandError(`error: ${error.message}`) : asReported(error))
      }
    }
    // Beside failures of its own the real one tells those of looking in one line; a single one of the command line keeps its own words.
    const inOneLine = failures.length > 0 && found.errors.length > (hasFiles ? 0 : 1)
    listAll([...(inOneLine ? [new CommandError(new ErrorList(found.errors).message)] : found.errors), ...failures])
  },
})

function* patched(kubectl: Kubectl, resource: Resource, patch: unknown): Proc<AnyObject> {
  try {
    return yield* patchObject(kubectl, resource, 'strategic', patch, writeQuery(kubectl, 'none'))
  } catch (error) {
    throw withFailure(asReported(error), 'failed to patch')
  }
}

const label = ({ type, name }: Resource) => `${qualifiedName(type)} ${JSON.stringify(name)}`
const specOf = (object: AnyObject) => (object.spec ?? {}) as Readonly<Record<string, unknown>>

export const rolloutRestart = rolloutCommand({
  done: 'restarted',
  change: (object, resource, now) => {
    if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(object.kind))
      throw new CommandError(`${label(resource)} restarting is not supported`)
    const spec = specOf(object)
    if (object.kind === 'Deployment' && spec.paused)
      throw new CommandError(`${label(resource)} can't restart paused deployment (run rollout resume first)`)
    const template = (spec.template ?? {}) as { metadata?: { annotations?: Record<string, string> } }
    const annotations = { ...template.metadata?.annotations, 'kubectl.kubernetes.io/restartedAt': now }
    return { ...object, spec: { ...spec, template: { ...template, metadata: { ...template.metadata, annotations } } } }
  },
})

export const rolloutPause = rolloutCommand({
  done: 'paused',
  change: (object, resource) => {
    if (object.kind !== 'Deployment') throw new CommandError(`${label(resource)} pausing is not supported`)
    if (specOf(object).paused) throw new CommandError(`${label(resource)} is already paused`)
    return { ...object, spec: { ...specOf(object), paused: true } }
  },
})

export const rolloutResume = rolloutCommand({
  done: 'resumed',
  change: (object, resource) => {
    if (object.kind !== 'Deployment') throw new CommandError(`${label(resource)} resuming is not supported`)
    if (!specOf(object).paused) throw new CommandError(`${label(resource)} is not paused`)
    const { paused: _, ...spec } = specOf(object)
    return { ...object, spec }
  },
})
