import type { Client } from '../api/client'
import type { Serve } from '../api/http'
import type { Pod, Service } from '../api/types/core-v1.gen'
import type { NetworkPolicy } from '../api/types/networking-v1.gen'
import type { Engine } from '../engine/engine'
import { namespace as namespaceKind } from '../kinds/core/namespace'
import { pod as podKind } from '../kinds/core/pod'
import type { DnsAnswer } from '../node/os/calls'
import { socketName, type ConnectAnswer, type Delayed, type DnsQuery, type Network, type NetworkNamespace } from '../node/os/network'
import type { Listener } from '../node/os/socket'
import { inCidr, isAddress } from './address'
import { answerClusterName } from './cluster-dns'
import { allowedByPolicies, type Peer } from './network-policy'
import type { ServerBlock } from './corefile'
import type { Internet } from './late-internet'
import { createPlaces, type Place, type Places } from './places'
import { addressInHosts, candidates, nameInHosts, parseResolvConf } from './resolver'
import { createServiceIndex, type Backend, type ServiceHit, type ServiceIndex } from './service-index'
import { createTraces, type Hop, type Traces } from './trace'

export interface ClusterNetworkOptions {
  readonly engine: Engine
  readonly client: Client
  readonly serviceCidr: string
  readonly podCidr: string
  readonly policies: () => readonly NetworkPolicy[]
  /** The API server behind a host's address and port, while it runs there. */
  readonly apiServerAt: (address: string, port: number) => Serve | undefined
  /** The world outside the cluster: an address for a name, a listener for an address and port. */
  readonly outside?: {
    readonly resolve: (name: string) => string | undefined
    readonly listener: (address: string, port: number) => Listener | undefined
    /** The same for HTTP clients. */
    readonly serve: (address: string, port: number) => Serve | undefined
    /** How CoreDNS reads its configuration and answers by it, once that code is there. */
    readonly configuredDns: () => Pick<Internet, 'parseCorefile' | 'answerByCorefile'> | undefined
    /** What kube-proxy tells load balancers at a Service's health check port about the endpoints of one node. */
    readonly health: (service: Service, localEndpoints: number) => Listener | undefined
  }
}

/** The cluster's network: who is where, and how each connection finds its way. */
export interface ClusterNetwork extends Network {
  readonly places: Places
  readonly services: ServiceIndex
  readonly traces: Traces
}

/** Milliseconds: within a node, between nodes, to the outside; how long a lost packet is waited for. */
const latency = { local: 0.2, remote: 0.6, outside: 20, dns: 1, refusedMs: 0.4, noRouteMs: 3000, lostMs: 130_000, dnsTimeoutMs: 10_000 }

/** Addresses that nobody outside has: private networks, and those that documentation uses. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24']

/** Where an attempt ended, before anybody connects. */
type Way =
  | { readonly listener: Listener; readonly delayMs: number; readonly peer: string; readonly local: string }
  | { readonly error: string; readonly delayMs: number }

