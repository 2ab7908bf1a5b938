import type { Pod } from '../../api/types/core-v1.gen'
import { attachStreams } from '../attaching'
import { CommandError, Exit } from '../errors'
import { podRunningTimeoutMs, podsBehind } from '../pods-behind'
import { err, type Command } from '../session'
import { chooseContainer } from './exec'

/** `kubectl attach`: ties this terminal to the process a container runs already. */
export const attach: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    if (args.length === 0) throw new CommandError('at least 1 argument is required for attach')
    if (args.length > 2)
      throw new CommandError(`expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${args.length}: [${args.join(' ')}]`)
    podRunningTimeoutMs(kubectl, { withUsage: true })
    const [resource] = yield* podsBehind(kubectl, { word: args.length === 2 ? `${args[0]}/${args[1]}` : args[0]! })
    const pod = resource!.object as unknown as Pod // a pod, by podsBehind
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed')
      throw new CommandError(`cannot attach a container in a completed pod; current phase is ${pod.status.phase}`)
    const code = yield* attachStreams(kubectl, resource!, {
      container: yield* containerOf(pod, flags.text('container'), flags.bool('quiet')),
      stdin: flags.bool('stdin'),
      tty: flags.bool('tty'),
      quiet: flags.bool('quiet'),
    })
    if (code === 0) return
    yield* err(`command terminated with exit code ${code}\n`)
    throw new Exit(code)
  },
}

function* containerOf(pod: Pod, asked: string, quiet: boolean) {
  try {
    return yield* chooseContainer(pod, asked, quiet)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new CommandError(`cannot attach to the container: ${error.message}`)
  }
}
