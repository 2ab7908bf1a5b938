import type { BufferedResponse } from '../../api/http'
import type { Pod } from '../../api/types/core-v1.gen'
import { timestamp } from '../../engine/time'
import type { Host } from '../host'
import { usageOf, type ContainerUsage, type PodUsage } from './usage'

/*
 * What a kubelet's own HTTP server (port 10250) shows: people reach it with `kubectl get --raw /api/v1/nodes/NODE/proxy/…`.
 */

const MIB = 1024 * 1024
/** What runs on a host besides Pods: systemd, containerd, the kubelet. */
const HOST_ITSELF = { nanoCores: 18_000_000, memoryBytes: 410 * MIB }

const plain = (body: string, status = 200): BufferedResponse => ({ status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body })
const json = (value: unknown): BufferedResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})

/** Answers a path of the kubelet's server. */
export function kubeletPage(host: Host, path: string): BufferedResponse {
  if (/^logs(\/|$)/.test(path)) return logPage(host, path.slice('logs'.length))
  const page = pages[path.replace(/\/$/, '')]
  return page ? page(host) : plain('404 page not found\n', 404)
}

const pages: Readonly<Record<string, (host: Host) => BufferedResponse>> = {
  healthz: () => plain('ok'),
  'healthz/ping': () => plain('ok'),
  'healthz/log': () => plain('ok'),
  'healthz/syncloop': () => plain('ok'),
  pods: (host) => json(podList([...host.kubelet.pods.values()].map(({ pod }) => pod))),
  runningpods: (host) => json(podList([...host.kubelet.pods.values()].filter(({ sandbox }) => sandbox).map(({ pod }) => pod))),
  'stats/summary': (host) => json(summary(host)),
  configz: () => json({ kubeletconfig: configuration }),
  metrics: (host) => metricsPage(kubeletMetrics(host)),
  'metrics/resource': (host) => metricsPage(resourceMetrics(host)),
  'metrics/cadvisor': (host) => metricsPage(cadvisorMetrics(host)),
  'metrics/probes': () => metricsPage([]),
}

