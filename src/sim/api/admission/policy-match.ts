import { matches, selectorOf } from '../../formats/selector'
import type { AdmissionRequest } from '../hooks'
import type { KubeObject } from '../object'
import type { Served } from '../registry'
import type { MatchResources, NamedRuleWithOperations } from '../types/admissionregistration-v1.gen'
import type { Namespace } from '../types/core-v1.gen'
import { find, resource } from './lookup'

const namespaces = resource<Namespace>('', 'v1', 'namespaces')

/** The namespace that a request is in; for a write of a namespace, the namespace itself. */
export function namespaceOf({ server, namespace, kind, object, old }: AdmissionRequest): Namespace | undefined {
  if (kind.group === '' && kind.plural === 'namespaces') return (object ?? old) as unknown as Namespace | undefined // told by its resource
  return namespace === undefined ? undefined : find(server, namespaces, undefined, namespace)
}

/** A resource in one version, as rules name it. */
export type Version = Served

/**
 * The version in which `matchConstraints` or `matchResources` of a policy or binding take in a request; undefined when they do not. With
 * matchPolicy Equivalent, a request of one version is taken in by a rule about another, and then shown in that one.
 */
export function matched(match: MatchResources | undefined, request: AdmissionRequest): Version | undefined {
  if (!match) return request.served
  const { resourceRules, excludeResourceRules = [], namespaceSelector, objectSelector, matchPolicy } = match
  const version = resourceRules?.length ? matchedVersion(resourceRules, matchPolicy, request) : request.served
  if (!version || matchedVersion(excludeResourceRules, matchPolicy, request)) return undefined
  return selectsNamespace(namespaceSelector, request) && selectsObject(objectSelector, request) ? version : undefined
}

/** The version of its resource in which some rule names a request: its own if possible. */
export function matchedVersion(
  rules: readonly NamedRuleWithOperations[],
  matchPolicy: string | undefined,
  request: AdmissionRequest,
): Version | undefined {
  const { served, server } = request
  if (rules.some((rule) => fits(rule, served, request))) return served
  if (matchPolicy === 'Exact' || served.kind.otherVersions.length === 0) return undefined
  return server.registry
    .all()
    .find((other) => other.kind === served.kind && other !== served && rules.some((rule) => fits(rule, other, request)))
}

/** A request as it looks in a version: what the API server keeps of it is in the version of storage. */
export function inVersion(request: AdmissionRequest, { fromStorage }: Version): AdmissionRequest {
  if (request.body) return request
  const shown = (object: AdmissionRequest['object']) => object && fromStorage(object)
  return { ...request, object: shown(request.object), old: shown(request.old) }
}

export function selectsNamespace(selector: MatchResources['namespaceSelector'], request: AdmissionRequest): boolean {
  if (!selector || Object.keys(selector).length === 0) return true
  const namespace = namespaceOf(request)
  return namespace === undefined || matches(selectorOf(selector), namespace.metadata.labels ?? {}) // cluster-scoped objects are never left out
}

export function selectsObject(selector: MatchResources['objectSelector'], { object, old }: AdmissionRequest): boolean {
  if (!selector || Object.keys(selector).length === 0) return true
  const wanted = selectorOf(selector)
  return [object, old].some(
    (each) => each !== undefined && 'metadata' in each && matches(wanted, (each as Partial<KubeObject>).metadata?.labels ?? {}),
  )
}

/** Whether one rule (of a policy or a webhook) names a version of the resource, scope and operation of a request. */
function fits(rule: NamedRuleWithOperations, { group, version }: Version, request: AdmissionRequest): boolean {
  const { kind, subresource, operation, namespace, name } = request
  const { apiGroups = [], apiVersions = [], operations = [], resources = [], resourceNames = [], scope = '*' } = rule
  return (
    has(operations, operation) &&
    has(apiGroups, group) &&
    has(apiVersions, version) &&
    resources.some((pattern) => matchesResource(pattern, kind.plural, subresource)) &&
    (scope === '*' || (scope === 'Namespaced') === (namespace !== undefined)) &&
    (resourceNames.length === 0 || resourceNames.includes(name))
  )
}

const has = (words: readonly string[], word: string) => words.includes(word) || words.includes('*')

function matchesResource(pattern: string, plural: string, subresource: string | undefined): boolean {
  const [wanted, wantedSub] = pattern.split('/')
  const isResource = wanted === '*' || wanted === plural
  if (pattern === '*/*') return true
  return isResource && (wantedSub === undefined ? subresource === undefined : wantedSub === '*' || wantedSub === subresource)
}
