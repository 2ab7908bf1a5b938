import { SmallMap } from './os/small-map'
import type { Client } from '../api/client'
import type { ContainerPort, Pod } from '../api/types/core-v1.gen'
import type { EventRecorder } from '../api/event-recorder'
import type { Engine, Timer } from '../engine/engine'
import type { Place, Places } from '../network/places'
import type { ServiceIndex } from '../network/service-index'
import type { Catalogue } from './images/catalogue'
import { createHeartbeat } from './heartbeat'
import { waitingHostTools } from './late-host-tools'
import { createJournal, KERNEL, KUBELET_PID, type Journal } from './journal'
import { notingTrouble } from './kubelet-log'
import type { KubeletContext } from './kubelet/context'
import { APPARMOR_PROFILES } from './kubelet/security-profiles'
import { DEFAULT_SETTINGS, KUBELET_CONFIGURATION, KUBELET_CONFIGURATION_PATH, type KubeletSettings } from './kubelet-configuration'
import { lateKubeletSettings } from './late-kubelet-settings'
import { createKubelet, type Kubelet } from './kubelet/kubelet'
import { controlPlanePaths, hostPaths, lateHostView, type LogFolder } from './late-host-view'
import { lateEviction, type WatchedNode } from './kubelet/late-eviction'
import { slowed, type Latency } from './kubelet/latency'
import { HOST_USERS, parameterFiles } from './runtime/proc-status'
import { hostnameOf, resolvConf } from './kubelet/managed-files'
import { createNodeImages, type NodeImages } from './kubelet/node-images'
import type { VolumeContext } from './kubelet/volumes'
import type { HostFacts } from './node-object'
import { directory, file, link, programFile, type DirectoryEntry } from './os/file-nodes'
import { createFileSystem, type FileSystem } from './os/file-system'
import { createVolume } from './os/volume'
import { fileOf, GeneratedDirectory } from './os/made-up-nodes'
import { createMachine, type Machine } from './os/machine'
import type { Network, NetworkNamespace } from './os/network'
import { ProcessSpace } from './os/process-space'
import type { Listener } from './os/socket'
import type { Program } from './os/syscalls'
import type { Sandbox } from './runtime/sandbox'

/** The parts of a cluster that a host stands on. */
export interface HostSurroundings {
  readonly engine: Engine
  readonly network: Network
  /** What kube-proxy knows. */
  readonly services: ServiceIndex
  readonly places: Places
  readonly catalogue: Catalogue
  readonly latency: Latency
  /** Programs by the name that executable files carry: containers' and the hosts' own. */
  readonly programs: (name: string) => Program | undefined
  /** `1.36` and `v1.36.0`. */
  readonly release: string
  readonly version: string
  readonly clusterDns: string
  readonly disks: VolumeContext['disks']
  readonly claimed: (namespace: string, claimName: string, nodeName: string) => ReturnType<VolumeContext['claimed']>
  /** Attachable volumes that Pods of a node use, by the names under which a Node lists them. */
  readonly volumesInUse: (nodeName: string) => readonly string[]
  readonly token: VolumeContext['token']
}

/** What systemd looks after on a host. */
export type ServiceName = 'kubelet' | 'containerd'

/** A machine of the cluster: kernel, files, services, a place on the network. */
export interface Host {
  readonly facts: HostFacts
  readonly machine: Machine
  readonly files: FileSystem
  readonly journal: Journal
  readonly kubelet: Kubelet
  readonly images: NodeImages
  readonly context: KubeletContext
  readonly place: NetworkNamespace
  /** What kube-proxy knows on this host. */
  readonly services: ServiceIndex
  readonly poweredOn: boolean
  readonly connected: boolean
  /** When it was switched on. */
  readonly bootedMs: number
  isActive(service: ServiceName): boolean
  /** It was started, ended at once, and will be started again in a moment. */
  isFailing(service: ServiceName): boolean
  startService(service: ServiceName): void
  stopService(service: ServiceName): void
  /** What something outside of Pods takes of memory and disk; more of it makes the node run short. */
  readonly ballast: WatchedNode['ballast']
  /** Makes the machine so many times slower than usual. */
  slow(times: number): void
  /** Says that the machine is about to go down: the node is not ready from now on. */
  announceShutdown(): void
  /** Somebody is logged in from elsewhere: told when the machine goes down, and how. Returns how to log out. */
  logIn(goesDown: (how: Farewell) => void): () => void
  /** What an orderly shutdown does to those who are logged in. */
  logOut(): void
  powerOff(): void
  powerOn(): void
  /** Pulls the network cable, or puts it back. */
  disconnect(): void
  reconnect(): void
}

