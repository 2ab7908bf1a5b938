import { recorded } from '../change-cause'
import { fileOptions } from '../manifests'
import { asReported, CommandError, throwAll, withSource } from '../errors'
import { annotated, editObjects, usualPreamble } from '../editing'
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
    if (args.length) throw usageError(kubectl, `Unexpected args: [${args.join(' ')}]`)
    const dryRun = yield* dryRunOf(kubectl)
    if (files.names.length === 0 && !files.kustomize) throw new CommandError('must specify one of -f and -k')
    if (flags.text('raw')) return yield* sendRaw(kubectl, 'POST', files)
    fieldValidation(kubectl)
    const print = yield* printWritten(kubectl, 'created', dryRun)
    if (flags.bool('edit')) {
      // Nothing is validated before it has been edited.
      const edited = yield* findResources(kubectl, { words: [], files }, (resource) => editAndCreate(kubectl, resource))
      return throwAll(edited.errors)
    }
    const query = { words: [], files, selector: flags.text('selector'), validate: fieldValidation(kubectl) !== 'Ignore' }
    let count = 0
    const { errors } = yield* findResources(kubectl, query, function* (resource) {
      try {
        const object = recorded(kubectl, flags.bool('save-config') ? withLastApplied(resource.object!) : resource.object!)
        const created = dryRun === 'client' ? object : yield* createObject(kubectl, resource, object, writeQuery(kubectl, dryRun))
        count++
        yield* print(created)
      } catch (error) {
        throw withSource(asReported(error), 'creating', resource.source)
      }
    })
    throwAll(errors)
    if (count === 0) throw new CommandError('no objects passed to create')
  },
}

/** `--edit`: each object is created as the editor leaves it; without a change it is not. */
function* editAndCreate(kubectl: Kubectl, resource: Resource): Proc {
  const print = yield* printWritten(kubectl, 'created')
  yield* editObjects(kubectl, {
    resources: [resource],
    preamble: usualPreamble,
    *save(edited) {
      const wanted = annotated(kubectl, edited.object!)
      yield* print(yield* createObject(kubectl, edited, wanted, writeQuery(kubectl, 'none')))
    },
  })
}
