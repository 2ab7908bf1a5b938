import { age } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { ResourceQuota, ResourceQuotaSpec } from '../../api/types/core-v1.gen'
import { qualifiedName } from '../../formats/names'
import { withEmpty } from '../defaulting'
import { immutable } from '../field-checks'
import { amountErrors } from './resource-validation'

const STANDARD = new Set([
  ...['cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.storage', 'requests.ephemeral-storage'],
  ...['limits.cpu', 'limits.memory', 'limits.ephemeral-storage', 'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets'],
  ...['persistentvolumeclaims', 'configmaps', 'services.nodeports', 'services.loadbalancers'],
])

const SCOPES = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
]

/** What may be written of a ResourceQuota, and what `kubectl get` shows of it. */
export const resourceQuotaRules: KindRules<ResourceQuota> = {
  defaults: (object) => withEmpty(object, 'spec'),
  beforeCreate: (object) => ({ ...object, status: {} }),
  validate: ({ spec }, at) => [
    ...Object.entries(spec?.hard ?? {}).flatMap(([name, amount]) => {
      const here = at('spec', 'hard').key(name)
      const standard = STANDARD.has(name) || name.includes('/') || /^((requests|limits)\.)?hugepages-/.test(name)
      return [
        ...qualifiedName(name).map((why) => here.invalid(name, why)),
        ...(standard
          ? []
          : [
              here.invalid(name, 'must be a standard resource type or fully qualified'),
              here.invalid(name, 'must be a standard resource for quota'),
            ]),
        ...amountErrors(name, amount, here),
      ]
    }),
    ...scopeErrors(spec ?? {}, at('spec', 'scopes')),
    ...selectorErrors(spec ?? {}, at('spec', 'scopeSelector', 'matchExpressions')),
  ],
  validateUpdate: ({ spec }, old, at) =>
    immutable([...(spec?.scopes ?? [])].sort(), [...(old.spec?.scopes ?? [])].sort(), at('spec', 'scopes')),
  columns: [
    [
      'Request',
      (object) => usageText(object, false),
      { description: 'Request represents a minimum amount of cpu/memory that a container may consume.' },
    ],
    [
      'Limit',
      (object) => usageText(object, true),
      {
        description: 'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
      },
    ],
    age,
  ],
}

/** Pods, and what their containers ask for: all that a scope can be about. */
const OF_PODS = ['pods', 'cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']

const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
]

function scopeErrors({ scopes = [], hard = {} }: ResourceQuotaSpec, at: FieldPath): FieldError[] {
  const unfit = (scope: string) =>
    Object.keys(hard)
      .sort()
      .filter((name) => STANDARD.has(name) && !(scope === 'BestEffort' ? ['pods'] : OF_PODS).includes(name))
  return [
    ...scopes.flatMap((scope) => [
      ...(SCOPES.includes(scope) ? [] : [at.invalid(scopes, 'unsupported scope')]),
      ...unfit(scope).map(() => at.invalid(scopes, 'unsupported scope applied to resource')),
    ]),
    ...OPPOSITES.filter((pair) => pair.every((scope) => scopes.includes(scope))).map(() => at.invalid(scopes, 'conflicting scopes')),
  ]
}

/** Scopes that are there or not; only the others have values to choose from. */
const PLAIN_SCOPES = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']

function selectorErrors({ scopeSelector }: ResourceQuotaSpec, at: FieldPath): FieldError[] {
  return (scopeSelector?.matchExpressions ?? []).flatMap(({ scopeName, operator, values = [] }, index) => {
    const here = at(index)
    if (!SCOPES.includes(scopeName)) return [here('scopeName').invalid(scopeName, 'unsupported scope')]
    if (PLAIN_SCOPES.includes(scopeName) && operator !== 'Exists')
      return [here('operator').invalid(operator, `must be 'Exist' when scope is any of ${PLAIN_SCOPES.join(', ')}`)]
    if (operator === 'In' || operator === 'NotIn')
      return values.length > 0
        ? []
        : [here('values').required("must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")]
    if (operator === 'Exists' || operator === 'DoesNotExist')
      return values.length === 0
        ? []
        : [here('values').invalid(values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector")]
    return [here('operator').invalid(operator, 'not a valid selector operator')]
  })
}

/** `cpu: 100m/1, memory: 1Gi/2Gi` for the limits, or for everything else. */
function usageText({ status }: ResourceQuota, limits: boolean): string {
  const { hard = {}, used = {} } = status ?? {}
  return Object.keys(hard)
    .filter((name) => name.startsWith('limits.') === limits)
    .sort()
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`)
    .join(', ')
}
