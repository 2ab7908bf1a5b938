import { find, findAll, resource } from '../admission/lookup'
import type { ApiServer, Decision, RequestAttributes, User } from '../hooks'
import type { KindDefinition } from '../kind'
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject } from '../types/rbac-v1.gen'

const RBAC = 'rbac.authorization.k8s.io'
const roles = resource<Role>(RBAC, 'v1', 'roles')
const clusterRoles = resource<ClusterRole>(RBAC, 'v1', 'clusterroles')
const roleBindings = resource<RoleBinding>(RBAC, 'v1', 'rolebindings')
const clusterRoleBindings = resource<ClusterRoleBinding>(RBAC, 'v1', 'clusterrolebindings')

/** The revision at which a role or a binding was last written: nobody's rights have changed since. */
export function latestOfRoles(server: ApiServer): number {
  let kinds = kindsOf.get(server)
  if (!kinds) {
    const found = [roles, clusterRoles, roleBindings, clusterRoleBindings].map(
      ({ plural }) => server.registry.find(RBAC, 'v1', plural)?.kind,
    )
    kindsOf.set(server, (kinds = found.filter((kind) => kind !== undefined)))
  }
  let latest = 0
  for (const kind of kinds) latest = Math.max(latest, server.storage.latest(kind as never))
  return latest
}

const kindsOf = new WeakMap<ApiServer, readonly KindDefinition[]>()

/** One binding that concerns a user, with the rules it gives. */
export interface Grant {
  /** `ClusterRoleBinding "x" of ClusterRole "y" to User "jane"`. */
  readonly text: string
  readonly rules: readonly PolicyRule[]
  /** Set when the binding names a role that is not there. */
  readonly missing?: string
}

/** Decides by roles and their bindings; a refusal says so when a binding names a role that is not there. */
export function rbacDecision(server: ApiServer, user: User, attributes: RequestAttributes): Decision {
  const missing: string[] = []
  for (const grant of grantsOf(server, user, attributes.resource?.namespace)) {
    if (grant.missing) missing.push(grant.missing)
    if (grant.rules.some((rule) => allows(rule, attributes))) return { allowed: true, reason: `RBAC: allowed by ${grant.text}` }
  }
  return { allowed: false, ...(missing.length > 0 && { reason: `RBAC: ${missing.length > 1 ? `[${missing.join(', ')}]` : missing[0]}` }) }
}

/** Everything that bindings give a user cluster-wide and, where one is named, inside a namespace. */
export function* grantsOf(server: ApiServer, user: User, namespace: string | undefined): Generator<Grant> {
  for (const binding of findAll(server, clusterRoleBindings)) {
    const subject = binding.subjects?.find((each) => isUser(each, user, ''))
    if (subject) yield grantOf(server, `ClusterRoleBinding "${binding.metadata.name}"`, binding.roleRef, subject, undefined)
  }
  if (namespace === undefined) return
  for (const binding of findAll(server, roleBindings, namespace)) {
    const subject = binding.subjects?.find((each) => isUser(each, user, namespace))
    if (subject) yield grantOf(server, `RoleBinding "${binding.metadata.name}/${namespace}"`, binding.roleRef, subject, namespace)
  }
}

function grantOf(server: ApiServer, binding: string, roleRef: RoleRef, subject: Subject, namespace: string | undefined): Grant {
  const rules = rulesOfRole(server, roleRef, namespace)
  const name = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace ?? namespace ?? ''}` : subject.name
  return {
    text: `${binding} of ${roleRef.kind} "${roleRef.name}" to ${subject.kind} "${name}"`,
    rules: rules ?? [],
    ...(!rules && { missing: `${roleRef.kind.toLowerCase()}.${RBAC} "${roleRef.name}" not found` }),
  }
}

/** The rules of a role that a binding names; undefined when it is not there. */
export function rulesOfRole(server: ApiServer, { kind, name }: RoleRef, namespace: string | undefined): readonly PolicyRule[] | undefined {
  const role = kind === 'ClusterRole' ? find(server, clusterRoles, undefined, name) : find(server, roles, namespace, name)
  return role && (role.rules ?? [])
}

function isUser({ kind, name, namespace }: Subject, user: User, bindingNamespace: string): boolean {
  if (kind === 'User') return name === user.name
  if (kind === 'Group') return user.groups.includes(name)
  return user.name === `system:serviceaccount:${namespace ?? bindingNamespace}:${name}`
}

/** Whether one rule allows a request. */
export function allows(rule: PolicyRule, { verb, path, resource: wanted }: RequestAttributes): boolean {
  if (!has(rule.verbs, verb)) return false
  if (!wanted) return (rule.nonResourceURLs ?? []).some((pattern) => matchesPath(pattern, path))
  return (
    has(rule.apiGroups, wanted.group) &&
    (rule.resources ?? []).some((pattern) => matchesResource(pattern, wanted.plural, wanted.subresource)) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(wanted.name ?? ''))
  )
}

const has = (words: readonly string[] | undefined, word: string) => words !== undefined && (words.includes(word) || words.includes('*'))

function matchesResource(pattern: string, plural: string, subresource: string | undefined): boolean {
  if (pattern === '*') return true
  if (subresource === undefined) return pattern === plural
  return pattern === `${plural}/${subresource}` || pattern === `*/${subresource}`
}

export function matchesPath(pattern: string, path: string): boolean {
  return pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)))
}
