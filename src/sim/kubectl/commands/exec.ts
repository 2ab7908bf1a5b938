import type { Pod } from '../../api/types/core-v1.gen'
import { NO_TERMINAL, pump, type OwnStreams } from '../attaching'
import { CommandError, Exit, throwAll } from '../errors'
import { fileOptions, type FileOptions } from '../manifests'
import { pathOf } from '../mapper'
import { podRunningTimeoutMs, podsBehind, podsOf } from '../pods-behind'
import { findResources, type Resource } from '../resources'
import { openChannels } from '../rest'
import { err, usageError, type Command, type Kubectl } from '../session'
import type { Proc } from '../../node/os/syscalls'

export const exec: Command = {
  *run(kubectl) {
    const { flags, args, dashAt } = kubectl
    const files = fileOptions(kubectl)
    const fromFile = files.names.length > 0
    const word = dashAt === 0 ? undefined : args[0]
    const command = dashAt >= 0 ? args.slice(dashAt) : args.slice(fromFile ? 0 : 1)
    if (word === undefined && !fromFile) throw new CommandError('pod, type/name or --filename must be specified')
    if (dashAt < 0 && command.length > 0)
      throw usageError(kubectl, 'exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead')
    podRunningTimeoutMs(kubectl, { withUsage: true })
    if (command.length === 0) throw new CommandError('you must specify at least one command for the container')
    const [resource] = fromFile ? yield* fromManifest(kubectl, files, word) : yield* podsBehind(kubectl, { word: word! })
    const pod = resource!.object as unknown as Pod // a pod, by podsBehind
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed')
      throw new CommandError(`cannot exec into a container in a completed pod; current phase is ${pod.status.phase}`)
    // A name that was given goes to the server unchecked.
    const container = flags.text('container') || (yield* chooseContainer(pod, '', flags.bool('quiet')))
    const stdin = flags.bool('stdin')
    const tty = flags.bool('tty') && stdin && kubectl.self.isTty(0)
    if (flags.bool('tty') && stdin && !tty && !flags.bool('quiet')) yield* err(NO_TERMINAL)
    const code = yield* execIn(kubectl, resource!, { container, command, stdin, tty })
    if (code !== 0) {
      yield* err(`command terminated with exit code ${code}\n`)
      throw new Exit(code)
    }
  },
}

/** What a file describes is taken as it stands there: the server is not asked for it. */
function* fromManifest(kubectl: Kubectl, files: FileOptions, word: string | undefined): Proc<Resource[]> {
  const { resources, errors } = yield* findResources(kubectl, { words: word === undefined ? [] : [`pods/${word}`], files })
  throwAll(errors)
  return yield* podsOf(kubectl, resources[0]!, {})
}

interface ExecRequest {
  readonly container: string
  readonly command: readonly string[]
  readonly stdin: boolean
  readonly tty: boolean
}

/** Runs a command in a container, its streams tied to ours unless `own` says otherwise; answers its exit code. */
export function* execIn(
  kubectl: Kubectl,
  { type, namespace, name }: Pick<Resource, 'type' | 'namespace' | 'name'>,
  { container, command, stdin, tty }: ExecRequest,
  own?: OwnStreams,
): Proc<number> {
  const channel = yield* openChannels(kubectl, {
    path: pathOf(type, namespace, name, 'exec'),
    query: { command, container, stdin: stdin || undefined, stdout: true, stderr: !tty || undefined, tty: tty || undefined },
  })
  return yield* pump(kubectl, channel, { stdin, tty }, own)
}

/** The container that was asked for, or the pod's default one; with several to choose from, `say` tells which was taken. */
export function* chooseContainer({ metadata, spec }: Pod, asked: string, quiet: boolean, say = err): Proc<string> {
  const all = containersOf(spec)
  if (asked) {
    if (!all.some(({ name }) => name === asked)) throw new CommandError(`container ${asked} not found in pod ${metadata.name}`)
    return asked
  }
  const named = metadata.annotations?.['kubectl.kubernetes.io/default-container']
  if (named && all.some(({ name }) => name === named)) return named
  const first = spec?.containers?.[0]?.name
  if (first === undefined) throw new CommandError(`pod ${metadata.namespace}/${metadata.name} does not have any containers`)
  if (all.length > 1 && !quiet) yield* say(`${defaultedContainer(first, all)}\n`)
  return first
}

/** One of a pod's containers, with the mark by which messages tell what sort it is. */
export interface NamedContainer {
  readonly name: string
  readonly mark: '' | ' (init)' | ' (ephem)'
}

/** All containers of a pod in the order in which messages list them. */
export function containersOf(spec: Pod['spec'] | undefined): readonly NamedContainer[] {
  const marked = (list: readonly { readonly name: string }[] | undefined, mark: NamedContainer['mark']) =>
    (list ?? []).map(({ name }) => ({ name, mark }))
  return [...marked(spec?.containers, ''), ...marked(spec?.ephemeralContainers, ' (ephem)'), ...marked(spec?.initContainers, ' (init)')]
}

export const defaultedContainer = (first: string, all: readonly NamedContainer[]) =>
  `Defaulted container ${JSON.stringify(first)} out of: ${all.map(({ name, mark }) => name + mark).join(', ')}`
