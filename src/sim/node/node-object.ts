import { DEFAULT_SETTINGS, storageKept, type KubeletSettings } from './kubelet-configuration'
import type { Node, NodeCondition, NodeStatus } from '../api/types/core-v1.gen'
import type { NewObject } from '../api/object'
import { atLeast, parseRelease } from '../api/schema/schema'
import { timestamp } from '../engine/time'
import { createRandom } from '../engine/random'
import type { ContainerImage, Taint } from '../api/types/core-v1.gen'

/** The container runtime of every machine. */
export const RUNTIME_VERSION = 'containerd://2.1.4'

/** A machine that is to become a node. */
export interface HostFacts {
  readonly name: string
  /** `172.30.2.2` */
  readonly address: string
  /** `192.168.1.0/24` */
  readonly podCidr: string
  readonly controlPlane: boolean
  readonly region: string
  readonly zone: string
  /** Cores and GiB. */
  readonly cpu: number
  readonly memoryGiB: number
  readonly diskGiB: number
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly Taint[]
}

/** What the machine's firmware and kernel take of its memory before anybody else. */
const KERNEL_KI = 254_316

/** The Node as its kubelet registers it. */
export function registration(facts: HostFacts, version: string, nowMs: number): NewObject<Node> {
  const role: Record<string, string> = facts.controlPlane
    ? { 'node-role.kubernetes.io/control-plane': '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
    : {}
  const taints = [
    ...(facts.controlPlane ? [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] : []),
    ...(facts.taints ?? []),
  ]
  return {
    metadata: {
      name: facts.name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': facts.name,
        'kubernetes.io/os': 'linux',
        ...role,
        'topology.kubernetes.io/region': facts.region,
        'topology.kubernetes.io/zone': facts.zone,
        ...facts.labels,
      },
      annotations: {
        'kubeadm.alpha.kubernetes.io/cri-socket': 'unix:///run/containerd/containerd.sock',
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
    },
    spec: { podCIDR: facts.podCidr, podCIDRs: [facts.podCidr], ...(taints.length > 0 && { taints }) },
    status: nodeStatus(facts, version, [], undefined, nowMs),
  }
}

/** The status a kubelet writes: what the machine has, and that it is well. Conditions of others (a network plugin's) stay. */
export function nodeStatus(
  facts: HostFacts,
  version: string,
  images: readonly ContainerImage[],
  old: NodeStatus | undefined,
  nowMs: number,
  health: Health = {},
  /** How often the machine has been switched on again. */
  boots = 0,
  settings: KubeletSettings = DEFAULT_SETTINGS,
): NodeStatus {
  const { maxPods, reserved, evictionHard } = settings
  const totalKi = facts.memoryGiB * 1024 * 1024 - KERNEL_KI
  const diskKi = facts.diskGiB * 1024 * 1024
  const common = { cpu: String(facts.cpu), 'hugepages-1Gi': '0', 'hugepages-2Mi': '0', pods: String(maxPods) }
  const diskBytes = diskKi * 1024
  const ids = createRandom(facts.address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0))
  const machineID = ids.hex(32)
  const firstBootID = ids.uuid()
  const extended = extendedResources(old)
  const rows = conditionRows.map(([type, well, ill]) =>
    type in health ? ([type, ...ill(health[type]!)] as const) : ([type, ...well] as const),
  )
  const own = rows.map(([type, status, reason, message]): NodeCondition => {
    const before = old?.conditions?.find((condition) => condition.type === type)
    const since = before?.status === status ? before.lastTransitionTime : undefined
    return { type, status, lastHeartbeatTime: timestamp(nowMs), lastTransitionTime: since ?? timestamp(nowMs), reason, message }
  })
  const others = (old?.conditions ?? []).filter(({ type }) => !conditionRows.some(([mine]) => mine === type))
  return {
    addresses: [
      { address: facts.address, type: 'InternalIP' },
      { address: facts.name, type: 'Hostname' },
    ],
    allocatable: {
      ...extended,
      ...common,
      ...(reserved.milliCores > 0 && { cpu: `${facts.cpu * 1000 - reserved.milliCores}m` }),
      'ephemeral-storage': String(diskBytes - storageKept(settings, diskBytes) - reserved.storageBytes),
      memory: `${totalKi - (evictionHard.memoryBytes + reserved.memoryBytes) / 1024}Ki`,
    },
    capacity: { ...extended, ...common, 'ephemeral-storage': `${diskKi}Ki`, memory: `${totalKi}Ki` },
    conditions: [...others, ...own],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    features: { supplementalGroupsPolicy: true },
    images: images.slice(0, 50),
    nodeInfo: {
      architecture: 'amd64',
      bootID: boots === 0 ? firstBootID : createRandom(Number.parseInt(machineID.slice(0, 8), 16) + boots).uuid(),
      containerRuntimeVersion: RUNTIME_VERSION,
      kernelVersion: '6.8.0-51-generic',
      kubeProxyVersion: '',
      kubeletVersion: version,
      machineID,
      operatingSystem: 'linux',
      osImage: 'Ubuntu 24.04.3 LTS',
      systemUUID: ids.uuid(),
    },
    ...(hasHandlers(version) && { runtimeHandlers: RUNTIME_HANDLERS }),
  }
}

/** What containerd can do with its default runtime, which has no name, and with runc, which is the same; told since release 1.31. */
const RUNTIME_HANDLERS = ['', 'runc'].map((name) => ({ features: { recursiveReadOnlyMounts: true, userNamespaces: true }, name }))
const hasHandlers = (version: string) => atLeast(parseRelease(version.slice(1)), '1.31')

/** Resources that somebody else announced in the capacity (`example.com/dongle`): a kubelet keeps them, and offers all of them to Pods. */
export const extendedResources = (status: NodeStatus | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(status?.capacity ?? {}).filter(([name]) => name.includes('/')))

/** What is wrong with a node, by the condition that tells it; the text is for Ready alone. */
export type Health = Readonly<Partial<Record<(typeof conditionRows)[number][0], string>>>

type Words = readonly [status: string, reason: string, message: string]

/** A kubelet's own conditions: its words when all is well, and when it is not. */
const conditionRows: readonly (readonly ['MemoryPressure' | 'DiskPressure' | 'PIDPressure' | 'Ready', Words, (why: string) => Words])[] = [
  ['MemoryPressure', ['False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'], () => ['True', 'KubeletHasInsufficientMemory', 'kubelet has insufficient memory available']],
  ['DiskPressure', ['False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'], () => ['True', 'KubeletHasDiskPressure', 'kubelet has disk pressure']],
  ['PIDPressure', ['False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'], () => ['True', 'KubeletHasInsufficientPID', 'kubelet has insufficient PID available']],
  ['Ready', ['True', 'KubeletReady', 'kubelet is posting ready status'], (why) => ['False', 'KubeletNotReady', why]],
] // prettier-ignore

/** The condition a network plugin adds once it routes Pods. */
export const networkAvailable = (nowMs: number): NodeCondition => ({
  type: 'NetworkUnavailable',
  status: 'False',
  lastHeartbeatTime: timestamp(nowMs),
  lastTransitionTime: timestamp(nowMs),
  reason: 'CalicoIsUp',
  message: 'Calico is running on this node',
})
