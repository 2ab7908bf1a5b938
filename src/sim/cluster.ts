import { admissionPlugins } from './api/admission/plugins'
import { authenticate } from './api/auth/authenticate'
import { aggregateClusterRoles } from './api/auth/aggregation'
import { authorise } from './api/auth/authorise'
import { bootstrapRbac } from './api/auth/bootstrap-roles'
import { reviewKinds } from './api/auth/reviews'
import { podToken } from './api/auth/pod-token'
import { tokenRequest } from './api/auth/token-request'
import type { Client, Identity } from './api/client'
import { serveCustomResources } from './api/crd/serve'
import { discoveryRoutes } from './api/discovery-routes'
import { fetchHandler } from './api/edge-http'
import { healthRoutes, versionInfo, versionRoutes } from './api/edge-version'
import { createEventRecorder } from './api/event-recorder'
import type { ApiServer } from './api/hooks'
import type { ApiRequest, ApiResponse } from './api/http'
import type { KindDefinition } from './api/kind'
import { openApiRoutes } from './api/openapi'
import type { Descriptions } from './api/openapi-schemas'
import { protobufReader } from './api/protobuf'
import { createApiServer } from './api/server'
import { presentations } from './api/table'
import { API_SERVER_PORT, CLUSTER_DNS_ADDRESS, hostAddress, POD_CIDR, SERVICE_CIDR } from './bootstrap/addresses'
import { hostFacts } from './bootstrap/hosts'
import { hostFiles, rootCertificate } from './bootstrap/host-files'
import { install } from './bootstrap/install'
import { controlPlanePrograms, type Switch } from './components'
import { createControllerManager } from './controllers/all'
import { createEngine, type Engine } from './engine/engine'
import { parseGoDuration } from './formats/duration'
import { allKinds } from './kinds/all'
import { event } from './kinds/core/event'
import { networkPolicy } from './kinds/networking/network-policy'
import { subresourceHandlers } from './kinds/subresource-handlers'
import { kubectl } from './kubectl/kubectl'
import { createClusterNetwork } from './network/cluster-network'
import type { Host } from './node/host'
import type { ToolSet } from './node/images/image'
import { createNodes } from './node/nodes'
import { programFile, type FileNode } from './node/os/file-system'
import { bytesFromText } from './node/os/text'
import type { Program } from './node/os/syscalls'
import { createStorage } from './storage/storage'
import { createScheduler, type Scheduler } from './scheduler/scheduler'
import { busyboxTools, tools } from './shell/tools/all'
import { filesOf, openSession, openTerminal, startScript } from './workstation'

/** What a cluster is made of; everything has a sensible default. */
export interface ClusterOptions {
  /** Decides everything that chance decides. Default 1. */
  readonly seed?: number
  /** Virtual time at which the cluster begins. Default 2026-01-01T00:00:00Z; the browser passes the real time. */
  readonly startMs?: number
  /** How many worker nodes, `node01`… Default 3. */
  readonly workers?: number
  /** Simulated release: `1.36` (default) back to `1.16`. */
  readonly version?: string
  /** What the API reference says of types and fields, once somebody has loaded it (schema/descriptions.gen.json); `kubectl explain` shows it. */
  readonly descriptions?: () => Descriptions | undefined
}

export interface TerminalOptions {
  readonly columns?: number
  readonly rows?: number
  /** Host on which the shell runs. Default `controlplane`. */
  readonly host?: string
}

/** A terminal with a login shell on a host, as xterm sees it: characters in, characters out. */
export interface Terminal {
  /** What the person typed (UTF-8 text, control characters included). */
  input(text: string): void
  resize(columns: number, rows: number): void
  /** Calls back with what the screen should show. Returns how to stop. */
  onOutput(listener: (text: string) => void): () => void
  onExit(listener: (code: number) => void): void
  close(): void
}

/** A long-lived shell without a terminal: variables, functions and the working directory last from one command to the next. */
export interface Session {
  /** Runs a command line; calls back when it has ended. One at a time. */
  run(line: string, ended: (result: { readonly stdout: string; readonly stderr: string; readonly code: number }) => void): void
  /** Ctrl-C. */
  interrupt(): void
}

/** Files of the workstation (the host `controlplane`), where the terminal's shell and the editor both look. Paths are absolute. */
export interface WorkstationFiles {
  /** Undefined when there is no such file. */
  read(path: string): string | undefined
  write(path: string, text: string): void
  remove(path: string): void
  list(path: string): readonly { readonly name: string; readonly directory: boolean }[]
}

