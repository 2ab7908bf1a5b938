import type { AnyObject } from '../../api/object'
import { asReported, CommandError, throwAll } from '../errors'
import type { Proc } from '../../node/os/syscalls'
import { needResources, type Resource } from '../resources'
import { out, usageError, type Command, type Kubectl } from '../session'
import { dryRunOf, operationText, patchObject, type DryRun } from '../writing'

const command = (word: 'cordon' | 'uncordon'): Command => ({
  *run(kubectl: Kubectl) {
    const { flags, args } = kubectl
    if (args.length === 0 && !flags.text('selector')) throw usageError(kubectl, `USAGE: ${word} NODE [flags]`)
    if (args.length > 0 && flags.text('selector'))
      throw usageError(kubectl, 'error: cannot specify both a node name and a --selector option')
    const dryRun = yield* dryRunOf(kubectl)
    const nodes = args.length ? { words: args, defaultType: 'nodes' } : { words: ['nodes'], ownWords: true }
    const found = yield* needResources(kubectl, { ...nodes, selector: flags.text('selector'), fetch: true })
    const failures: Error[] = []
    yield* markNodes(kubectl, word, found, dryRun, failures)
    throwAll(failures)
  },
})

/** Makes nodes (un)schedulable and says so of each; what fails is added to `failures`. */
export function* markNodes(
  kubectl: Kubectl,
  word: 'cordon' | 'uncordon',
  nodes: readonly Resource[],
  dryRun: DryRun,
  failures: Error[],
): Proc {
  const wanted = word === 'cordon'
  for (const resource of nodes) {
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
}

export const cordon = command('cordon')
export const uncordon = command('uncordon')
