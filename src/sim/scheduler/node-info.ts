import { withFields } from '../api/object'
import type { LabelSelector } from '../api/types/meta-v1.gen'
import type { ContainerPort, Node, Pod, PodAffinityTerm } from '../api/types/core-v1.gen'
import { matches, selectorOf } from '../formats/selector'
import { amountsOf, assumedRequests, podRequests, type Amounts } from './resources'

/** A Pod as the scheduler sees it: the object, and what would be tedious to work out again for every node. */
export interface PodInfo {
  /** Its latest state that scheduling has heard of. */
  pod: Pod
  readonly uid: string
  readonly key: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly priority: number
  readonly requests: Amounts
  readonly assumed: { readonly cpu: number; readonly memory: number }
  readonly hostPorts: readonly HostPort[]
  readonly affinity: readonly Term[]
  readonly antiAffinity: readonly Term[]
  readonly preferredAffinity: readonly WeightedTerm[]
  readonly preferredAntiAffinity: readonly WeightedTerm[]
  /** Names of the claims its volumes use. */
  readonly claims: readonly string[]
}

export interface HostPort {
  readonly ip: string
  readonly protocol: string
  readonly port: number
}

/** A Pod (anti-)affinity term with its selector ready to ask. */
export interface Term {
  readonly topologyKey: string
  /** Says the same for terms that ask the same. */
  readonly signature: string
  readonly matches: (pod: PodInfo, namespaceLabels: (namespace: string) => Readonly<Record<string, string>>) => boolean
}

export interface WeightedTerm extends Term {
  readonly weight: number
}

/** Shared by the many Pods that ask for nothing. */
const NONE: readonly never[] = []
const NO_AMOUNTS: Amounts = new Map()
const orNone = (amounts: Amounts): Amounts => (amounts.size === 0 ? NO_AMOUNTS : amounts)

interface Needs {
  readonly requests: Amounts
  readonly assumed: ReturnType<typeof assumedRequests>
}

/** By what their one container asks for: the store keeps equal resources as one object, and most Pods are replicas of another. */
const known = new WeakMap<object, Needs>()
const NO_RESOURCES = Object.freeze({})

function needsOf(pod: Pod): Needs {
  const { containers = [], initContainers, overhead, resources } = pod.spec ?? {}
  const plain = containers.length === 1 && !initContainers?.length && !overhead && !resources
  const key = plain ? (containers[0]!.resources ?? NO_RESOURCES) : undefined
  const found = key && known.get(key)
  if (found) return found
  const needs = { requests: orNone(podRequests(pod)), assumed: assumedRequests(pod) }
  if (key && Object.isFrozen(key)) known.set(key, needs)
  return needs
}

/** Works out all that scheduling needs to know about a Pod. */
export function podInfo(pod: Pod): PodInfo {
  const { namespace = '', uid, name, labels = {} } = pod.metadata
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {}
  const term = (it: PodAffinityTerm) => termOf(it, pod)
  const { requests, assumed } = needsOf(pod)
  return {
    pod,
    uid,
    key: `${namespace}/${name}`,
    namespace,
    labels,
    priority: pod.spec?.priority ?? 0,
    requests,
    assumed,
    hostPorts: hostPortsOf(pod),
    affinity: podAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.map(term) ?? NONE,
    antiAffinity: podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.map(term) ?? NONE,
    preferredAffinity:
      podAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.map((it) =>
        withFields(term(it.podAffinityTerm), { weight: it.weight }),
      ) ?? NONE,
    preferredAntiAffinity:
      podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.map((it) =>
        withFields(term(it.podAffinityTerm), { weight: it.weight }),
      ) ?? NONE,
    claims: claimsOf(pod),
  }
}

function termOf(term: PodAffinityTerm, pod: Pod): Term {
  const { namespace: own = '', labels = {} } = pod.metadata
  const namespaces = term.namespaces?.length ? term.namespaces : term.namespaceSelector ? [] : [own]
  const labelSelector = withLabelKeys(term, labels)
  // A term without a label selector matches no Pod, one with an empty selector matches all.
  const selector = labelSelector && selectorOf(labelSelector)
  const namespaceSelector = term.namespaceSelector && selectorOf(term.namespaceSelector)
  return {
    topologyKey: term.topologyKey,
    signature: JSON.stringify([namespaces, term.namespaceSelector, labelSelector, term.topologyKey]),
    matches: (other, namespaceLabels) =>
      selector !== undefined &&
      (namespaces.includes(other.namespace) ||
        (namespaceSelector !== undefined && matches(namespaceSelector, namespaceLabels(other.namespace)))) &&
      matches(selector, other.labels),
  }
}