export function createClusterNetwork(options: ClusterNetworkOptions): ClusterNetwork {
  const { engine, client } = options
  const places = createPlaces()
  const services = createServiceIndex(client)
  const traces = createTraces()
  /** Which backend a client address was sent to, for `sessionAffinity: ClientIP`. */
  const affinity = new Map<string, { address: string; untilMs: number }>()

  const podOf = (place: Place | undefined): Pod | undefined => place?.pod && client.get(podKind, place.pod.namespace, place.pod.name)
  const peerOf = (place: Place | undefined, address: string): Peer => ({ address, ...(place?.pod && { pod: podOf(place) }) })

  function policyAllows(from: Place | undefined, to: Place, port: number, protocol: 'tcp' | 'udp'): boolean {
    const policies = options.policies()
    if (policies.length === 0) return true
    // What a node sends to its own Pods (probes, for one) is never held up.
    if (from && !from.pod && from.node === to.node) return true
    const namespaceLabels = (name: string) => client.get(namespaceKind, undefined, name)?.metadata.labels ?? {}
    return allowedByPolicies(
      { policies, namespaceLabels },
      peerOf(from, from?.address ?? ''),
      peerOf(to, to.address),
      port,
      protocol.toUpperCase(),
    )
  }

  // ---- services ----

  function choose(hit: ServiceHit, from: Place | undefined, atNode: string | undefined, hops: Hop[]): Backend | 'none' | 'drop' {
    const { service, port, external } = hit
    const all = services.backends(service, port)
    let usable = all.filter(({ ready }) => ready)
    // With nobody ready, those that are still serving while they terminate are better than nothing.
    if (usable.length === 0) usable = all.filter(({ terminating }) => terminating)
    const local = external ? service.spec.externalTrafficPolicy === 'Local' : service.spec.internalTrafficPolicy === 'Local'
    const node = external ? atNode : from?.node
    if (local && node !== undefined) {
      usable = usable.filter((backend) => backend.node === node)
      if (usable.length === 0 && all.length > 0) return 'drop'
    }
    if (usable.length === 0) return 'none'
    const backend = sticky(service, from?.address ?? 'outside', usable) ?? engine.random.pick(usable)
    remember(service, from?.address ?? 'outside', backend)
    hops.push({ at: 'endpoint', text: `${backend.address}:${backend.port}` })
    return backend
  }

  const affinityKey = ({ metadata }: Service, who: string) => `${metadata.uid} ${who}`
  function sticky(service: Service, who: string, usable: readonly Backend[]): Backend | undefined {
    if (service.spec.sessionAffinity !== 'ClientIP') return undefined
    const known = affinity.get(affinityKey(service, who))
    return known && known.untilMs > engine.nowMs ? usable.find(({ address }) => address === known.address) : undefined
  }
  function remember(service: Service, who: string, { address }: Backend) {
    if (service.spec.sessionAffinity !== 'ClientIP') return
    const seconds = service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800
    affinity.set(affinityKey(service, who), { address, untilMs: engine.nowMs + seconds * 1000 })
  }

  // ---- one connection ----

  /** The way from a place to an address. Nothing is connected yet; `hops` collects what happened. */
  function way(
    from: Place | undefined,
    namespace: NetworkNamespace,
    address: string,
    port: number,
    protocol: 'tcp' | 'udp',
    hops: Hop[],
  ): Way {
    const own = from?.address ?? namespace.interfaces[0]?.address ?? '127.0.0.1'
    if (inCidr(address, '127.0.0.0/8') || address === '0.0.0.0') {
      const nodePort = from && !from.pod ? services.findNodePort(port, protocol.toUpperCase()) : undefined
      if (nodePort) return throughService(nodePort, from, namespace, from!.node, protocol, hops)
      return toListener(namespace.listeners, own, '127.0.0.1', address, port, protocol, hops)
    }
    if (from && !from.connected() && address !== own) return lost(hops, 'the host has no network')
    const hit = services.find(address, port, protocol.toUpperCase())
    if (hit) return throughService(hit, from, namespace, undefined, protocol, hops)
    // A cluster address has no machine behind it: what no Service port takes is nobody's.
    if (inCidr(address, options.serviceCidr)) return lost(hops, `no Service has ${address}:${port}`)
    const target = places.at(address)
    if (!target) return outside(address, port, hops)
    if (!target.pod) {
      const nodePort = services.findNodePort(port, protocol.toUpperCase())
      if (nodePort && target.connected()) {
        hops.push({ at: 'node-port', text: `${target.name}:${port}` })
        return throughService(nodePort, from, namespace, target.node, protocol, hops)
      }
      const checked = protocol === 'tcp' && target.connected() ? services.findHealthCheck(port) : undefined
      const answers = checked && options.outside?.health(checked, localEndpoints(checked, target.node))
      if (answers) return { listener: answers, delayMs: latency.local, peer: own, local: address }
    }
    return toPlace(from, own, target, port, protocol, hops)
  }

  const localEndpoints = (service: Service, node: string) =>
    new Set(
      services
        .endpoints(service)
        .filter((backend) => backend.ready && backend.node === node)
        .map(({ address }) => address),
    ).size

  /** Whose address a backend sees. What comes in from outside for any node's endpoints wears the address of the node that takes it in, so that answers come back there. */
  function sourceOf(hit: ServiceHit, from: Place | undefined, namespace: NetworkNamespace, atNode: string | undefined): string {
    const own = from?.address ?? namespace.interfaces[0]?.address ?? ''
    const node = atNode ?? from?.node
    if (!hit.external || node === undefined || hit.service.spec.externalTrafficPolicy === 'Local') return own
    return places.host(node)?.address ?? own
  }

  function throughService(
    hit: ServiceHit,
    from: Place | undefined,
    namespace: NetworkNamespace,
    atNode: string | undefined,
    protocol: 'tcp' | 'udp',
    hops: Hop[],
  ): Way {
    const { metadata } = hit.service
    hops.push({ at: 'service', text: `${metadata.namespace}/${metadata.name}:${hit.port.port}` })
    const backend = choose(hit, from, atNode, hops)
    if (backend === 'drop') return lost(hops, 'no endpoint on this node')
    if (backend === 'none') return refused(hops, 'no endpoints')
    const target = places.at(backend.address)
    if (!target) return outside(backend.address, backend.port, hops)
    return toPlace(from, sourceOf(hit, from, namespace, atNode), target, backend.port, protocol, hops)
  }

  function toPlace(from: Place | undefined, own: string, target: Place, port: number, protocol: 'tcp' | 'udp', hops: Hop[]): Way {
    if (!target.connected()) return lost(hops, `${target.name} does not answer`)
    if (!policyAllows(from, target, port, protocol)) {
      hops.push({ at: 'policy', text: 'a NetworkPolicy does not allow it' })
      return lost(hops, 'dropped')
    }
    const delayMs = from?.node === target.node ? latency.local : latency.remote
    return toListener(target.namespace.listeners, own, own, target.address, port, protocol, hops, delayMs)
  }

  function toListener(
    listeners: ReadonlyMap<string, Listener>,
    own: string,
    peer: string,
    address: string,
    port: number,
    protocol: 'tcp' | 'udp',
    hops: Hop[],
    delayMs?: number,
  ): Way {
    const listener = listeners.get(socketName(protocol, port))
    const takes =
      listener &&
      (listener.address === '0.0.0.0' ||
        listener.address === '::' ||
        listener.address === address ||
        (inCidr(address, '127.0.0.0/8') && inCidr(listener.address, '127.0.0.0/8')))
    if (!takes) {
      hops.push({ at: 'refused', text: `nobody listens on ${address}:${port}` })
      return { error: 'ECONNREFUSED', delayMs: delayMs ?? latency.refusedMs }
    }
    hops.push({ at: 'arrived', text: `${address}:${port}` })
    return { listener, delayMs: delayMs ?? latency.local, peer, local: own === peer ? address : own }
  }

  function outside(address: string, port: number, hops: Hop[]): Way {
    const listener = options.outside?.listener(address, port)
    if (listener) {
      hops.push({ at: 'arrived', text: `${address}:${port} outside the cluster` })
      return { listener, delayMs: latency.outside, peer: address, local: address }
    }
    hops.push({ at: 'lost', text: `nobody has the address ${address}` })
    return inCidr(address, options.podCidr) || inCidr(address, '172.16.0.0/12')
      ? { error: 'EHOSTUNREACH', delayMs: latency.noRouteMs }
      : { error: 'ETIMEDOUT', delayMs: latency.lostMs }
  }

  const refused = (hops: Hop[], text: string): Way => (
    hops.push({ at: 'refused', text }),
    { error: 'ECONNREFUSED', delayMs: latency.refusedMs }
  )
  const lost = (hops: Hop[], text: string): Way => (hops.push({ at: 'lost', text }), { error: 'ETIMEDOUT', delayMs: latency.lostMs })

  // ---- names ----

  function resolve(namespace: NetworkNamespace, query: DnsQuery): Delayed<readonly DnsAnswer[] | { readonly error: string }> {
    const hosts = namespace.readFile('/etc/hosts') ?? ''
    if (query.server === undefined) {
      const known = query.type === 'A' ? addressInHosts(hosts, query.name) : undefined
      if (known) return { delayMs: 0, answer: [{ name: query.name, type: 'A', value: known, server: 'files' }] }
      const name = query.type === 'PTR' && isAddress(query.name) ? nameInHosts(hosts, query.name) : undefined
      if (name) return { delayMs: 0, answer: [{ name: query.name, type: 'PTR', value: name, server: 'files' }] }
    }
    const config = parseResolvConf(namespace.readFile('/etc/resolv.conf') ?? '')
    const server =
      query.server === undefined ? config.nameservers[0] : isAddress(query.server) ? query.server : firstAddress(namespace, query.server)
    if (server === undefined) return { delayMs: 0, answer: { error: 'ETIMEDOUT' } }
    const answers = askServer(namespace, server)
    if (!answers) return { delayMs: latency.dnsTimeoutMs, answer: { error: 'ETIMEDOUT' } }
    const name = query.type === 'PTR' && isAddress(query.name) ? `${query.name.split('.').reverse().join('.')}.in-addr.arpa` : query.name
    let delayMs = 0
    for (const candidate of candidates(name, config, query.search ?? true)) {
      delayMs += latency.dns
      const records = answers(candidate, query.type)
      if (records.length > 0) return { delayMs, answer: records.map((record) => ({ ...record, server: `${server}#53` })) }
    }
    return { delayMs, answer: [] }
  }

  /** What a DNS server answers, or undefined when none answers at this address: the cluster's own while one of its Pods is ready, or the outside's. */
  function askServer(
    namespace: NetworkNamespace,
    server: string,
  ): ((name: string, type: DnsAnswer['type']) => readonly Omit<DnsAnswer, 'server'>[]) | undefined {
    const from = places.of(namespace)
    const outsideAnswer = (name: string, type: DnsAnswer['type']) => {
      const value = type === 'A' ? options.outside?.resolve(name.toLowerCase()) : undefined
      return value === undefined ? [] : [{ name, type, value }]
    }
    const hit = services.find(server, 53, 'UDP')
    const target = hit ? undefined : places.at(server)
    if (hit || target?.pod) {
      if (from && !from.connected()) return undefined
      const backend = hit && choose(hit, from, undefined, [])
      const place = backend === undefined ? target : backend === 'none' || backend === 'drop' ? undefined : places.at(backend.address)
      if (!place?.connected() || !policyAllows(from, place, 53, 'udp')) return undefined
      const view = { services, podCidr: options.podCidr }
      // Each server reads its file when it changes, whether it is the one that is asked or not.
      if (hit) for (const { address } of services.backends(hit.service, hit.port)) readCorefileOf(address)
      const configured = corefileAt(place)
      return function answer(name, type): readonly Omit<DnsAnswer, 'server'>[] {
        const records = configured
          ? answerConfigured(configured, place, from?.address ?? '', name, type)
          : answerClusterName(view, name, type)
        if (!records) return outsideAnswer(name, type)
        const [first] = records
        // An alias is followed, as a resolver would.
        return first?.type === 'CNAME' && type === 'A' ? [first, ...answer(first.value, type)] : records
      }
    }
    const unreachable = [options.serviceCidr, ...PRIVATE].some((range) => inCidr(server, range))
    return unreachable || target || (from && !from.connected()) ? undefined : outsideAnswer
  }

  /** The configuration that each CoreDNS runs with: the last one it could read, or its first where it does not read anew. */
  const corefiles = new Map<string, { readonly text: string; readonly blocks: readonly ServerBlock[] }>()

  function readCorefileOf(address: string) {
    const place = places.at(address)
    if (place) corefileAt(place)
  }

  function corefileAt({ address, inside }: Place): readonly ServerBlock[] | undefined {
    const text = inside?.read('/etc/coredns/Corefile')
    const known = corefiles.get(address)
    if (text === undefined || text === known?.text) return known?.blocks
    if (known && !known.blocks.some(({ plugins }) => plugins.some(({ name }) => name === 'reload'))) return known.blocks
    const blocks = options.outside?.configuredDns()?.parseCorefile(text)
    if (blocks === undefined || typeof blocks === 'string') return known?.blocks
    corefiles.set(address, { text, blocks })
    return blocks
  }

  function answerConfigured(blocks: readonly ServerBlock[], place: Place, asker: string, name: string, type: DnsAnswer['type']) {
    const verdict = options.outside!.configuredDns()!.answerByCorefile(
      blocks,
      {
        cluster: (each, wanted) => answerClusterName({ services, podCidr: options.podCidr }, each, wanted),
        upstream: (server, each, wanted) => askServer(place.namespace, server)?.(each, wanted),
        file: (path) => place.inside?.read(path),
      },
      name,
      type,
    )
    if (verdict.logged) {
      const flags = verdict.code === 'NOERROR' || verdict.code === 'NXDOMAIN' ? 'qr,aa,rd' : 'qr,rd'
      const [port, id] = [30_000 + engine.random.int(30_000), engine.random.int(65_536)]
      place.inside?.say(
        `[INFO] ${asker}:${port} - ${id} "${type} IN ${name}. udp ${name.length + 18} false 512" ${verdict.code} ${flags} ${name.length + 34} 0.000112s\n`,
      )
    }
    return verdict.records
  }

  /** The address a name leads to from a place, or undefined. */
  function firstAddress(namespace: NetworkNamespace, name: string): string | undefined {
    const { answer } = resolve(namespace, { name, type: 'A' })
    return 'error' in answer ? undefined : answer.find(({ type }) => type === 'A')?.value
  }

  function addressOf(namespace: NetworkNamespace, host: string): Delayed<string | { readonly error: string }> {
    if (isAddress(host)) return { delayMs: 0, answer: host }
    if (host === 'localhost') return { delayMs: 0, answer: '127.0.0.1' }
    const { delayMs, answer } = resolve(namespace, { name: host, type: 'A' })
    if ('error' in answer) return { delayMs, answer: { error: 'EAI_AGAIN' } }
    const addresses = answer.filter(({ type }) => type === 'A')
    return { delayMs, answer: addresses.length > 0 ? engine.random.pick(addresses).value : { error: 'ENOTFOUND' } }
  }

  function connect(namespace: NetworkNamespace, host: string, port: number, protocol: 'tcp' | 'udp'): Delayed<ConnectAnswer> {
    const from = places.of(namespace)
    const hops: Hop[] = []
    const found = addressOf(namespace, host)
    const finish = (delayMs: number, answer: ConnectAnswer): Delayed<ConnectAnswer> => {
      traces.add({
        timeMs: engine.nowMs,
        from: namespace.name,
        to: host,
        port,
        protocol,
        hops,
        outcome: 'error' in answer ? answer.error : 'connected',
      })
      return { delayMs: found.delayMs + delayMs, answer }
    }
    if (typeof found.answer !== 'string') return finish(0, found.answer)
    if (found.answer !== host) hops.push({ at: 'dns', text: `${host} is ${found.answer}` })
    const end = way(from, namespace, found.answer, port, protocol, hops)
    return finish(end.delayMs, 'error' in end ? { error: end.error } : { listener: end.listener, peer: end.peer, local: end.local })
  }

  return {
    places,
    services,
    traces,
    resolve,
    connect,
    api(namespace, host, port) {
      const found = addressOf(namespace, host)
      if (typeof found.answer !== 'string') return { delayMs: found.delayMs, answer: found.answer }
      const from = places.of(namespace)
      const hit = services.find(found.answer, port, 'TCP')
      const backend = hit && choose(hit, from, undefined, [])
      if (backend === 'none') return { delayMs: latency.refusedMs, answer: { error: 'ECONNREFUSED' } }
      if (backend === 'drop' || (from && !from.connected() && !inCidr(found.answer, '127.0.0.0/8')))
        return { delayMs: latency.lostMs, answer: { error: 'ETIMEDOUT' } }
      const address = backend?.address ?? (inCidr(found.answer, '127.0.0.0/8') ? (from?.address ?? found.answer) : found.answer)
      const target = places.at(address)
      if (target && !policyAllows(from, target, backend?.port ?? port, 'tcp'))
        return { delayMs: latency.lostMs, answer: { error: 'ETIMEDOUT' } }
      const known = options.apiServerAt(address, backend?.port ?? port)
      const serve = known ?? (target ? undefined : options.outside?.serve(address, port))
      const delayMs = found.delayMs + (known || !serve ? latency.remote : latency.outside)
      return { delayMs, answer: serve ? { serve, from: from?.address ?? '' } : { error: target ? 'ECONNREFUSED' : 'EHOSTUNREACH' } }
    },
  }
}
