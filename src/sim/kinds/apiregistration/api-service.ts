import { age } from '../../api/columns'
import { defineKind } from '../../api/kind'
import type { KubeObject } from '../../api/object'
import { timestamp } from '../../engine/time'
import { withEmpty } from '../defaulting'

/** `apiregistration.k8s.io/v1` APIService: which group and version is answered by whom; without a service, by this server itself. */
export interface APIService extends KubeObject {
  readonly spec: {
    readonly service?: { readonly namespace?: string; readonly name?: string; readonly port?: number }
    readonly group?: string
    readonly version?: string
    readonly insecureSkipTLSVerify?: boolean
    readonly caBundle?: string
    readonly groupPriorityMinimum: number
    readonly versionPriority: number
  }
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
      readonly message?: string
      readonly lastTransitionTime?: string
    }[]
  }
}

export const apiService = defineKind<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  categories: ['api-extensions'],
  namespaced: false,
  generation: false,
  nameRule: 'path-segment',
  subresources: ['status'],
  customSchema: {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          service: { type: 'object', properties: { namespace: { type: 'string' }, name: { type: 'string' }, port: { type: 'integer' } } },
          group: { type: 'string' },
          version: { type: 'string' },
          insecureSkipTLSVerify: { type: 'boolean' },
          caBundle: { type: 'string' },
          groupPriorityMinimum: { type: 'integer' },
          versionPriority: { type: 'integer' },
        },
      },
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  },
  defaults: (object) => withEmpty(object, 'spec'),
  beforeCreate: (object, { nowMs }) => ({
    ...object,
    status: object.spec.service ? {} : { conditions: [localCondition(timestamp(nowMs))] },
  }),
  validate: ({ metadata, spec }, at) => {
    const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0 } = spec
    const name = `${version}.${group}`
    const here = at('spec')
    const errors =
      metadata.name === name
        ? []
        : [at('metadata', 'name').invalid(metadata.name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`)]
    if (version === '') errors.push(here('version').required())
    if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20_000)
      errors.push(here('groupPriorityMinimum').invalid(groupPriorityMinimum, 'must be positive and less than 20000'))
    if (versionPriority <= 0 || versionPriority > 1000)
      errors.push(here('versionPriority').invalid(versionPriority, 'must be positive and less than 1000'))
    return errors
  },
  columns: [
    ['Service', ({ spec }) => (spec.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local')],
    ['Available', availableText],
    age,
  ],
})

const localCondition = (lastTransitionTime: string) => ({
  lastTransitionTime,
  message: 'Local APIServices are always available',
  reason: 'Local',
  status: 'True',
  type: 'Available',
})

function availableText({ status }: APIService): string {
  const available = status?.conditions?.find(({ type }) => type === 'Available')
  if (!available) return 'Unknown'
  return available.status === 'True' || !available.reason ? available.status : `${available.status} (${available.reason})`
}