/** Where a host begins to count the processes that its people start; below are those of services and containers (host-processes.ts). */
const FIRST_OF_PEOPLE = 4_000

const logFolders: readonly LogFolder[] = ['/var/log/pods', '/var/log/containers']

/** The machine took its leave, or was never heard of again. */
export type Farewell = 'closed' | 'lost'

/** `RestartSec=` of the kubelet's unit. */
const RESTART_MS = 10_000
const GIB = 1024 ** 3

/** After so long without an answer a connection counts as lost. */
const LOST_MS = 30_000

/** Beginning of the names of programs that belong to one host. */
const HOST_TOOL = 'host-tool:'

/** A host with its kubelet running. `root` holds its files (tools, /etc); more is added here. */
export function createHost(
  around: HostSurroundings,
  facts: HostFacts,
  root: DirectoryEntry,
  client: Client,
  recorder: EventRecorder,
): Host {
  const { engine, places, network } = around
  const files = createFileSystem({ root: createVolume(root), now: () => engine.nowMs })
  const journal = createJournal(() => engine.nowMs)
  let slowness = 1
  const latency = slowed(around.latency, () => slowness)
  const images = createNodeImages(engine, around.catalogue, latency)
  const active = new Set<ServiceName>(['kubelet', 'containerd'])
  let poweredOn = true
  let connected = true
  let boots = 0
  let settings = DEFAULT_SETTINGS
  /** When systemd starts the kubelet again that could not read its configuration. */
  let relaunch: Timer | undefined
  let relaunches = 0
  /** The kubelet's process is there, whether anybody hears of it or not. */
  let kubeletRuns = false
  const listeners = new SmallMap<string, Listener>()
  const place: NetworkNamespace = {
    name: `host/${facts.name}`,
    interfaces: [{ interface: 'eth0', address: facts.address }],
    listeners,
    readFile: (path) => (files.stat(path)?.type === 'file' ? files.read(path) : undefined),
  }
  places.attach({ name: place.name, address: facts.address, node: facts.name, namespace: place, connected: () => poweredOn && connected })
  for (const [path, node] of Object.entries(hostFiles(facts))) {
    files.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true })
    files.place(path, node)
  }

  const tools = waitingHostTools(() => host)
  files.makeDirectory('/usr/bin', { parents: true })
  for (const name of Object.keys(tools)) files.place(`/usr/bin/${name}`, programFile(`${HOST_TOOL}${name}`))
  const programs = (name: string) => (name.startsWith(HOST_TOOL) ? tools[name.slice(HOST_TOOL.length)] : around.programs(name))
  const space = new ProcessSpace(FIRST_OF_PEOPLE, undefined, () => (lateHostView.arrived ? lateHostView.code.processes(host) : undefined))
  const bootMachine = () =>
    createMachine({ engine, network, place, hostname: facts.name, files, programs, init: false, background: false, space })
  let machine = bootMachine()
  let bootedMs = engine.nowMs
  for (const path of [...hostPaths, ...(facts.controlPlane ? controlPlanePaths : [])]) {
    files.makeDirectory(path.slice(0, path.lastIndexOf('/')), { parents: true })
    const content = () => (lateHostView.arrived ? lateHostView.code.configuration[path](host) : '')
    files.place(path, fileOf(content, /\.(key|pem)$/.test(path) ? 0o600 : 0o644, engine.nowMs))
  }
  for (const folder of logFolders)
    files.place(folder, new GeneratedDirectory(() => (lateHostView.arrived ? lateHostView.code.logs[folder](host) : {}), engine.nowMs))
  files.place(
    '/var/log/syslog',
    fileOf(() => (lateHostView.arrived ? lateHostView.code.syslog(host) : ''), 0o640, engine.nowMs),
  )

  let nextPod = 2
  const usedAddresses = new Set<string>()
  /** The next free address of the node's range, going round as host-local IPAM does. */
  function takeAddress(): string {
    const base = facts.podCidr.split('/')[0]!.split('.').slice(0, 3).join('.')
    for (let tries = 0; tries < 253; tries++) {
      const address = `${base}.${nextPod}`
      nextPod = nextPod >= 254 ? 2 : nextPod + 1
      if (!usedAddresses.has(address)) {
        usedAddresses.add(address)
        return address
      }
    }
    throw new Error(`no address is left in ${facts.podCidr}: a node takes fewer Pods than it has addresses`)
  }

  /** Into the running containers of a Pod, for those who serve it from outside. */
  const insideOf = (uid: string): Place['inside'] => {
    const running = () => [...(kubelet.pods.get(uid)?.containers.values() ?? [])].flatMap((container) => container.running ?? [])
    return {
      read: (path) =>
        running()
          .find((container) => container.files.stat(path)?.type === 'file')
          ?.files.read(path),
      say: (text) => running()[0]?.log.append('stdout', text),
    }
  }

  const noting = notingTrouble(
    recorder,
    (trouble) => journal.log('kubelet', trouble),
    (uid, container) => kubelet.pods.get(uid)?.containers.get(container)?.waiting,
  )
  const kubelet: Kubelet = createKubelet(
    (hooks): KubeletContext => ({
      ...hooks,
      engine,
      client,
      recorder: noting,
      latency,
      runtime: { engine, network, programs },
      place,
      catalogue: around.catalogue,
      images,
      nodeName: facts.name,
      outOfMemory: (killed) => journal.log(KERNEL, killed),
      hostIP: facts.address,
      release: around.release,
      pressures: () => watched.lastSeenMs.keys(),
      allocatable: () => ({
        cpu: `${facts.cpu * 1000 - settings.reserved.milliCores}m`,
        memory: String(facts.memoryGiB * GIB - settings.reserved.memoryBytes),
        'ephemeral-storage': `${facts.diskGiB}Gi`,
        pods: String(settings.maxPods),
      }),
      devicePlugins: new Map(),
      volumes: {
        client,
        nowMs: () => engine.nowMs,
        hostFiles: files,
        hostIP: facts.address,
        allocatable: { cpu: String(facts.cpu), memory: `${facts.memoryGiB}Gi` },
        disks: around.disks,
        claimed: (namespace, claimName) => around.claimed(namespace, claimName, facts.name),
        token: around.token,
      },
      openSandbox(pod): Sandbox {
        const hostNetwork = pod.spec.hostNetwork ?? false
        const { namespace = '', name } = pod.metadata
        const address = hostNetwork ? facts.address : takeAddress()
        const hostname = hostnameOf(pod, facts.name)
        const id = engine.random.hex(64)
        const shared = pod.spec.hostPID ? space : pod.spec.shareProcessNamespace ? new ProcessSpace(1, engine.nowMs) : undefined
        if (hostNetwork) return { id, hostname, address, hostNetwork, listeners, place, ...(shared && { space: shared }) }
        const mine = listenersOf(pod, listeners)
        const stack: NetworkNamespace = {
          name: `pod/${namespace}/${name}`,
          interfaces: [{ interface: 'eth0', address }],
          listeners: mine,
          readFile: () => undefined,
        }
        places.attach({
          name: stack.name,
          address,
          node: facts.name,
          namespace: stack,
          pod: { namespace, name },
          inside: insideOf(pod.metadata.uid),
          connected: () => poweredOn && connected,
        })
        return { id, hostname, address, hostNetwork, listeners: mine, place: stack, ...(shared && { space: shared }) }
      },
      closeSandbox(sandbox) {
        if (sandbox.hostNetwork) return
        usedAddresses.delete(sandbox.address)
        places.detach(sandbox.address)
      },
      dnsConfig: (pod) => resolvConf(pod, place.readFile('/etc/resolv.conf') ?? '', around.clusterDns),
    }),
    (text) => journal.log('kubelet', `kubelet[${KUBELET_PID}]: ${text}`),
  )
  const watched: WatchedNode = {
    facts,
    settings: () => settings,
    context: kubelet.context,
    pods: () => kubelet.pods.values(),
    ballast: { memoryBytes: 0, diskBytes: 0 },
    lastSeenMs: new Map(),
  }
  const sessions = new Set<(how: Farewell) => void>()
  const endSessions = (ended: Iterable<(how: Farewell) => void>, how: Farewell) => {
    for (const goesDown of [...ended]) if (sessions.delete(goesDown)) goesDown(how)
  }
  let shuttingDown = false
  const health = () => ({
    ...(lateEviction.arrived && Object.fromEntries([...lateEviction.code(watched)].map((pressure) => [pressure, '']))),
    ...(shuttingDown && { Ready: 'node is shutting down' }),
  })
  const volumesInUse = () => around.volumesInUse(facts.name)
  const heartbeat = createHeartbeat(engine, client, recorder, facts, around.version, images, health, volumesInUse, () => settings)

  /** What the configuration says; a sentence when no kubelet can start with it. */
  function readConfiguration(): KubeletSettings | string {
    const text = files.stat(KUBELET_CONFIGURATION_PATH)?.type === 'file' ? files.read(KUBELET_CONFIGURATION_PATH) : undefined
    if (text === KUBELET_CONFIGURATION) return DEFAULT_SETTINGS
    return lateKubeletSettings.arrived ? lateKubeletSettings.code(files, facts) : settings
  }

  /** systemd starts the kubelet, which reads its configuration first. One that cannot ends, and is started again after ten seconds. */
  function launchKubelet() {
    engine.cancel(relaunch)
    relaunch = undefined
    journal.started('kubelet')
    const read = readConfiguration()
    if (typeof read !== 'string') {
      settings = read
      relaunches = 0
      return
    }
    journal.log('kubelet', { failure: read })
    journal.log('kubelet', 'systemd[1]: kubelet.service: Main process exited, code=exited, status=1/FAILURE')
    journal.log('kubelet', "systemd[1]: kubelet.service: Failed with result 'exit-code'.")
    relaunch = engine.after(
      RESTART_MS,
      () => {
        journal.log('kubelet', `systemd[1]: kubelet.service: Scheduled restart job, restart counter is at ${++relaunches}.`)
        launchKubelet()
        settle()
      },
      { background: true },
    )
  }

  function stopLaunching() {
    engine.cancel(relaunch)
    relaunch = undefined
  }

  /** Brings kubelet and heartbeat in line with switch, cable and systemd. */
  function settle() {
    const runs = poweredOn && active.has('kubelet') && active.has('containerd') && relaunch === undefined
    if (runs && connected) {
      heartbeat.start(boots, kubeletRuns)
      kubelet.start()
    } else {
      heartbeat.stop()
      // One that runs goes on with what it knows while nobody hears it; one that comes up then knows of nothing to run.
      if (!runs) kubelet.stop()
    }
    kubeletRuns = runs
  }

  const host: Host = {
    facts,
    get machine() {
      return machine
    },
    files,
    journal,
    kubelet,
    images,
    context: kubelet.context,
    place,
    services: around.services,
    get poweredOn() {
      return poweredOn
    },
    get connected() {
      return connected
    },
    get bootedMs() {
      return bootedMs
    },
    isActive: (service) => poweredOn && active.has(service) && !host.isFailing(service),
    isFailing: (service) => service === 'kubelet' && relaunch !== undefined,
    startService(service) {
      if (active.has(service)) return
      active.add(service)
      if (service === 'kubelet') launchKubelet()
      else journal.started(service)
      settle()
    },
    stopService(service) {
      if (!active.delete(service)) return
      if (service === 'kubelet') stopLaunching()
      journal.stopped(service)
      settle()
    },
    ballast: watched.ballast,
    slow: (times) => void (slowness = times),
    announceShutdown() {
      shuttingDown = true
      heartbeat.beatNow()
    },
    logIn(goesDown) {
      sessions.add(goesDown)
      return () => void sessions.delete(goesDown)
    },
    logOut: () => endSessions(sessions, 'closed'),
    powerOff() {
      if (!poweredOn) return
      const deserted = [...sessions]
      engine.after(LOST_MS, () => endSessions(deserted, 'lost'), { background: true })
      poweredOn = false
      stopLaunching()
      kubeletRuns = false
      shuttingDown = false
      heartbeat.stop()
      kubelet.powerOff()
      machine.powerOff()
      listeners.clear()
    },
    powerOn() {
      if (poweredOn) return
      poweredOn = true
      boots++
      machine = bootMachine()
      bootedMs = engine.nowMs
      journal.started('containerd')
      if (active.has('kubelet')) launchKubelet()
      settle()
    },
    disconnect() {
      connected = false
      settle()
    },
    reconnect() {
      if (connected) return
      connected = true
      if (kubelet.running) kubelet.catchUp()
      settle()
    },
  }
  journal.started('containerd')
  journal.started('kubelet')
  settle()
  return host
}

