import type { Client, Identity, WatchEvent } from '../api/client'
import type { KubeletConnections } from '../api/connect'
import { createEventRecorder } from '../api/event-recorder'
import type { Pod } from '../api/types/core-v1.gen'
import type { Engine } from '../engine/engine'
import { event as eventKind } from '../kinds/core/event'
import { pod as podKind } from '../kinds/core/pod'
import type { Places } from '../network/places'
import type { ServiceIndex } from '../network/service-index'
import { createHost, type Host, type HostSurroundings } from './host'
import { createCatalogue } from './images/catalogue'
import type { Repository, ToolSet } from './images/image'
import { lateConnections } from './kubelet/late-connections'
import { join } from './joining'
import { realisticLatency, type Latency } from './kubelet/latency'
import type { HostFacts } from './node-object'
import { treeOf, type FileNode } from './os/file-nodes'
import type { Network } from './os/network'
import type { Program } from './os/syscalls'
import { systemProgram } from './programs/system'

export interface NodesOptions {
  readonly engine: Engine
  readonly clientFor: (identity: Identity) => Client
  readonly network: Network
  readonly services: ServiceIndex
  readonly places: Places
  /** Programs by the names that executable files carry: shell, tools, kubectl, what people's containers run. Asked before the system's own. */
  readonly programs: (name: string) => Program | undefined
  /** The command-line tools of a tool set: path → program file. */
  readonly toolFiles: (set: ToolSet) => Readonly<Record<string, FileNode>>
  /** Files of a host besides what every host has: tools, kubeconfig, manifests. */
  readonly hostFiles: (facts: HostFacts) => Readonly<Record<string, FileNode>>
  /** `1.36` and `v1.36.0`. */
  readonly release: string
  readonly version: string
  readonly clusterDns: string
  readonly disks: HostSurroundings['disks']
  readonly claimed: HostSurroundings['claimed']
  readonly volumesInUse: HostSurroundings['volumesInUse']
  readonly token: HostSurroundings['token']
  readonly latency?: Latency
  /** More images than the catalogue has: a lesson's. */
  readonly images?: readonly Repository[]
}

/** The machines of a cluster. */
export interface Nodes {
  readonly hosts: ReadonlyMap<string, Host>
  /** Names of machines that are on their way in. */
  readonly joining: ReadonlySet<string>
  /** Sets up a machine; its kubelet registers the Node. */
  add(facts: HostFacts): Host
  /** The same for a machine that joins a running cluster: it must first get a certificate from it. */
  join(facts: HostFacts, joined?: () => void): void
  /** Switches a machine off and forgets it. Its Node stays until somebody deletes it. */
  remove(name: string): void
  /** The kubelet's side of logs, exec, attach and port-forward; undefined when no kubelet answers. */
  connections(nodeName: string): KubeletConnections | undefined
}

/** Each of two machines can call the other by its name, as their administrator arranged it. */
function introduce(one: Host, other: Host) {
  const line = ({ facts }: Host) => `${facts.address}\t${facts.name}\n`
  one.files.write('/etc/hosts', line(other), { append: true })
  other.files.write('/etc/hosts', line(one), { append: true })
}

/** The node part of a cluster: hosts with kubelets, fed by one watch on Pods. */
export function createNodes(options: NodesOptions): Nodes {
  const { engine, clientFor } = options
  const hosts = new Map<string, Host>()
  const joining = new Set<string>()
  const catalogue = createCatalogue(options.toolFiles, options.images)
  const programs = (name: string) => options.programs(name) ?? systemProgram(name)
  const around: HostSurroundings = {
    engine,
    network: options.network,
    services: options.services,
    places: options.places,
    catalogue,
    programs,
    latency: options.latency ?? realisticLatency,
    release: options.release,
    version: options.version,
    clusterDns: options.clusterDns,
    disks: options.disks,
    claimed: options.claimed,
    volumesInUse: options.volumesInUse,
    token: options.token,
  }

  // One watch serves all kubelets: each real one watches its own node's Pods, which comes to the same and costs less here.
  clientFor({ user: 'system:nodes', groups: ['system:nodes', 'system:masters'], manager: 'kubelet' }).watch<Pod>(podKind, (events) => {
    for (const event of events) dispatch(event)
  })
  function dispatch(event: WatchEvent<Pod>) {
    const { nodeName } = event.object.spec
    const host = nodeName === undefined ? undefined : hosts.get(nodeName)
    if (host?.connected) host.kubelet.seen(event)
  }

  const nodes: Nodes = {
    hosts,
    add(facts) {
      const client = clientFor({
        user: `system:node:${facts.name}`,
        groups: ['system:nodes', 'system:authenticated'],
        manager: 'kubelet',
        reaches: () => hosts.get(facts.name)?.connected ?? true,
      })
      const recorder = createEventRecorder(client, { engine, kind: eventKind, component: 'kubelet', host: facts.name })
      const host = createHost(
        around,
        facts,
        treeOf({ ...options.toolFiles('host'), ...options.hostFiles(facts) }, engine.nowMs),
        client,
        recorder,
      )
      for (const other of hosts.values()) introduce(host, other)
      hosts.set(facts.name, host)
      return host
    },
    joining,
    join(facts, joined) {
      joining.add(facts.name)
      join(engine, clientFor, facts, () => {
        joining.delete(facts.name)
        nodes.add(facts)
        joined?.()
      })
    },
    remove(name) {
      const host = hosts.get(name)
      host?.powerOff()
      if (host) options.places.detach(host.facts.address)
      hosts.delete(name)
    },
    connections(nodeName) {
      const host = hosts.get(nodeName)
      return host?.kubelet.running && host.connected ? lateConnections.code(host) : undefined
    },
  }
  return nodes
}
