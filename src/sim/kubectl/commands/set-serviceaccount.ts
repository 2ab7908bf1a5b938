import { CommandError } from '../errors'
import { withPodSpec } from '../pod-template'
import { podSpecFor, setOn } from '../setting'
import { dryRunOf } from '../writing'
import type { Command } from '../session'

export const setServiceAccount: Command = {
  *run(kubectl) {
    const { args } = kubectl
    yield* dryRunOf(kubectl)
    const name = args.at(-1)
    if (name === undefined) throw new CommandError('serviceaccount is required')
    const words = args.slice(0, -1)
    yield* setOn(kubectl, {
      words,
      done: 'serviceaccount updated',
      manager: 'kubectl-set',
      failure: 'failed to patch ServiceAccountName',
      skipUnchanged: false,
      wordsWithLocal: true,
      change: (object) => {
        const spec = podSpecFor(object)
        return withPodSpec(object, { ...spec, serviceAccountName: name })
      },
    })
  },
}
