import type { DnsAnswer } from '../node/os/calls'
import { inCidr, isIPv4, reverseName } from './address'
import type { Backend, ServiceIndex } from './service-index'

/** One record, as CoreDNS's kubernetes plugin makes them. See "DNS for Services and Pods" and the DNS-Based Service Discovery specification. */
export type DnsRecord = Omit<DnsAnswer, 'server'>

/** The cluster's domain. */
export const CLUSTER_DOMAIN = 'cluster.local'

export interface DnsView {
  readonly services: ServiceIndex
  readonly podCidr: string
}

/**
 * What the cluster's DNS answers for a full name (without the last dot): records, an empty list for a name that exists without such records or not
 * at all, undefined for a name that is not the cluster's to answer.
 */
export function answerClusterName(view: DnsView, fullName: string, type: DnsAnswer['type']): readonly DnsRecord[] | undefined {
  const name = fullName.toLowerCase()
  if (name.endsWith('.in-addr.arpa')) return type === 'PTR' ? pointers(view, name) : []
  if (name !== CLUSTER_DOMAIN && !name.endsWith(`.${CLUSTER_DOMAIN}`)) return undefined
  const labels = name.slice(0, -CLUSTER_DOMAIN.length - 1).split('.')
  const zone = labels.pop()
  const namespace = labels.pop()
  if (zone === 'pod' && namespace && labels.length === 1) return podRecords(view, name, labels[0]!, type)
  if (zone !== 'svc' || !namespace) return []
  const serviceName = labels.pop()
  const service = serviceName === undefined ? undefined : view.services.get(namespace, serviceName)
  if (!service) return []
  const { externalName, clusterIP, ports = [] } = service.spec
  if (service.spec.type === 'ExternalName') {
    return labels.length === 0 && externalName && type !== 'SRV' ? [{ name, type: 'CNAME', value: externalName }] : []
  }
  const headless = clusterIP === 'None'
  const known = view.services.endpoints(service).filter(({ ready }) => ready || service.spec.publishNotReadyAddresses === true)

  if (labels.length === 2 && labels.every((label) => label.startsWith('_'))) {
    const [port, protocol] = labels.map((label) => label.slice(1))
    const found = ports.find((each) => each.name === port && (each.protocol ?? 'TCP').toLowerCase() === protocol)
    if (!found || type !== 'SRV') return []
    const base = name.split('.').slice(2).join('.')
    if (!headless) return [{ name, type: 'SRV', value: `0 100 ${found.port} ${base}` }]
    return known.map((backend) => ({
      name,
      type: 'SRV' as const,
      value: `0 ${Math.floor(100 / known.length)} ${backend.port} ${labelOf(backend)}.${base}`,
    }))
  }
  if (type === 'SRV' && labels.length === 0) {
    return ports.map((port) => ({ name, type, value: `0 100 ${port.port} ${name}` }))
  }
  if (type !== 'A') return []
  if (labels.length === 0) {
    const addresses = headless ? [...new Set(known.map(({ address }) => address))] : clusterIP ? [clusterIP] : []
    return addresses.map((value) => ({ name, type, value }))
  }
  // One Pod of a headless Service: by its hostname, or by its address written with dashes.
  if (labels.length !== 1 || !headless) return []
  return known.filter((backend) => labelOf(backend) === labels[0]).map(({ address }) => ({ name, type, value: address }))
}

const labelOf = ({ hostname, address }: Backend) => hostname ?? address.replaceAll('.', '-')

/** `10-244-1-7.default.pod.cluster.local`: CoreDNS answers without asking whether such a Pod exists (`pods insecure`). */
function podRecords({ podCidr }: DnsView, name: string, label: string, type: DnsAnswer['type']): readonly DnsRecord[] {
  const address = label.replaceAll('-', '.')
  return type === 'A' && isIPv4(address) && inCidr(address, podCidr) ? [{ name, type, value: address }] : []
}

function pointers({ services }: DnsView, name: string): readonly DnsRecord[] {
  const address = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse().join('.')
  const pointer = (target: string): DnsRecord => ({ name: reverseName(address), type: 'PTR', value: `${target}.svc.${CLUSTER_DOMAIN}` })
  const service = services.byClusterIP(address)
  // A Pod is found by the names it has as an endpoint, one for each of its Services.
  return service ? [pointer(`${service.metadata.name}.${service.metadata.namespace}`)] : services.endpointNames(address).map(pointer)
}
