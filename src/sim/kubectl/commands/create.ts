import { fileOptions } from '../manifests'
import { asReported, CommandError, throwAll, withSource } from '../errors'
import { findResources } from '../resources'
import { request } from '../rest'
import { readAll, readFile } from '../../node/os/calls'
import { out, usageError, type Command, type Kubectl } from '../session'
import { createObject, dryRunOf, fieldValidation, printWritten, withLastApplied, writeQuery } from '../writing'
import type { Proc } from '../../node/os/syscalls'

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
    if (flags.text('raw')) return yield* createRaw(kubectl, files.names)
    const dryRun = yield* dryRunOf(kubectl)
    fieldValidation(kubectl)
    const print = yield* printWritten(kubectl, 'created', dryRun)
    const { resources, errors } = yield* findResources(kubectl, {
      words: [],
      files,
      selector: flags.text('selector'),
      validate: fieldValidation(kubectl) !== 'Ignore',
    })
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

function* createRaw(kubectl: Kubectl, names: readonly string[]): Proc {
  const { flags } = kubectl
  if (names.length !== 1) throw usageError(kubectl, '--raw can only use a single local file or stdin')
  if (flags.text('selector')) throw usageError(kubectl, '--raw and --selector (-l) are mutually exclusive')
  const body = names[0] === '-' ? yield* readAll(0) : yield* readFile(names[0]!)
  const answer = yield* request(kubectl, { method: 'POST', path: flags.text('raw'), body, accept: 'application/json, */*' })
  yield* out(answer.body)
}
