import { toYaml } from '../../formats/yaml'
import { sameJson } from '../../formats/merge-patch'
import { CommandError } from '../errors'
import { fileOptions } from '../manifests'
import { fetchResource, needResources } from '../resources'
import { out, usageError, type Command } from '../session'
import { dryRunOf, lastApplied, lastAppliedOf, patchObject, printWritten, withLastApplied } from '../writing'

/** `kubectl apply view-last-applied`: the configuration in an object's annotation. */
export const viewLastApplied: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const output = flags.text('output')
    if (flags.bool('all') && args.length) throw new CommandError("setting 'all' parameter but found a non empty selector. ")
    const selector = flags.text('selector') || undefined
    const found = yield* needResources(kubectl, { words: args, files: fileOptions(kubectl), selector, bareTypes: true, fetch: true })
    if (found.length === 0 && !selector) throw new CommandError('resource(s) were provided, but no name was specified')
    for (const { object } of found) {
      const text = lastAppliedOf(object!)
      if (text === undefined) continue
      if (output === 'json') yield* out(`${JSON.stringify(JSON.parse(text), undefined, 2)}\n`)
      else if (output === 'yaml' || output === '') yield* out(toYaml(JSON.parse(text)))
      else throw usageError(kubectl, `Unexpected -o output mode: ${output}, the flag 'output' must be one of yaml|json`)
    }
  },
}

/** `kubectl apply set-last-applied -f FILE`: writes the file's content into the annotation and changes nothing else. */
export const setLastApplied: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const dryRun = yield* dryRunOf(kubectl)
    const print = yield* printWritten(kubectl, 'configured', dryRun)
    const resources = yield* needResources(kubectl, { words: [], files: fileOptions(kubectl), fetch: false })
    for (const resource of resources) {
      const wanted = lastAppliedOf(withLastApplied(resource.object!))!
      const current = yield* fetchResource(kubectl, resource)
      const known = lastAppliedOf(current.object!)
      if (known === undefined && !flags.bool('create-annotation'))
        throw new CommandError(`no last-applied-configuration annotation found on resource: ${resource.name}, to create the annotation, run the command with --create-annotation`) // prettier-ignore
      if (known !== undefined && sameJson(JSON.parse(known), JSON.parse(wanted))) {
        yield* out(`set-last-applied ${resource.name}: no changes required.\n`)
        continue
      }
      if (dryRun === 'client') {
        yield* print(resource.object!)
        continue
      }
      const patch = { metadata: { annotations: { [lastApplied]: wanted } } }
      const query = { dryRun: dryRun === 'server' ? 'All' : undefined, fieldManager: 'kubectl-client-side-apply' }
      yield* print(yield* patchObject(kubectl, resource, 'merge', patch, query))
    }
  },
}
