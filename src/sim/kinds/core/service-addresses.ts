import type { KindContext, KindDefinition } from '../../api/kind'
import { internalError } from '../../api/status'
import type { Service, ServicePort } from '../../api/types/core-v1.gen'
import { ipv4Number, ipv4Text } from '../../formats/ip'
import { ipAddress } from '../networking/ip-address'
import { DEFAULT_RANGE, RANGES_SINCE, serviceRanges, type Range } from '../networking/service-ranges'

const NODE_PORTS = { first: 30_000, last: 32_767 }

/** Why an address cannot be given to a Service; undefined when it can. */
export function addressProblem(ip: string, { ranges, hasAddress, release }: Taken): string | undefined {
  const number = ipv4Number(ip)
  if (!ranges.some((range) => number >= range.first && number < range.first + range.size)) {
    const why =
      release[1] >= RANGES_SINCE
        ? 'the provided network does not match the current range'
        : `the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${DEFAULT_RANGE.text}`
    return `failed to allocate IP ${ip}: ${why}`
  }
  return hasAddress(ip) ? `failed to allocate IP ${ip}: provided IP is already allocated` : undefined
}

/** Why a node port cannot be given to a Service; undefined when it can. */
export function nodePortProblem(port: number, taken: ReadonlySet<string>, protocol: string): string | undefined {
  if (port < NODE_PORTS.first || port > NODE_PORTS.last)
    return `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`
  return taken.has(portKey(port, protocol)) ? 'provided port is already allocated' : undefined
}

const portKey = (port: number, protocol = 'TCP') => `${protocol}/${port}`

/** What the Services of the cluster already hold, but for one of them. */
export interface Taken {
  readonly hasAddress: (ip: string) => boolean
  readonly nodePorts: ReadonlySet<string>
  /** Where addresses may come from. */
  readonly ranges: readonly Range[]
  readonly release: KindContext['release']
}

/** Looks through all Services but the one named. */
export function takenByOthers(kind: KindDefinition<Service>, { metadata }: Service, context: KindContext): Taken {
  const { read, release } = context
  const others = read.list(kind).filter((other) => other.metadata.name !== metadata.name || other.metadata.namespace !== metadata.namespace)
  const addresses = new Set(others.flatMap(({ spec }) => spec.clusterIPs ?? []))
  return {
    hasAddress: (ip) => addresses.has(ip) || isHeldByAnother(ip, metadata, context),
    ranges: serviceRanges(context),
    release,
    nodePorts: new Set(
      others.flatMap(({ spec }) => [
        ...(spec.ports ?? []).flatMap(({ nodePort, protocol }) => (nodePort ? [portKey(nodePort, protocol)] : [])),
        ...(spec.healthCheckNodePort ? [portKey(spec.healthCheckNodePort)] : []),
      ]),
    ),
  }
}

/** Whether an IPAddress says that somebody else has it: another Service, or whatever a person made it for. */
function isHeldByAnother(ip: string, { namespace, name }: Service['metadata'], { read, release }: KindContext): boolean {
  const parent = release[1] >= RANGES_SINCE ? read.get(ipAddress, undefined, ip)?.spec?.parentRef : undefined
  return parent !== undefined && !(parent.resource === 'services' && parent.namespace === namespace && parent.name === name)
}

/** A free address, by chance: the first addresses of a range stay free, as long as others are, for those that are asked for by name. */
export function freeAddress({ ranges, hasAddress }: Taken, { random }: KindContext): string {
  const start = ranges.length > 1 ? random.int(ranges.length) : 0
  for (const range of [...ranges.slice(start), ...ranges.slice(0, start)]) {
    const bands = [
      { first: range.first + range.kept, size: range.size - range.kept },
      { first: range.first, size: range.kept },
    ]
    for (const { first, size } of bands.filter(({ size }) => size > 0)) {
      const offset = random.int(size)
      for (let step = 0; step < size; step++) {
        const ip = ipv4Text(first + ((offset + step) % size))
        if (!hasAddress(ip)) return ip
      }
    }
  }
  throw internalError('failed to allocate a serviceIP: range is full')
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
