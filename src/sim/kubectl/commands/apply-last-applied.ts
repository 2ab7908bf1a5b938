import type { AnyObject } from '../../api/object'
import { toYaml } from '../../formats/yaml-emit'
import { sameJson } from '../../formats/merge-patch'
import { recorded } from '../change-cause'
import { editObjects, originalOf } from '../editing'
import { asReported, CommandError, isNotFound, throwAll, withSource } from '../errors'
import { clientConfig } from '../kubeconfig'
import { fileOptions } from '../manifests'
import { goJson } from '../printers/json'
import type { Proc } from '../../node/os/syscalls'
import { fetchResource, findResources, needResources, type Resource } from '../resources'
import { out, usageError, type Command, type Kubectl } from '../session'
import { whileRetrieving } from './apply'
import { dryRunOf, fieldValidation, lastApplied, lastAppliedOf, patchObject, printWritten } from '../writing'

/** `kubectl apply view-last-applied`: the configuration in an object's annotation. */
export const viewLastApplied: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const output = flags.text('output')
    const selector = flags.text('selector') || undefined
    if (flags.bool('all') && selector)
      throw new CommandError(`found non-empty label selector ${JSON.stringify(selector)} with previously set 'all' parameter. `)
    const bareTypes = (yield* clientConfig(kubectl)).explicitNamespace
    // A type alone selects everything where the namespace is named; that is one selector too many for --all.
    if (flags.bool('all') && bareTypes && args.length === 1 && !args[0]!.includes('/'))
      throw new CommandError(`setting 'all' parameter but found a non empty selector. `)
    const resources = yield* needResources(kubectl, {
      words: args,
      files: fileOptions(kubectl),
      selector,
      bareTypes,
      all: flags.bool('all'),
      fetch: true,
    })
    const unnoted = resources.find(({ object, source }) => source && lastAppliedOf(object!) === undefined)
    if (unnoted) throw withSource(new CommandError('<nil>'), `no last-applied-configuration annotation found on resource: ${unnoted.name}\n`, unnoted.source) // prettier-ignore
    for (const { object } of resources) {
      const text = lastAppliedOf(object!)
      if (text === undefined) continue
      if (output === 'json') yield* out(`${JSON.stringify(JSON.parse(text), undefined, 2)}\n`)
      else if (output === 'yaml' || output === '') yield* out(toYaml(JSON.parse(text)))
      else throw usageError(kubectl, `Unexpected -o output mode: ${output}, the flag 'output' must be one of yaml|json`)
    }
  },
}

function* currentOf(kubectl: Kubectl, resource: Resource): Proc<Resource> {
  try {
    return yield* fetchResource(kubectl, resource)
  } catch (error) {
    throw isNotFound(error) ? error : whileRetrieving(asReported(error), resource)
  }
}

/** `kubectl apply set-last-applied -f FILE`: writes the file's content into the annotation and changes nothing else. */
export const setLastApplied: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const dryRun = yield* dryRunOf(kubectl)
    const print = yield* printWritten(kubectl, 'configured', dryRun)
    const { resources, errors } = yield* findResources(kubectl, { words: [], files: fileOptions(kubectl), fetch: false })
    throwAll(errors)
    for (const resource of resources) {
      const wanted = `${goJson(resource.object)}\n`
      const known = lastAppliedOf((yield* currentOf(kubectl, resource)).object!)
      if (known === undefined && !flags.bool('create-annotation'))
        throw new CommandError(`no last-applied-configuration annotation found on resource: ${resource.name}, to create the annotation, run the command with --create-annotation`) // prettier-ignore
      // Text is compared with text: members in another order are a change.
      if (known === wanted) {
        yield* out(`set-last-applied ${resource.name}: no changes required.\n`)
        continue
      }
      if (dryRun === 'client') {
        yield* print(resource.object!)
        continue
      }
      const patch = { metadata: { annotations: { [lastApplied]: wanted } } }
      // No manager is named: the server takes the client's name.
      const query = { dryRun: dryRun === 'server' ? 'All' : undefined }
      yield* print(yield* patchObject(kubectl, resource, 'merge', patch, query))
    }
  },
}

const lastAppliedPreamble = `# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
`

/** `kubectl apply edit-last-applied`: the configurations in the annotations, in an editor. */
export const editLastApplied: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    fieldValidation(kubectl)
    const { resources, errors } = yield* findResources(kubectl, { words: args, files: fileOptions(kubectl), bareTypes: true, fetch: true })
    throwAll(errors)
    const noted = resources.filter(({ object }) => lastAppliedOf(object!) !== undefined)
    if (noted.length === 0)
      throw new CommandError(
        'no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply set-last-applied --create-annotation`',
      )
    // The annotation's object is edited, not the one that carries it.
    const originals = noted.map((resource) => ({ ...resource, object: JSON.parse(lastAppliedOf(resource.object!)!) as AnyObject })) // as apply wrote it
    yield* editObjects(kubectl, {
      resources: originals,
      preamble: lastAppliedPreamble,
      *save(edited) {
        const object = recorded(kubectl, edited.object!)
        if (sameJson(object, originalOf(originals, edited).object)) return yield* (yield* printWritten(kubectl, 'skipped'))(object)
        const patch = { metadata: { annotations: { [lastApplied]: `${goJson(object)}\n` } } }
        yield* patchObject(kubectl, edited, 'merge', patch, { fieldManager: flags.text('field-manager') })
        yield* (yield* printWritten(kubectl, 'edited'))(object)
      },
    })
  },
}
