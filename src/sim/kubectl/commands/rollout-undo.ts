import { sameJson } from '../../formats/merge-patch'
import { asReported, CommandError, throwAll } from '../errors'
import { describePodTemplate } from '../describe/pod-template'
import { fileOptions } from '../manifests'
import { printerFor } from '../printers/printer'
import { findResources, type Resource } from '../resources'
import { groupKind, hasHistory, historyOf, isWorkload, withoutHash, type Revision } from '../rollout-history'
import { out, type Command, type Kubectl } from '../session'
import { dryRunOf, operationText, patchObject, withFailure, type DryRun, type PatchType } from '../writing'
import type { Proc } from '../../node/os/syscalls'

export const rolloutUndo: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const dryRun = yield* dryRunOf(kubectl)
    const files = fileOptions(kubectl)
    if (args.length === 0 && files.names.length === 0 && !files.kustomize) throw new CommandError('required resource not specified')
    const query = { words: args, files, selector: flags.text('selector'), bareTypes: true, fetch: true }
    const { errors } = yield* findResources(kubectl, query, function* (resource) {
      const said = yield* undo(kubectl, resource, dryRun)
      const printer = yield* printerFor(kubectl, { operation: operationText(said, dryRun === 'client' ? 'none' : dryRun) })
      yield* out(printer(resource.object!))
    })
    throwAll(errors)
  },
}

/** Goes back to an earlier revision; answers what to say about it. */
function* undo(kubectl: Kubectl, resource: Resource, dryRun: DryRun): Proc<string> {
  const object = resource.object!
  if (!hasHistory(object.kind))
    throw new CommandError(
      isWorkload(resource.type)
        ? `no rollbacker has been implemented for "${groupKind(resource.type)}"`
        : `error retrieving rollbacker for "${groupKind(resource.type)}", no visitor method exists for {${resource.type.group} ${object.kind}}`,
    )
  const revisions = yield* historyOf(kubectl, resource)
  const wanted = kubectl.flags.int('to-revision')
  const target = chooseRevision(resource, revisions, wanted)
  const spec = object.spec as { paused?: boolean; template: unknown } // the workload kinds have these
  if (object.kind === 'Deployment') {
    if (dryRun === 'client') return describeTarget(target)
    if (spec.paused)
      throw new CommandError(`you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again`)
    if (sameJson(withoutHash(spec.template as Readonly<Record<string, unknown>>), withoutHash(target.template)))
      return `skipped rollback (current template already matches revision ${wanted > 0 ? wanted : target.number})`
    const annotations = annotationsBack(object.metadata.annotations ?? {}, target)
    const patch = [
      { op: 'replace', path: '/spec/template', value: withoutHash(target.template) },
      { op: 'replace', path: '/metadata/annotations', value: annotations },
    ]
    yield* restore(kubectl, resource, 'json', patch, dryRun)
    return 'rolled back'
  }
  if (dryRun === 'client') return `will roll back to ${describeTarget(target)}`
  const { data } = target.object as unknown as { data: unknown } // a ControllerRevision
  if (sameJson(spec.template, target.template))
    return `skipped rollback (current template already matches revision ${wanted > 0 ? wanted : target.number})`
  yield* restore(kubectl, resource, 'strategic', data, dryRun)
  return 'rolled back'
}

function* restore(kubectl: Kubectl, resource: Resource, kind: PatchType, patch: unknown, dryRun: DryRun): Proc {
  try {
    yield* patchObject(kubectl, resource, kind, patch, { dryRun: dryRun === 'server' ? 'All' : undefined })
  } catch (error) {
    throw withFailure(asReported(error), `failed restoring revision ${kubectl.flags.int('to-revision')}`)
  }
}

const describeTarget = (target: Revision) => `${describePodTemplate({ ...target, changeCause: '' }).trimEnd()}\n (dry run)`

/** The revision asked for, or the one before the current. Throws CommandError. */
function chooseRevision({ name, object }: Resource, revisions: readonly Revision[], wanted: number): Revision {
  const kind = object!.kind.toLowerCase()
  if (wanted < 0) throw new CommandError(`unable to find specified revision ${wanted} in history`)
  if (wanted > 0) {
    const found = revisions.find(({ number }) => number === wanted)
    if (!found) throw new CommandError(`unable to find specified revision ${wanted} in history`)
    return found
  }
  if (revisions.length < 2)
    throw new CommandError(
      kind === 'deployment' ? `no rollout history found for deployment ${JSON.stringify(name)}` : 'no last revision to roll back to',
    )
  return revisions.at(-2)!
}

const ownAnnotations = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
]

/** The deployment's annotations as they were then; those that belong to it alone stay. */
function annotationsBack(current: Readonly<Record<string, string>>, { object }: Revision): Record<string, string> {
  const kept = Object.entries(current).filter(([key]) => ownAnnotations.includes(key))
  const old = Object.entries(object.metadata.annotations ?? {}).filter(([key]) => !ownAnnotations.includes(key))
  return Object.fromEntries([...kept, ...old])
}
