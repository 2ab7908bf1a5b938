import type { AnyObject } from '../api/object'
import { isObject, mergePatch, sameJson } from '../formats/merge-patch'
import type { Proc } from '../node/os/syscalls'
import { asReported, isConflict } from './errors'
import { fetchResource, type Resource } from './resources'
import { err, type Kubectl } from './session'
import { lastApplied, lastAppliedOf, patchObject } from './writing'

/** Who `apply --server-side` is when no other name is given. */
const SERVER_SIDE_MANAGER = 'kubectl'
/** Keeps the annotation of client-side apply alive beside server-side apply. */
const ANNOTATION_MANAGER = 'kubectl-last-applied'
const RETRIES = 5

type Query = Readonly<Record<string, string | boolean | undefined>>

interface ManagedFields {
  readonly manager?: string
  readonly operation?: string
  readonly apiVersion?: string
  readonly subresource?: string
  readonly fieldsV1?: Readonly<Record<string, unknown>>
}

/**
 * After the first server-side apply of what was applied by the client before: the fields that the old manager holds become the new one's, so that they can
 * be given up later. `again` sends the configuration once more. What goes wrong is only told: the object has been applied.
 */
export function* migrateManagers(
  kubectl: Kubectl,
  resource: Resource,
  applied: AnyObject,
  query: Query,
  again: () => Proc<AnyObject>,
): Proc<AnyObject> {
  const manager = String(query.fieldManager)
  const dryRun = { dryRun: query.dryRun, fieldValidation: query.fieldValidation }
  let object = applied
  try {
    object = yield* keepAnnotation(kubectl, resource, object, manager, dryRun)
  } catch (error) {
    yield* err(
      `Warning: failed to migrate ${lastApplied} for Server-Side Apply. This is non-fatal and will be retried next time you apply. Error: ${asReported(error).message}\n`,
    )
    return object
  }
  let migrated: AnyObject | undefined
  try {
    migrated = yield* takeOver(kubectl, resource, object, manager, { ...dryRun, fieldManager: manager })
  } catch (error) {
    yield* err(
      `Warning: server rejected managed fields migration to Server-Side Apply. This is non-fatal and will be retried next time you apply. Error: ${asReported(error).message}\n`,
    )
    return object
  }
  if (!migrated) return object
  try {
    return yield* again()
  } catch (error) {
    yield* err(
      `Warning: failed to re-apply configuration after performing Server-Side Apply migration. This is non-fatal and will be retried next time you apply. Error: ${asReported(error).message}\n`,
    )
    return migrated
  }
}

const managedFieldsOf = (object: AnyObject) => (object.metadata.managedFields ?? []) as readonly ManagedFields[]

/** Entries of one operation that own the annotation of client-side apply. */
const annotationOwners = (object: AnyObject, operation: 'Apply' | 'Update') =>
  managedFieldsOf(object).filter((entry) => {
    const metadata = entry.fieldsV1?.['f:metadata']
    const annotations = isObject(metadata) ? metadata['f:annotations'] : undefined
    return entry.operation === operation && isObject(annotations) && `f:${lastApplied}` in annotations
  })

/** The annotation is applied by a manager of its own, or server-side apply would lose it. */
function* keepAnnotation(kubectl: Kubectl, resource: Resource, object: AnyObject, manager: string, dryRun: Query): Proc<AnyObject> {
  const text = lastAppliedOf(object)
  if (manager !== SERVER_SIDE_MANAGER || text === undefined || annotationOwners(object, 'Apply').length) return object
  const { name, namespace } = object.metadata
  const metadata = { annotations: { [lastApplied]: text }, name, ...(namespace && { namespace }) }
  const body = { apiVersion: object.apiVersion, kind: object.kind, metadata }
  return yield* patchObject(kubectl, resource, 'apply', body, { ...dryRun, fieldManager: ANNOTATION_MANAGER })
}

/** Gives the old managers' fields to the new one; undefined when there is nothing to give. */
function* takeOver(kubectl: Kubectl, resource: Resource, applied: AnyObject, manager: string, query: Query): Proc<AnyObject | undefined> {
  const managers = new Set(annotationOwners(applied, 'Update').map((entry) => entry.manager ?? ''))
  let object = applied
  for (let attempt = 0; ; attempt++) {
    const before = managedFieldsOf(object)
    const after = [...managers].reduce((entries, old) => upgraded(entries, old, manager), before)
    if (sameJson(before, after)) return undefined
    const patch = [
      { op: 'replace', path: '/metadata/managedFields', value: after },
      { op: 'replace', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion },
    ]
    try {
      return yield* patchObject(kubectl, resource, 'json', patch, query)
    } catch (error) {
      if (!isConflict(error) || attempt >= RETRIES - 1) throw error
      object = (yield* fetchResource(kubectl, resource)).object!
    }
  }
}

/** Managed fields in which an Update manager has become part of an Apply manager. */
function upgraded(entries: readonly ManagedFields[], old: string, manager: string): readonly ManagedFields[] {
  const isOld = (entry: ManagedFields) => entry.manager === old && entry.operation === 'Update' && !entry.subresource
  const isNew = (entry: ManagedFields) => entry.manager === manager && entry.operation === 'Apply' && !entry.subresource
  const known = entries.findIndex(isNew)
  const at = known >= 0 ? known : entries.findIndex(isOld)
  if (at < 0) return entries
  const target = entries[at]!
  const given = entries.find((entry) => isOld(entry) && entry.apiVersion === target.apiVersion)
  const fieldsV1 = mergePatch(target.fieldsV1 ?? {}, given?.fieldsV1 ?? {}) as ManagedFields['fieldsV1'] // two maps
  return entries
    .map((entry, i) => (i === at ? { ...entry, manager, operation: 'Apply', fieldsV1 } : entry))
    .filter((entry) => !isOld(entry))
}
