import type { Client } from '../api/client'
import type { Service, ServicePort } from '../api/types/core-v1.gen'
import type { EndpointSlice } from '../api/types/discovery-v1.gen'
import { service as serviceKind } from '../kinds/core/service'
import { endpointSlice as endpointSliceKind } from '../kinds/discovery/endpoint-slice'

/** One address behind a Service. */
export interface Backend {
  readonly address: string
  readonly port: number
  readonly node: string | undefined
  readonly ready: boolean
  readonly terminating: boolean
  readonly hostname: string | undefined
  readonly pod: { readonly namespace: string; readonly name: string } | undefined
}

/** A port of a Service that an address and port number led to. */
export interface ServiceHit {
  readonly service: Service
  readonly port: ServicePort
  /** Whether it was reached from outside (node port, external address) or by its cluster address. */
  readonly external: boolean
}

/** What kube-proxy knows: Services by address, and the endpoints behind them. Kept up to date by watches. */
export interface ServiceIndex {
  all(): readonly Service[]
  get(namespace: string, name: string): Service | undefined
  byClusterIP(address: string): Service | undefined
  /** The Service port that an address and port belong to, unless it is a node's own business. */
  find(address: string, port: number, protocol: string): ServiceHit | undefined
  /** The Service with this node port. */
  findNodePort(port: number, protocol: string): ServiceHit | undefined
  /** The Service whose health load balancers ask for at this port of every node. */
  findHealthCheck(port: number): Service | undefined
  /** Every backend of a Service's port, ready or not. */
  backends(service: Service, port: ServicePort): readonly Backend[]
  /** The names under which Services have an address among their endpoints: for looking an address up. */
  endpointNames(address: string): readonly string[]
  /** Every endpoint of a Service whatever its port, for headless DNS. */
  endpoints(service: Service): readonly Backend[]
}

const keyOf = (namespace: string | undefined, name: string) => `${namespace}/${name}`

export function createServiceIndex(client: Client): ServiceIndex {
  const services = new Map<string, Service>()
  const slices = new Map<string, Map<string, EndpointSlice>>()
  let byAddress: Map<string, Service[]> | undefined
  let byNodePort: Map<string, ServiceHit> | undefined

  function noteService(service: Service, gone: boolean) {
    const key = keyOf(service.metadata.namespace, service.metadata.name)
    if (gone) services.delete(key)
    else services.set(key, service)
    byAddress = undefined
    byNodePort = undefined
  }
  function noteSlice(slice: EndpointSlice, gone: boolean) {
    const owner = slice.metadata.labels?.['kubernetes.io/service-name']
    if (!owner) return
    const key = keyOf(slice.metadata.namespace, owner)
    const mine = slices.get(key) ?? new Map<string, EndpointSlice>()
    if (gone) mine.delete(slice.metadata.name)
    else mine.set(slice.metadata.name, slice)
    slices.set(key, mine)
  }
  for (const service of client.list(serviceKind)) noteService(service, false)
  for (const slice of client.list(endpointSliceKind)) noteSlice(slice, false)
  client.watch(serviceKind, (events) => events.forEach(({ type, object }) => noteService(object, type === 'DELETED')))
  client.watch(endpointSliceKind, (events) => events.forEach(({ type, object }) => noteSlice(object, type === 'DELETED')))

  const hasAddress = (service: Service) => service.spec.clusterIP && service.spec.clusterIP !== 'None'
  const externalAddresses = ({ spec, status }: Service) => [
    ...(spec.externalIPs ?? []),
    ...(status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : [])),
  ]

  function addresses(): Map<string, Service[]> {
    if (byAddress) return byAddress
    byAddress = new Map()
    for (const service of services.values()) {
      const all = [...(hasAddress(service) ? [service.spec.clusterIP!] : []), ...externalAddresses(service)]
      for (const address of all) byAddress.set(address, [...(byAddress.get(address) ?? []), service])
    }
    return byAddress
  }
  function nodePorts(): Map<string, ServiceHit> {
    if (byNodePort) return byNodePort
    byNodePort = new Map()
    for (const service of services.values()) {
      for (const port of service.spec.ports ?? []) {
        if (port.nodePort) byNodePort.set(`${port.protocol ?? 'TCP'}:${port.nodePort}`, { service, port, external: true })
      }
    }
    return byNodePort
  }

  const slicesOf = (service: Service) => [...(slices.get(keyOf(service.metadata.namespace, service.metadata.name))?.values() ?? [])]
  const backendsOf = (slice: EndpointSlice, port: number): Backend[] =>
    (slice.endpoints ?? []).flatMap(({ addresses: [address], conditions, nodeName, hostname, targetRef }) =>
      address === undefined
        ? []
        : [
            {
              address,
              port,
              node: nodeName,
              // An unknown state counts as ready, as the EndpointSlice API says.
              ready: conditions?.ready ?? true,
              terminating: conditions?.terminating ?? false,
              hostname,
              pod: targetRef?.kind === 'Pod' ? { namespace: targetRef.namespace!, name: targetRef.name! } : undefined,
            },
          ],
    )

  return {
    all: () => [...services.values()],
    get: (namespace, name) => services.get(keyOf(namespace, name)),
    byClusterIP: (address) =>
      addresses()
        .get(address)
        ?.find(({ spec }) => spec.clusterIP === address),
    find(address, number, protocol) {
      for (const service of addresses().get(address) ?? []) {
        const port = service.spec.ports?.find((each) => each.port === number && (each.protocol ?? 'TCP') === protocol)
        if (port) return { service, port, external: service.spec.clusterIP !== address }
      }
      return undefined
    },
    findHealthCheck: (port) => [...services.values()].find(({ spec }) => spec.healthCheckNodePort === port),
    findNodePort: (port, protocol) => nodePorts().get(`${protocol}:${port}`),
    backends: (service, port) =>
      slicesOf(service).flatMap((slice) => {
        const found = slice.ports?.find(({ name = '' }) => name === (port.name ?? ''))
        return found?.port === undefined ? [] : backendsOf(slice, found.port)
      }),
    endpointNames: (address) =>
      [...slices].flatMap(([key, mine]) => {
        const [namespace, name] = key.split('/')
        return [...mine.values()].flatMap(({ endpoints = [] }) =>
          endpoints
            .filter((endpoint) => endpoint.addresses.includes(address))
            .map(({ hostname }) => `${hostname ?? address.replaceAll('.', '-')}.${name}.${namespace}`),
        )
      }),
    endpoints: (service) => slicesOf(service).flatMap((slice) => backendsOf(slice, slice.ports?.[0]?.port ?? 0)),
  }
}