/** A command line run without a terminal: stdout and stderr apart. */
export interface Run {
  interrupt(): void
  readonly result: { readonly stdout: string; readonly stderr: string; readonly code: number } | undefined
}

/** A whole simulated cluster. Nothing moves unless virtual time is driven: `advance`, `until`, or a driver. */
export interface Cluster {
  readonly engine: Engine
  /** The API server's synchronous core, as an anonymous-transport client sees it. */
  request(request: ApiRequest): ApiResponse
  /** The same for platform code that speaks fetch. */
  handler(request: Request): Promise<Response>
  /** An in-process client with this identity; `kubernetes-admin` unless told. */
  client(identity?: Identity): Client
  /** A kind by any name kubectl knows it by: `deployment`, `deployments`, `deploy`, `deployments.apps`. */
  findKind(name: string): KindDefinition | undefined
  readonly files: WorkstationFiles
  openTerminal(options?: TerminalOptions): Terminal
  openSession(): Session
  /** Starts a script in a shell on `controlplane`; `run` drives time until it has ended. */
  start(script: string, options?: RunOptions): Run
  run(script: string, options?: RunOptions): { stdout: string; stderr: string; code: number }
  /** Lets virtual time pass: milliseconds, or a text such as `1m30s`. */
  advance(time: number | string): void
  /** Drives time until `condition` holds; throws after `limitMs` virtual milliseconds (default ten minutes). */
  until(condition: () => boolean, limitMs?: number): void
}

