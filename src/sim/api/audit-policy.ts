import type { RequestAttributes, User } from './hooks'

/** How much of a request the audit log tells. */
export type AuditLevel = 'None' | 'Metadata' | 'Request' | 'RequestResponse'
export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic'

const LEVELS: readonly string[] = ['None', 'Metadata', 'Request', 'RequestResponse']
const STAGES: readonly string[] = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']

/** A rule of an audit policy: what is said of a request that it is for. See `audit.k8s.io/v1`. */
interface AuditRule {
  readonly level: AuditLevel
  readonly users?: readonly string[]
  readonly userGroups?: readonly string[]
  readonly verbs?: readonly string[]
  readonly resources?: readonly {
    readonly group?: string
    readonly resources?: readonly string[]
    readonly resourceNames?: readonly string[]
  }[]
  readonly namespaces?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly omitStages?: readonly AuditStage[]
  readonly omitManagedFields?: boolean
}

export interface AuditPolicy {
  readonly rules: readonly AuditRule[]
  readonly omitStages?: readonly AuditStage[]
  readonly omitManagedFields?: boolean
}

/** What a policy wants to have told of one request. */
export interface AuditOrder {
  readonly level: AuditLevel
  readonly omitStages: readonly AuditStage[]
  readonly omitManagedFields: boolean
}

const RULE_FIELDS = 'level users userGroups verbs resources namespaces nonResourceURLs omitStages omitManagedFields'.split(' ')
const POLICY_FIELDS = 'apiVersion kind metadata rules omitStages omitManagedFields'.split(' ')

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads an audit policy file's YAML value. A text is why kube-apiserver does not start with it. */
export function readAuditPolicy(value: unknown, path: string): AuditPolicy | string {
  const failed = (why: string) => `loading audit policy file: ${why}`
  if (!isObject(value) || typeof value.kind !== 'string' || value.kind === '')
    return failed(`failed decoding: Object 'Kind' is missing in '${JSON.stringify(value ?? null)}': from file ${path}`)
  if (value.apiVersion !== 'audit.k8s.io/v1' || value.kind !== 'Policy') {
    const [group = '', version = ''] = String(value.apiVersion as string).split('/')
    return failed(
      `failed decoding: no kind ${JSON.stringify(value.kind)} is registered for version "${group}/${version}" in scheme: from file ${path}`,
    )
  }
  const rules = (Array.isArray(value.rules) ? value.rules : []) as readonly unknown[]
  const unknown = [
    ...Object.keys(value).filter((name) => !POLICY_FIELDS.includes(name)),
    ...rules.flatMap((rule, index) =>
      isObject(rule) ? Object.keys(rule).flatMap((name) => (RULE_FIELDS.includes(name) ? [] : [`rules[${index}].${name}`])) : [],
    ),
  ]
  if (unknown.length > 0)
    return failed(
      `failed decoding: strict decoding error: ${unknown.map((name) => `unknown field ${JSON.stringify(name)}`).join(', ')}: from file ${path}`,
    )
  if (rules.length === 0) return failed(`loaded illegal policy with 0 rules from file ${path}`)
  const wrong = rules.flatMap((rule, index) => ruleErrors(rule as AuditRule, `rules[${index}]`))
  if (wrong.length > 0) return failed(wrong.length === 1 ? wrong[0]! : `[${wrong.join(', ')}]`)
  return value as unknown as AuditPolicy // looked through just now
}

function ruleErrors(
  { level, omitStages = [], resources = [], namespaces = [], nonResourceURLs = [] }: AuditRule,
  at: string,
): readonly string[] {
  const listed = (words: readonly string[]) =>
    [...words]
      .sort()
      .map((word) => JSON.stringify(word))
      .join(', ')
  return [
    ...(LEVELS.includes(level) ? [] : [level ? `${at}.level: Unsupported value: ${JSON.stringify(level)}: supported values: ${listed(LEVELS)}` : `${at}.level: Required value`]), // prettier-ignore
    ...omitStages.flatMap((stage, index) => STAGES.includes(stage) ? [] : [`${at}.omitStages[${index}]: Invalid value: ${JSON.stringify(stage)}: allowed stages are ${STAGES.join(',')}`]), // prettier-ignore
    ...(nonResourceURLs.length > 0 && (resources.length > 0 || namespaces.length > 0)
      ? [
          `${at}.nonResourceURLs: Invalid value: ${JSON.stringify(nonResourceURLs)}: rules cannot apply to both regular resources and non-resource URLs`,
        ]
      : []),
  ]
}

/** What is to be told of a request: by the first rule that is for it; nothing when there is none. */
export function auditOrder(policy: AuditPolicy, user: User | undefined, attributes: RequestAttributes): AuditOrder {
  const rule = policy.rules.find((each) => isFor(each, user, attributes))
  return {
    level: rule?.level ?? 'None',
    omitStages: [...(policy.omitStages ?? []), ...(rule?.omitStages ?? [])],
    omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields ?? false,
  }
}

function isFor(rule: AuditRule, user: User | undefined, { verb, path, resource }: RequestAttributes): boolean {
  const { users = [], userGroups = [], verbs = [], resources = [], namespaces = [], nonResourceURLs = [] } = rule
  if (users.length > 0 && !users.includes(user?.name ?? '')) return false
  if (userGroups.length > 0 && !userGroups.some((group) => user?.groups.includes(group))) return false
  if (verbs.length > 0 && !verbs.includes(verb)) return false
  const isAboutResources = namespaces.length > 0 || resources.length > 0
  if (!resource) {
    const fits = (pattern: string) =>
      pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)))
    return nonResourceURLs.length > 0 ? nonResourceURLs.some(fits) : !isAboutResources
  }
  if (nonResourceURLs.length > 0) return false
  if (namespaces.length > 0 && !namespaces.includes(resource.namespace ?? '')) return false
  if (resources.length === 0) return true
  const { group, plural, subresource, name = '' } = resource
  const what = subresource === undefined ? plural : `${plural}/${subresource}`
  return resources.some((each) => {
    if ((each.group ?? '') !== group) return false
    const names = each.resources ?? []
    const isNamed =
      names.length === 0 ||
      names.some((one) => one === what || one === '*' || one === `${plural}/*` || (subresource !== undefined && one === `*/${subresource}`))
    return isNamed && (!each.resourceNames?.length || each.resourceNames.includes(name))
  })
}
