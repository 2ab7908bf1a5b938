import type { AnyObject } from '../../api/object'
import type { PolicyRule, RoleRef, Subject } from '../../api/types/rbac-v1.gen'
import { sameJson } from '../../formats/merge-patch'
import type { Proc } from '../../node/os/syscalls'
import { builtInResource } from '../built-in-resource'
import { asReported, CommandError, hasReason, isConflict, isNotFound, throwAll } from '../errors'
import { clientConfig } from '../kubeconfig'
import { fileOptions } from '../manifests'
import { pathOf } from '../mapper'
import { printerFor } from '../printers/printer'
import { missingSubjects, ruleText, subjectText, uncoveredRules } from '../rbac-rules'
import { findResources, type Resource } from '../resources'
import { requestJson } from '../rest'
import { err, out, type Command, type Kubectl } from '../session'
import { asStruct } from '../typed'
import { dryRunOf, operationText, type DryRun } from '../writing'

const group = 'rbac.authorization.k8s.io'
const optOut = 'rbac.authorization.kubernetes.io/autoupdate'

/** A Role, ClusterRole or a binding of one. */
type RbacObject = AnyObject & {
  readonly rules?: readonly PolicyRule[] | null
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly unknown[] }
  readonly roleRef?: RoleRef
  readonly subjects?: readonly Subject[]
}

/** What there is to do about one object, and what of it is news. */
interface Reconciled {
  readonly object: RbacObject
  readonly operation?: 'create' | 'update' | 'recreate'
  /** Lines under a title: `missing rules added`. */
  readonly changes: readonly (readonly [title: string, lines: readonly string[]])[]
  /** The object says that nobody should keep it up to date. */
  readonly isProtected?: boolean
}

function* saidDryRun(kubectl: Kubectl): Proc<DryRun> {
  try {
    return yield* dryRunOf(kubectl)
  } catch (error) {
    throw new CommandError(`error accessing --dry-run flag for command reconcile: ${asReported(error).message}`)
  }
}

/** `kubectl auth reconcile`: gives roles their missing rules and bindings their missing subjects, and takes more away only when told to. */
export const authReconcile: Command = {
  *run(kubectl) {
    const files = fileOptions(kubectl)
    if (files.names.length === 0 && !files.kustomize) throw new CommandError('must specify one of -f and -k')
    if (kubectl.args.length) throw new CommandError('no arguments are allowed')
    const dryRun = yield* saidDryRun(kubectl)
    if (dryRun === 'server') throw new CommandError('--dry-run=server for command reconcile is not supported yet')
    const found = yield* findResources(kubectl, { words: [], files, local: true })
    const print = yield* printerFor(kubectl, { operation: operationText('reconciled', dryRun), struct: true })
    const failures: Error[] = [...found.errors]
    for (const resource of found.resources) {
      try {
        const wanted = yield* inNamespace(kubectl, resource)
        if (!wanted) continue
        const result = yield* reconcile(kubectl, wanted, dryRun === 'none')
        yield* out(print(asStruct(result.object)))
        yield* err(report(result))
      } catch (error) {
        failures.push(asReported(error))
      }
    }
    throwAll(failures)
  },
}

/** The object where it belongs; nothing for what is none of ours. Throws CommandError for an old version and for a namespace that contradicts `-n`. */
function* inNamespace(kubectl: Kubectl, { type, object }: Resource): Proc<Resource | undefined> {
  const wanted = object!
  if (type.group === group && type.version !== 'v1')
    throw new CommandError(`only ${group}/v1 is supported: not *${type.version}.${type.kind}`)
  const { namespace, explicitNamespace } = yield* clientConfig(kubectl)
  const { name = '', namespace: own = '' } = wanted.metadata
  if (type.namespaced && own && explicitNamespace && own !== namespace)
    throw new CommandError(
      `the namespace from the provided object "${own}" does not match the namespace "${namespace}". You must pass '--namespace=${own}' to perform this operation.`,
    )
  if (type.group !== group) return undefined
  if (!type.namespaced) return { type, namespace: '', name, object: wanted }
  // One that names no namespace is asked for where none is: the server then refuses.
  return { type, namespace: own, name, object: wanted }
}

const MOST_ATTEMPTS = 3

/** Compares with what is there and, when `really`, writes; looks again when somebody else wrote meanwhile. */
function* reconcile(kubectl: Kubectl, wanted: Resource, really: boolean): Proc<Reconciled> {
  for (let attempt = 1; ; attempt++) {
    const result = yield* compare(kubectl, wanted)
    if (!really || result.isProtected || !result.operation) return result
    try {
      return { ...result, object: yield* write(kubectl, wanted, result) }
    } catch (error) {
      const again = isNotFound(error) || isConflict(error) || hasReason(error, 'AlreadyExists')
      if (!again || attempt === MOST_ATTEMPTS) throw error
    }
  }
}

