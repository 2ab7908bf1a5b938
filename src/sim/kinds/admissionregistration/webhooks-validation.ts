import type { FieldError, FieldPath } from '../../api/field-path'
import { checked } from '../../api/late-checks'
import type { MutatingWebhook, RuleWithOperations, ValidatingWebhook } from '../../api/types/admissionregistration-v1.gen'
import { dns1035Label, dnsSubdomain } from '../../formats/names'
import { invalidName, labelSelector, oneOf } from '../field-checks'

type Webhook = MutatingWebhook | ValidatingWebhook

/** Complaints about the webhooks of a configuration. */
export function webhooksErrors(webhooks: readonly Webhook[] = [], at: FieldPath): FieldError[] {
  const names = new Set<string>()
  return webhooks.flatMap((webhook, index) => {
    const here = at('webhooks', index)
    const errors = webhookErrors(webhook, here)
    if (names.has(webhook.name)) errors.push(here('name').duplicate(webhook.name))
    names.add(webhook.name)
    return errors
  })
}

function webhookErrors(webhook: Webhook, at: FieldPath): FieldError[] {
  const { name, clientConfig, admissionReviewVersions = [], sideEffects, timeoutSeconds, rules = [] } = webhook
  const errors: FieldError[] = [...qualifiedNameErrors(name, at('name'))]
  if (admissionReviewVersions.length === 0) errors.push(at('admissionReviewVersions').required('must specify one of v1, v1beta1'))
  admissionReviewVersions.forEach((version, index) => {
    const here = at('admissionReviewVersions', index)
    if (admissionReviewVersions.indexOf(version) < index) errors.push(here.invalid(version, 'duplicate version'))
    else errors.push(...invalidName(version, here, dns1035Label))
  })
  if (admissionReviewVersions.length > 0 && !admissionReviewVersions.some((version) => version === 'v1' || version === 'v1beta1'))
    errors.push(at('admissionReviewVersions').invalid(admissionReviewVersions, 'must include at least one of v1, v1beta1'))
  errors.push(
    ...oneOf(webhook.failurePolicy, ['Fail', 'Ignore'], at('failurePolicy')),
    ...oneOf(webhook.matchPolicy, ['Equivalent', 'Exact'], at('matchPolicy')),
    ...(sideEffects
      ? oneOf(sideEffects, ['None', 'NoneOnDryRun'], at('sideEffects'))
      : [at('sideEffects').required('must specify one of None, NoneOnDryRun')]),
    ...labelSelector(webhook.namespaceSelector, at('namespaceSelector')),
    ...labelSelector(webhook.objectSelector, at('objectSelector')),
  )
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > 30))
    errors.push(at('timeoutSeconds').invalid(timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'))
  const { url, service } = clientConfig ?? {}
  if ((url === undefined) === (service === undefined)) errors.push(at('clientConfig').required('exactly one of url or service is required'))
  else if (url !== undefined && !url.startsWith('https://'))
    errors.push(
      at('clientConfig', 'url').invalid(
        /^([a-z][a-z\d+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? '',
        "'https' is the only allowed URL scheme; desired format: https://host[/path]",
      ),
    )
  rules.forEach((rule, index) => errors.push(...admissionRuleErrors(rule, at('rules', index))))
  return [...errors, ...checked(({ webhookConditionErrors }) => webhookConditionErrors(webhook.matchConditions, at('matchConditions')))]
}

function qualifiedNameErrors(name: string | undefined, at: FieldPath): readonly FieldError[] {
  if (!name) return [at.required()]
  const complaints = invalidName(name, at, dnsSubdomain)
  if (complaints.length > 0) return complaints
  return name.split('.').length < 3 ? [at.invalid(name, 'should be a domain with at least three segments separated by dots')] : []
}

const OTHERS: Readonly<Record<string, string>> = {
  apiGroups: 'API groups',
  apiVersions: 'API versions',
  resources: 'resources without subresources',
}
const OPERATIONS = ['*', 'CREATE', 'UPDATE', 'DELETE', 'CONNECT']

/** Complaints about one rule of a webhook or a policy. */
export function admissionRuleErrors(
  { apiGroups = [], apiVersions = [], resources = [], operations = [], scope }: RuleWithOperations,
  at: FieldPath,
): FieldError[] {
  const lists = { apiGroups, apiVersions, resources }
  const errors: FieldError[] = Object.entries(lists).flatMap(([field, list]) => [
    ...(list.length === 0 ? [at(field).required()] : []),
    ...(list.length > 1 && list.includes('*')
      ? [at(field).invalid(list, `if '*' is present, must not specify other ${OTHERS[field]}`)]
      : []),
  ])
  if (operations.length === 0) errors.push(at('operations').required())
  if (operations.length > 1 && operations.includes('*'))
    errors.push(at('operations').invalid(operations, "if '*' is present, must not specify other operations"))
  operations.forEach((operation, index) => errors.push(...oneOf(operation, [...OPERATIONS].sort(), at('operations', index))))
  return [...errors, ...oneOf(scope, ['*', 'Cluster', 'Namespaced'], at('scope'))]
}
