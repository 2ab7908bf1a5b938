import { fileOptions } from '../manifests'
import { asReported, CommandError, throwAll, withSource } from '../errors'
import { calledInEdits, editObjects, usualPreamble } from '../editing'
import type { Proc } from '../../node/os/syscalls'
import { findResources, type Resource } from '../resources'
import { sendRaw } from '../raw'
import { usageError, type Command, type Kubectl } from '../session'
import { createObject, dryRunOf, fieldValidation, printWritten, withLastApplied, writeQuery } from '../writing'

/** `kubectl create -f`: each object is created; one that fails does not stop the others. */
export const create: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const files = fileOptions(kubectl)
    if (files.names.length === 0 && !files.kustomize) {
      if (args.length) throw usageError(kubectl, `Unexpected args: [${args.join(' ')}]`)
      throw new CommandError('must specify one of -f and -k')
    }
    if (args.length) throw usageError(kubectl, `Unexpected args: [${args.join(' ')}]`)
    if (flags.text('raw')) return yield* sendRaw(kubectl, 'POST', files)
    const dryRun = yield* dryRunOf(kubectl)
    fieldValidation(kubectl)
    const print = yield* printWritten(kubectl, 'created', dryRun)
    const { resources, errors } = yield* findResources(kubectl, {
      words: [],
      files,
      selector: flags.text('selector'),
      validate: fieldValidation(kubectl) !== 'Ignore',
    })
    if (flags.bool('edit')) {
      throwAll(errors)
      return yield* createEdited(kubectl, resources)
    }
    const failures = [...errors]
    let count = 0
    for (const resource of resources) {
      try {
        const object = flags.bool('save-config') ? withLastApplied(resource.object!) : resource.object!
        const created = dryRun === 'client' ? object : yield* createObject(kubectl, resource, object, writeQuery(kubectl, dryRun))
        count++
        yield* print(created)
      } catch (error) {
        failures.push(withSource(asReported(error), 'creating', resource.source))
      }
    }
    throwAll(failures)
    if (count === 0) throw new CommandError('no objects passed to create')
  },
}

/** `--edit`: what the editor leaves is created; without a change nothing is. */
function* createEdited(kubectl: Kubectl, resources: readonly Resource[]): Proc {
  const { flags } = kubectl
  const print = yield* printWritten(kubectl, 'created')
  yield* editObjects(kubectl, {
    objects: resources.map(({ object }) => object!),
    called: calledInEdits(resources[0]!),
    preamble: usualPreamble,
    *save(edited) {
      for (const [i, object] of edited.entries()) {
        const target = { ...(resources[i] ?? resources[0]!), name: object.metadata.name }
        const wanted = flags.bool('save-config') ? withLastApplied(object) : object
        yield* print(yield* createObject(kubectl, target, wanted, writeQuery(kubectl, 'none')))
      }
      return ''
    },
  })
}
