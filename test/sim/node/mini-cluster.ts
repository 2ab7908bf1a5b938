import { parseYamlDocuments } from '../../../src/sim/formats/yaml'
import type { KindDefinition } from '../../../src/sim/api/kind'
import type { KubeObject } from '../../../src/sim/api/object'
import { createApiServer } from '../../../src/sim/api/server'
import type { Event, Pod } from '../../../src/sim/api/types/core-v1.gen'
import type { NetworkPolicy } from '../../../src/sim/api/types/networking-v1.gen'
import { createEngine } from '../../../src/sim/engine/engine'
import { parseGoDuration } from '../../../src/sim/formats/duration'
import { allKinds } from '../../../src/sim/kinds/all'
import { event } from '../../../src/sim/kinds/core/event'
import { pod } from '../../../src/sim/kinds/core/pod'
import { subresourceHandlers } from '../../../src/sim/kinds/subresource-handlers'
import { createClusterNetwork } from '../../../src/sim/network/cluster-network'
import { createNodes } from '../../../src/sim/node/nodes'
import { programFile, type FileNode } from '../../../src/sim/node/os/file-nodes'
import { containerProgram } from '../../../src/sim/node/programs/table'
import { createStorage } from '../../../src/sim/storage/storage'
import { busyboxTools } from '../../../src/sim/shell/tools/all'

const clusterScoped = new Set(['Namespace', 'Node', 'PersistentVolume', 'RuntimeClass', 'StorageClass'])

/** An API server, a network and two nodes: no scheduler, no controllers. Pods say themselves where they run. */
export function miniCluster(options: { images?: Parameters<typeof createNodes>[0]['images'] } = {}) {
  const engine = createEngine({ seed: 5, startMs: Date.UTC(2026, 0, 1) })
  const policies: NetworkPolicy[] = []
  const server = createApiServer({
    engine,
    kinds: allKinds as unknown as readonly KindDefinition<never>[], // the list forgets which kind each is for
    subresourceHandlers,
    kubelets: (name) => nodes.connections(name),
  })
  const client = server.client({ user: 'admin', groups: ['system:masters'], manager: 'test' })
  for (const name of ['default', 'kube-system', 'kube-node-lease']) create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  const network = createClusterNetwork({
    engine,
    client,
    serviceCidr: '10.96.0.0/12',
    podCidr: '192.168.0.0/16',
    policies: () => policies,
    apiServerAt: () => undefined,
  })
  const files: Record<string, FileNode> = Object.fromEntries(
    Object.keys(busyboxTools).map((name) => [`/bin/${name}`, programFile(`tool:${name}`)]),
  )
  const storage = createStorage({ engine, clientFor: server.client, hostFiles: (name) => nodes.hosts.get(name)?.files })
  const nodes = createNodes({
    engine,
    clientFor: server.client,
    network,
    services: network.services,
    places: network.places,
    programs: (name) =>
      name.startsWith('tool:') ? busyboxTools[name.slice(5)] : (containerProgram(name) ?? busyboxTools[name.split('/')[0]!]),
    toolFiles: (set) => (set === 'none' ? {} : files),
    hostFiles: () => ({}),
    release: '1.36',
    version: 'v1.36.0',
    clusterDns: '10.96.0.10',
    disks: storage.disks,
    claimed: storage.claimed,
    volumesInUse: storage.inUse,
    token: () => () => 'a-token',
    images: options.images,
  })
  const facts = { controlPlane: false, region: 'tokyo', cpu: 4, memoryGiB: 8, diskGiB: 40 }
  nodes.add({ ...facts, name: 'node01', address: '172.30.2.2', podCidr: '192.168.1.0/24', zone: 'a' })
  nodes.add({ ...facts, name: 'node02', address: '172.30.3.2', podCidr: '192.168.2.0/24', zone: 'b' })

  function create(object: KubeObject | object) {
    const { apiVersion, kind } = object as KubeObject
    const [version, group = ''] = apiVersion.split('/').reverse()
    const served = server.registry.findKind(group, version!, kind)!
    return client.create(served.kind as KindDefinition<KubeObject>, object as KubeObject)
  }
  const podNamed = (name: string) => client.get<Pod>(pod, 'default', name)

  const mini = {
    engine,
    server,
    client,
    network,
    nodes,
    storage,
    policies,
    /** Creates the objects of a manifest, in the namespace default. */
    apply(manifest: string) {
      for (const { value } of parseYamlDocuments(manifest)) {
        const object = value as KubeObject
        create(clusterScoped.has(object.kind) ? object : { ...object, metadata: { namespace: 'default', ...object.metadata } })
      }
    },
    pod: podNamed,
    /** The newest status of a container, whatever its sort. */
    container: (name: string, container?: string) => {
      const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = podNamed(name)?.status ?? {}
      const all = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses]
      return container === undefined ? all[0] : all.find((status) => status.name === container)
    },
    condition: (name: string, type: string) => podNamed(name)?.status?.conditions?.find((condition) => condition.type === type),
    /** `Reason message` of a Pod's events in the order in which they were told, with their counts. */
    events: (name: string) =>
      client
        .list<Event>(event, { namespace: 'default' })
        .filter(({ involvedObject }) => involvedObject.name === name)
        .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
        .map(({ reason, message, count = 1 }) => `${reason} ${message}${count > 1 ? ` (x${count})` : ''}`),
    logs(name: string, query = '') {
      const response = server.request({ method: 'GET', url: `/api/v1/namespaces/default/pods/${name}/log?${query}`, headers: {} })
      if ('body' in response) return String(response.body)
      let text = ''
      if ('stream' in response) response.stream({ data: (chunk) => void (text += chunk), end() {} })()
      return text
    },
    /** Runs a command in a Pod's container and lets a second pass. */
    exec(name: string, command: readonly string[], container?: string) {
      const found = podNamed(name)!
      const query = new URLSearchParams([
        ...command.map((word) => ['command', word] as [string, string]),
        ...(container ? [['container', container] as [string, string]] : []),
      ])
      const said = { stdout: '', stderr: '', status: '' }
      nodes.connections(found.spec.nodeName!)!.exec(found, query)({
        data(channel, text) {
          if (channel === 1) said.stdout += text
          if (channel === 2) said.stderr += text
          if (channel === 3) said.status += text
        },
        close() {},
      })
      mini.advance('1s')
      return said
    },
    advance(time: string) {
      engine.advanceTo(engine.nowMs + parseGoDuration(time)!)
    },
  }
  storage.start()
  mini.advance('1s')
  return mini
}

/** A Pod on node01 as a manifest: `spec` is YAML in flow style, without nodeName. */
export const podOf = (name: string, spec: string, metadata = '') => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}${metadata && `, ${metadata}`}}
spec: {nodeName: node01, ${spec}}
`