/** Who listens in a Pod with a `hostPort`: they can be reached on the host, too, for as long as they listen. */
class ForwardedListeners extends SmallMap<string, Listener> {
  constructor(
    private readonly ports: readonly ContainerPort[],
    private readonly onHost: SmallMap<string, Listener>,
  ) {
    super()
  }

  override set(key: string, listener: Listener) {
    for (const hostKey of this.hostKeys(key)) this.onHost.set(hostKey, listener)
    return super.set(key, listener)
  }

  override delete(key: string) {
    for (const hostKey of this.hostKeys(key)) this.onHost.delete(hostKey)
    return super.delete(key)
  }

  private hostKeys(key: string): readonly string[] {
    return this.ports
      .filter(({ containerPort, protocol = 'TCP' }) => `${protocol.toLowerCase()}:${containerPort}` === key)
      .map(({ hostPort, protocol = 'TCP' }) => `${protocol.toLowerCase()}:${hostPort}`)
  }
}

function listenersOf({ spec: { containers, initContainers = [] } }: Pod, onHost: SmallMap<string, Listener>): SmallMap<string, Listener> {
  const ports = [...containers, ...initContainers].flatMap(({ ports = [] }) => ports).filter(({ hostPort }) => hostPort)
  return ports.length > 0 ? new ForwardedListeners(ports, onHost) : new SmallMap()
}

