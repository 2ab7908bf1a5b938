import type { AnyObject } from '../api/object'
import { formatSelector } from '../formats/selector'
import type { LabelSelector } from '../api/types/meta-v1.gen'
import type { Pod } from '../api/types/core-v1.gen'
import { close, nowMs, poll, readLine } from '../node/os/calls'
import type { Proc } from '../node/os/syscalls'
import { err, usageError, type Kubectl } from './session'
import { builtInResource } from './built-in-resource'
import { discover } from './discovery'
import { CommandError } from './errors'
import { clientConfig } from './kubeconfig'
import { pathOf } from './mapper'
import { fetchResource, listResources, parseTargets, type Resource, whole } from './resources'
import { requestStream, type WatchEvent } from './rest'
import { typeNameOf } from './typed'

const pods = builtInResource({ apiVersion: 'v1', kind: 'Pod' })

export interface PodsBehindOptions {
  /** All the owner's pods in the order in which they would be chosen, and not the first alone. */
  readonly allPods?: boolean
  /** Says on stderr which of several pods was taken. */
  readonly announce?: boolean
  /** What was to be done with the pods, for refusals. */
  readonly purpose?: 'attach to' | 'get the logs from'
}

/** The pods that a word means for logs, exec and their like: a pod itself, or those its owner or Service selects. Throws CommandError. */
export function* podsBehind(
  kubectl: Kubectl,
  what: { readonly word: string } | { readonly selector: string },
  options: PodsBehindOptions = {},
): Proc<Resource[]> {
  const { namespace } = yield* clientConfig(kubectl)
  if ('selector' in what) {
    // The builder looks the type up even where it is known.
    yield* discover(kubectl)
    return yield* listResources(kubectl, pods, namespace, { selector: what.selector, listQuery: whole })
  }
  const [target] = yield* parseTargets(kubectl, { words: [what.word], defaultType: what.word.includes('/') ? undefined : 'pods' })
  if (!target || target.by !== 'name') throw new CommandError('arguments in resource/name form must have a single resource and name')
  return yield* podsOf(
    kubectl,
    yield* fetchResource(kubectl, {
      type: target.type,
      namespace: target.type.namespaced ? namespace : '',
      name: target.names[0]!,
    }),
    options,
  )
}

/** The pods of an object: itself when it is one; else those it selects, of which there must be one within `--pod-running-timeout`. */
export function* podsOf(
  kubectl: Kubectl,
  resource: Resource,
  { allPods, announce, purpose = 'attach to' }: PodsBehindOptions,
): Proc<Resource[]> {
  if (resource.object!.kind === 'Pod') return [resource]
  let selector: string
  try {
    selector = podSelector(resource.object!)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new CommandError(`cannot ${purpose} ${goTypeOf(resource.object!)}: ${error.message}`)
  }
  const found = yield* listResources(kubectl, pods, resource.namespace, { selector, listQuery: whole })
  if (found.length === 0) found.push(yield* waitForFirst(kubectl, resource.namespace, selector))
  const sorted = [...found].sort(byPreference(purpose === 'get the logs from'))
  if (announce && sorted.length > 1) yield* err(`Found ${sorted.length} pods, using pod/${sorted[0]!.name}\n`)
  return allPods ? sorted : [sorted[0]!]
}

/** How long `--pod-running-timeout` waits for a pod. Throws CommandError unless it is more than nothing. */
export function podRunningTimeoutMs(kubectl: Kubectl, { withUsage = false } = {}): number {
  const timeoutMs = kubectl.flags.durationMs('pod-running-timeout')
  const refusal = '--pod-running-timeout must be higher than zero'
  if (timeoutMs <= 0) throw withUsage ? usageError(kubectl, refusal) : new CommandError(refusal)
  return timeoutMs
}

function* waitForFirst(kubectl: Kubectl, namespace: string, selector: string): Proc<Resource> {
  const endMs = (yield* nowMs()) + kubectl.flags.durationMs('pod-running-timeout')
  const fd = yield* requestStream(kubectl, { path: pathOf(pods, namespace), query: { labelSelector: selector, watch: true } })
  try {
    for (;;) {
      const leftMs = endMs - (yield* nowMs())
      if (leftMs <= 0 || (yield* poll([fd], leftMs)) < 0) throw new CommandError('timed out waiting for the condition')
      const line = yield* readLine(fd)
      if (line === '') throw new CommandError('timed out waiting for the condition')
      const { type, object } = JSON.parse(line) as WatchEvent<AnyObject> // the server's own words
      if (type === 'ADDED' || type === 'MODIFIED') return { type: pods, namespace, name: object.metadata.name ?? '', object }
    }
  } finally {
    yield* close(fd)
  }
}

/**
 * Pods that have a node, run and are ready come first; among these the ones that are ready for longest, then the oldest.
 * For logs the ones that were restarted most come first and ended pods count like running ones, otherwise they count like pending ones.
 */
function byPreference(forLogs: boolean) {
  return (a: Resource, b: Resource): number => {
    const [first, second] = [preference(a, forLogs), preference(b, forLogs)]
    for (const [i, value] of first.entries()) if (value !== second[i]) return value < second[i]! ? -1 : 1
    return 0
  }
}

function preference({ object }: Resource, forLogs: boolean): readonly (number | string)[] {
  const { spec, status, metadata } = object as unknown as Pod // listed as pods
  const ready = status?.conditions?.find(({ type, status: is }) => type === 'Ready' && is === 'True')
  const restarts = Math.max(0, ...(status?.containerStatuses ?? []).map(({ restartCount }) => restartCount))
  const phases: Record<string, number> = { Running: 0, Unknown: 1, Pending: 2 }
  return [
    spec?.nodeName ? 0 : 1,
    phases[status?.phase ?? ''] ?? (forLogs ? 0 : 2),
    ready ? 0 : 1,
    ready?.lastTransitionTime ?? '',
    forLogs ? -restarts : restarts,
    metadata.creationTimestamp ?? '',
  ]
}

/** What Go calls the object's type: `*v1.Service`. */
function goTypeOf({ apiVersion, kind }: AnyObject): string {
  return typeNameOf(apiVersion, kind) ? `*${apiVersion.split('/').at(-1)}.${kind}` : '*unstructured.Unstructured'
}

/** The label selector by which an object finds its pods, as text. Throws CommandError for kinds without. */
export function podSelector(object: AnyObject): string {
  const spec = (object.spec ?? {}) as { selector?: LabelSelector | Record<string, string> } // read by kind below
  const { kind } = object
  if (kind === 'Service' || kind === 'ReplicationController') {
    const labels = Object.entries((spec.selector ?? {}) as Record<string, string>)
    if (kind === 'Service' && labels.length === 0)
      throw new CommandError(`invalid service '${object.metadata.name}': Service is defined without a selector`)
    return labels.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`).join(',') // prettier-ignore
  }
  if (['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'].includes(kind)) return formatSelector(spec.selector as LabelSelector)
  throw new CommandError(`selector for ${goTypeOf(object)} not implemented`)
}
