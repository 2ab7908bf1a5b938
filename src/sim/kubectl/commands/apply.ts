import type { AnyObject } from '../../api/object'
import { mergeDiff, mergePatch } from '../../formats/merge-patch'
import { threeWayMerge } from '../../formats/strategic-merge'
import { sleep } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { deletePropagation, deleteResource, waitForDeletion } from '../deleting'
import { ApiError, asReported, CommandError, hasReason, isConflict, isNotFound, throwAll, withSource } from '../errors'
import { recorded } from '../change-cause'
import { fileOptions } from '../manifests'
import { migrateManagers } from '../server-side-migration'
import { fetchResource, findResources, type Resource } from '../resources'
import { goJson } from '../printers/json'
import { err, log, usageError, verbosity, type Command, type Kubectl } from '../session'
import { typeNameOf } from '../typed'
import {
  createObject,
  dryRunOf,
  fieldValidation,
  lastApplied,
  lastAppliedOf,
  patchObject,
  printWritten,
  withLastApplied,
  writeQuery,
  type DryRun,
} from '../writing'
import { describe, refuseConflicts } from '../apply-conflicts'
import { asMember, pruneMembers, readApplySet, updateParent } from '../apply-set'
import { prunableTypes, pruneObjects } from '../prune'

const clientSideManager = 'kubectl-client-side-apply'

/** `kubectl apply`: create what is missing, patch what differs. */
export const apply: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    if (args.length) throw usageError(kubectl, `Unexpected args: [${args.join(' ')}]`)
    const dryRun = yield* dryRunOf(kubectl)
    const serverSide = flags.bool('server-side')
    const files = fileOptions(kubectl)
    if (files.names.length === 0 && !files.kustomize) throw new CommandError('must specify one of -f and -k')
    if (flags.bool('force-conflicts') && !serverSide) throw new CommandError('--force-conflicts only works with --server-side')
    if (dryRun === 'client' && serverSide)
      throw new CommandError("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)")
    if (flags.bool('force') && serverSide) throw new CommandError('--force cannot be used with --server-side')
    if (dryRun === 'server' && flags.bool('force')) throw new CommandError('--dry-run=server cannot be used with --force')
    if (flags.bool('all') && flags.text('selector')) throw new CommandError('cannot set --all and --selector at the same time')
    const applySet = yield* readApplySet(kubectl)
    if (flags.bool('prune')) {
      if (flags.bool('force')) throw new CommandError('--force cannot be used with --prune')
      if (!applySet && !flags.bool('all') && !flags.text('selector'))
        throw new CommandError(
          'all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector',
        )
      if (!applySet && serverSide)
        throw new CommandError("--prune is in alpha and doesn't currently work on objects created by server-side apply")
      if (!applySet && flags.list('prune-allowlist').length) yield* prunableTypes(kubectl)
    }
    yield* deletePropagation(kubectl)
    fieldValidation(kubectl)
    if (flags.text('subresource') && !serverSide) throw new CommandError('--subresource can only be specified for --server-side')
    // A wrong output format is found out when there is something to print.
    const print = function* (outcome: Applied['outcome'], object: AnyObject, struct = false): Proc {
      yield* (yield* printWritten(kubectl, outcome, dryRun, { struct }))(object)
    }
    const { resources, errors } = yield* findResources(kubectl, {
      words: [],
      files,
      selector: flags.text('selector'),
      validate: fieldValidation(kubectl) !== 'Ignore',
    })
    const failures = [...errors]
    if (applySet) yield* updateParent(kubectl, applySet, resources, true, dryRun)
    const visited: AnyObject[] = []
    const results: Applied[] = []
    const structured = flags.text('output') !== '' && flags.text('output') !== 'name'
    for (const found of resources) {
      const object = recorded(kubectl, found.object!)
      const resource = { ...found, object: applySet ? asMember(applySet, object) : object }
      try {
        const { generateName } = object.metadata
        if (generateName && !resource.name) throw new CommandError(`from ${generateName}: cannot use generate name with apply`)
        const result = serverSide ? yield* applyOnServer(kubectl, resource, dryRun) : yield* applyHere(kubectl, resource, dryRun)
        visited.push(result.object)
        if (structured) results.push(result)
        else yield* print(result.outcome, result.object)
      } catch (error) {
        failures.push(asReported(error))
      }
    }
    if (failures.length === 0 && resources.length === 0) throw new CommandError('no objects passed to apply')
    throwAll(failures)
    if (results.length === 1) yield* print(results[0]!.outcome, results[0]!.object)
    else if (results.length > 1) {
      // The list is a struct of the client's; what it holds is data, its members in alphabetical order.
      const items = results.map(({ object }) => JSON.parse(goJson(object)) as AnyObject)
      yield* print('created', { kind: 'List', apiVersion: 'v1', metadata: {}, items } as unknown as AnyObject, true) // a List has no name
    }
    if (verbosity(kubectl) >= 4) yield* log(kubectl, 'I', 'apply.go:548', 'Running apply post-processor function')
    if (applySet) {
      yield* pruneMembers(kubectl, applySet, visited, resources, dryRun)
      yield* updateParent(kubectl, applySet, resources, false, dryRun)
    } else if (flags.bool('prune')) yield* pruneObjects(kubectl, visited, dryRun)
  },
}

