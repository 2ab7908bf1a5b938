import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { ResourceQuota } from '../../api/types/core-v1.gen'
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

export const resourceQuota = defineKind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  namespaced: true,
  returnsDeleted: true,
  subresources: ['status'],
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
    ...(spec?.scopes?.some((scope) => !SCOPES.includes(scope)) ? [at('spec', 'scopes').invalid(spec.scopes, 'unsupported scope')] : []),
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
})

/** `cpu: 100m/1, memory: 1Gi/2Gi` for the limits, or for everything else. */
function usageText({ status }: ResourceQuota, limits: boolean): string {
  const { hard = {}, used = {} } = status ?? {}
  return Object.keys(hard)
    .filter((name) => name.includes('limits') === limits)
    .sort()
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`)
    .join(', ')
}
