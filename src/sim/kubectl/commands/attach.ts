import type { Pod } from '../../api/types/core-v1.gen'
import { attachTo } from '../attaching'
import { CommandError } from '../errors'
import { podsBehind } from '../pods-behind'
import { usageError, type Command } from '../session'
import { chooseContainer } from './exec'

/** `kubectl attach`: ties this terminal to the process a container runs already. */
export const attach: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    if (args.length === 0) throw new CommandError('at least 1 argument is required for attach')
    if (args.length > 2)
      throw usageError(kubectl, 'expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw 3: [' + args.join(' ') + ']')
    const [resource] = yield* podsBehind(kubectl, { word: args.length === 2 ? `${args[0]}/${args[1]}` : args[0]! })
    const pod = resource!.object as unknown as Pod // a pod, by podsBehind
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed')
      throw new CommandError(`cannot attach a container in a completed pod; current phase is ${pod.status.phase}`)
    const container = yield* chooseContainer(pod, flags.text('container'), flags.bool('quiet'))
    yield* attachTo(kubectl, resource!, {
      container,
      stdin: flags.bool('stdin'),
      tty: flags.bool('tty'),
      quiet: flags.bool('quiet'),
      wantsExitCode: false,
      restart: 'Always',
    })
  },
}