interface Applied {
  readonly outcome: 'created' | 'configured' | 'unchanged' | 'serverside-applied'
  readonly object: AnyObject
}

function* applyHere(kubectl: Kubectl, resource: Resource, dryRun: DryRun): Proc<Applied> {
  const modified = withLastApplied(resource.object!)
  const query = { ...writeQuery(kubectl, dryRun, kubectl.flags.changed('field-manager') ? undefined : clientSideManager) }
  let current: AnyObject
  try {
    current = (yield* fetchResource(kubectl, resource)).object!
  } catch (error) {
    if (!isNotFound(error)) throw whileRetrieving(asReported(error), resource)
    // The annotation keeps the nulls, as it does when an object is patched.
    const bare = withoutNulls(modified) as AnyObject // still the same object
    if (dryRun === 'client') return { outcome: 'created', object: bare }
    try {
      return { outcome: 'created', object: yield* createObject(kubectl, resource, bare, query) }
    } catch (failure) {
      throw withSource(asReported(failure), 'creating', resource.source)
    }
  }
  if (dryRun === 'client') return { outcome: 'configured', object: current }
  if (lastAppliedOf(current) === undefined)
    yield* err(
      `Warning: resource ${resource.type.plural}/${resource.name} is missing the ${lastApplied} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n`,
    )
  return yield* patchUntilItFits(kubectl, resource, modified, current, query)
}

/** An object without what is null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [key, withoutNulls(member)]),
  )
}

const retries = 5
/** Patches; a conflict means somebody else was quicker, and the patch is worked out anew. */
function* patchUntilItFits(
  kubectl: Kubectl,
  resource: Resource,
  modified: AnyObject,
  first: AnyObject,
  query: Readonly<Record<string, string | undefined>>,
): Proc<Applied> {
  let current = first
  for (let attempt = 0; ; attempt++) {
    const { patch, kind } = patchFor(modified, current)
    if (kind === 'strategic' && !kubectl.flags.bool('overwrite')) yield* refuseConflicts(resource, modified, current, patch)
    if (Object.keys(patch).length === 0) return { outcome: 'unchanged', object: current }
    try {
      const object = yield* patchObject(kubectl, resource, kind, patch, query, kubectl.flags.text('subresource') || undefined)
      return { outcome: 'configured', object }
    } catch (error) {
      if (isConflict(error) && attempt < retries) {
        if (attempt > 1) yield* sleep(1000)
        current = (yield* fetchResource(kubectl, resource)).object!
        continue
      }
      if (kubectl.flags.bool('force') && (isConflict(error) || hasReason(error, 'Invalid')))
        return yield* replaceByForce(kubectl, resource, modified, query)
      throw applying(asReported(error), resource, patch)
    }
  }
}

