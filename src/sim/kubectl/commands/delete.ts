import type { AnyObject } from '../../api/object'
import { readAll, readFile, readLine } from '../../node/os/calls'
import { deletePropagation, deleteResource, waitForDeletion } from '../deleting'
import { asReported, CommandError, isNotFound, throwAll, withSource } from '../errors'
import { fileOptions } from '../manifests'
import { kindName } from '../mapper'
import { findResources, parseTargets, type Resource } from '../resources'
import { request } from '../rest'
import { err, out, type Command, type Kubectl } from '../session'
import { dryRunOf, type DryRun } from '../writing'
import type { Proc } from '../../node/os/syscalls'

/** `kubectl delete`: asks the server to delete, then waits until the objects are really gone. */
export const deleteCommand: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    if (flags.text('raw')) return yield* deleteRaw(kubectl)
    const dryRun = yield* dryRunOf(kubectl)
    const propagationPolicy = yield* deletePropagation(kubectl)
    const files = fileOptions(kubectl)
    const all = flags.bool('all')
    const selector = flags.text('selector')
    const fieldSelector = flags.text('field-selector')
    let ignoreNotFound = flags.bool('ignore-not-found')
    const query = { words: args, files, selector, fieldSelector, all, allNamespaces: flags.bool('all-namespaces'), fetch: false }
    // What does not exist is told before what is said wrongly about it.
    if (files.names.length === 0 && !files.kustomize) yield* parseTargets(kubectl, query)
    if (flags.text('output') !== '' && flags.text('output') !== 'name')
      throw new CommandError(`unexpected -o output mode: ${flags.text('output')}. We only support '-o name'`)
    let grace = flags.int('grace-period')
    const force = flags.bool('force')
    if (flags.bool('now')) {
      if (grace !== -1) throw new CommandError('--now and --grace-period cannot be specified together')
      grace = 1
    }
    let wait = flags.bool('wait')
    if (grace === 0 && !force) {
      // A grace period of zero without --force means: at once, but not without the node's word.
      wait = true
      grace = 1
    }
    if (force && grace < 0) grace = 0
    if (force && !flags.changed('wait')) wait = false
    if (force && grace > 0) throw new CommandError('--force and --grace-period greater than 0 cannot be specified together')
    if ((all || selector) && !flags.changed('ignore-not-found')) ignoreNotFound = true
    if (force)
      yield* err(
        'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n',
      )

    const isTold = (error: Error) => !(ignoreNotFound && isNotFound(error))
    if (flags.bool('interactive')) {
      const { resources, errors } = yield* findResources(kubectl, query)
      throwAll(errors.filter(isTold))
      if (resources.length > 0 && !(yield* confirmed(resources))) return 0
    }
    const waiting: (Resource & { uid?: string })[] = []
    let found = 0
    const { errors } = yield* findResources(kubectl, query, function* (resource) {
      found++
      if (!resource.type.namespaced && flags.changed('namespace') && found === 1)
        yield* err('Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n')
      if (dryRun === 'client') return yield* printDeleted(kubectl, resource, dryRun, grace)
      const options = { propagationPolicy, ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}) }
      let answer: AnyObject
      try {
        answer = yield* deleteResource(kubectl, resource, options, dryRun)
      } catch (error) {
        throw withSource(asReported(error), 'deleting', resource.source)
      }
      yield* printDeleted(kubectl, resource, dryRun, grace)
      const uid = answer.kind === 'Status' ? (answer.details as { uid?: string } | undefined)?.uid : answer.metadata?.uid // a Status names the object in details
      if (dryRun === 'none') waiting.push({ ...resource, uid })
    })
    throwAll(errors.filter(isTold))
    if (found === 0) {
      yield* out('No resources found\n')
      return 0
    }
    if (wait && dryRun === 'none') yield* waitForDeletion(kubectl, waiting, flags.durationMs('timeout'))
    return 0
  },
}

function* printDeleted(kubectl: Kubectl, { type, name }: Resource, dryRun: DryRun, grace: number): Proc {
  if (kubectl.flags.text('output') === 'name') return yield* out(`${kindName(type)}/${name}\n`)
  const operation = grace === 0 ? 'force deleted' : 'deleted'
  const suffix = dryRun === 'none' ? '' : dryRun === 'server' ? ' (server dry run)' : ' (dry run)'
  yield* out(`${kindName(type)} "${name}" ${operation}${suffix}\n`)
}

function* confirmed(resources: readonly Resource[]): Proc<boolean> {
  yield* out('You are about to delete the following ' + `${resources.length} resource(s):\n`)
  for (const { type, name } of resources) yield* out(`${kindName(type)}/${name}\n`)
  yield* out('Do you want to continue? (y/n): ')
  if (/^y$/i.test((yield* readLine(0)).trim())) return true
  yield* out('deletion is cancelled\n')
  return false
}

function* deleteRaw(kubectl: Kubectl): Proc {
  const { flags } = kubectl
  const path = flags.text('raw')
  const files = flags.list('filename')
  if (files.length > 1) throw new CommandError('--raw can only use a single local file or stdin')
  if (!path.startsWith('/'))
    throw new CommandError(`--raw must be a valid URL path: parse ${JSON.stringify(path)}: invalid URI for request`)
  const options = files[0] === undefined ? undefined : files[0] === '-' ? yield* readAll(0) : yield* readFile(files[0])
  const { body } = yield* request(kubectl, { method: 'DELETE', path, body: options, accept: 'application/json, */*' })
  yield* out(body)
}