/** The server merges `matchLabelKeys` into the selector when a Pod is created; where it has not, we do. */
function withLabelKeys(
  { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: PodAffinityTerm,
  labels: Readonly<Record<string, string>>,
): LabelSelector | undefined {
  if (!labelSelector || (matchLabelKeys.length === 0 && mismatchLabelKeys.length === 0)) return labelSelector
  const requirement = (operator: 'In' | 'NotIn') => (key: string) =>
    labels[key] === undefined ? [] : [{ key, operator, values: [labels[key]] }]
  const more = [...matchLabelKeys.flatMap(requirement('In')), ...mismatchLabelKeys.flatMap(requirement('NotIn'))]
  return { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...more] }
}

function hostPortsOf(pod: Pod): readonly HostPort[] {
  const { containers = [], initContainers = [] } = pod.spec ?? {}
  const sidecars = initContainers.filter((container) => container.restartPolicy === 'Always')
  const found = [...containers, ...sidecars].flatMap(({ ports = [] }) => ports.filter((port) => port.hostPort).map(hostPort))
  return found.length === 0 ? NONE : found
}

const hostPort = ({ hostIP, protocol, hostPort: port }: ContainerPort): HostPort => ({
  ip: hostIP || '0.0.0.0',
  protocol: protocol || 'TCP',
  port: port!,
})

function claimsOf(pod: Pod): readonly string[] {
  const found = (pod.spec?.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim) return [volume.persistentVolumeClaim.claimName]
    return volume.ephemeral ? [`${pod.metadata.name}-${volume.name}`] : []
  })
  return found.length === 0 ? NONE : found
}

/** A node with what runs on it and what is left. It belongs to the scheduler's cluster view, which alone changes it. */
export interface NodeInfo {
  node: Node
  readonly name: string
  /** Another one whenever anything here has changed. */
  version: number
  readonly pods: Map<string, PodInfo>
  allocatable: Amounts
  readonly requested: Map<string, number>
  /** Requests as scoring counts them, where nothing asked is not nothing needed. */
  readonly assumed: { cpu: number; memory: number }
  /** Image names present on the node, with their size. */
  images: ReadonlyMap<string, number>
}

/** A node without Pods. */
export function nodeInfo(node: Node): NodeInfo {
  return {
    node,
    name: node.metadata.name,
    version: 0,
    pods: new Map(),
    allocatable: amountsOf(node.status?.allocatable),
    requested: new Map(),
    assumed: { cpu: 0, memory: 0 },
    images: imagesOf(node),
  }
}

/** Takes over a newer version of the node. */
export function renewNode(info: NodeInfo, node: Node) {
  const before = info.node.status
  info.node = node
  info.version++
  if (before?.allocatable !== node.status?.allocatable) info.allocatable = amountsOf(node.status?.allocatable)
  if (before?.images !== node.status?.images) info.images = imagesOf(node)
}

const imagesOf = (node: Node) =>
  new Map((node.status?.images ?? []).flatMap(({ names = [], sizeBytes = 0 }) => names.map((name) => [name, sizeBytes] as const)))

/** Books a Pod onto a node. */
export function addPod(info: NodeInfo, pod: PodInfo) {
  info.pods.set(pod.uid, pod)
  book(info, pod, 1)
}

/** Takes a Pod off a node. */
export function removePod(info: NodeInfo, pod: PodInfo) {
  if (info.pods.delete(pod.uid)) book(info, pod, -1)
}

function book(info: NodeInfo, pod: PodInfo, sign: 1 | -1) {
  info.version++
  for (const [resource, amount] of pod.requests) info.requested.set(resource, (info.requested.get(resource) ?? 0) + sign * amount)
  info.assumed.cpu += sign * pod.assumed.cpu
  info.assumed.memory += sign * pod.assumed.memory
}

/** The node as it would be with other Pods on it. */
export function nodeWith(info: NodeInfo, pods: Iterable<PodInfo>): NodeInfo {
  const copy: NodeInfo = { ...info, pods: new Map(), requested: new Map(), assumed: { cpu: 0, memory: 0 } }
  for (const pod of pods) addPod(copy, pod)
  return copy
}
