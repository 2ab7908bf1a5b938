import type { AddonEnvironment, Addon } from './addon'
import type { ConfigMap, Node, Pod } from '../api/types/core-v1.gen'
import { hostNumbered } from '../bootstrap/hosts'
import { attempt } from '../controllers/component'
import { isFinished } from '../controllers/pod-state'
import { parseGoDuration } from '../formats/duration'
import { milliValue, quantityValue } from '../formats/quantity'
import { timestamp } from '../engine/time'
import { configMap as configMapKind } from '../kinds/core/config-map'
import { node as nodeKind } from '../kinds/core/node'
import { pod as podKind } from '../kinds/core/pod'

/** How long a machine takes from being ordered to its kubelet's first word. */
const BOOT_MS = 45_000
const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler'
const STATUS = 'cluster-autoscaler-status'

interface Options {
  readonly min: number
  readonly max: number
  readonly group: string
  readonly scanMs: number
  readonly unneededMs: number
  readonly delayAfterAddMs: number
}

/** `--nodes=MIN:MAX:GROUP` and the times, with the real one's defaults. */
function optionsOf(argv: readonly string[]): Options {
  const flag = (name: string) => argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  const [min = '1', max = '10', group = 'workers'] = (flag('nodes') ?? '').split(':')
  const time = (name: string, fallback: string) => parseGoDuration(flag(name) ?? fallback) ?? parseGoDuration(fallback)!
  return {
    min: Number(min) || 1,
    max: Number(max) || 10,
    group,
    scanMs: time('scan-interval', '10s'),
    unneededMs: time('scale-down-unneeded-time', '10m'),
    delayAfterAddMs: time('scale-down-delay-after-add', '10m'),
  }
}

/** Adds a node when Pods find no room and a new node would have some; removes a worker that has been empty for a while. */
export const clusterAutoscaler: Addon = {
  program: 'cluster-autoscaler',
  greeting: 'Cluster Autoscaler 1.36.0',
  start(environment, argv) {
    const { engine } = environment
    const options = optionsOf(argv)
    const memory: Memory = { ordered: 0, lastAddMs: -Infinity, emptySince: new Map(), told: new Map() }
    const tick = () => {
      attempt(() => scaleUp(environment, options, memory))
      attempt(() => scaleDown(environment, options, memory))
      timer = engine.after(options.scanMs, tick, { background: true })
    }
    let timer = engine.after(options.scanMs, tick, { background: true })
    return () => engine.cancel(timer)
  },
}

/** What it keeps in mind from one round to the next. */
interface Memory {
  /** Machines that are on their way. */
  ordered: number
  lastAddMs: number
  /** Since when a node has been empty. */
  readonly emptySince: Map<string, number>
  /** By a Pod's uid: what it has last been told. */
  readonly told: Map<string, string>
}

const workersOf = ({ client }: AddonEnvironment) =>
  client.list<Node>(nodeKind).filter(({ metadata }) => metadata.labels?.['node-role.kubernetes.io/control-plane'] === undefined)

// ---- growing ----

function scaleUp(environment: AddonEnvironment, options: Options, memory: Memory) {
  const { client, recorder, engine } = environment
  const waiting = client.list<Pod>(podKind).filter(isUnschedulable)
  const say = recorder('cluster-autoscaler')
  const size = workersOf(environment).length + memory.ordered
  const fitting: Pod[] = []
  for (const pod of waiting) {
    const why = whyNoNewNodeHelps(pod) ?? (size >= options.max ? 'max node group size reached' : undefined)
    if (why === undefined) fitting.push(pod)
    else tellOnce(memory, pod, why, () => say.event(pod, 'Normal', 'NotTriggerScaleUp', `pod didn't trigger scale-up: 1 ${why}`))
  }
  // Machines on their way have room for Pods, too.
  const more = Math.min(nodesFor(fitting) - memory.ordered, options.max - size)
  if (more <= 0) return
  const change = `${size}->${size + more} (max: ${options.max})`
  const status = statusObject(environment)
  say.event(
    status,
    'Normal',
    'ScaledUpGroup',
    `Scale-up: setting group ${options.group} size to ${size + more} instead of ${size} (max: ${options.max})`,
  )
  say.event(
    status,
    'Normal',
    'ScaledUpGroup',
    `Scale-up: group ${options.group} size set to ${size + more} instead of ${size} (max: ${options.max})`,
  )
  for (const pod of fitting)
    tellOnce(memory, pod, 'triggered', () =>
      say.event(pod, 'Normal', 'TriggeredScaleUp', `pod triggered scale-up: [{${options.group} ${change}}]`),
    )
  memory.lastAddMs = engine.nowMs
  for (let i = 0; i < more; i++) order(environment, memory)
}

const isUnschedulable = (pod: Pod) =>
  !pod.spec.nodeName &&
  !pod.metadata.deletionTimestamp &&
  pod.status?.conditions?.some(({ type, status, reason }) => type === 'PodScheduled' && status === 'False' && reason === 'Unschedulable')

function tellOnce({ told }: Memory, { metadata }: Pod, what: string, tell: () => void) {
  if (told.get(metadata.uid) === what) return
  told.set(metadata.uid, what)
  tell()
}