/** Files of /var/log, as a file server shows them: a folder as links. */
function logPage({ files }: Host, path: string): BufferedResponse {
  const place = `/var/log${path}`
  const found = files.stat(place)
  if (!found) return plain('404 page not found\n', 404)
  if (found.type !== 'directory') return plain(files.read(place))
  const names = files.list(place).map((name) => (files.stat(`${place}/${name}`)?.type === 'directory' ? `${name}/` : name))
  const links = names.map((name) => `<a href="${name}">${name}</a>\n`).join('')
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${links}</pre>\n`,
  }
}

const podList = (items: readonly Pod[]) => ({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items })

// ---- stats/summary ----

const nanoSeconds = ({ cpuMs, idleMilliCores, startedMs }: ContainerUsage, nowMs: number) =>
  Math.round(cpuMs * 1e6 + (idleMilliCores * (nowMs - startedMs) * 1e6) / 1000)

/** On average since its start: a kubelet's figure is of the last ten seconds. */
const nanoCores = (usage: ContainerUsage, nowMs: number) =>
  Math.round((nanoSeconds(usage, nowMs) * 1000) / Math.max(1000, nowMs - usage.startedMs))

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)

function cpuAndMemory(
  time: string,
  cpu: { readonly cores: number; readonly seconds: number },
  memoryBytes: number,
  availableBytes?: number,
) {
  return {
    cpu: { time, usageNanoCores: cpu.cores, usageCoreNanoSeconds: cpu.seconds },
    memory: {
      time,
      ...(availableBytes !== undefined && { availableBytes }),
      usageBytes: memoryBytes,
      workingSetBytes: memoryBytes,
      rssBytes: Math.round(memoryBytes * 0.8),
      pageFaults: 0,
      majorPageFaults: 0,
    },
  }
}

function summary(host: Host) {
  const { engine } = host.context
  const { facts } = host
  const nowMs = engine.nowMs
  const time = timestamp(nowMs)
  const capacityBytes = facts.diskGiB * 1024 * MIB
  const pods = usageOf(host.kubelet).map((usage) => podSummary(usage, nowMs, capacityBytes))
  const used = sum(pods.map(({ memory }) => memory.workingSetBytes)) + HOST_ITSELF.memoryBytes
  const cores = sum(pods.map(({ cpu }) => cpu.usageNanoCores)) + HOST_ITSELF.nanoCores
  const seconds = sum(pods.map(({ cpu }) => cpu.usageCoreNanoSeconds)) + Math.round((HOST_ITSELF.nanoCores * nowMs) / 1e6)
  const fs = { time, availableBytes: Math.round(capacityBytes * 0.8), capacityBytes, usedBytes: Math.round(capacityBytes * 0.2), inodes: 2_621_440, inodesFree: 2_400_000, inodesUsed: 221_440 } // prettier-ignore
  return {
    node: {
      nodeName: facts.name,
      startTime: time,
      ...cpuAndMemory(time, { cores, seconds }, used, facts.memoryGiB * 1024 * MIB - used),
      network: { time, name: 'eth0', rxBytes: 0, rxErrors: 0, txBytes: 0, txErrors: 0, interfaces: [] },
      fs,
      runtime: { imageFs: fs, containerFs: fs },
      rlimit: { time, maxpid: 4_194_304, curproc: 150 + pods.length },
    },
    pods,
  }
}

function podSummary({ pod, containers }: PodUsage, nowMs: number, capacityBytes: number) {
  const time = timestamp(nowMs)
  const { name, namespace = '', uid } = pod.metadata
  const each = containers.map((usage) => ({
    name: usage.name,
    startTime: timestamp(usage.startedMs),
    ...cpuAndMemory(time, { cores: nanoCores(usage, nowMs), seconds: nanoSeconds(usage, nowMs) }, usage.memoryBytes),
    rootfs: { time, capacityBytes, usedBytes: 4096 },
    logs: { time, capacityBytes, usedBytes: 4096 },
  }))
  const cores = sum(each.map(({ cpu }) => cpu.usageNanoCores))
  const seconds = sum(each.map(({ cpu }) => cpu.usageCoreNanoSeconds))
  return {
    podRef: { name, namespace, uid },
    startTime: pod.status?.startTime ?? time,
    containers: each,
    ...cpuAndMemory(time, { cores, seconds }, sum(each.map(({ memory }) => memory.workingSetBytes))),
    'ephemeral-storage': { time, capacityBytes, usedBytes: 8192 * each.length },
    process_stats: { process_count: each.length },
  }
}

// ---- metrics ----

interface Metric {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly help: string
  readonly samples: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[]
}

function metricsPage(metrics: readonly Metric[]): BufferedResponse {
  const text = metrics.map(({ name, type, help, samples }) => {
    const lines = samples.map(([labels, value]) => {
      const pairs = Object.entries(labels).map(([key, label]) => `${key}=${JSON.stringify(label)}`)
      return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`
    })
    return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
  })
  return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8; escaping=values' }, body: text.join('') }
}

function kubeletMetrics(host: Host): readonly Metric[] {
  const states = [...host.kubelet.pods.values()]
  const running = sum(states.map(({ containers }) => [...containers.values()].filter((each) => each.running).length))
  const count = (name: string, help: string, value: number, labels = {}): Metric => ({
    name,
    type: 'gauge',
    help,
    samples: [[labels, value]],
  })
  return [
    count('kubelet_node_name', "[ALPHA] The node's name. The count is always 1.", 1, { node: host.facts.name }),
    count('kubelet_running_containers', '[ALPHA] Number of containers currently running', running, { container_state: 'running' }),
    count('kubelet_running_pods', '[ALPHA] Number of pods that have a running pod sandbox', states.filter(({ sandbox }) => sandbox).length),
    count('kubelet_desired_pods', '[ALPHA] The number of pods the kubelet is being instructed to run. static is true if the pod is not from the apiserver.', states.length, { static: '' }), // prettier-ignore
  ]
}

