import type { Pod } from '../../api/types/core-v1.gen'
import { pump } from '../attaching'
import { CommandError, Exit } from '../errors'
import { fileOptions } from '../manifests'
import { pathOf } from '../mapper'
import { podsBehind } from '../pods-behind'
import { findResources, type Resource } from '../resources'
import { openChannels } from '../rest'
import { err, type Command, type Kubectl } from '../session'
import type { Proc } from '../../node/os/syscalls'

export const exec: Command = {
  *run(kubectl) {
    const { flags, args, dashAt } = kubectl
    const files = fileOptions(kubectl)
    const fromFile = files.names.length > 0
    const command = dashAt >= 0 ? args.slice(dashAt) : args.slice(fromFile ? 0 : 1)
    const word = fromFile || dashAt === 0 ? undefined : args[0]
    if (word === undefined && !fromFile) throw new CommandError('pod, type/name or --filename must be specified')
    if (dashAt < 0 && command.length > 0)
      throw new CommandError(
        "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples",
      )
    if (command.length === 0) throw new CommandError('you must specify at least one command for the container')
    const [resource] = fromFile
      ? (yield* findResources(kubectl, { words: [], files, fetch: true })).resources
      : yield* podsBehind(kubectl, { word: word! })
    const pod = resource!.object as unknown as Pod // a pod, by podsBehind
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed')
      throw new CommandError(`cannot exec into a container in a completed pod; current phase is ${pod.status.phase}`)
    // A name that was given goes to the server unchecked.
    const container = flags.text('container') || (yield* chooseContainer(pod, '', flags.bool('quiet')))
    const stdin = flags.bool('stdin')
    let tty = flags.bool('tty')
    if (tty && !(stdin && kubectl.self.isTty(0))) {
      if (!flags.bool('quiet'))
        yield* err(
          stdin
            ? 'Unable to use a TTY - input is not a terminal or the right kind of file\n'
            : 'Unable to use a TTY - input is not a terminal or the right kind of file\n',
        )
      tty = false
    }
    const code = yield* execIn(kubectl, resource!, { container, command, stdin, tty })
    if (code !== 0) {
      yield* err(`command terminated with exit code ${code}\n`)
      throw new Exit(code)
    }
  },
}

/** Runs a command in a container, its streams tied to ours; answers its exit code. */
export function* execIn(
  kubectl: Kubectl,
  { type, namespace, name }: Resource,
  { container, command, stdin, tty }: { container: string; command: readonly string[]; stdin: boolean; tty: boolean },
): Proc<number> {
  const channel = yield* openChannels(kubectl, {
    path: pathOf(type, namespace, name, 'exec'),
    query: { command, container, stdin: stdin || undefined, stdout: true, stderr: !tty || undefined, tty: tty || undefined },
  })
  return yield* pump(kubectl, channel, { stdin, tty })
}

/** The container that was asked for, or the pod's default one; with several to choose from, stderr says which was taken. */
export function* chooseContainer(pod: Pod, asked: string, quiet: boolean): Proc<string> {
  const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec!
  const all = [...containers, ...(ephemeralContainers as unknown as typeof containers), ...initContainers]
  if (asked) {
    if (!all.some(({ name }) => name === asked)) throw new CommandError(`container ${asked} not found in pod ${pod.metadata.name}`)
    return asked
  }
  const named = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container']
  if (named && all.some(({ name }) => name === named)) return named
  const first = containers[0]!.name
  if (all.length > 1 && !quiet) {
    const label = (name: string) =>
      initContainers.some((one) => one.name === name)
        ? `${name} (init)`
        : (ephemeralContainers as unknown as typeof containers).some((one) => one.name === name)
          ? `${name} (ephem)`
          : name
    yield* err(`Defaulted container ${JSON.stringify(first)} out of: ${all.map(({ name }) => label(name)).join(', ')}\n`)
  }
  return first
}