export interface RunOptions {
  /** The script's name in messages, and its arguments. */
  readonly name?: string
  readonly args?: readonly string[]
  readonly onStdout?: (text: string) => void
  readonly onStderr?: (text: string) => void
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Identity of the person at the keyboard. */
const ADMIN: Identity = { user: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'], manager: 'kubectl' }

/** The cluster has been up for this long when it is handed over: the control plane is running and the nodes are ready. */
const BOOT_MS = 120_000
/** A script that runs longer than this is stuck. */
const LONGEST_RUN_MS = 30 * 86_400_000
const DEFAULT_LIMIT_MS = 600_000

/** Puts a cluster together and boots it. */
export function createCluster(options: ClusterOptions = {}): Cluster {
  const { seed = 1, startMs = 1_767_225_600_000, workers = 3, version: release = '1.36' } = options
  const engine = createEngine({ seed, startMs: startMs - BOOT_MS })
  const address = hostAddress(1)
  const server = createApiServer({
    engine,
    kinds: [...allKinds, ...reviewKinds] as unknown as readonly KindDefinition<never>[], // the lists forget which kind each is for
    release,
    authenticate,
    authorise,
    admission: admissionPlugins,
    subresourceHandlers: [...subresourceHandlers, tokenRequest],
    presentations,
    pathHandlers: [
      discoveryRoutes(`${address}:${API_SERVER_PORT}`),
      versionRoutes,
      healthRoutes,
      openApiRoutes({ descriptions: options.descriptions }),
    ],
    bodyReaders: [protobufReader],
    kubelets: (name) => nodes.connections(name),
  })
  const version = versionInfo(server.release).gitVersion
  const admin = server.client(ADMIN)
  install({
    registry: server.registry,
    client: server.client({ user: 'system:apiserver', groups: ['system:masters'], manager: 'kube-apiserver' }),
    address,
    version,
    roles: bootstrapRbac,
  })

  aggregateClusterRoles(server)
  serveCustomResources(server)

  let serving = true
  const apiServer: Switch = { start: () => void (serving = true), stop: () => void (serving = false) }
  const proxy = server.client({ user: 'system:kube-proxy', groups: ['system:masters'], manager: 'kube-proxy' })
  const network = createClusterNetwork({
    engine,
    client: proxy,
    serviceCidr: SERVICE_CIDR,
    podCidr: POD_CIDR,
    policies: () => proxy.list(networkPolicy),
    apiServerAt: (at, port) => (serving && at === address && port === API_SERVER_PORT ? server.request : undefined),
  })
  const scheduler = schedulerOf(server)
  const storage = createStorage({ engine, clientFor: server.client, hostFiles: (name) => nodes.hosts.get(name)?.files })
  const manager = createControllerManager({ server, rootCertificate: rootCertificate(engine.nowMs) })
  const components = controlPlanePrograms({
    apiServer,
    controllerManager: together(manager, storage),
    scheduler,
    request: server.request,
  })
  const nodes = createNodes({
    engine,
    clientFor: server.client,
    network,
    places: network.places,
    programs: (name) => components[name.split('/')[0]!] ?? toolProgram(name),
    toolFiles,
    hostFiles: (facts) => hostFiles(facts, version, engine.nowMs),
    release,
    version,
    clusterDns: CLUSTER_DNS_ADDRESS,
    disks: storage.disks,
    claimed: storage.claimed,
    token: (pod, audience, expirationSeconds) => podToken(server, pod, audience, expirationSeconds),
  })
  for (const facts of hostFacts(workers)) nodes.add(facts)
  engine.advanceTo(startMs)

  const hostNamed = (name: string): Host => nodes.hosts.get(name) ?? nodes.hosts.get('controlplane')!
  const here = hostNamed('controlplane')
  const cluster: Cluster = {
    engine,
    request: server.request,
    handler: fetchHandler({ request: server.request, bytesFromText }),
    client: (identity) => (identity ? server.client(identity) : admin),
    findKind: (name) => findKind(server, name),
    files: filesOf(here),
    openTerminal: ({ columns = 80, rows = 24, host = 'controlplane' } = {}) => openTerminal(hostNamed(host), { columns, rows }),
    openSession: () => openSession(here),
    start: (script, runOptions) => startScript(here, script, runOptions),
    run(script, runOptions) {
      const run = startScript(here, script, runOptions)
      cluster.until(() => run.result !== undefined, LONGEST_RUN_MS)
      return run.result!
    },
    advance(time) {
      const ms = typeof time === 'number' ? time : parseGoDuration(time)
      if (ms === undefined) throw new Error(`not a duration: ${time}`)
      engine.advanceTo(engine.nowMs + ms)
    },
    until(condition, limitMs = DEFAULT_LIMIT_MS) {
      const endMs = engine.nowMs + limitMs
      while (!condition()) {
        const due = engine.nextDueMs()
        if (due === undefined || due > endMs) throw new Error(`still waiting after ${limitMs / 1000} virtual seconds`)
        engine.step()
      }
    },
  }
  return cluster
}

/** Parts that run in one process. */
const together = (...parts: readonly Switch[]): Switch => ({
  start: () => parts.forEach((part) => part.start()),
  stop: () => parts.forEach((part) => part.stop()),
})

function schedulerOf(server: ApiServer): Scheduler {
  const client = server.client({ user: 'system:kube-scheduler', groups: ['system:authenticated'], manager: 'kube-scheduler' })
  return createScheduler({
    engine: server.engine,
    client,
    recorder: createEventRecorder(client, { engine: server.engine, kind: event, component: 'default-scheduler' }),
  })
}

/** A kind by any name kubectl takes. */
function findKind({ registry }: ApiServer, name: string): KindDefinition | undefined {
  const wanted = name.toLowerCase()
  return registry.all().find(({ kind, stored }) => {
    const names = [kind.plural, kind.singular, ...kind.shortNames, ...(kind.group ? [`${kind.plural}.${kind.group}`] : [])]
    return stored && names.includes(wanted)
  })?.kind
}

// ---- programs ----

const BUSYBOX = 'busybox:'

/** Shell, tools and kubectl by the names their files carry. */
function toolProgram(name: string): Program | undefined {
  if (name === 'kubectl') return kubectl
  return name.startsWith(BUSYBOX) ? busyboxTools[name.slice(BUSYBOX.length)] : tools[name]
}

/** The tools of a set as files, made once: every image shares them. */
const toolFiles = (() => {
  const known = new Map<ToolSet, Readonly<Record<string, FileNode>>>()
  const make = (set: ToolSet): Record<string, FileNode> => {
    if (set === 'none') return {}
    const [folder, names, prefix] = set === 'debian' ? ['/usr/bin', tools, ''] : ['/bin', busyboxTools, BUSYBOX]
    const files = Object.keys(names).map((name) => [`${folder}/${name}`, programFile(prefix + name)] as const)
    return { ...Object.fromEntries(files), ...(set === 'debian' && { '/bin/sh': programFile('sh'), '/bin/bash': programFile('bash') }) }
  }
  return (set: ToolSet) => {
    const files = known.get(set) ?? make(set)
    known.set(set, files)
    return files
  }
})()
