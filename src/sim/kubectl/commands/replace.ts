import type { AnyObject } from '../../api/object'
import { deletePropagation, deleteResource, waitForDeletion } from '../deleting'
import { asReported, CommandError, isNotFound, throwAll, withSource } from '../errors'
import { fileOptions } from '../manifests'
import { pathOf } from '../mapper'
import { goJson } from '../printers/json'
import type { Proc } from '../../node/os/syscalls'
import { findResources } from '../resources'
import { sendRaw } from '../raw'
import { requestJson } from '../rest'
import { out, type Command, type Kubectl } from '../session'
import { createObject, dryRunOf, fieldValidation, lastAppliedOf, printWritten, withLastApplied, writeQuery } from '../writing'

/** `kubectl replace -f`: each object takes the place of the one that is there; with --force that one is deleted first. */
export const replace: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const dryRun = yield* dryRunOf(kubectl)
    const files = fileOptions(kubectl)
    if (files.names.length === 0 && !files.kustomize) throw new CommandError('must specify one of -f and -k')
    const force = flags.bool('force')
    if (!force && flags.int('grace-period') >= 0) throw new CommandError('--grace-period must have --force specified')
    if (!force && flags.durationMs('timeout') !== 0) throw new CommandError('--timeout must have --force specified')
    if (flags.text('raw')) return yield* sendRaw(kubectl, 'PUT', files)
    if (force && dryRun !== 'none') throw new CommandError('--dry-run can not be used when --force is set')
    yield* deletePropagation(kubectl)
    fieldValidation(kubectl)
    const print = yield* printWritten(kubectl, 'replaced', dryRun)
    const query = { words: [], files, validate: fieldValidation(kubectl) !== 'Ignore' }
    const prepared = (object: AnyObject) =>
      flags.bool('save-config') || lastAppliedOf(object) !== undefined ? withLastApplied(object) : object
    if (force) {
      const { resources, errors } = yield* findResources(kubectl, query)
      throwAll(errors)
      for (const resource of resources) {
        try {
          const gone = yield* deleteResource(kubectl, resource, {
            propagationPolicy: yield* deletePropagation(kubectl),
            gracePeriodSeconds: Math.max(0, flags.int('grace-period')),
          })
          yield* out(
            `${resource.type.kind.toLowerCase()}${resource.type.group ? `.${resource.type.group}` : ''} "${resource.name}" deleted\n`,
          )
          yield* waitForDeletion(kubectl, [{ ...resource, uid: gone.metadata?.uid }], flags.durationMs('timeout'))
        } catch (error) {
          if (!isNotFound(error)) throw withSource(asReported(error), 'deleting', resource.source)
        }
      }
      for (const resource of resources) {
        yield* print(yield* createObject(kubectl, resource, prepared(resource.object!), writeQuery(kubectl, dryRun)))
      }
      return
    }
    const { errors } = yield* findResources(kubectl, query, function* (resource) {
      if (dryRun === 'client') return yield* print(resource.object!)
      try {
        const path = pathOf(resource.type, resource.namespace, resource.name, flags.text('subresource') || undefined)
        const body = goJson(yield* versioned(kubectl, path, prepared(resource.object!)))
        yield* print(yield* requestJson<AnyObject>(kubectl, { method: 'PUT', path, query: writeQuery(kubectl, dryRun), body }))
      } catch (error) {
        throw withSource(asReported(error), 'replacing', resource.source)
      }
    })
    throwAll(errors)
  },
}

/** The object in place of whatever stands there now: without a version of its own it takes that one's. */
function* versioned(kubectl: Kubectl, path: string, object: AnyObject): Proc<AnyObject> {
  if (object.metadata.resourceVersion) return object
  try {
    const { resourceVersion } = (yield* requestJson<AnyObject>(kubectl, { path })).metadata
    return { ...object, metadata: { ...object.metadata, resourceVersion } }
  } catch (error) {
    // Sent nevertheless: the refusal of the write is what is told.
    asReported(error)
    return object
  }
}
