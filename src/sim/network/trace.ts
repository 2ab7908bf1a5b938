/** One step of a connection's way, in the words of whoever took it. */
export interface Hop {
  /** `dns`, `service`, `endpoint`, `node-port`, `policy`, `arrived`, `refused`, `lost`. */
  readonly at: 'dns' | 'service' | 'endpoint' | 'node-port' | 'external-ip' | 'policy' | 'arrived' | 'refused' | 'lost'
  readonly text: string
}

/** The way of one connection attempt, for the traffic view. */
export interface ConnectionTrace {
  readonly timeMs: number
  readonly from: string
  readonly to: string
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
  readonly hops: readonly Hop[]
  readonly outcome: 'connected' | string
}

/** The last traces; older ones are forgotten. */
export interface Traces {
  add(trace: ConnectionTrace): void
  latest(): readonly ConnectionTrace[]
}

export function createTraces(kept = 500): Traces {
  const ring: ConnectionTrace[] = []
  let next = 0
  return {
    add(trace) {
      ring[next] = trace
      next = (next + 1) % kept
    },
    latest: () => [...ring.slice(next), ...ring.slice(0, next)],
  }
}
