import type { ContainerStatus, Pod } from '../../api/types/core-v1.gen'
import { close, poll, readLine, write } from '../../node/os/calls'
import type { Proc, Program, Self } from '../../node/os/syscalls'
import { builtInResource } from '../built-in-resource'
import { CommandError } from '../errors'
import { parseFlags, type Flags } from '../flags'
import { clientConfig } from '../kubeconfig'
import { pathOf } from '../mapper'
import { podSelector } from '../pods-behind'
import { requestLogs } from '../pod-logs'
import { fetchResource, listResources, parseTargets } from '../resources'
import { requestJson, requestStream, type WatchEvent } from '../rest'
import type { Kubectl } from '../session'
import { clientOf, companion } from './client'
import { lineWriter, type Origin } from './stern-lines'
import { sternFlags, sternUsage } from './stern-flags'

const pods = builtInResource({ apiVersion: 'v1', kind: 'Pod' })

/** What to follow, and how it is shown. */
interface Watching {
  readonly kubectl: Kubectl
  readonly flags: Flags
  readonly namespaces: readonly string[]
  readonly selector: string | undefined
  readonly fieldSelector: string | undefined
  readonly isWanted: (pod: Pod) => boolean
  readonly wantsContainer: (name: string) => boolean
  readonly print: (origin: Origin, line: string) => Proc
  readonly announce: (sign: '+' | '-', origin: Origin) => Proc
}

/** `stern`: the logs of all pods that a query means, those that come later too, line by line with their names before them. */
export const stern: Program = function* (self) {
  let parsed
  try {
    parsed = parseFlags(sternFlags, self.argv.slice(1), 'stern')
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    yield* write(2, `Error: ${error.message.split('\n')[0]}\n${sternUsage}\n`)
    return 1
  }
  const { flags, args } = parsed
  if (flags.bool('help')) return yield* say(sternUsage)
  if (flags.bool('version')) return yield* say('version: 1.32.0\n')
  return yield* companion(() => follow(self, flags, args[0] ?? ''), 'Error: ')(self)
}

function* say(text: string): Proc<number> {
  yield* write(1, text)
  return 0
}

function* follow(self: Self, flags: Flags, query: string): Proc {
  if (!query && !flags.text('selector') && !flags.text('field-selector'))
    throw new CommandError('One of pod-query, --selector, --field-selector or --prompt is required')
  if (query.includes('/') && flags.text('selector'))
    throw new CommandError('--selector and the <resource>/<name> query can not be set at the same time')
  const watching = yield* prepare(self, flags, query)
  if (flags.bool('no-follow')) return yield* showAll(watching)
  yield* followAll(watching)
}

function* prepare(self: Self, flags: Flags, query: string): Proc<Watching> {
  const chosen = ['context', 'kubeconfig'].filter((name) => flags.text(name)).map((name) => `--${name}=${flags.text(name)}`)
  const kubectl = clientOf(self, chosen)
  const { namespace } = yield* clientConfig(kubectl)
  const named = [...new Set(flags.list('namespace'))]
  const namespaces = flags.bool('all-namespaces') ? [''] : named.length ? named : [namespace]
  const several = flags.bool('all-namespaces') || namespaces.length > 1
  const resource = query.includes('/') ? yield* podsOfResource(kubectl, query, namespaces[0]!) : undefined
  const pattern = regex(resource?.pod ? `^${resource.pod}$` : query.includes('/') ? '' : query, 'query')
  const excluded = flags.list('exclude-pod').map((text) => regex(text, 'excluded pod query'))
  const container = regex(flags.text('container'), 'container query')
  const excludedContainers = flags.list('exclude-container').map((text) => regex(text, 'excluded container query'))
  const { print, announce } = lineWriter(self, flags, several)
  return {
    kubectl,
    flags,
    namespaces,
    selector: resource?.selector ?? (flags.text('selector') || undefined),
    fieldSelector: flags.text('field-selector') || undefined,
    isWanted: ({ metadata: { name = '' } }) => pattern.test(name) && !excluded.some((one) => one.test(name)),
    wantsContainer: (name) => container.test(name) && !excludedContainers.some((one) => one.test(name)),
    print,
    announce,
  }
}

function regex(text: string, what: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    throw new CommandError(`failed to compile regular expression from ${what}: error parsing regexp: ${JSON.stringify(text)}`)
  }
}

/** `deployment/web`: how its pods are found. Throws CommandError. */
function* podsOfResource(kubectl: Kubectl, query: string, namespace: string): Proc<{ selector?: string; pod?: string }> {
  const [target] = yield* parseTargets(kubectl, { words: [query] })
  if (!target || target.by !== 'name') throw new CommandError(`resource type ${query} is not supported`)
  const [name = ''] = target.names
  if (target.type.kind === 'Pod') return { pod: name }
  const { object } = yield* fetchResource(kubectl, { type: target.type, namespace: target.type.namespaced ? namespace : '', name })
  return { selector: podSelector(object!) }
}