const hostFiles = ({ name, address }: HostFacts) => ({
  ...Object.fromEntries(
    ['/home', '/media', '/mnt', '/opt', '/srv', '/sys', '/dev', '/boot', '/sbin', '/usr/local/sbin', '/usr/sbin', '/var/log'].map(
      (path) => [path, directory()],
    ),
  ),
  '/sys/module/apparmor/parameters/enabled': file('Y\n', 0o444),
  [APPARMOR_PROFILES]: file('cri-containerd.apparmor.d (enforce)\n', 0o444),
  '/proc/sys': parameterFiles({}, name),
  '/proc/self/ns/user': link(HOST_USERS),
  '/proc/swaps': file('Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n', 0o444),
  '/etc/hostname': file(`${name}\n`),
  '/etc/hosts': file(`127.0.0.1\tlocalhost\n${address}\t${name}\n`),
  '/etc/resolv.conf': file('nameserver 8.8.8.8\n'),
  '/etc/os-release': file(
    'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION="24.04.3 LTS (Noble Numbat)"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\n',
  ),
  '/etc/passwd': file('root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n'),
  '/etc/group': file('root:x:0:\nnogroup:x:65534:\n'),
  [KUBELET_CONFIGURATION_PATH]: file(KUBELET_CONFIGURATION),
})
