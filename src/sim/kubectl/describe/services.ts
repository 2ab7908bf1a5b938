import type { Endpoints, Service } from '../../api/types/core-v1.gen'
import type { EndpointSlice } from '../../api/types/discovery-v1.gen'
import type { IPAddress, ServiceCIDR } from '../../api/types/networking-v1.gen'
import { formatLabels } from '../printers/table'
import { closeWithEvents, describing, type Surroundings } from './describer'
import { longTime, writeAnnotations, writeHead, writeLabels } from './writer'

export const describeService = describing<Service>(function* (d, { metadata, spec, status }, around) {
  const { write } = d
  writeHead(d, metadata)
  write(0, `Selector:\t${formatLabels(spec!.selector)}`)
  write(0, `Type:\t${spec!.type ?? ''}`)
  if (spec!.ipFamilyPolicy) write(0, `IP Family Policy:\t${spec!.ipFamilyPolicy}`)
  write(0, `IP Families:\t${spec!.ipFamilies?.join(',') || '<none>'}`)
  write(0, `IP:\t${spec!.clusterIP ?? ''}`)
  write(0, `IPs:\t${spec!.clusterIPs?.length ? spec!.clusterIPs.join(',') : '<none>'}`)
  if (spec!.externalIPs?.length) write(0, `External IPs:\t${spec!.externalIPs.join(',')}`)
  if (spec!.loadBalancerIP) write(0, `Desired LoadBalancer IP:\t${spec!.loadBalancerIP}`)
  if (spec!.externalName) write(0, `External Name:\t${spec!.externalName}`)
  const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname, ipMode }) =>
    ip ? `${ip}${ipMode ? ` (${ipMode})` : ''}` : (hostname ?? ''),
  )
  if (ingress.length) write(0, `LoadBalancer Ingress:\t${ingress.join(', ')}`)
  const slices = yield* slicesOf(around, metadata.namespace, metadata.name)
  for (const port of spec!.ports ?? []) {
    const name = port.name || '<unset>'
    const protocol = port.protocol ?? 'TCP'
    write(0, `Port:\t${name}\t${port.port}/${protocol}`)
    write(0, `TargetPort:\t${port.targetPort ?? 0}/${protocol}`)
    if (port.nodePort) write(0, `NodePort:\t${name}\t${port.nodePort}/${protocol}`)
    write(0, `Endpoints:\t${endpointsText(slices, port.name)}`)
  }
  write(0, `Session Affinity:\t${spec!.sessionAffinity ?? ''}`)
  if (spec!.externalTrafficPolicy) write(0, `External Traffic Policy:\t${spec!.externalTrafficPolicy}`)
  if (spec!.internalTrafficPolicy) write(0, `Internal Traffic Policy:\t${spec!.internalTrafficPolicy}`)
  if (spec!.healthCheckNodePort) write(0, `HealthCheck NodePort:\t${spec!.healthCheckNodePort}`)
  if (spec!.loadBalancerSourceRanges?.length) write(0, `LoadBalancer Source Ranges:\t${spec!.loadBalancerSourceRanges.join(',')}`)
  if (spec!.trafficDistribution) write(0, `Traffic Distribution:\t${spec!.trafficDistribution}`)
  yield* closeWithEvents(d, around)
})

/** The slices of one Service. */
export const slicesOf = ({ list }: Surroundings, namespace = '', service = '') =>
  list<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice', namespace, { label: `kubernetes.io/service-name=${service}`, whole: true })

const addressesShown = 3

/** Ready addresses behind one port of a Service, at most three of them. An endpoint that is not ready and follows the third still makes kubectl say `+ 0 more`. */
export function endpointsText(slices: readonly EndpointSlice[], portName = ''): string {
  if (slices.length === 0) return '<none>'
  const addresses: string[] = []
  let more = false
  for (const { ports, endpoints } of slices)
    // A headless Service may have no ports at all.
    for (const { name = '', port } of ports?.length ? ports : [{ name: portName }]) {
      if (name !== portName) continue
      for (const endpoint of endpoints ?? []) {
        more ||= addresses.length >= addressesShown
        if (endpoint.conditions?.ready === false) continue
        const address = endpoint.addresses[0]!
        addresses.push(ports?.length ? `${address.includes(':') ? `[${address}]` : address}:${port ?? ''}` : address)
      }
    }
  const shown = addresses.slice(0, addressesShown).join(',')
  return more ? `${shown} + ${addresses.length - addressesShown} more...` : shown
}

