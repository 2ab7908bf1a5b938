import { CommandError } from '../errors'
import { fileOptions } from '../manifests'
import { readLabelSelector } from '../label-selector'
import { onlyFiles, setOn } from '../setting'
import { dryRunOf } from '../writing'
import type { Command } from '../session'

export const setSelector: Command = {
  *run(kubectl) {
    const { args, flags } = kubectl
    yield* dryRunOf(kubectl)
    const text = args.at(-1)
    if (text === undefined) throw new CommandError('one selector is required')
    const words = args.slice(0, -1)
    const files = fileOptions(kubectl)
    if (flags.bool('local') && (words.length > 0 || (files.names.length === 0 && !files.kustomize))) throw new CommandError(onlyFiles)
    const version = flags.text('resource-version')
    const selector = readLabelSelector(text)
    yield* setOn(kubectl, {
      words,
      done: 'selector updated',
      manager: 'kubectl-set',
      skipUnchanged: false,
      wordsWithLocal: true,
      anyDryRun: true,
      eachAlone: true,
      change: (object) => {
        if (object.kind !== 'Service') throw new CommandError(`setting a selector is only supported for Services`)
        const { matchLabels = {}, matchExpressions = [] } = selector
        if (matchExpressions.length)
          throw new CommandError(
            `match expression [${matchExpressions.map(({ key, operator, values = [] }) => `{${key} ${operator} [${values.join(' ')}]}`).join(' ')}] not supported on this object`,
          )
        const metadata = version ? { ...object.metadata, resourceVersion: version } : object.metadata
        return { ...object, metadata, spec: { ...(object.spec as object), selector: matchLabels } }
      },
    })
  },
}
