import type { AnyObject } from '../../api/object'
import { deletePropagation, deleteResource } from '../deleting'
import { asReported, CommandError, isNotFound, throwAll, withSource } from '../errors'
import { fileOptions } from '../manifests'
import { pathOf } from '../mapper'
import { goJson } from '../printers/json'
import type { Proc } from '../../node/os/syscalls'
import { nowMs, sleep } from '../../node/os/calls'
import { showValidation } from '../openapi'
import { fetchResource, findResources, type Resource } from '../resources'
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
      // What is deleted is not validated: that comes when it is made anew.
      const { resources, errors } = yield* findResources(kubectl, { ...query, validate: false })
      throwAll(errors)
      const limitMs = flags.durationMs('timeout') || FORCE_TIMEOUT_MS
      for (const resource of resources) {
        try {
          yield* deleteResource(kubectl, resource, {
            propagationPolicy: yield* deletePropagation(kubectl),
            gracePeriodSeconds: Math.max(0, flags.int('grace-period')),
          })
          yield* out(
            `${resource.type.kind.toLowerCase()}${resource.type.group ? `.${resource.type.group}` : ''} "${resource.name}" deleted\n`,
          )
        } catch (error) {
          if (!isNotFound(error)) throw withSource(asReported(error), 'deleting', resource.source)
        }
      }
      for (const resource of resources) yield* untilGone(kubectl, resource, (yield* nowMs()) + limitMs)
      for (const resource of resources) {
        if (query.validate) yield* showValidation(kubectl, resource.type)
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

/** How long the deletion of an object may take where no --timeout says otherwise, and how often it is looked whether it is gone. */
const FORCE_TIMEOUT_MS = 300_000
const LOOK_AGAIN_MS = 1000

/** Looks until the object is gone. Throws CommandError when the time is up. */
function* untilGone(kubectl: Kubectl, resource: Resource, endMs: number): Proc {
  for (;;) {
    try {
      yield* fetchResource(kubectl, resource)
    } catch (error) {
      if (isNotFound(error)) return
      throw error
    }
    if ((yield* nowMs()) >= endMs) throw new CommandError('timed out waiting for the condition')
    yield* sleep(LOOK_AGAIN_MS)
  }
}