function* compare(kubectl: Kubectl, { type, namespace, name, object }: Resource): Proc<Reconciled> {
  const wanted = object as RbacObject // by its group
  let existing: RbacObject
  try {
    existing = yield* requestJson<RbacObject>(kubectl, { path: pathOf(type, namespace, name) })
  } catch (error) {
    if (!isNotFound(error)) throw error
    return {
      object: wanted,
      operation: 'create',
      changes: wanted.roleRef ? subjectsAdded([], wanted) : [['missing rules added', (wanted.rules ?? []).map(ruleText)]],
    }
  }
  const isProtected = existing.metadata.annotations?.[optOut] === 'false'
  return { ...(wanted.roleRef ? compareBinding(kubectl, existing, wanted) : compareRole(kubectl, existing, wanted)), isProtected }
}

const rulesAdded = (existing: readonly PolicyRule[], { rules }: RbacObject) =>
  [['missing rules added', uncoveredRules(existing, rules ?? []).map(ruleText)]] as const
const subjectsAdded = (existing: readonly Subject[], { subjects }: RbacObject) =>
  [['missing subjects added', missingSubjects(existing, subjects ?? []).map(subjectText)]] as const

function compareRole({ flags }: Kubectl, existing: RbacObject, wanted: RbacObject): Reconciled {
  const exactly = flags.bool('remove-extra-permissions')
  const labelled = withWantedLabels(existing, wanted)
  // The rules of an aggregated role are its controller's business.
  const [have, want] = wanted.aggregationRule ? [[], []] : [existing.rules ?? [], wanted.rules ?? []]
  const missing = uncoveredRules(have, want)
  const extra = uncoveredRules(want, have)
  const changed = missing.length > 0 || (exactly && extra.length > 0)
  const rules = !changed ? existing.rules : exactly ? want : [...have, ...missing]
  const { aggregationRule = existing.aggregationRule } = wanted
  const object = { ...labelled, ...(rules !== undefined && { rules }), ...(aggregationRule && { aggregationRule }) }
  return {
    object,
    operation: sameJson(object, existing) ? undefined : 'update',
    changes: [...rulesAdded(have, { ...wanted, rules: want }), ...(exactly ? [['extra rules removed', extra.map(ruleText)] as const] : [])],
  }
}

function compareBinding({ flags }: Kubectl, existing: RbacObject, wanted: RbacObject): Reconciled {
  // Which role is bound cannot be changed: such a binding is made anew.
  if (!sameJson(existing.roleRef, wanted.roleRef)) return { object: wanted, operation: 'recreate', changes: [] }
  const exactly = flags.bool('remove-extra-subjects')
  const [have, want] = [existing.subjects ?? [], wanted.subjects ?? []]
  const missing = missingSubjects(have, want)
  const extra = missingSubjects(want, have)
  const changed = missing.length > 0 || (exactly && extra.length > 0)
  const object = {
    ...withWantedLabels(existing, wanted),
    ...(changed && { subjects: exactly ? want : [...have, ...missing] }),
  }
  return {
    object,
    operation: sameJson(object, existing) ? undefined : 'update',
    changes: [...subjectsAdded(have, wanted), ...(exactly ? [['extra subjects removed', extra.map(subjectText)] as const] : [])],
  }
}

/** Labels and annotations of the file are added; where both have one, what is there stays. */
function withWantedLabels(existing: RbacObject, { metadata: { labels, annotations } }: RbacObject): RbacObject {
  const { metadata } = existing
  return {
    ...existing,
    metadata: {
      ...metadata,
      ...(labels && { labels: { ...labels, ...metadata.labels } }),
      ...(annotations && { annotations: { ...annotations, ...metadata.annotations } }),
    },
  }
}

function* write(kubectl: Kubectl, { type, namespace, name }: Resource, { object, operation }: Reconciled): Proc<RbacObject> {
  const path = pathOf(type, namespace, name)
  if (operation === 'update') return yield* requestJson<RbacObject>(kubectl, { method: 'PUT', path, body: object })
  if (operation === 'recreate') yield* requestJson(kubectl, { method: 'DELETE', path, body: {} })
  else if (type.namespaced) yield* needNamespace(kubectl, namespace)
  return yield* requestJson<RbacObject>(kubectl, { method: 'POST', path: pathOf(type, namespace), body: object })
}

const namespaces = builtInResource({ apiVersion: 'v1', kind: 'Namespace' })

/** Makes the namespace if it is missing; whoever may not look or make one finds out by what comes next. */
function* needNamespace(kubectl: Kubectl, name: string): Proc {
  try {
    yield* requestJson(kubectl, { path: pathOf(namespaces, '', name) })
  } catch (error) {
    if (hasReason(error, 'Forbidden')) return
    if (!isNotFound(error)) throw error
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    yield* requestJson(kubectl, { method: 'POST', path: pathOf(namespaces, ''), body })
  }
}

function report({ operation, changes, isProtected }: Reconciled): string {
  if (!operation) return ''
  const caveat = isProtected ? `, but object opted out (${optOut}: false)` : ''
  const lists = changes.filter(([, lines]) => lines.length).map(([title, lines]) => `\t${title}:\n${lines.map((line) => `\t\t${line}\n`).join('')}`) // prettier-ignore
  return `\treconciliation required ${operation}${caveat}\n${lists.join('')}`
}
