import type { FieldError, FieldPath } from '../../api/field-path'
import type {
  Affinity,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinityTerm,
  PodSpec,
  Toleration,
  TopologySpreadConstraint,
} from '../../api/types/core-v1.gen'
import { labelValue, qualifiedName } from '../../formats/names'
import { checkedOnce, invalidName, labelSelector, oneOf, requiredOneOf } from '../field-checks'

/** Complaints about everything in a Pod's spec that speaks to the scheduler. */
export function schedulingErrors(spec: PodSpec, at: FieldPath): FieldError[] {
  return [
    ...(spec.affinity ? affinityErrors(spec.affinity, at('affinity')) : []),
    ...(spec.tolerations ? tolerationsErrors(spec.tolerations, at('tolerations')) : []),
    ...spreadErrors(spec.topologySpreadConstraints, at('topologySpreadConstraints')),
  ]
}

const tolerationsErrors = checkedOnce<readonly Toleration[]>((tolerations, at) =>
  tolerations.flatMap((toleration, index) => tolerationErrors(toleration, at(index))),
)

function tolerationErrors(toleration: Toleration, at: FieldPath): FieldError[] {
  const { key, operator, value, effect, tolerationSeconds } = toleration
  const errors: FieldError[] = key ? [...invalidName(key, at('key'), qualifiedName)] : []
  if (!key && operator !== 'Exists')
    errors.push(
      at('operator').invalid(operator ?? '', 'operator must be Exists when `key` is empty, which means "match all values and all keys"'),
    )
  if (tolerationSeconds !== undefined && effect !== 'NoExecute')
    errors.push(at('effect').invalid(effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"))
  switch (operator || 'Equal') {
    case 'Equal':
      errors.push(...labelValue(value ?? '').map((why) => at('operator').invalid(value, why)))
      break
    case 'Exists':
      if (value) errors.push(at('operator').invalid(toleration, "value must be empty when `operator` is 'Exists'"))
      break
    case 'Lt':
    case 'Gt':
      break
    default:
      errors.push(at('operator').notSupported(operator, ['Equal', 'Exists']))
  }
  return [...errors, ...oneOf(effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute'], at('effect'))]
}

function affinityErrors(affinity: Affinity, at: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const onNodes = affinity.nodeAffinity
  const required = onNodes?.requiredDuringSchedulingIgnoredDuringExecution
  if (required) {
    const here = at('nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution')
    errors.push(...nodeSelectorErrors(required.nodeSelectorTerms, here))
  }
  onNodes?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ weight, preference }, index) => {
    const here = at('nodeAffinity', 'preferredDuringSchedulingIgnoredDuringExecution', index)
    errors.push(...weightErrors(weight, here('weight')), ...nodeTermErrors(preference ?? {}, here('preference')))
  })
  for (const sort of ['podAffinity', 'podAntiAffinity'] as const) {
    affinity[sort]?.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, index) =>
      errors.push(...podTermErrors(term, at(sort, 'requiredDuringSchedulingIgnoredDuringExecution', index))),
    )
    affinity[sort]?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ weight, podAffinityTerm }, index) => {
      const here = at(sort, 'preferredDuringSchedulingIgnoredDuringExecution', index)
      errors.push(...weightErrors(weight, here('weight')), ...podTermErrors(podAffinityTerm, here('podAffinityTerm')))
    })
  }
  return errors
}

const weightErrors = (weight: number, at: FieldPath): FieldError[] =>
  weight >= 1 && weight <= 100 ? [] : [at.invalid(weight ?? 0, 'must be in the range 1-100')]

/** Complaints about the terms of a node selector (also that of a PersistentVolume). */
export function nodeSelectorErrors(terms: readonly NodeSelectorTerm[] | undefined, at: FieldPath): FieldError[] {
  if (!terms?.length) return [at('nodeSelectorTerms').required('must have at least one node selector term')]
  return terms.flatMap((term, index) => nodeTermErrors(term, at('nodeSelectorTerms', index)))
}

function nodeTermErrors(term: NodeSelectorTerm, at: FieldPath): FieldError[] {
  return [
    ...(term.matchExpressions ?? []).flatMap((requirement, index) => requirementErrors(requirement, at('matchExpressions', index))),
    ...(term.matchFields ?? []).flatMap((requirement, index) => fieldRequirementErrors(requirement, at('matchFields', index))),
  ]
}

function requirementErrors({ key, operator, values = [] }: NodeSelectorRequirement, at: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.push(at('values').required("must be specified when `operator` is 'In' or 'NotIn'"))
      break
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) errors.push(at('values').forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
      break
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) errors.push(at('values').required("must be specified single value when `operator` is 'Lt' or 'Gt'"))
      break
    default:
      errors.push(at('operator').invalid(operator ?? '', 'not a valid selector operator'))
  }
  return [...errors, ...invalidName(key ?? '', at('key'), qualifiedName)]
}

function fieldRequirementErrors({ key, operator, values = [] }: NodeSelectorRequirement, at: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (operator !== 'In' && operator !== 'NotIn') errors.push(at('operator').invalid(operator ?? '', 'not a valid selector operator'))
  else if (values.length !== 1)
    errors.push(at('values').required("must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
  if (key !== 'metadata.name') errors.push(at('key').invalid(key ?? '', 'not a valid field selector key'))
  return errors
}

function podTermErrors(term: PodAffinityTerm | undefined, at: FieldPath): FieldError[] {
  const { labelSelector: selector, namespaceSelector, topologyKey } = term ?? ({} as Partial<PodAffinityTerm>) // a term may be missing altogether
  return [
    ...labelSelector(selector, at('labelSelector')),
    ...labelSelector(namespaceSelector, at('namespaceSelector')),
    ...(topologyKey ? invalidName(topologyKey, at('topologyKey'), qualifiedName) : [at('topologyKey').required('can not be empty')]),
  ]
}

function spreadErrors(constraints: readonly TopologySpreadConstraint[] | undefined, at: FieldPath): FieldError[] {
  const seen = new Set<string>()
  return (constraints ?? []).flatMap((constraint, index) => {
    const here = at(index)
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains } = constraint
    const errors: FieldError[] = []
    if (!(maxSkew > 0)) errors.push(here('maxSkew').invalid(maxSkew ?? 0, 'must be greater than zero'))
    if (!topologyKey) errors.push(here('topologyKey').required('can not be empty'))
    else errors.push(...invalidName(topologyKey, here('topologyKey'), qualifiedName))
    errors.push(...requiredOneOf(whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'], here('whenUnsatisfiable')))
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`
    if (seen.has(pair)) errors.push(here('{topologyKey, whenUnsatisfiable}').duplicate(pair))
    seen.add(pair)
    if (minDomains !== undefined && minDomains <= 0) errors.push(here('minDomains').invalid(minDomains, 'must be greater than zero'))
    else if (minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule')
      errors.push(
        here('minDomains').invalid(minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`),
      )
    errors.push(
      ...oneOf(constraint.nodeAffinityPolicy, ['Honor', 'Ignore'], here('nodeAffinityPolicy')),
      ...oneOf(constraint.nodeTaintsPolicy, ['Honor', 'Ignore'], here('nodeTaintsPolicy')),
      ...labelSelector(constraint.labelSelector, here('labelSelector')),
    )
    return errors
  })
}
