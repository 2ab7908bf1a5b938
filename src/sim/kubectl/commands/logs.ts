import type { Pod } from '../../api/types/core-v1.gen'
import { timestampProblem } from '../../formats/timestamp'
import { close, poll, readLine } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { asReported, CommandError, isNotFound, throwAll } from '../errors'
import { clientConfig } from '../kubeconfig'
import { podRunningTimeoutMs, podsBehind } from '../pods-behind'
import { requestLogs, type LogOptions } from '../pod-logs'
import type { Resource } from '../resources'
import { err, out, usageError, type Command, type Kubectl } from '../session'
import { containersOf, defaultedContainer } from './exec'

const usage = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'."

export const logs: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const selector = flags.text('selector')
    if (selector && args.length) throw usageError(kubectl, 'only a selector (-l) or a POD name is allowed')
    if (!selector && (args.length === 0 || args.length > 2))
      throw usageError(kubectl, `${usage}\nPOD or TYPE/NAME is a required argument for the logs command`)
    if (args.length === 2 && flags.changed('container')) throw new CommandError('only one of -c or an inline [CONTAINER] arg is allowed')
    podRunningTimeoutMs(kubectl)
    checkOptions(kubectl)
    const container = args[1] ?? flags.text('container')
    const pods = yield* podsToRead(kubectl, selector ? { selector } : { word: args[0]! })
    const sources = pods.flatMap((pod) => sourcesOf(kubectl, pod, container))
    const unnamed = sources.find(({ announce }) => announce)
    if (unnamed?.announce) yield* err(`${unnamed.announce}\n`)
    if (sources.length === 0) return yield* err(`No resources found in ${(yield* clientConfig(kubectl)).namespace} namespace.\n`)
    const options = logOptions(kubectl, Boolean(selector))
    const limit = flags.int('max-log-requests')
    if (flags.bool('follow') && sources.length > 1) {
      if (sources.length > limit)
        throw new CommandError(
          `you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${limit}, use --max-log-requests to increase the limit`,
        )
      return yield* followAll(kubectl, sources, options)
    }
    const errors: Error[] = []
    for (const source of sources) {
      try {
        yield* copyLog(kubectl, source, options)
      } catch (error) {
        const reported = asReported(error)
        if (!flags.bool('ignore-errors')) throw reported
        yield* out(`error: ${reported.message}\n`) // among the lines of the logs, where the real one puts it
      }
    }
    throwAll(errors)
  },
}

/** Refuses options that do not go together, in the client's own words. */
function checkOptions({ flags }: Kubectl): void {
  const [sinceTime, limitBytes] = [flags.text('since-time'), flags.int('limit-bytes')]
  if (sinceTime && flags.durationMs('since')) throw new CommandError('at most one of `sinceTime` or `sinceSeconds` may be specified')
  if (flags.bool('all-containers') && flags.text('container'))
    throw new CommandError(`--all-containers=true should not be specified with container name ${flags.text('container')}`)
  if (flags.int('tail') < -1) throw new CommandError('--tail must be greater than or equal to -1')
  if (limitBytes < 0) throw new CommandError('--limit-bytes must be greater than 0')
  if (flags.durationMs('since') < 0) throw new CommandError('--since must be greater than 0')
  const problem = sinceTime && timestampProblem(sinceTime)
  if (problem) throw new CommandError(`parsing time ${JSON.stringify(sinceTime)}${problem}`)
}

/** The pods meant; where there is no such object, kubectl says in which namespace it looked. */
function* podsToRead(kubectl: Kubectl, which: { selector: string } | { word: string }): Proc<readonly Resource[]> {
  const allPods = kubectl.flags.bool('all-pods')
  try {
    return yield* podsBehind(kubectl, which, { allPods, announce: !allPods, purpose: 'get the logs from' })
  } catch (error) {
    if (!isNotFound(error)) throw error
    const { namespace } = yield* clientConfig(kubectl)
    throw new CommandError(`error from server (NotFound): ${error.status.message} in namespace ${JSON.stringify(namespace)}`)
  }
}

interface Source {
  readonly pod: Resource
  readonly container: string
  readonly prefix: string
  /** Said on stderr when kubectl had to choose the container. */
  readonly announce?: string
}

function sourcesOf({ flags }: Kubectl, resource: Resource, asked: string): Source[] {
  const { spec, metadata } = resource.object as unknown as Pod // fetched as a pod
  const all = containersOf(spec)
  const prefixed = flags.bool('prefix') || flags.bool('all-pods')
  const source = (name: string, announce?: string): Source => ({
    pod: resource,
    container: name,
    prefix: prefixed ? `[pod/${resource.name}/${name}] ` : '',
    announce,
  })
  const has = (wanted: string) => all.some(({ name }) => name === wanted)
  if (flags.bool('all-containers'))
    return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])].map(({ name }) => source(name))
  if (asked) {
    if (!has(asked)) throw new CommandError(`container ${asked} is not valid for pod ${resource.name}`)
    return [source(asked)]
  }
  const named = metadata.annotations?.['kubectl.kubernetes.io/default-container']
  if (named && has(named)) return [source(named)]
  const first = spec.containers[0]!.name
  const lost = named ? `Default container name ${JSON.stringify(named)} not found in pod ${resource.name}\n` : ''
  return [source(first, all.length > 1 ? `${lost}${defaultedContainer(first, all)}` : undefined)]
}

function logOptions({ flags }: Kubectl, selecting: boolean): LogOptions {
  const tail = flags.changed('tail') ? flags.int('tail') : selecting && !flags.bool('follow') ? 10 : selecting ? 10 : -1
  return {
    follow: flags.bool('follow') || undefined,
    previous: flags.bool('previous') || undefined,
    timestamps: flags.bool('timestamps') || undefined,
    insecureSkipTLSVerifyBackend: flags.bool('insecure-skip-tls-verify-backend') || undefined,
    ...(tail >= 0 ? { tailLines: tail } : {}),
    ...(flags.durationMs('since') > 0 ? { sinceSeconds: Math.ceil(flags.durationMs('since') / 1000) } : {}),
    ...(flags.text('since-time') ? { sinceTime: flags.text('since-time') } : {}),
    ...(flags.int('limit-bytes') > 0 ? { limitBytes: flags.int('limit-bytes') } : {}),
  }
}

function* copyLog(kubectl: Kubectl, { pod, container, prefix }: Source, options: LogOptions): Proc {
  const fd = yield* requestLogs(kubectl, pod, { ...options, container })
  try {
    for (let line = yield* readLine(fd); line !== ''; line = yield* readLine(fd)) yield* out(prefix + line)
  } finally {
    yield* close(fd)
  }
}

/** Several logs at once, line by line as they come. */
function* followAll(kubectl: Kubectl, sources: readonly Source[], options: LogOptions): Proc {
  const open = new Map<number, Source>()
  for (const source of sources) open.set(yield* requestLogs(kubectl, source.pod, { ...options, container: source.container }), source)
  while (open.size > 0) {
    const fd = yield* poll([...open.keys()])
    const line = yield* readLine(fd)
    if (line === '') {
      open.delete(fd)
      yield* close(fd)
    } else yield* out(open.get(fd)!.prefix + line)
  }
}
