import type { Node, Service } from '../../api/types/core-v1.gen'
import type { Endpoint } from '../../api/types/discovery-v1.gen'
import { milliValue } from '../../formats/quantity'

const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode'
const ZONE = 'topology.kubernetes.io/zone'
/** A zone may get this much more than its share before hints are given up. */
const OVERLOAD = 0.2

type Endpoints = Map<string, Endpoint>

/** Endpoints with the zones (or nodes) that had better use them, as the Service's `trafficDistribution` or topology mode asks. */
export function withHints(service: Service, endpoints: Endpoints, nodes: () => readonly Node[]): Endpoints {
  switch (service.spec.trafficDistribution) {
    case 'PreferClose':
    case 'PreferSameZone':
      return mapped(endpoints, ({ zone }) => (zone ? { forZones: [{ name: zone }] } : undefined))
    case 'PreferSameNode':
      return mapped(endpoints, ({ zone, nodeName }) => ({
        ...(zone && { forZones: [{ name: zone }] }),
        ...(nodeName && { forNodes: [{ name: nodeName }] }),
      }))
    default: {
      const mode = service.metadata.annotations?.[TOPOLOGY_MODE] ?? ''
      return /^auto$/i.test(mode) ? proportionally(endpoints, nodes()) : endpoints
    }
  }
}

function mapped(endpoints: Endpoints, hintsOf: (endpoint: Endpoint) => Endpoint['hints']): Endpoints {
  return new Map(
    [...endpoints].map(([uid, endpoint]) => {
      const hints = endpoint.conditions?.ready ? hintsOf(endpoint) : undefined
      return [uid, hints ? { ...endpoint, hints } : endpoint]
    }),
  )
}

/** Gives each zone endpoints in proportion to its CPUs, its own first; none at all when that cannot be done without overloading somebody. */
function proportionally(endpoints: Endpoints, nodes: readonly Node[]): Endpoints {
  const cpus = new Map<string, number>()
  for (const { metadata, status, spec } of nodes) {
    const zone = metadata.labels?.[ZONE]
    if (zone && !spec?.taints?.some((taint) => taint.key === 'node-role.kubernetes.io/control-plane'))
      cpus.set(zone, (cpus.get(zone) ?? 0) + milliValue(status?.allocatable?.['cpu'] ?? '0'))
  }
  const ready = [...endpoints.values()].filter((endpoint) => endpoint.conditions?.ready)
  const total = [...cpus.values()].reduce((sum, value) => sum + value, 0)
  if (cpus.size < 2 || ready.length < cpus.size || ready.some(({ zone }) => !zone) || total === 0) return endpoints
  const wanted = new Map([...cpus].map(([zone, cpu]) => [zone, (ready.length * cpu) / total]))
  const given = new Map<Endpoint, string>()
  const counts = new Map<string, number>([...cpus.keys()].map((zone) => [zone, 0]))
  const give = (endpoint: Endpoint, zone: string) => {
    given.set(endpoint, zone)
    counts.set(zone, counts.get(zone)! + 1)
  }
  for (const endpoint of ready)
    if ((counts.get(endpoint.zone!) ?? Infinity) < Math.ceil(wanted.get(endpoint.zone!) ?? 0)) give(endpoint, endpoint.zone!)
  for (const endpoint of ready) {
    if (given.has(endpoint)) continue
    const [neediest] = [...counts].sort(([a, x], [b, y]) => x / wanted.get(a)! - y / wanted.get(b)!)
    give(endpoint, neediest![0])
  }
  for (const [zone, share] of wanted) if (counts.get(zone)! === 0 || share / counts.get(zone)! > 1 + OVERLOAD) return endpoints
  return mapped(endpoints, (endpoint) => ({ forZones: [{ name: given.get(endpoint)! }] }))
}
