import { defineKind } from '../../api/kind'
import type { KubeObject } from '../../api/object'
import { timestamp } from '../../engine/time'
import { withEmpty } from '../defaulting'
import { rulesOf } from '../late-rules'

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

/** The schema of an APIService, which Kubernetes' own typings do not have. */
export const apiServiceSchema = {
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
  customSchema: apiServiceSchema,
  defaults: withPort,
  beforeCreate: (object, { nowMs }) => ({
    ...object,
    status: object.spec.service ? {} : { conditions: [localCondition(timestamp(nowMs))] },
  }),
  rules: rulesOf('apiService'),
})

/** Other API servers are asked at port 443 unless told. */
function withPort(object: APIService): APIService {
  const whole = withEmpty(object, 'spec')
  const { service } = whole.spec
  return service && service.port === undefined ? { ...whole, spec: { ...whole.spec, service: { ...service, port: 443 } } } : whole
}

const localCondition = (lastTransitionTime: string) => ({
  lastTransitionTime,
  message: 'Local APIServices are always available',
  reason: 'Local',
  status: 'True',
  type: 'Available',
})
