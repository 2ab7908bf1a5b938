import type { AnyObject } from '../../api/object'
import { asReported, CommandError, throwAll } from '../errors'
import { findResources } from '../resources'
import { out, usageError, type Command, type Kubectl } from '../session'
import { dryRunOf, operationText, patchObject } from '../writing'

const command = (word: 'cordon' | 'uncordon'): Command => ({
  *run(kubectl: Kubectl) {
    const { flags, args } = kubectl
    const wanted = word === 'cordon'
    if (args.length === 0 && !flags.text('selector')) throw usageError(kubectl, `USAGE: ${word} NODE [flags]`)
    if (args.length > 0 && flags.text('selector'))
      throw usageError(kubectl, 'error: cannot specify both a node name and a --selector option')
    const dryRun = yield* dryRunOf(kubectl)
    const words = args.length ? ['nodes', ...args.map((arg) => arg.replace(/^nodes?\//, ''))] : ['nodes']
    const found = yield* findResources(kubectl, { words, selector: flags.text('selector'), fetch: true })
    const failures: Error[] = [...found.errors]
    if (failures.length) throwAll(failures)
    for (const resource of found.resources) {
      const { unschedulable = false } = ((resource.object as AnyObject).spec ?? {}) as { unschedulable?: boolean } // a node's spec
      try {
        if (unschedulable === wanted) {
          yield* out(`node/${resource.name} ${operationText(`already ${word}ed`, dryRun)}\n`)
          continue
        }
        if (dryRun !== 'client')
          yield* patchObject(
            kubectl,
            resource,
            'strategic',
            { spec: { unschedulable: wanted ? true : null } },
            { dryRun: dryRun === 'server' ? 'All' : undefined },
          )
        yield* out(`node/${resource.name} ${operationText(`${word}ed`, dryRun)}\n`)
      } catch (error) {
        failures.push(new CommandError(`unable to ${word} node ${JSON.stringify(resource.name)}: ${asReported(error).message}`))
      }
    }
    throwAll(failures)
  },
})

export const cordon = command('cordon')
export const uncordon = command('uncordon')
