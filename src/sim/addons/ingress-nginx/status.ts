import type { Node, Pod, Service } from '../../api/types/core-v1.gen'
import type { Ingress, IngressLoadBalancerIngress } from '../../api/types/networking-v1.gen'
import { ask, Refused } from '../../node/programs/in-cluster'
import { SyscallError, type Proc, type Self } from '../../node/os/syscalls'

/** How often the leader looks whether the addresses in the status of Ingresses are right. */
export const STATUS_PERIOD_MS = 60_000

export type Addresses = readonly IngressLoadBalancerIngress[]

/** Where the addresses come from: a Service, told addresses, or the nodes of the controller's Pods. */
export interface Publishing {
  /** `namespace/name`, of `--publish-service`. */
  readonly service: string
  /** Of `--publish-status-address`. */
  readonly told: string
  readonly namespace: string
  readonly pod: string
}

/** Under which addresses Ingresses can be reached, in order and each once. */
export function* runningAddresses(self: Self, { service, told, namespace, pod }: Publishing): Proc<Addresses> {
  if (told !== '') return told.split(',').map((each) => addressOf(each.trim()))
  if (service !== '') {
    const [space = '', name = ''] = service.split('/')
    const found = yield* ask<Service>(self, 'GET', `/api/v1/namespaces/${space}/services/${name}`)
    return found ? addressesOf(found) : []
  }
  const nodes = new Set((yield* peers(self, namespace, pod)).map(({ spec }) => spec.nodeName ?? ''))
  const addresses: IngressLoadBalancerIngress[] = []
  for (const name of nodes) {
    const node = yield* ask<Node>(self, 'GET', `/api/v1/nodes/${name}`)
    const of = (type: string) => node?.status?.addresses?.find((each) => each.type === type)?.address
    const address = of('ExternalIP') ?? of('InternalIP')
    if (address !== undefined) addresses.push({ ip: address })
  }
  return sorted(addresses)
}

/** The running Pods of this controller, itself among them: those with its labels. */
export function* peers(self: Self, namespace: string, name: string): Proc<readonly Pod[]> {
  const own = yield* ask<Pod>(self, 'GET', `/api/v1/namespaces/${namespace}/pods/${name}`)
  const labels = Object.entries(own?.metadata.labels ?? {}).filter(
    ([key]) => key !== 'pod-template-hash' && key !== 'controller-revision-hash',
  )
  const selector = encodeURIComponent(labels.map(([key, value]) => `${key}=${value}`).join(','))
  const list = yield* ask<{ readonly items: readonly Pod[] }>(self, 'GET', `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`)
  return (list?.items ?? []).filter(({ metadata, status }) => status?.phase === 'Running' && !metadata.deletionTimestamp)
}

const addressOf = (text: string): IngressLoadBalancerIngress => (/^[\d.]+$|:/.test(text) ? { ip: text } : { hostname: text })

function addressesOf({ spec, status }: Service): Addresses {
  const external = (spec.externalIPs ?? []).map((ip) => ({ ip }))
  if (spec.type === 'ExternalName') return [addressOf(spec.externalName ?? '')]
  if (spec.type === 'ClusterIP' || spec.type === 'NodePort')
    return sorted([...(spec.clusterIP && spec.clusterIP !== 'None' ? [{ ip: spec.clusterIP }] : []), ...external])
  return sorted([
    ...external,
    ...(status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ({ ...(ip && { ip }), ...(hostname && { hostname }) })),
  ])
}

const textOf = ({ ip = '', hostname = '' }: IngressLoadBalancerIngress) => `${hostname} ${ip}`
const sorted = (addresses: Addresses) => [...addresses].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1))

/** Writes addresses into the status of an Ingress that has others. Answers the refusal, if there was one, and whether anything was written. */
export function* writeAddresses(self: Self, ingress: Ingress, addresses: Addresses): Proc<{ written: boolean; refusal?: string }> {
  const present = ingress.status?.loadBalancer?.ingress ?? []
  if (JSON.stringify(sorted(present)) === JSON.stringify(addresses)) return { written: false }
  const { namespace, name } = ingress.metadata
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/${name}`
  try {
    const fresh = yield* ask<Ingress>(self, 'GET', path)
    if (!fresh) return { written: false }
    yield* ask(self, 'PUT', `${path}/status`, { ...fresh, status: { loadBalancer: addresses.length > 0 ? { ingress: addresses } : {} } })
    return { written: true }
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof SyscallError)) throw error
    return { written: false, refusal: error.message }
  }
}
