import { isAbout, resource } from '../admission/lookup'
import type { AdmissionPlugin, AdmissionRequest, RequestAttributes, User } from '../hooks'
import { forbidden } from '../status'
import type { PolicyRule, Role, RoleBinding } from '../types/rbac-v1.gen'
import { allows, grantsOf, matchesPath, rulesOfRole } from './rbac'

const GROUP = 'rbac.authorization.k8s.io'
const ROLES = ['roles', 'clusterroles'].map((plural) => resource<never>(GROUP, 'v1', plural))
const BINDINGS = ['rolebindings', 'clusterrolebindings'].map((plural) => resource<never>(GROUP, 'v1', plural))

/** Nobody hands out more than they hold, unless allowed to `escalate` roles or `bind` them. See "Privilege escalation prevention". */
export const escalation: AdmissionPlugin = {
  name: 'RBACEscalation',
  validate(request) {
    if (request.operation === 'DELETE') return
    if (ROLES.some((each) => isAbout(request, each))) checkRole(request)
    else if (BINDINGS.some((each) => isAbout(request, each))) checkBinding(request)
  },
}

function checkRole(request: AdmissionRequest) {
  const role = request.object as unknown as Role // a ClusterRole has rules as well
  const old = request.old as unknown as Role | undefined
  if (old && JSON.stringify(old.rules) === JSON.stringify(role.rules)) return
  if (may(request, 'escalate', { plural: request.kind.plural, name: request.name })) return
  refuseMissing(request, role.rules ?? [])
}

function checkBinding(request: AdmissionRequest) {
  const { roleRef } = request.object as unknown as RoleBinding // a ClusterRoleBinding has one as well
  if (may(request, 'bind', { plural: roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles', name: roleRef.name })) return
  const rules = rulesOfRole(request.server, roleRef, request.namespace)
  if (!rules) {
    const { kind, name } = roleRef
    throw forbidden(request.kind, request.name, `${kind.toLowerCase()}s.${GROUP} ${JSON.stringify(name)} not found`)
  }
  refuseMissing(request, rules)
}

function may({ server, user, namespace }: AdmissionRequest, verb: string, { plural, name }: { plural: string; name: string }): boolean {
  const attributes: RequestAttributes = {
    verb,
    path: '/escalation',
    query: new URLSearchParams(),
    resource: { group: GROUP, version: 'v1', plural, name, ...(namespace !== undefined && { namespace }) },
  }
  return server.may(user, attributes).allowed
}

function refuseMissing({ server, user, namespace, kind, name }: AdmissionRequest, wanted: readonly PolicyRule[]) {
  const held = [...grantsOf(server, user, namespace)].flatMap(({ rules }) => rules)
  const missing = wanted.flatMap(singleRules).filter((rule) => !held.some((each) => covers(each, rule)))
  if (missing.length === 0) return
  const texts = [...new Set(compact(missing).map(ruleText))].sort()
  throw forbidden(
    kind,
    name,
    `user ${JSON.stringify(user.name)} (groups=${groupsText(user)}) is attempting to grant RBAC permissions not currently held:\n${texts.join('\n')}`,
  )
}

const groupsText = ({ groups }: User) => `[${groups.map((group) => JSON.stringify(group)).join(' ')}]`

/** A rule split into rules of one verb and one resource (or URL) each. */
function singleRules({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): PolicyRule[] {
  const names = resourceNames.length > 0 ? resourceNames.map((name) => ({ resourceNames: [name] })) : [{}]
  return verbs.flatMap((verb) => [
    ...nonResourceURLs.map((url) => ({ verbs: [verb], nonResourceURLs: [url] })),
    ...apiGroups.flatMap((group) =>
      resources.flatMap((plural) => names.map((name) => ({ verbs: [verb], apiGroups: [group], resources: [plural], ...name }))),
    ),
  ])
}

function covers(held: PolicyRule, single: PolicyRule): boolean {
  const [verb = ''] = single.verbs
  const [url] = single.nonResourceURLs ?? []
  if (url !== undefined) {
    return (
      (held.verbs.includes('*') || held.verbs.includes(verb)) && (held.nonResourceURLs ?? []).some((pattern) => matchesPath(pattern, url))
    )
  }
  const [wholePlural = ''] = single.resources ?? []
  const [plural = '', subresource] = wholePlural.split('/')
  const [name] = single.resourceNames ?? []
  const resource = {
    group: single.apiGroups?.[0] ?? '',
    version: '',
    plural,
    ...(subresource !== undefined && { subresource }),
    ...(name !== undefined && { name }),
  }
  return allows(held, { verb, path: '', query: new URLSearchParams(), resource })
}

/** Puts single rules that differ in nothing but the verb together again, as the message shows them. */
function compact(rules: readonly PolicyRule[]): PolicyRule[] {
  const byTarget = new Map<string, PolicyRule>()
  for (const rule of rules) {
    const key = JSON.stringify({ ...rule, verbs: [] })
    const known = byTarget.get(key)
    byTarget.set(key, known ? { ...known, verbs: [...known.verbs, ...rule.verbs] } : rule)
  }
  return [...byTarget.values()]
}

function ruleText({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }: PolicyRule): string {
  const parts = Object.entries({
    APIGroups: apiGroups,
    Resources: resources,
    ResourceNames: resourceNames,
    NonResourceURLs: nonResourceURLs,
    Verbs: verbs,
  })
  return `{${parts.flatMap(([label, words]) => (words ? [`${label}:[${words.map((word) => JSON.stringify(word)).join(' ')}]`] : [])).join(', ')}}`
}