export const describeEndpoints = describing<Endpoints>(function* (d, { metadata, subsets }, around) {
  const { write } = d
  writeHead(d, metadata)
  write(0, 'Subsets:')
  for (const { addresses, notReadyAddresses, ports } of subsets ?? []) {
    write(1, `Addresses:\t${(addresses ?? []).map(({ ip }) => ip).join(',') || '<none>'}`)
    write(1, `NotReadyAddresses:\t${(notReadyAddresses ?? []).map(({ ip }) => ip).join(',') || '<none>'}`)
    if (ports?.length) {
      write(1, 'Ports:')
      write(2, 'Name\tPort\tProtocol')
      write(2, '----\t----\t--------')
      for (const { name, port, protocol } of ports) write(2, `${name || '<unset>'}\t${port}\t${protocol ?? 'TCP'}`)
    }
    write(0, '')
  }
  yield* closeWithEvents(d, around)
})

export const describeEndpointSlice = describing<EndpointSlice>(function* (d, { metadata, addressType, ports, endpoints }, around) {
  const { write } = d
  writeHead(d, metadata)
  write(0, `AddressType:\t${addressType}`)
  if (!ports?.length) write(0, 'Ports: <unset>')
  else {
    write(0, 'Ports:')
    write(1, 'Name\tPort\tProtocol')
    write(1, '----\t----\t--------')
    for (const { name, port, protocol } of ports) write(1, `${name || '<unset>'}\t${port ?? '<unset>'}\t${protocol ?? 'TCP'}`)
  }
  write(0, endpoints?.length ? 'Endpoints:' : 'Endpoints: <none>')
  for (const { addresses, conditions, hostname, targetRef, nodeName, zone } of endpoints ?? []) {
    write(1, `- Addresses:\t${addresses.join(', ') || '<none>'}`)
    write(2, 'Conditions:')
    write(3, `Ready:\t${conditions?.ready ?? '<unset>'}`)
    write(2, `Hostname:\t${hostname ?? '<unset>'}`)
    if (targetRef) write(2, `TargetRef:\t${targetRef.kind ?? ''}/${targetRef.name ?? ''}`)
    write(2, `NodeName:\t${nodeName ?? '<unset>'}`)
    write(2, `Zone:\t${zone ?? '<unset>'}`)
  }
  yield* closeWithEvents(d, around)
})

export const describeServiceCIDR = describing<ServiceCIDR>(function* (d, { metadata, spec, status }, around) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  write(0, `CIDRs:\t${(spec?.cidrs ?? []).join(', ')}`)
  if (status?.conditions?.length) {
    write(0, 'Status:')
    write(0, 'Conditions:')
    write(1, 'Type\tStatus\tLastTransitionTime\tReason\tMessage')
    write(1, '----\t------\t------------------\t------\t-------')
    for (const c of status.conditions)
      write(1, `${c.type}\t${c.status}\t${longTime(c.lastTransitionTime)}\t${c.reason ?? ''}\t${c.message ?? ''}`)
  }
  yield* closeWithEvents(d, around)
})

export const describeIPAddress = describing<IPAddress>(function* (d, { metadata, spec }, around) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  if (spec?.parentRef) {
    const { group, resource, namespace, name } = spec.parentRef
    write(0, 'Parent Reference:')
    write(1, `Group:\t${group ?? ''}`)
    write(1, `Resource:\t${resource ?? ''}`)
    write(1, `Namespace:\t${namespace ?? ''}`)
    write(1, `Name:\t${name ?? ''}`)
  }
  yield* closeWithEvents(d, around)
})
