import type { Serve } from '../../api/http'
import type { DnsAnswer } from './calls'
import type { SmallMap } from './small-map'
import type { Listener } from './socket'

/** One place on the simulated network: a host's own stack, or the sandbox that the containers of a Pod share. */
export interface NetworkNamespace {
  /** For traces: `host/node01` or `pod/default/web-…`. */
  readonly name: string
  /** Interfaces besides `lo`; empty until the sandbox has its address. */
  readonly interfaces: readonly { readonly interface: string; readonly address: string }[]
  /** Who listens here, by `socketName`. */
  readonly listeners: SmallMap<string, Listener>
  /** A file of whoever asks, for `/etc/hosts` and `/etc/resolv.conf`; undefined when it is not there. */
  readFile(path: string): string | undefined
}

const names = { tcp: new Map<number, string>(), udp: new Map<number, string>() }

/** `tcp:80`: under what a namespace keeps who listens on a port. Made once a port: every connection asks for one. */
export function socketName(protocol: 'tcp' | 'udp', port: number): string {
  let name = names[protocol].get(port)
  if (name === undefined) names[protocol].set(port, (name = `${protocol}:${port}`))
  return name
}

export interface DnsQuery {
  readonly name: string
  readonly type: DnsAnswer['type']
  /** Ask this server instead of those in /etc/resolv.conf. */
  readonly server?: string
  /** Apply the search list of /etc/resolv.conf (default) or take the name as it is. */
  readonly search?: boolean
}

/** An answer that takes its time: the kernel lets `delayMs` pass before the caller sees it. */
export interface Delayed<T> {
  readonly delayMs: number
  readonly answer: T
}

/** What a connection attempt ends in: a listener, or an error code such as ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ENOTFOUND. */
export type ConnectAnswer = { readonly listener: Listener; readonly peer: string; readonly local: string } | { readonly error: string }

/** The way to an API server found behind `host:port`, or an error code. */
export type ApiAnswer = { readonly serve: Serve; readonly from: string } | { readonly error: string }

/** The network as the kernels of all machines see it; implemented under src/sim/network/. */
export interface Network {
  resolve(from: NetworkNamespace, query: DnsQuery): Delayed<readonly DnsAnswer[] | { readonly error: string }>
  /** `host` is a name or an address; names are resolved from `from`. */
  connect(from: NetworkNamespace, host: string, port: number, protocol: 'tcp' | 'udp'): Delayed<ConnectAnswer>
  /** Where `fetch` and `upgrade` go. */
  api(from: NetworkNamespace, host: string, port: number): Delayed<ApiAnswer>
}
