import type { AnyObject } from '../api/object'
import { close, nowMs, poll, readLine } from '../node/os/calls'
import type { Proc } from '../node/os/syscalls'
import { ApiError, CommandError, ErrorList, isNotFound } from './errors'
import { pathOf } from './mapper'
import type { Resource } from './resources'
import { requestJson, requestStream } from './rest'
import { parseGoBool } from './flags'
import { err, type Kubectl } from './session'
import type { DryRun } from './writing'

export interface DeleteOptions {
  readonly propagationPolicy?: Propagation
  readonly gracePeriodSeconds?: number
}

type Propagation = 'Background' | 'Foreground' | 'Orphan'

/** What `--cascade` asks for; old spellings are understood with a warning. Throws CommandError. */
export function* deletePropagation(kubectl: Kubectl): Proc<Propagation> {
  return (kubectl.known.propagation ??= yield* readCascade(kubectl))
}

function* readCascade(kubectl: Kubectl): Proc<Propagation> {
  const value = kubectl.flags.text('cascade')
  const boolean = parseGoBool(value)
  if (boolean !== undefined) {
    const meant = boolean ? 'background' : 'orphan'
    yield* err(`warning: --cascade=${value} is deprecated (boolean value) and can be replaced with --cascade=${meant}.\n`)
    return boolean ? 'Background' : 'Orphan'
  }
  if (value === 'background') return 'Background'
  if (value === 'foreground') return 'Foreground'
  if (value === 'orphan') return 'Orphan'
  throw new CommandError(`invalid cascade value (${value}). Must be "background", "foreground", or "orphan"`)
}

/** Sends the DELETE; answers the object as it goes, or the Status of one that is gone at once. */
export function* deleteResource(
  kubectl: Kubectl,
  { type, namespace, name }: Resource,
  options: DeleteOptions,
  dryRun: DryRun = 'none',
): Proc<AnyObject> {
  return yield* requestJson<AnyObject>(kubectl, {
    method: 'DELETE',
    path: pathOf(type, namespace, name),
    body: { ...options, ...(dryRun === 'server' ? { dryRun: ['All'] } : {}) },
  })
}

/**
 * Waits until none of the objects (told by uid where one is known) is there any more. `timeoutMs` 0 means a week. Throws when time is up:
 * `timed out waiting for the condition on pods/web`.
 */
export function* waitForDeletion(kubectl: Kubectl, resources: readonly (Resource & { readonly uid?: string })[], timeoutMs: number): Proc {
  const limitMs = timeoutMs === 0 ? 7 * 24 * 3_600_000 : timeoutMs
  const endMs = (yield* nowMs()) + limitMs
  const errors: Error[] = []
  for (const resource of resources) {
    const gone = yield* waitUntilGone(kubectl, resource, endMs)
    if (!gone) errors.push(new CommandError(`timed out waiting for the condition on ${resource.type.plural}/${resource.name}`))
  }
  if (errors.length === 1) throw errors[0]
  if (errors.length) throw new ErrorList(errors)
}

function* waitUntilGone(kubectl: Kubectl, resource: Resource & { readonly uid?: string }, endMs: number): Proc<boolean> {
  const path = pathOf(resource.type, resource.namespace)
  const fieldSelector = `metadata.name=${resource.name}`
  for (;;) {
    const list = yield* requestJson<{ items?: AnyObject[]; metadata?: { resourceVersion?: string } }>(kubectl, {
      path,
      query: { fieldSelector },
    })
    const there = list.items?.find((item) => resource.uid === undefined || item.metadata.uid === resource.uid)
    if (!there) return true
    const ended = yield* watchForDeletion(kubectl, path, fieldSelector, list.metadata?.resourceVersion, endMs)
    if (ended !== 'again') return ended === 'gone'
  }
}

/** Follows one object until it is deleted, time is up, or the server ends the watch. */
function* watchForDeletion(
  kubectl: Kubectl,
  path: string,
  fieldSelector: string,
  resourceVersion: string | undefined,
  endMs: number,
): Proc<'gone' | 'late' | 'again'> {
  let fd: number
  try {
    fd = yield* requestStream(kubectl, { path, query: { fieldSelector, resourceVersion, watch: true } })
  } catch (error) {
    if (error instanceof ApiError && isNotFound(error)) return 'gone'
    throw error
  }
  try {
    for (;;) {
      const leftMs = endMs - (yield* nowMs())
      if (leftMs <= 0 || (yield* poll([fd], leftMs)) < 0) return 'late'
      const line = yield* readLine(fd)
      if (line === '') return 'again'
      const { type } = JSON.parse(line) as { type: string } // a watch event
      if (type === 'DELETED') return 'gone'
      if (type === 'ERROR') return 'again'
    }
  } finally {
    yield* close(fd)
  }
}
