import { parseSelector } from '../../formats/selector'
import { CommandError } from '../errors'
import { fileOptions } from '../manifests'
import { labelSelectorOf } from '../label-selector'
import { setOn } from '../setting'
import type { Command } from '../session'

export const setSelector: Command = {
  *run(kubectl) {
    const { args } = kubectl
    const files = fileOptions(kubectl)
    const text = args.at(-1)
    const isSelector = text !== undefined && (/[=!]| in | notin /.test(text) || files.names.length > 0)
    if (!isSelector) throw new CommandError('one selector is required')
    const words = args.slice(0, -1)
    if (words.length === 0 && files.names.length === 0)
      throw new CommandError('one or more resources must be specified as <resource> <name> or <resource>/<name>')
    let selector: ReturnType<typeof labelSelectorOf>
    try {
      selector = labelSelectorOf(parseSelector(text))
    } catch (error) {
      throw new CommandError((error as Error).message)
    }
    yield* setOn(kubectl, {
      words,
      done: 'selector updated',
      manager: 'kubectl-set',
      skipUnchanged: false,
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
