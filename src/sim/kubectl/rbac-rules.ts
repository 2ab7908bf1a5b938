import type { PolicyRule, Subject } from '../api/types/rbac-v1.gen'

const all = '*'
const includes = (owned: readonly string[] = [], wanted: readonly string[] = []) =>
  owned.includes(all) || wanted.every((one) => owned.includes(one))

/** Rules taken apart into one verb, group, resource and name (or one verb and URL) each. */
export function singleRules(rules: readonly PolicyRule[]): PolicyRule[] {
  return rules.flatMap(({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }) => [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb): PolicyRule[] => {
          const rule = { verbs: [verb], apiGroups: [group], resources: [resource] }
          return resourceNames.length ? resourceNames.map((name) => ({ ...rule, resourceNames: [name] })) : [rule]
        }),
      ),
    ),
    ...nonResourceURLs.flatMap((url) => verbs.map((verb): PolicyRule => ({ verbs: [verb], nonResourceURLs: [url] }))),
  ])
}

/** What `wanted` allows and `owned` does not, one verb and resource each. */
export const uncoveredRules = (owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] => {
  const single = singleRules(owned)
  return singleRules(wanted).filter((rule) => !single.some((owner) => covers(owner, rule)))
}

function covers(owner: PolicyRule, rule: PolicyRule): boolean {
  if (!includes(owner.verbs, rule.verbs)) return false
  if (rule.nonResourceURLs?.length) return rule.nonResourceURLs.every((url) => owner.nonResourceURLs?.some((own) => coversUrl(own, url)))
  if (!includes(owner.apiGroups, rule.apiGroups)) return false
  if (!rule.resources?.every((resource) => owner.resources?.some((own) => coversResource(own, resource)))) return false
  if (!owner.resourceNames?.length) return true
  return !!rule.resourceNames?.length && rule.resourceNames.every((name) => owner.resourceNames!.includes(name))
}

const coversUrl = (own: string, url: string) => own === url || (own.endsWith(all) && url.startsWith(own.slice(0, -1)))
const coversResource = (own: string, resource: string) =>
  own === all ||
  own === resource ||
  (own.startsWith('*/') && resource.includes('/') && resource.slice(resource.indexOf('/')) === own.slice(1))

const isSame = (a: Subject, b: Subject) =>
  a.kind === b.kind && a.name === b.name && (a.apiGroup ?? '') === (b.apiGroup ?? '') && (a.namespace ?? '') === (b.namespace ?? '')

/** Those of `wanted` that `owned` does not have. */
export const missingSubjects = (owned: readonly Subject[], wanted: readonly Subject[]): Subject[] =>
  wanted.filter((subject, i) => !owned.some((own) => isSame(own, subject)) && wanted.findIndex((one) => isSame(one, subject)) === i)

const words = (list: readonly string[] | undefined) => `[${(list ?? []).join(' ')}]`

/** A rule as Go prints the struct. */
export const ruleText = ({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule) =>
  `{Verbs:${words(verbs)} APIGroups:${words(apiGroups)} Resources:${words(resources)} ResourceNames:${words(resourceNames)} NonResourceURLs:${words(nonResourceURLs)}}`

/** A subject as Go prints the struct. */
export const subjectText = ({ kind, apiGroup = '', name, namespace = '' }: Subject) =>
  `{Kind:${kind} APIGroup:${apiGroup} Name:${name} Namespace:${namespace}}`