/** Bytes, seconds since the epoch and CPU seconds by container, Pod and node: what metrics-server reads. */
function resourceMetrics(host: Host): readonly Metric[] {
  const { nowMs } = host.context.engine
  const rows = usageOf(host.kubelet).flatMap(({ pod, containers }) =>
    containers.map((usage) => ({ usage, pod: { namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name } })),
  )
  const of = (value: (usage: ContainerUsage) => number) =>
    rows.map(({ usage, pod }) => [{ container: usage.name, ...pod }, value(usage)] as const)
  const byPod = (value: (usage: ContainerUsage) => number) => {
    const totals = new Map<string, readonly [Readonly<Record<string, string>>, number]>()
    for (const { usage, pod } of rows) {
      const key = `${pod.namespace}/${pod.pod}`
      totals.set(key, [pod, (totals.get(key)?.[1] ?? 0) + value(usage)])
    }
    return [...totals.values()]
  }
  const seconds = (usage: ContainerUsage) => nanoSeconds(usage, nowMs) / 1e9
  const memory = ({ memoryBytes }: ContainerUsage) => memoryBytes
  const nodeSeconds = sum(rows.map(({ usage }) => seconds(usage))) + (HOST_ITSELF.nanoCores * nowMs) / 1e12
  const nodeBytes = sum(rows.map(({ usage }) => memory(usage))) + HOST_ITSELF.memoryBytes
  return [
    { name: 'container_cpu_usage_seconds_total', type: 'counter', help: '[STABLE] Cumulative cpu time consumed by the container in core-seconds', samples: of(seconds) }, // prettier-ignore
    { name: 'container_memory_working_set_bytes', type: 'gauge', help: '[STABLE] Current working set of the container in bytes', samples: of(memory) }, // prettier-ignore
    { name: 'container_start_time_seconds', type: 'gauge', help: '[STABLE] Start time of the container since unix epoch in seconds', samples: of(({ startedMs }) => startedMs / 1000) }, // prettier-ignore
    { name: 'node_cpu_usage_seconds_total', type: 'counter', help: '[STABLE] Cumulative cpu time consumed by the node in core-seconds', samples: [[{}, nodeSeconds]] }, // prettier-ignore
    { name: 'node_memory_working_set_bytes', type: 'gauge', help: '[STABLE] Current working set of the node in bytes', samples: [[{}, nodeBytes]] }, // prettier-ignore
    { name: 'pod_cpu_usage_seconds_total', type: 'counter', help: '[STABLE] Cumulative cpu time consumed by the pod in core-seconds', samples: byPod(seconds) }, // prettier-ignore
    {
      name: 'pod_memory_working_set_bytes',
      type: 'gauge',
      help: '[STABLE] Current working set of the pod in bytes',
      samples: byPod(memory),
    },
    { name: 'resource_scrape_error', type: 'gauge', help: '[STABLE] 1 if there was an error while getting container metrics, 0 otherwise', samples: [[{}, 0]] }, // prettier-ignore
  ]
}

function cadvisorMetrics(host: Host): readonly Metric[] {
  const { nowMs } = host.context.engine
  const rows = usageOf(host.kubelet).flatMap(({ pod, containers }) =>
    containers.map((usage) => {
      const image = pod.spec.containers.find(({ name }) => name === usage.name)?.image ?? ''
      return [{ container: usage.name, image, namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name }, usage] as const
    }),
  )
  return [
    { name: 'container_cpu_usage_seconds_total', type: 'counter', help: 'Cumulative cpu time consumed in seconds.', samples: rows.map(([labels, usage]) => [{ ...labels, cpu: 'total' }, nanoSeconds(usage, nowMs) / 1e9]) }, // prettier-ignore
    { name: 'container_memory_working_set_bytes', type: 'gauge', help: 'Current working set in bytes.', samples: rows.map(([labels, usage]) => [labels, usage.memoryBytes]) }, // prettier-ignore
    { name: 'machine_cpu_cores', type: 'gauge', help: 'Number of logical CPU cores.', samples: [[{}, host.facts.cpu]] },
    { name: 'machine_memory_bytes', type: 'gauge', help: 'Amount of memory installed on the machine.', samples: [[{}, host.facts.memoryGiB * 1024 * MIB]] }, // prettier-ignore
  ]
}

