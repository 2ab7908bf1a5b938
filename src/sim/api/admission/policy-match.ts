import { matches, selectorOf } from '../../formats/selector'
import type { AdmissionRequest } from '../hooks'
import type { KubeObject } from '../object'
import type { MatchResources, NamedRuleWithOperations } from '../types/admissionregistration-v1.gen'
import type { Namespace } from '../types/core-v1.gen'
import { find, resource } from './lookup'

const namespaces = resource<Namespace>('', 'v1', 'namespaces')

/** The namespace that a request is in; for a write of a namespace, the namespace itself. */
export function namespaceOf({ server, namespace, kind, object, old }: AdmissionRequest): Namespace | undefined {
  if (kind.group === '' && kind.plural === 'namespaces') return (object ?? old) as unknown as Namespace | undefined // told by its resource
  return namespace === undefined ? undefined : find(server, namespaces, undefined, namespace)
}

/** Whether `matchConstraints` or `matchResources` of a policy or binding take in a request. */
export function isMatched(match: MatchResources | undefined, request: AdmissionRequest): boolean {
  if (!match) return true
  const { resourceRules, excludeResourceRules = [], namespaceSelector, objectSelector } = match
  if (resourceRules?.length && !resourceRules.some((rule) => fits(rule, request))) return false
  if (excludeResourceRules.some((rule) => fits(rule, request))) return false
  return selectsNamespace(namespaceSelector, request) && selectsObject(objectSelector, request)
}

export function selectsNamespace(selector: MatchResources['namespaceSelector'], request: AdmissionRequest): boolean {
  if (!selector || Object.keys(selector).length === 0) return true
  const namespace = namespaceOf(request)
  return namespace === undefined || matches(selectorOf(selector), namespace.metadata.labels ?? {}) // cluster-scoped objects are never left out
}

export function selectsObject(selector: MatchResources['objectSelector'], { object, old }: AdmissionRequest): boolean {
  if (!selector || Object.keys(selector).length === 0) return true
  const wanted = selectorOf(selector)
  return [object, old].some((each) => each !== undefined && matches(wanted, (each as KubeObject).metadata.labels ?? {}))
}

/** Whether one rule (of a policy or a webhook) names the resource, version, scope and operation of a request. */
export function fits(rule: NamedRuleWithOperations, { kind, subresource, operation, namespace, name }: AdmissionRequest): boolean {
  const { apiGroups = [], apiVersions = [], operations = [], resources = [], resourceNames = [], scope = '*' } = rule
  const versions = [kind.version, ...kind.otherVersions.map(({ version }) => version)] // matchPolicy Equivalent: any version of the same thing
  return (
    has(operations, operation) &&
    has(apiGroups, kind.group) &&
    (apiVersions.includes('*') || apiVersions.some((version) => versions.includes(version))) &&
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
