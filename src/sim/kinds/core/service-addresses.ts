import type { KindContext, KindDefinition } from '../../api/kind'
import type { Service, ServicePort } from '../../api/types/core-v1.gen'

/** Addresses of Services: 10.96.0.0/12, of which a real allocator hands out only what lies within reach of a /16 at random. */
const RANGE = { text: '10.96.0.0/12', first: [10, 96] as const, secondOctets: 16 }
const NODE_PORTS = { first: 30_000, last: 32_767 }

/** Why an address cannot be given to a Service; undefined when it can. */
export function addressProblem(ip: string, taken: ReadonlySet<string>): string | undefined {
  if (!inRange(ip))
    return `failed to allocate IP ${ip}: the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${RANGE.text}`
  return taken.has(ip) ? `failed to allocate IP ${ip}: provided IP is already allocated` : undefined
}

/** Why a node port cannot be given to a Service; undefined when it can. */
export function nodePortProblem(port: number, taken: ReadonlySet<string>, protocol: string): string | undefined {
  if (port < NODE_PORTS.first || port > NODE_PORTS.last)
    return `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`
  return taken.has(portKey(port, protocol)) ? 'provided port is already allocated' : undefined
}

function inRange(ip: string): boolean {
  const octets = ip.split('.').map(Number)
  const [first, second] = octets
  return octets.length === 4 && first === RANGE.first[0] && second! >= RANGE.first[1] && second! < RANGE.first[1] + RANGE.secondOctets
}

const portKey = (port: number, protocol = 'TCP') => `${protocol}/${port}`

/** What the Services of the cluster already hold, but for one of them. */
export interface Taken {
  readonly addresses: ReadonlySet<string>
  readonly nodePorts: ReadonlySet<string>
}

/** Looks through all Services but the one named. */
export function takenByOthers(kind: KindDefinition<Service>, { metadata }: Service, { read }: KindContext): Taken {
  const others = read.list(kind).filter((other) => other.metadata.name !== metadata.name || other.metadata.namespace !== metadata.namespace)
  return {
    addresses: new Set(others.flatMap(({ spec }) => spec.clusterIPs ?? [])),
    nodePorts: new Set(
      others.flatMap(({ spec }) => [
        ...(spec.ports ?? []).flatMap(({ nodePort, protocol }) => (nodePort ? [portKey(nodePort, protocol)] : [])),
        ...(spec.healthCheckNodePort ? [portKey(spec.healthCheckNodePort)] : []),
      ]),
    ),
  }
}

/** A free address, by chance: the first addresses of the range stay free for those that are asked for by name. */
export function freeAddress(taken: Taken, { random }: KindContext): string {
  for (;;) {
    const ip = `10.${RANGE.first[1] + random.int(RANGE.secondOctets)}.${random.int(256)}.${1 + random.int(254)}`
    // The lower 256 addresses of the range are kept for static use, as the allocator's bands have it.
    if (!ip.startsWith('10.96.0.') && !taken.addresses.has(ip)) return ip
  }
}

/** A free node port, by chance. */
export function freeNodePort(taken: ReadonlySet<string>, protocol: string, { random }: KindContext): number {
  for (;;) {
    const port = NODE_PORTS.first + random.int(NODE_PORTS.last - NODE_PORTS.first + 1)
    if (!taken.has(portKey(port, protocol))) return port
  }
}

/** Ports with a node port each: the one asked for, the one they had, or one by chance (two protocols of a port share theirs). */
export function withNodePorts(
  ports: readonly ServicePort[],
  old: readonly ServicePort[],
  taken: Taken,
  context: KindContext,
): readonly ServicePort[] {
  const used = new Set(taken.nodePorts)
  for (const { nodePort, protocol } of ports) if (nodePort) used.add(portKey(nodePort, protocol))
  return ports.map((port) => {
    if (port.nodePort) return port
    const protocol = port.protocol ?? 'TCP'
    const before = old.find((other) => other.port === port.port && (other.protocol ?? 'TCP') === protocol)?.nodePort
    const nodePort = before && !used.has(portKey(before, protocol)) ? before : freeNodePort(used, protocol, context)
    used.add(portKey(nodePort, protocol))
    return { ...port, nodePort }
  })
}
