import type { AnyObject } from '../../api/object'
import { recordPatch } from '../change-cause'
import { CommandError, ErrorList, isConflict, throwAll } from '../errors'
import { clientConfig } from '../kubeconfig'
import { fileOptions } from '../manifests'
import { pathOf } from '../mapper'
import { printerFor } from '../printers/printer'
import { findResources, type Resource } from '../resources'
import { requestJson } from '../rest'
import { nowMs, sleep } from '../../node/os/calls'
import { out, type Command, type Kubectl } from '../session'
import { dryRunOf, operationText, patchObject } from '../writing'
import type { Proc } from '../../node/os/syscalls'

interface Scale {
  readonly metadata: { readonly resourceVersion?: string; readonly name: string; readonly namespace?: string }
  readonly spec: { readonly replicas?: number }
  readonly status?: { readonly replicas?: number }
}

export const scale: Command = {
  required: ['replicas'],
  *run(kubectl) {
    const { flags, args } = kubectl
    const replicas = flags.int('replicas')
    if (replicas < 0) throw new CommandError('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0')
    if (flags.changed('current-replicas') && flags.int('current-replicas') < -1)
      throw new CommandError('The --current-replicas must specify an integer of -1 or greater')
    const dryRun = yield* dryRunOf(kubectl)
    const printer = yield* printerFor(kubectl, { operation: operationText('scaled', dryRun) })
    yield* clientConfig(kubectl) // found out before any file is read: who asks
    const { resources, errors } = yield* findResources(kubectl, {
      words: args,
      files: fileOptions(kubectl),
      // A file's object is shown as it stands there.
      fetch: args.length > 0,
      selector: flags.text('selector'),
      bareTypes: flags.bool('all'),
    })
    if (flags.text('resource-version') && resources.length > 1)
      throw new CommandError('cannot use --resource-version with multiple resources')
    if (resources.length === 0)
      throw new CommandError(`no objects passed to scale${errors.length ? ` ${new ErrorList(errors).message}` : ''}`)
    // The first that cannot be scaled ends it; what was not found is told last.
    for (const resource of resources) {
      if (dryRun !== 'client') yield* scaleOne(kubectl, resource, replicas, dryRun === 'server')
      yield* out(printer(resource.object!))
    }
    throwAll(errors)
  },
}

function* scaleOne(kubectl: Kubectl, resource: Resource, replicas: number, dryRun: boolean): Proc {
  const { flags } = kubectl
  const path = pathOf(resource.type, resource.namespace, resource.name, 'scale')
  const expectedReplicas = flags.int('current-replicas')
  const expectedVersion = flags.text('resource-version')
  const query = { dryRun: dryRun ? 'All' : undefined }
  if (expectedReplicas >= 0 || expectedVersion) {
    for (;;) {
      const current = yield* requestJson<Scale>(kubectl, { path })
      if (expectedReplicas >= 0 && current.spec.replicas !== expectedReplicas)
        throw new CommandError(`Expected replicas to be ${expectedReplicas}, was ${current.spec.replicas ?? 0}`)
      if (expectedVersion && current.metadata.resourceVersion !== expectedVersion)
        throw new CommandError(`Expected resource version to be ${expectedVersion}, was ${current.metadata.resourceVersion}`)
      try {
        yield* requestJson<AnyObject>(kubectl, { method: 'PUT', path, query, body: { ...current, spec: { ...current.spec, replicas } } })
        break
      } catch (error) {
        if (!isConflict(error) || expectedVersion) throw error
      }
    }
  } else yield* patchObject(kubectl, resource, 'merge', { spec: { replicas } }, query, 'scale')
  const record = dryRun ? undefined : recordPatch(kubectl)
  if (record) yield* patchObject(kubectl, resource, 'merge', record, {})
  const timeoutMs = flags.durationMs('timeout')
  if (timeoutMs > 0 && !dryRun) yield* waitForReplicas(kubectl, path, replicas, timeoutMs)
}

/** `--timeout`: asks every second until the pods are as many as wanted. */
function* waitForReplicas(kubectl: Kubectl, path: string, replicas: number, timeoutMs: number): Proc {
  const endMs = (yield* nowMs()) + timeoutMs
  for (;;) {
    const current = yield* requestJson<Scale>(kubectl, { path })
    if (current.status?.replicas === replicas) return
    if ((yield* nowMs()) >= endMs) throw new CommandError('timed out waiting for the condition')
    yield* sleep(1000)
  }
}