// ---- configz ----

/** The KubeletConfiguration that kubeadm writes, with what a kubelet adds; the parts that lessons look at. */
const configuration = {
  staticPodPath: '/etc/kubernetes/manifests',
  syncFrequency: '1m0s',
  fileCheckFrequency: '20s',
  httpCheckFrequency: '20s',
  address: '0.0.0.0',
  port: 10_250,
  authentication: {
    x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' },
    webhook: { enabled: true, cacheTTL: '2m0s' },
    anonymous: { enabled: false },
  },
  authorization: { mode: 'Webhook', webhook: { cacheAuthorizedTTL: '5m0s', cacheUnauthorizedTTL: '30s' } },
  registryPullQPS: 5,
  registryBurst: 10,
  eventRecordQPS: 50,
  eventBurst: 100,
  enableDebuggingHandlers: true,
  healthzPort: 10_248,
  healthzBindAddress: '127.0.0.1',
  oomScoreAdj: -999,
  clusterDomain: 'cluster.local',
  clusterDNS: ['10.96.0.10'],
  streamingConnectionIdleTimeout: '4h0m0s',
  nodeStatusUpdateFrequency: '10s',
  nodeStatusReportFrequency: '5m0s',
  nodeLeaseDurationSeconds: 40,
  imageMinimumGCAge: '2m0s',
  imageMaximumGCAge: '0s',
  imageGCHighThresholdPercent: 85,
  imageGCLowThresholdPercent: 80,
  volumeStatsAggPeriod: '1m0s',
  cgroupsPerQOS: true,
  cgroupDriver: 'systemd',
  cpuManagerPolicy: 'none',
  cpuManagerReconcilePeriod: '10s',
  memoryManagerPolicy: 'None',
  topologyManagerPolicy: 'none',
  topologyManagerScope: 'container',
  runtimeRequestTimeout: '2m0s',
  hairpinMode: 'promiscuous-bridge',
  maxPods: 110,
  podPidsLimit: -1,
  resolvConf: '/run/systemd/resolve/resolv.conf',
  cpuCFSQuota: true,
  cpuCFSQuotaPeriod: '100ms',
  nodeStatusMaxImages: 50,
  maxOpenFiles: 1_000_000,
  contentType: 'application/vnd.kubernetes.protobuf',
  kubeAPIQPS: 50,
  kubeAPIBurst: 100,
  serializeImagePulls: true,
  evictionHard: { 'imagefs.available': '15%', 'imagefs.inodesFree': '5%', 'memory.available': '100Mi', 'nodefs.available': '10%', 'nodefs.inodesFree': '5%' }, // prettier-ignore
  evictionPressureTransitionPeriod: '5m0s',
  mergeDefaultEvictionSettings: false,
  enableControllerAttachDetach: true,
  makeIPTablesUtilChains: true,
  iptablesMasqueradeBit: 14,
  iptablesDropBit: 15,
  failSwapOn: true,
  memorySwap: {},
  containerLogMaxSize: '10Mi',
  containerLogMaxFiles: 5,
  configMapAndSecretChangeDetectionStrategy: 'Watch',
  enforceNodeAllocatable: ['pods'],
  volumePluginDir: '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/',
  logging: {
    format: 'text',
    flushFrequency: '5s',
    verbosity: 0,
    options: { text: { infoBufferSize: '0' }, json: { infoBufferSize: '0' } },
  },
  enableSystemLogHandler: true,
  enableSystemLogQuery: false,
  shutdownGracePeriod: '0s',
  shutdownGracePeriodCriticalPods: '0s',
  crashLoopBackOff: { maxContainerRestartPeriod: '5m0s' },
  enableProfilingHandler: true,
  enableDebugFlagsHandler: true,
  seccompDefault: false,
  memoryThrottlingFactor: 0.9,
  registerNode: true,
  localStorageCapacityIsolation: true,
  containerRuntimeEndpoint: 'unix:///var/run/containerd/containerd.sock',
}
