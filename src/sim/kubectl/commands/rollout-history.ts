import { CommandError, throwAll } from '../errors'
import { describePodTemplate } from '../describe/pod-template'
import { fileOptions } from '../manifests'
import { printerFor } from '../printers/printer'
import { descriptionColumns, tabulate } from '../printers/tabwriter'
import { findResources, type Resource } from '../resources'
import { groupKind, hasHistory, historyOf, isWorkload, type Revision } from '../rollout-history'
import { out, type Command, type Kubectl } from '../session'
import { asStruct } from '../typed'
import type { Proc } from '../../node/os/syscalls'

export const rolloutHistory: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const files = fileOptions(kubectl)
    if (args.length === 0 && files.names.length === 0 && !files.kustomize) throw new CommandError('required resource not specified')
    if (flags.int('revision') < 0) throw new CommandError(`revision must be a positive integer: ${flags.int('revision')}`)
    const query = { words: args, files, selector: flags.text('selector'), bareTypes: true, fetch: true }
    const { errors } = yield* findResources(kubectl, query, (resource) => showHistory(kubectl, resource))
    throwAll(errors)
  },
}

function* showHistory(kubectl: Kubectl, resource: Resource): Proc {
  const { flags } = kubectl
  const object = resource.object!
  if (!hasHistory(object.kind))
    throw new CommandError(
      isWorkload(resource.type)
        ? `no history viewer has been implemented for "${groupKind(resource.type)}"`
        : `error retrieving history for "${groupKind(resource.type)}", no visitor method exists for {${resource.type.group} ${object.kind}}`,
    )
  const revisions = yield* historyOf(kubectl, resource)
  const wanted = flags.int('revision')
  if (flags.changed('output')) {
    const printer = yield* printerFor(kubectl, { operation: '', struct: true })
    if (wanted > 0) {
      const revision = revisions.find(({ number }) => number === wanted)
      if (!revision) throw new CommandError('unable to find the specified revision')
      return yield* out(printer(asStruct(object.kind === 'Deployment' ? revision.object : revision.restored)))
    }
    for (const revision of revisions) yield* out(printer(asStruct(object.kind === 'Deployment' ? revision.object : revision.restored)))
    return
  }
  const shown = wanted > 0 ? describeRevision(revisions, wanted) : listRevisions(revisions)
  const printer = yield* printerFor(kubectl, { operation: `${wanted > 0 ? `with revision #${wanted}` : ''}\n${shown}` })
  yield* out(printer(object))
}

function listRevisions(revisions: readonly Revision[]): string {
  const lines = revisions.map(({ number, changeCause }) => `${number}\t${changeCause || '<none>'}\n`)
  return tabulate(`REVISION\tCHANGE-CAUSE\n${lines.join('')}`, descriptionColumns)
}

function describeRevision(revisions: readonly Revision[], wanted: number): string {
  const revision = revisions.find(({ number }) => number === wanted)
  if (!revision) throw new CommandError('unable to find the specified revision')
  return describePodTemplate(revision)
}