/** The containers of a pod that have a log and are asked for. */
function sourcesIn({ flags, isWanted, wantsContainer }: Watching, pod: Pod): { origin: Origin; id: string }[] {
  if (!isWanted(pod)) return []
  const { status = {}, metadata, spec } = pod
  const states = flags.list('container-state')
  const inState = ({ state = {} }: ContainerStatus) => states.includes('all') || states.some((name) => name in state)
  const statuses = [
    ...(flags.bool('init-containers') ? (status.initContainerStatuses ?? []) : []),
    ...(status.containerStatuses ?? []),
    ...(flags.bool('ephemeral-containers') ? (status.ephemeralContainerStatuses ?? []) : []),
  ]
  return statuses
    .filter((one) => one.containerID && wantsContainer(one.name) && inState(one))
    .map(({ name, containerID }) => ({
      id: containerID!,
      origin: { namespace: metadata.namespace ?? '', pod: metadata.name ?? '', container: name, node: spec.nodeName ?? '' },
    }))
}

function* openLog({ kubectl, flags }: Watching, { namespace, pod, container }: Origin, following: boolean): Proc<number> {
  const tail = flags.int('tail')
  return yield* requestLogs(kubectl, { namespace, name: pod }, {
    container,
    follow: following || undefined,
    timestamps: true,
    sinceSeconds: Math.ceil(flags.durationMs('since') / 1000),
    ...(tail >= 0 ? { tailLines: tail } : {}),
  }) // prettier-ignore
}

/** `--no-follow`: one log after the other. */
function* showAll(watching: Watching): Proc {
  const { kubectl, namespaces, selector, fieldSelector } = watching
  for (const namespace of namespaces) {
    for (const { object } of yield* listResources(kubectl, pods, namespace, { selector, fieldSelector })) {
      for (const { origin } of sourcesIn(watching, object as unknown as Pod)) {
        // listed as pods
        yield* watching.announce('+', origin)
        const fd = yield* openLog(watching, origin, false)
        for (let line = yield* readLine(fd); line !== ''; line = yield* readLine(fd)) yield* watching.print(origin, line)
        yield* close(fd)
        yield* watching.announce('-', origin)
      }
    }
  }
}

/** Follows pods and their logs until it is interrupted. */
function* followAll(watching: Watching): Proc {
  const { kubectl, flags, namespaces, selector, fieldSelector } = watching
  const most = flags.int('max-log-requests') < 0 ? 50 : flags.int('max-log-requests')
  const logs = new Map<number, Origin>()
  const seen = new Set<string>()
  const watches = new Map<number, string>()
  const begin = function* (pod: Pod): Proc {
    for (const { origin, id } of sourcesIn(watching, pod)) {
      const key = `${origin.namespace}/${origin.pod}/${origin.container}/${id}`
      if (seen.has(key)) continue
      seen.add(key)
      if (logs.size >= most)
        throw new CommandError(`stern reached the maximum number of log requests (${most}), use --max-log-requests to increase the limit`)
      yield* watching.announce('+', origin)
      logs.set(yield* openLog(watching, origin, true), origin)
    }
  }
  const watch = function* (namespace: string): Proc {
    const query = { labelSelector: selector, fieldSelector }
    const path = pathOf(pods, namespace)
    const list = yield* requestJson<{ items?: Pod[]; metadata?: { resourceVersion?: string } }>(kubectl, { path, query })
    for (const pod of list.items ?? []) yield* begin(pod)
    const resourceVersion = list.metadata?.resourceVersion
    watches.set(yield* requestStream(kubectl, { path, query: { ...query, resourceVersion, watch: true } }), namespace)
  }
  for (const namespace of namespaces) yield* watch(namespace)
  for (;;) {
    const fd = yield* poll([...watches.keys(), ...logs.keys()])
    const line = yield* readLine(fd)
    const origin = logs.get(fd)
    if (origin) {
      if (line !== '') yield* watching.print(origin, line)
      else {
        logs.delete(fd)
        yield* close(fd)
        yield* watching.announce('-', origin)
      }
      continue
    }
    if (line === '') {
      // A watch does not last for ever; the next one begins where it ended.
      const namespace = watches.get(fd)!
      watches.delete(fd)
      yield* close(fd)
      yield* watch(namespace)
      continue
    }
    const event = JSON.parse(line) as WatchEvent<Pod> // the server's own words
    if (event.type === 'ADDED' || event.type === 'MODIFIED') yield* begin(event.object)
  }
}
