import { addonFiles, addonProgram, type MetricsProvider } from './addons/addon'
import { serveMetrics } from './addons/metrics-server'
import { bootstrapRbac } from './api/auth/bootstrap-roles'
import { reviewKinds } from './api/auth/reviews'
import { podToken } from './api/auth/pod-token'
import { fillTokenSecrets } from './api/auth/token-secrets'
import type { Identity } from './api/client'
import { serveCustomResources } from './api/crd/serve'
import { kubeadmHooks } from './api/kubeadm-hooks'
import { statusAnswer } from './api/edge-answer'
import { lateHttp } from './api/late-http'
import { versionInfo } from './api/version-info'
import { createEventRecorder } from './api/event-recorder'
import type { ApiServer, Audit, Told, ToldOfWatches } from './api/hooks'
import { beginWatchesAnew } from './api/in-process-watch'
import type { AtRest } from './api/encryption-at-rest'
import type { Ciphers } from './api/encryption-configuration'
import type { KindDefinition } from './api/kind'
import { lateUpkeep } from './api/late-flow-control'
import { lateEtcdKeys } from './api/late-formats'
import { createApiServer } from './api/server'
import { failure } from './api/status'
import type { Lease } from './api/types/coordination-v1.gen'
import { API_SERVER_PORT, CLUSTER_DNS_ADDRESS, hostAddress, POD_CIDR, SERVICE_CIDR } from './bootstrap/addresses'
import { hostFacts } from './bootstrap/hosts'
import { hostFiles, rootCertificate } from './bootstrap/host-files'
import { componentStatuses } from './bootstrap/component-statuses'
import { leaderElection, serverLease } from './bootstrap/leases'
import { install } from './bootstrap/install'
import { controlPlanePrograms, type Switch } from './components'
import { createControllerManager } from './controllers/all'
import { createEngine } from './engine/engine'
import { parseGoDuration } from './formats/duration'
import { allKinds } from './kinds/all'
import { event } from './kinds/core/event'
import { apiService, type APIService } from './kinds/apiregistration/api-service'
import { lateAggregator, type Aggregator } from './kinds/apiregistration/late-aggregator'
import { announceApiServices } from './kinds/apiregistration/local-api-services'
import { flowSchema } from './kinds/flowcontrol/flow-schema'
import { priorityLevelConfiguration } from './kinds/flowcontrol/priority-level-configuration'
import { keepAddressesOfServices } from './kinds/networking/allocated-addresses'
import { networkPolicy } from './kinds/networking/network-policy'
import { subresourceHandlers } from './kinds/subresource-handlers'
import { createClusterNetwork } from './network/cluster-network'
import { lateDial } from './network/late-dial'
import { lateInternet } from './network/late-internet'
import { machinesOf } from './machines'
import type { Host } from './node/host'
import { createNodes } from './node/nodes'
import { programFile } from './node/os/file-nodes'
import { etcdTool, type EtcdStore } from './node/programs/etcd/late-etcd'
import { systemProgram } from './node/programs/system'
import { bytesFromText } from './node/os/text'
import { createStorage } from './storage/storage'
import type { ProfileOptions } from './scheduler/profile'
import { createScheduler, type Scheduler } from './scheduler/scheduler'
import { lateServerFlags } from './late-server-flags'
import { hostAt, waitingSsh } from './late-ssh'
import { filesOf, openSession, openTerminal, startScript } from './workstation'
import type { Cluster, ClusterOptions } from './cluster'
import type { Programs } from './tool-files'
import { toolFiles } from './tool-files'

