import type { Client } from '../../api/client'
import type { EndpointSlice } from '../../api/types/discovery-v1.gen'
import { service } from '../core/service'
import { endpointSlice } from '../discovery/endpoint-slice'
import type { APIService } from './api-service'

/** What is found out about the Service of an APIService, before anybody asks it anything. */
export interface Unavailable {
  readonly reason: 'ServiceNotFound' | 'ServicePortError' | 'EndpointsNotFound' | 'MissingEndpoints'
  readonly message: string
}

/**
 * Why a Service that an APIService names cannot answer, in the words of kube-apiserver's availability controller; undefined when it may. Releases
 * before 1.33 look at Endpoints rather than EndpointSlices, and say so.
 */
export function whyUnavailable(
  { name = '', namespace = '', port = 443 }: NonNullable<APIService['spec']['service']>,
  client: Pick<Client, 'get' | 'list'>,
  release: readonly [number, number],
): Unavailable | undefined {
  const what = `service/${name} in ${JSON.stringify(namespace)}`
  const found = client.get(service, namespace, name)
  if (!found) return { reason: 'ServiceNotFound', message: `${what} is not present` }
  if (found.spec.type !== undefined && found.spec.type !== 'ClusterIP') return undefined
  const behind = found.spec.ports?.find((each) => each.port === port)
  if (!behind) return { reason: 'ServicePortError', message: `${what} is not listening on port ${port}` }
  const kind = release[1] >= 33 ? 'endpointslices' : 'endpoints'
  const slices = client
    .list(endpointSlice, { namespace })
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
  if (slices.length === 0) return { reason: 'EndpointsNotFound', message: `cannot find ${kind} for ${what}` }
  const portName = behind.name ?? ''
  if (slices.some((slice) => hasReady(slice, portName))) return undefined
  return { reason: 'MissingEndpoints', message: `${kind} for ${what} have no addresses with port name ${JSON.stringify(portName)}` }
}

const hasReady = ({ endpoints, ports }: EndpointSlice, portName: string) =>
  endpoints?.some(({ conditions }) => conditions?.ready !== false) === true && ports?.some(({ name }) => (name ?? '') === portName) === true

type Condition = NonNullable<NonNullable<APIService['status']>['conditions']>[number]

/** The status of an APIService with a condition that has been found out now; undefined when it says so already. */
export function withAvailable(
  { status }: APIService,
  { isTrue, reason, message }: { readonly isTrue: boolean; readonly reason: string; readonly message: string },
  now: string,
): APIService['status'] | undefined {
  const before = status?.conditions?.find(({ type }) => type === 'Available')
  const value = isTrue ? 'True' : 'False'
  if (before?.status === value && before.reason === reason && before.message === message) return undefined
  const lastTransitionTime = before?.status === value && before.lastTransitionTime !== undefined ? before.lastTransitionTime : now
  const condition: Condition = { type: 'Available', status: value, lastTransitionTime, reason, message }
  return { conditions: [...(status?.conditions ?? []).filter(({ type }) => type !== 'Available'), condition] }
}

export const isAvailable = (service: APIService | undefined) =>
  service?.status?.conditions?.some(({ type, status }) => type === 'Available' && status === 'True') === true