/** What turns the object that is there into the one that is wanted: three-way, with what was applied last. */
export function patchFor(
  modified: AnyObject,
  current: AnyObject,
): { patch: Readonly<Record<string, unknown>>; kind: 'strategic' | 'merge' } {
  const text = lastAppliedOf(current)
  const original = text ? (JSON.parse(text) as AnyObject) : undefined
  const typeName = typeNameOf(modified.apiVersion, modified.kind)
  if (typeName)
    return { patch: threeWayMerge(original ?? {}, modified, current, typeName) as Readonly<Record<string, unknown>>, kind: 'strategic' }
  const changes = keepChanges(mergeDiff(current, mergePatch(current, modified)))
  const removals = original ? removalsOf(original, modified, current) : {}
  return { patch: mergePatch(removals, changes) as Readonly<Record<string, unknown>>, kind: 'merge' }
}

const keepChanges = (patch: unknown) => patch ?? {}

/** What was applied once, is no longer wanted, and still stands: null in a merge patch. */
function removalsOf(original: unknown, modified: unknown, current: unknown): Record<string, unknown> {
  const removals: Record<string, unknown> = {}
  const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isMap(original) || !isMap(modified) || !isMap(current)) return removals
  for (const key of Object.keys(original)) {
    if (!(key in modified)) {
      if (key in current) removals[key] = null
    } else {
      const inner = removalsOf(original[key], modified[key], current[key])
      if (Object.keys(inner).length) removals[key] = inner
    }
  }
  return removals
}

function* replaceByForce(
  kubectl: Kubectl,
  resource: Resource,
  modified: AnyObject,
  query: Readonly<Record<string, string | undefined>>,
): Proc<Applied> {
  yield* deleteResource(kubectl, resource, {
    propagationPolicy: yield* deletePropagation(kubectl),
    gracePeriodSeconds: kubectl.flags.int('grace-period') < 0 ? undefined : kubectl.flags.int('grace-period'),
  })
  yield* waitForDeletion(kubectl, [resource], kubectl.flags.durationMs('timeout'))
  return { outcome: 'configured', object: yield* createObject(kubectl, resource, modified, query) }
}

function* applyOnServer(kubectl: Kubectl, resource: Resource, dryRun: DryRun): Proc<Applied> {
  const { flags } = kubectl
  const manager = flags.changed('field-manager') ? flags.text('field-manager') : 'kubectl'
  const query = {
    fieldManager: manager,
    force: String(flags.bool('force-conflicts')),
    fieldValidation: fieldValidation(kubectl),
    dryRun: dryRun === 'server' ? 'All' : undefined,
  }
  const send = () => patchObject(kubectl, resource, 'apply', resource.object, query, flags.text('subresource') || undefined)
  try {
    const applied = yield* send()
    return { outcome: 'serverside-applied', object: yield* migrateManagers(kubectl, resource, applied, query, send) }
  } catch (error) {
    if (isConflict(error)) throw new CommandError(`${error.message}\n${conflictAdvice}`)
    if (error instanceof ApiError && resource.source) throw error
    throw error
  }
}

const conflictAdvice = `Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`

/** What could not be got before something was to be written to it. */
export function whileRetrieving(error: Error, resource: Resource): Error {
  const message = `error when retrieving current configuration of:\n${describe(resource)}\nfrom server for: ${JSON.stringify(resource.source ?? '')}: ${error.message}`
  return error instanceof ApiError ? new ApiError({ ...error.status, message }) : new CommandError(message)
}

function applying(error: Error, resource: Resource, patch: unknown): Error {
  const message = `error when applying patch:\n${goJson(patch)}\nto:\n${describe(resource)}\nfor: ${JSON.stringify(resource.source ?? '')}: error when patching ${JSON.stringify(resource.source ?? '')}: ${error.message}`
  return error instanceof ApiError ? new ApiError({ ...error.status, message }) : new CommandError(message)
}
