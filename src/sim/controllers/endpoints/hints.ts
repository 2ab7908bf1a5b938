import type { Node, Service } from '../../api/types/core-v1.gen'
import type { Endpoint } from '../../api/types/discovery-v1.gen'
import { milliValue } from '../../formats/quantity'
import type { Step } from '../controller'
import { say } from '../steps'
import { TOPOLOGY_MODE } from './late-hints'

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane'
const ZONE = 'topology.kubernetes.io/zone'
/** A zone may get this much more than its share before hints are given up. */
const OVERLOAD = 0.2
const OVERLOADED = 'Unable to allocate minimum required endpoints to each zone without exceeding overload threshold'

type Endpoints = Map<string, Endpoint>

/** Endpoints with their hints; or why there are none although the Service asks for them by its topology mode. */
interface Hinted {
  readonly endpoints: Endpoints
  readonly trouble?: string
}

/** Endpoints with the zones (or nodes) that had better use them, as the Service's `trafficDistribution` or topology mode asks. */
export function withHints(service: Service, endpoints: Endpoints, nodes: () => readonly Node[]): Hinted {
  switch (service.spec.trafficDistribution) {
    case 'PreferClose':
    case 'PreferSameZone':
      return { endpoints: mapped(endpoints, ({ zone }) => (zone ? { forZones: [{ name: zone }] } : undefined)) }
    case 'PreferSameNode':
      return {
        endpoints: mapped(endpoints, ({ zone, nodeName }) => ({
          ...(zone && { forZones: [{ name: zone }] }),
          ...(nodeName && { forNodes: [{ name: nodeName }] }),
        })),
      }
    default: {
      if (!asksForZones(service)) return { endpoints }
      const hinted = proportionally(endpoints, nodes())
      return typeof hinted === 'string' ? { endpoints, trouble: hinted } : { endpoints: hinted }
    }
  }
}

const asksForZones = ({ spec, metadata }: Service) =>
  !spec.trafficDistribution && /^auto$/i.test(metadata.annotations?.[TOPOLOGY_MODE] ?? '')

/** What the Service's owner is told when hints by topology mode come and go, or cannot be given. */
export function hintNews(service: Service, family: string, hadHints: boolean, { trouble }: Hinted): Step[] {
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string) => [say(type, reason, `${message}, addressType: ${family}`)]
  if (trouble !== undefined) return tell('Warning', 'TopologyAwareHintsDisabled', trouble)
  if (asksForZones(service)) return hadHints ? [] : tell('Normal', 'TopologyAwareHintsEnabled', 'Topology Aware Hints has been enabled')
  if (!hadHints || service.spec.trafficDistribution) return []
  return tell('Normal', 'TopologyAwareHintsDisabled', 'Topology Aware Hints has been disabled')
}

function mapped(endpoints: Endpoints, hintsOf: (endpoint: Endpoint) => Endpoint['hints']): Endpoints {
  return new Map(
    [...endpoints].map(([uid, endpoint]) => {
      const hints = endpoint.conditions?.ready ? hintsOf(endpoint) : undefined
      return [uid, hints ? { ...endpoint, hints } : endpoint]
    }),
  )
}

/** Gives each zone endpoints in proportion to its CPUs, its own first; says why when that cannot be done without overloading somebody. */
function proportionally(endpoints: Endpoints, nodes: readonly Node[]): Endpoints | string {
  const cpus = new Map<string, number>()
  for (const { metadata, status } of nodes) {
    if (
      metadata.labels?.[CONTROL_PLANE] !== undefined ||
      !status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')
    )
      continue
    const zone = metadata.labels?.[ZONE]
    const cpu = milliValue(status.allocatable?.['cpu'] ?? '0')
    if (!zone || cpu === 0) return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes'
    cpus.set(zone, (cpus.get(zone) ?? 0) + cpu)
  }
  const ready = [...endpoints.values()].filter((endpoint) => endpoint.conditions?.ready)
  const total = [...cpus.values()].reduce((sum, value) => sum + value, 0)
  if (cpus.size === 0) return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes'
  if (cpus.size < 2) return 'Nodes only ready in one zone'
  if (ready.length < cpus.size) return 'Insufficient number of endpoints'
  if (ready.some(({ zone }) => !zone)) return 'One or more endpoints do not have a zone specified'
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
  for (const [zone, share] of wanted) if (counts.get(zone)! === 0 || share / counts.get(zone)! > 1 + OVERLOAD) return OVERLOADED
  return mapped(endpoints, (endpoint) => ({ forZones: [{ name: given.get(endpoint)! }] }))
}