function order({ engine, nodes }: AddonEnvironment, memory: Memory) {
  memory.ordered++
  engine.after(BOOT_MS, () => {
    memory.ordered--
    let number = 1
    while (nodes.hosts.has(hostNumbered(number).name)) number++
    nodes.add(hostNumbered(number))
  })
}

const template = hostNumbered(1)
const room = { cpu: template.cpu * 1000, memory: (template.memoryGiB - 0.5) * 1024 ** 3 }
const templateLabels: Readonly<Record<string, string>> = {
  'kubernetes.io/os': 'linux',
  'kubernetes.io/arch': 'amd64',
  'topology.kubernetes.io/region': template.region,
}

const requestOf = ({ spec }: Pod, resource: 'cpu' | 'memory') =>
  spec.containers.reduce((sum, { resources }) => {
    const amount = resources?.requests?.[resource]
    return sum + (amount === undefined ? 0 : resource === 'cpu' ? milliValue(amount) : quantityValue(amount))
  }, 0)

/** Why a Pod would not fit a new, empty node either, in the scheduler's words. */
function whyNoNewNodeHelps(pod: Pod): string | undefined {
  for (const resource of ['cpu', 'memory'] as const) if (requestOf(pod, resource) > room[resource]) return `Insufficient ${resource}`
  const selector = Object.entries(pod.spec.nodeSelector ?? {})
  return selector.every(([label, value]) => templateLabels[label] === value)
    ? undefined
    : "node(s) didn't match Pod's node affinity/selector"
}

/** How many new nodes Pods need, each put on the first that has room. */
function nodesFor(pods: readonly Pod[]): number {
  const bins: { cpu: number; memory: number }[] = []
  for (const pod of pods) {
    const [cpu, memory] = [requestOf(pod, 'cpu'), requestOf(pod, 'memory')]
    const bin = bins.find((free) => free.cpu >= cpu && free.memory >= memory)
    if (bin) Object.assign(bin, { cpu: bin.cpu - cpu, memory: bin.memory - memory })
    else bins.push({ cpu: room.cpu - cpu, memory: room.memory - memory })
  }
  return bins.length
}

// ---- shrinking ----

function scaleDown(environment: AddonEnvironment, options: Options, memory: Memory) {
  const { client, engine, nodes, recorder } = environment
  const workers = workersOf(environment)
  const empty = new Set(
    workers.filter(({ metadata }) => isEmpty(client.onNode<Pod>(podKind, metadata.name))).map(({ metadata }) => metadata.name),
  )
  for (const name of memory.emptySince.keys()) if (!empty.has(name)) memory.emptySince.delete(name)
  for (const name of empty) if (!memory.emptySince.has(name)) memory.emptySince.set(name, engine.nowMs)
  if (memory.ordered > 0 || engine.nowMs - memory.lastAddMs < options.delayAfterAddMs) return
  // The newest goes first.
  const ripe = workers
    .filter(({ metadata }) => engine.nowMs - (memory.emptySince.get(metadata.name) ?? Infinity) >= options.unneededMs)
    .reverse()
  for (const node of ripe.slice(0, Math.max(0, workers.length - options.min))) {
    const { name } = node.metadata
    const say = recorder('cluster-autoscaler')
    const status = statusObject(environment)
    const taints = [
      ...(node.spec?.taints ?? []),
      { key: TO_BE_DELETED, value: String(Math.floor(engine.nowMs / 1000)), effect: 'NoSchedule' },
    ]
    attempt(() => client.patch(nodeKind, undefined, name, 'merge', { spec: { taints } }))
    say.event(status, 'Normal', 'ScaleDownEmpty', `Scale-down: removing empty node ${JSON.stringify(name)}`)
    say.event(node, 'Normal', 'ScaleDown', 'marked the node as toBeDeleted/unschedulable')
    nodes.remove(name)
    attempt(() => client.delete(nodeKind, undefined, name, {}))
    say.event(status, 'Normal', 'ScaleDownEmpty', `Scale-down: empty node ${JSON.stringify(name)} removed`)
    memory.emptySince.delete(name)
  }
}

/** Nothing but what every node has, or what has ended. */
const isEmpty = (pods: readonly Pod[]) =>
  pods.every(
    (pod) =>
      isFinished(pod) ||
      pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined ||
      pod.metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet'),
  )

/** The ConfigMap that carries its status and its events. */
function statusObject(environment: AddonEnvironment): ConfigMap {
  const { client, engine } = environment
  const data = { status: `time: ${timestamp(engine.nowMs)}\nautoscalerStatus: Running\nclusterWide:\n  health:\n    status: Healthy\n    nodeCounts:\n      registered:\n        total: ${client.list(nodeKind).length}\n` } // prettier-ignore
  const found = client.get<ConfigMap>(configMapKind, 'kube-system', STATUS)
  return found
    ? client.update<ConfigMap>(configMapKind, { ...found, data })
    : client.create<ConfigMap>(configMapKind, { metadata: { name: STATUS, namespace: 'kube-system' }, data })
}
