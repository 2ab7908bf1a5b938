import type { AnyObject } from '../../api/object'
import { toYaml } from '../../formats/yaml-emit'
import { sameJson } from '../../formats/merge-patch'
import { calledInEdits, editObjects } from '../editing'
import { CommandError, throwAll } from '../errors'
import { fileOptions } from '../manifests'
import { goJson } from '../printers/json'
import { findResources, needResources } from '../resources'
import { out, usageError, type Command } from '../session'
import { dryRunOf, fieldValidation, lastApplied, lastAppliedOf, patchObject, printWritten } from '../writing'

/** `kubectl apply view-last-applied`: the configuration in an object's annotation. */
export const viewLastApplied: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const output = flags.text('output')
    const selector = flags.text('selector') || undefined
    if (flags.bool('all') && selector)
      throw new CommandError(`found non-empty label selector ${JSON.stringify(selector)} with previously set 'all' parameter. `)
    if (flags.bool('all') && args.length > 1) throw new CommandError(`setting 'all' parameter but found a non empty selector. `)
    const bareTypes = flags.bool('all') || selector !== undefined
    const { resources, errors } = yield* findResources(kubectl, {
      words: args,
      files: fileOptions(kubectl),
      selector,
      bareTypes,
      fetch: true,
    })
    throwAll(errors)
    for (const { object } of resources) {
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
    const { resources, errors } = yield* findResources(kubectl, { words: [], files: fileOptions(kubectl), fetch: true })
    throwAll(errors)
    const wantedObjects = yield* needResources(kubectl, { words: [], files: fileOptions(kubectl), fetch: false })
    for (const [i, current] of resources.entries()) {
      const resource = wantedObjects[i]!
      const wanted = `${goJson(resource.object)}\n`
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
    const found = yield* needResources(kubectl, { words: args, files: fileOptions(kubectl), bareTypes: true, fetch: true })
    const noted = found.filter(({ object }) => lastAppliedOf(object!) !== undefined)
    if (noted.length === 0)
      throw new CommandError(
        'no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply set-last-applied --create-annotation`',
      )
    const originals = noted.map(({ object }) => JSON.parse(lastAppliedOf(object!)!) as AnyObject) // as apply wrote it
    const prints = { edited: yield* printWritten(kubectl, 'edited'), skipped: yield* printWritten(kubectl, 'skipped') }
    yield* editObjects(kubectl, {
      objects: originals,
      called: calledInEdits(noted[0]!),
      preamble: lastAppliedPreamble,
      *save(edited) {
        for (const [i, object] of edited.entries()) {
          const resource = noted[i] ?? noted[0]!
          if (sameJson(object, originals[i])) {
            yield* prints.skipped(object)
            continue
          }
          const patch = { metadata: { annotations: { [lastApplied]: `${goJson(object)}\n` } } }
          const target = { ...resource, name: object.metadata.name }
          yield* patchObject(kubectl, target, 'merge', patch, { fieldManager: flags.text('field-manager') })
          yield* prints.edited(object)
        }
        return ''
      },
    })
  },
}
