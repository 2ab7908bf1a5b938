import { CommandError } from '../errors'
import { readLabelSelector } from '../label-selector'
import { setOn } from '../setting'
import type { Command } from '../session'

export const setSelector: Command = {
  *run(kubectl) {
    const { args } = kubectl
    const text = args.at(-1)
    if (text === undefined) throw new CommandError('one selector is required')
    const words = args.slice(0, -1)
    const selector = readLabelSelector(text)
    yield* setOn(kubectl, {
      words,
      done: 'selector updated',
      manager: 'kubectl-set',
      skipUnchanged: false,
      wordsWithLocal: true,
      eachAlone: true,
      change: (object) => {
        if (object.kind !== 'Service') throw new CommandError(`setting a selector is only supported for Services`)
        const { matchLabels = {}, matchExpressions = [] } = selector
        if (matchExpressions.length)
          throw new CommandError(
            `match expression [${matchExpressions.map(({ key, operator, values = [] }) => `{${key} ${operator} [${values.join(' ')}]}`).join(' ')}] not supported on this object`,
          )
        return { ...object, spec: { ...(object.spec as object), selector: matchLabels } }
      },
    })
  },
}