/** Identity of the person at the keyboard. */
const ADMIN: Identity = { user: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'], manager: 'kubectl' }

/** The cluster has been up for this long when it is handed over: the control plane is running and the nodes are ready. */
const BOOT_MS = 120_000
/** A script that runs longer than this is stuck. */
const LONGEST_RUN_MS = 30 * 86_400_000
const DEFAULT_LIMIT_MS = 600_000

/** Puts a cluster together from its parts and boots it. `programs` are those that come with hosts and images, all there or still on their way. */
export function assembleCluster(options: ClusterOptions, programs: Programs): Cluster {
  const { seed = 1, startMs = 1_767_225_600_000, workers = 3, version: release = '1.36' } = options
  const engine = createEngine({ seed, startMs: startMs - BOOT_MS })
  const address = hostAddress(1)
  let serving = true
  let awayFromMs = 0
  let audit: Audit | undefined
  let told: Told | undefined
  let toldOfWatches: ToldOfWatches | undefined
  let metricsProvider: MetricsProvider | undefined
  let atRest: AtRest | undefined
  let aggregator: Aggregator | undefined
  const hooks = kubeadmHooks({ serverAddress: `${address}:${API_SERVER_PORT}`, descriptions: options.descriptions })
  const kinds = [...allKinds, ...reviewKinds] as unknown as readonly KindDefinition<never>[] // the lists forget which kind each is for
  const server = createApiServer({
    engine,
    kinds,
    release,
    ...hooks,
    aggregated: (request, attributes, user, by) =>
      metricsProvider?.answer(request, attributes, by) ?? aggregator?.answer(request, attributes, user, by),
    subresourceHandlers: [...subresourceHandlers, ...hooks.subresourceHandlers],
    isServing: () => serving,
    audited: (audited, by) => audit?.(audited, by) ?? audited.response,
    told: () => told,
    toldOfWatches: () => toldOfWatches,
    atRest: () => atRest,
    kubelets: (name) => nodes.connections(name),
    dial: (request, listener) => lateDial.code({ engine, network, place: nodes.hosts.get('controlplane')!.place })(request, listener),
  })
  const version = versionInfo(server.release).gitVersion
  const admin = server.client(ADMIN)
  const own = server.client({ user: 'system:apiserver', groups: ['system:masters'], manager: 'kube-apiserver' })
  install({
    registry: server.registry,
    client: own,
    address,
    version,
    roles: bootstrapRbac,
    nowMs: engine.nowMs,
  })

  for (const kind of [flowSchema, priorityLevelConfiguration])
    server.storage.watch(kind, {}, () => void (lateUpkeep.arrived && lateUpkeep.code(own, engine.nowMs)))
  fillTokenSecrets(server)
  keepAddressesOfServices(server, own)
  serveCustomResources(server)
  announceApiServices(server)
  // A group that the cluster's own add-ons serve is answered here, whatever stands behind its APIService.
  const isOurs = (group: string) =>
    group === 'metrics.k8s.io' || (metricsProvider !== undefined && /^(custom|external)\.metrics\.k8s\.io$/.test(group))
  server.storage.watch(apiService, {}, (events) => {
    const leadsAway = events.some(({ stored }) => (stored.object as unknown as APIService).spec.service) // stored under this kind
    if (leadsAway && lateAggregator.arrived) aggregator ??= lateAggregator.code(server, isOurs)
  })
  const noteHealth = componentStatuses(own)
  const noted = (name: string, part: Switch): Switch => ({
    start: () => (part.start(), noteHealth(name, true)),
    stop: () => (part.stop(), noteHealth(name, false)),
  })

  let configuredKinds = false
  const apiServer = {
    start(trail?: Audit) {
      audit = trail
      told = trail && lateServerFlags.code.toldInProcess(trail)
      toldOfWatches = trail && lateServerFlags.code.watchesToldInProcess(trail)
      if (serving) return
      serving = true
      // Who could not renew his lease meanwhile gave up, and begins anew: what he remembers of nodes is from before the gap.
      for (const part of leaders) part.again(engine.nowMs - awayFromMs)
      presence.start()
      if (trail) beginWatchesAnew(server)
    },
    stop() {
      serving = false
      awayFromMs = engine.nowMs
      audit = told = toldOfWatches = undefined
      presence.stop()
    },
    encrypt(ciphers: Ciphers | undefined) {
      if (!ciphers && !atRest) return
      atRest ??= lateServerFlags.code.encryptionAtRest(server.storage)
      atRest.use(ciphers)
    },
    serve(runtimeConfig: string | undefined) {
      if (runtimeConfig === undefined && !configuredKinds) return undefined
      configuredKinds = runtimeConfig !== undefined
      return lateServerFlags.code.useRuntimeConfig(server, kinds, runtimeConfig)
    },
  }
  const presence = serverLease(engine, own)
  presence.start()
  const proxy = server.client({ user: 'system:kube-proxy', groups: ['system:masters'], manager: 'kube-proxy' })
  const network = createClusterNetwork({
    engine,
    client: proxy,
    serviceCidr: SERVICE_CIDR,
    podCidr: POD_CIDR,
    policies: () => proxy.list(networkPolicy),
    outside: {
      resolve: (name) => (lateInternet.arrived ? lateInternet.code.resolve(name) : undefined),
      listener: (at, port) => (lateInternet.arrived ? lateInternet.code.listener(at, port) : undefined),
      serve: (at, port) => (lateInternet.arrived ? lateInternet.code.serve(at, port) : undefined),
      configuredDns: () => (lateInternet.arrived ? lateInternet.code : undefined),
      health: (service, local) => (lateInternet.arrived ? lateInternet.code.health(service, local) : undefined),
    },
    apiServerAt: (at, port) => (serving && at === address && port === API_SERVER_PORT ? server.serve : undefined),
  })
  const scheduler = schedulerOf(server)
  const schedulers = new Set([scheduler])
  const storage = createStorage({ engine, clientFor: server.client, hostFiles: (name) => nodes.hosts.get(name)?.files })
  const manager = createControllerManager({
    server,
    rootCertificate: rootCertificate(engine.nowMs),
    metrics: {
      ...serveMetrics(server, () => nodes.hosts),
      get podMetric() {
        return metricsProvider?.podMetric
      },
      get objectMetric() {
        return metricsProvider?.objectMetric
      },
      get externalMetric() {
        return metricsProvider?.externalMetric
      },
    },
  })
  const leading = (name: string, led: Switch, component = name) => {
    const client = server.client({ user: `system:${name}`, manager: name })
    const recorder = createEventRecorder(client, { engine, kind: event, component })
    const elected = (lease: Lease, identity: string) => recorder.event(lease, 'Normal', 'LeaderElection', `${identity} became leader`)
    return leaderElection({ engine, client, name, led, elected })
  }
  const controllers = leading('kube-controller-manager', together(manager, storage))
  const scheduling = leading('kube-scheduler', scheduler, 'default-scheduler')
  const leaders: Set<{ again(awayMs: number): void }> = new Set([controllers, scheduling])
  /** What a kube-scheduler's process is: the usual scheduler, or one of its own where it has a configuration. */
  function configured(profiles: readonly ProfileOptions[] | undefined, account: string | undefined): Switch {
    // Somebody else's without a configuration of its own waits for ever for the lease that the control plane's holds.
    if (!profiles) return account ? { start: () => {}, stop: () => {} } : noted('scheduler', scheduling)
    const own = schedulerOf(server, profiles, account)
    const part = restartable(own)
    const isMain = own.names.includes('default-scheduler')
    const another: Switch = {
      start() {
        schedulers.add(own)
        leaders.add(part)
        part.start()
      },
      stop() {
        part.stop()
        schedulers.delete(own)
        leaders.delete(part)
      },
    }
    return isMain ? noted('scheduler', another) : another
  }
  const components = controlPlanePrograms({
    apiServer,
    controllerManager: noted('controller-manager', controllers),
    scheduler: configured,
    serve: server.serve,
  })
  const addons = addonProgram(() => {
    const client = server.client({ user: 'system:addons', groups: ['system:masters', 'system:authenticated'], manager: 'addons' })
    return {
      engine,
      client,
      registry: server.registry,
      nodes,
      recorder: (component) => createEventRecorder(client, { engine, kind: event, component }),
      provideMetrics: (provider) => void (metricsProvider = provider),
    }
  })
  const etcd: EtcdStore = {
    revision: () => server.storage.revision,
    entries: () => lateEtcdKeys.code(server.registry, server.storage, atRest),
    own: new Map(),
  }
  const remoteShell = waitingSsh((name) => hostAt(nodes.hosts, name))
  const nodes = createNodes({
    engine,
    clientFor: server.client,
    network,
    services: network.services,
    places: network.places,
    programs: (name) =>
      name === 'ssh'
        ? remoteShell
        : (components[name.split('/')[0]!] ?? addons(name) ?? etcdTool(name, () => etcd) ?? systemProgram(name) ?? programs.find(name)),
    toolFiles,
    hostFiles: (facts) => ({
      ...hostFiles(facts, version, engine.nowMs),
      '/usr/bin/ssh': programFile('ssh'),
      ...(facts.controlPlane && addonFiles),
    }),
    release,
    version,
    clusterDns: CLUSTER_DNS_ADDRESS,
    disks: storage.disks,
    claimed: storage.claimed,
    volumesInUse: storage.inUse,
    token: (pod, audience, expirationSeconds) => podToken(server, pod, audience, expirationSeconds),
  })
  for (const facts of hostFacts(workers)) nodes.add(facts)
  engine.advanceTo(startMs)

  const hostNamed = (name: string): Host => nodes.hosts.get(name) ?? nodes.hosts.get('controlplane')!
  const here = hostNamed('controlplane')
  const cluster: Cluster = {
    engine,
    request: server.request,
    // From outside there is no connection that could be refused: what a proxy in front of a server says that is away comes nearest.
    serve: (request, answered) => (serving ? server.serve(request, answered) : answered(statusAnswer(apiServerAway))),
    handler: (request) => lateHttp.code.fetchHandler({ serve: server.serve, bytesFromText })(request),
    client: (identity) => (identity ? server.client(identity) : admin),
    findKind: (name) => findKind(server, name),
    files: filesOf(here),
    machines: machinesOf(nodes),
    explainScheduling(uid) {
      for (const each of schedulers) {
        const found = each.explain(uid)
        if (found) return found
      }
      return undefined
    },
    openTerminal: ({ columns = 80, rows = 24, host = 'controlplane', env } = {}) => openTerminal(hostNamed(host), { columns, rows }, env),
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

const apiServerAway = failure(503, 'ServiceUnavailable', 'dial tcp 172.30.1.2:6443: connect: connection refused').status

/** Parts that run in one process. */
const together = (...parts: readonly Switch[]): Switch => ({
  start: () => parts.forEach((part) => part.start()),
  stop: () => parts.forEach((part) => part.stop()),
})

/** A part that can be made to begin anew while it runs. */
function restartable(part: Switch): Switch & { again(): void } {
  let running = false
  return {
    start: () => ((running = true), part.start()),
    stop: () => ((running = false), part.stop()),
    again() {
      if (!running) return
      part.stop()
      part.start()
    },
  }
}

/** A scheduler with some profiles (the default one unless told), as a service account or as the control plane's own. */
function schedulerOf(server: ApiServer, profiles?: readonly ProfileOptions[], account = 'system:kube-scheduler'): Scheduler {
  const [, , namespace] = account.split(':')
  const isServiceAccount = account.startsWith('system:serviceaccount:')
  const groups = [...(isServiceAccount ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : []), 'system:authenticated']
  const client = server.client({ user: account, groups, manager: 'kube-scheduler' })
  const { engine, release } = server
  const recorderOf = (component: string) => createEventRecorder(client, { engine, kind: event, component, style: 'events.k8s.io' })
  return createScheduler({
    engine,
    client,
    recorder: recorderOf('default-scheduler'),
    recorderOf,
    allocatesDevices: release[1] >= 34,
    ...(profiles && { profiles }),
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
