import type { FieldError, FieldPath } from '../../api/field-path'
import { parseApiVersion } from '../../api/object'
import type { MatchResources, ParamKind, ParamRef } from '../../api/types/admissionregistration-v1.gen'
import { dns1035Label, dnsSubdomain } from '../../formats/names'
import { changeField, mapSame, withDefaults, withEmpty } from '../defaulting'
import { invalidName, labelSelector, oneOf } from '../field-checks'
import { ruleDefaults } from './webhooks'
import { admissionRuleErrors } from './webhooks-validation'
import { labelSelectorInGo } from '../../formats/go-label-selector'

/** Defaults of what a policy or a binding matches. */
export function matchDefaults(match: MatchResources): MatchResources {
  const filled = withDefaults(withEmpty(match, 'namespaceSelector', 'objectSelector'), { matchPolicy: 'Equivalent' })
  const ruled = changeField(filled, 'resourceRules', (rules) => mapSame(rules, ruleDefaults)!)
  return changeField(ruled, 'excludeResourceRules', (rules) => mapSame(rules, ruleDefaults)!)
}

/** Complaints about what a policy or a binding matches. */
export function matchErrors(match: MatchResources, at: FieldPath): FieldError[] {
  return [
    ...oneOf(match.matchPolicy, ['Equivalent', 'Exact'], at('matchPolicy')),
    ...labelSelector(match.namespaceSelector, at('namespaceSelector')),
    ...labelSelector(match.objectSelector, at('objectSelector')),
    ...(match.resourceRules ?? []).flatMap((rule, index) => admissionRuleErrors(rule, at('resourceRules', index))),
    ...(match.excludeResourceRules ?? []).flatMap((rule, index) => admissionRuleErrors(rule, at('excludeResourceRules', index))),
  ]
}

/** Complaints about the kind of a policy's parameters. */
export function paramKindErrors({ apiVersion = '', kind = '' }: ParamKind, at: FieldPath): FieldError[] {
  const { group, version } = parseApiVersion(apiVersion)
  const errors: FieldError[] = []
  if (!apiVersion) errors.push(at('apiVersion').required())
  else if (apiVersion.split('/').length > 2)
    errors.push(at('apiVersion').invalid(apiVersion, `unexpected GroupVersion string: ${apiVersion}`))
  else {
    if (group) errors.push(...invalidName(group, at('apiVersion'), dnsSubdomain))
    if (!version) errors.push(at('apiVersion').invalid(apiVersion, 'version must be specified'))
    else errors.push(...invalidName(version, at('apiVersion'), dns1035Label))
  }
  if (!kind) errors.push(at('kind').required())
  else
    errors.push(
      ...dns1035Label(kind.toLowerCase()).map((why) => at('kind').invalid(kind, `may have mixed case, but should otherwise match: ${why}`)),
    )
  return errors
}

/** Complaints about the parameters that a binding hands to its policy. */
export function paramRefErrors({ name, selector, parameterNotFoundAction }: ParamRef, at: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const exclusive = 'name and selector are mutually exclusive'
  if (name && selector) errors.push(at('name').forbidden(exclusive))
  errors.push(...labelSelector(selector, at('selector')))
  if (name && selector) errors.push(at('selector').forbidden(exclusive))
  if (!name && !selector) errors.push(at.required('one of name or selector must be specified'))
  if (!parameterNotFoundAction) errors.push(at('parameterNotFoundAction').required())
  return [...errors, ...oneOf(parameterNotFoundAction, ['Deny', 'Allow'], at('parameterNotFoundAction'))]
}

/** How tables show a binding's parameters: by name, where nobody can tell from here whether they have a namespace, or what selects them. */
export function paramRefText(ref: ParamRef | undefined): string {
  if (ref?.name) return `${ref.namespace || '*'}/${ref.name}`
  return ref?.selector ? labelSelectorInGo(ref.selector) : '<unset>'
}
