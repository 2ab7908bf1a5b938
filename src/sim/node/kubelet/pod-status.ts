import type {
  ContainerState as WireState,
  ContainerStatus,
  ContainerUser,
  Pod,
  PodCondition,
  PodPhase,
  PodStatus,
} from '../../api/types/core-v1.gen'
import type { Writable } from '../../api/object'
import { timestamp } from '../../engine/time'
import { flat } from '../../formats/flat-text'
import type { Image } from '../images/image'
import type { Credentials } from '../os/file-system'
import { containersOf, restarts, type ContainerState, type PodState } from './pod-state'

/** The status a kubelet writes for a Pod, from what it knows of its containers. Conditions that others own stay as they are. */
export function podStatusOf(state: PodState, hostIP: string, nowMs: number): PodStatus {
  const { pod } = state
  const startTime = pod.status?.startTime ?? timestamp(state.startedMs)
  if (state.failure?.rejected) {
    const { reason, message } = state.failure
    return { phase: 'Failed', reason, message, qosClass: pod.status?.qosClass ?? 'BestEffort', startTime }
  }
  const phase = phaseOf(state)
  const init = containersOf(state, 'init', 'sidecar')
  const ephemeral = containersOf(state, 'ephemeral')
  const old = pod.status ?? {}
  const ip = state.sandbox?.address ?? (phase === 'Succeeded' || phase === 'Failed' ? old.podIP : undefined)
  const statuses = (containers: readonly ContainerState[]) => containers.map((container) => containerStatusOf(state, container))
  const { generation } = pod.metadata
  // Field by field, not spread: see docs/performance.md. Three of these are made for every Pod.
  const status: Writable<PodStatus> = generation === undefined ? {} : { observedGeneration: generation }
  status.phase = phase
  status.conditions = conditionsOf(state, phase, nowMs)
  if (state.failure) {
    status.message = state.failure.message
    status.reason = state.failure.reason
  }
  if (old.nominatedNodeName !== undefined) status.nominatedNodeName = old.nominatedNodeName
  status.hostIP = hostIP
  status.hostIPs = hostIPsOf(hostIP)
  if (ip) {
    status.podIP = ip
    status.podIPs = [{ ip }]
  }
  status.startTime = startTime
  if (init.length > 0) status.initContainerStatuses = statuses(init)
  status.containerStatuses = statuses(containersOf(state, 'app'))
  if (ephemeral.length > 0) status.ephemeralContainerStatuses = statuses(ephemeral)
  status.qosClass = old.qosClass ?? 'BestEffort'
  if (state.resources) {
    if (state.resources.requests) status.allocatedResources = state.resources.requests
    status.resources = state.resources
  }
  if (old.resourceClaimStatuses) status.resourceClaimStatuses = old.resourceClaimStatuses
  return status
}

const knownHostIPs = new Map<string, PodStatus['hostIPs']>()

/** One list for all Pods of a node. */
function hostIPsOf(ip: string): PodStatus['hostIPs'] {
  let known = knownHostIPs.get(ip)
  if (!known) knownHostIPs.set(ip, (known = Object.freeze([Object.freeze({ ip })])))
  return known
}

/** Pending, Running, Succeeded or Failed, decided from the containers as the kubelet's getPhase does. */
export function phaseOf(state: PodState): PodPhase {
  if (state.failure) return 'Failed'
  const init = containersOf(state, 'init')
  if (init.some((container) => hasEnded(container) && container.ended!.status.exitCode !== 0 && !restarts(state, container)))
    return 'Failed'
  const apps = containersOf(state, 'app')
  const running = apps.filter((container) => container.running)
  const ended = apps.filter((container) => !container.running && (container.ended ?? container.previous))
  const waiting = apps.length - running.length - ended.length
  // A Pod that had to go before it could start has failed: whoever counts Pods (a Job) waits for a final word.
  if (isGone(state) && waiting > 0) return 'Failed'
  if (waiting > 0 || apps.length === 0) return 'Pending'
  if (running.length > 0) return 'Running'
  if (ended.some((container) => restarts(state, container)) && !state.terminating) return 'Running'
  if (containersOf(state, 'sidecar').some((container) => container.running)) return 'Running'
  return ended.every((container) => container.ended?.status.exitCode === 0) ? 'Succeeded' : 'Failed'
}

/** Told to go, and nothing of it is left. */
const isGone = ({ terminating, finished }: PodState) => terminating !== undefined && finished

const hasEnded = (container: ContainerState) => !container.running && container.ended !== undefined

/** Whether a container counts as ready, as far as its own probes tell. */
export const isReady = (container: ContainerState) =>
  container.role === 'init'
    ? hasEnded(container) && container.ended!.status.exitCode === 0
    : container.running !== undefined && container.started && container.ready

// ---- conditions ----

function conditionsOf(state: PodState, phase: PodPhase, nowMs: number): PodCondition[] {
  const { pod } = state
  const old = pod.status?.conditions ?? []
  const ready = containersReady(state, phase)
  const own: Verdict[] = []
  if (state.resizePending) own.push({ type: 'PodResizePending', status: 'True', ...state.resizePending })
  if (state.resizing) own.push({ type: 'PodResizeInProgress', status: 'True' })
  if (state.failure?.disruption)
    own.push({ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message: state.failure.message })
  own.push(
    { type: 'PodReadyToStartContainers', status: state.sandbox && !state.finished ? 'True' : 'False' },
    initialized(state, phase),
    readiness(state, ready),
    ready,
    { type: 'PodScheduled', status: 'True' },
  )
  // Those of others come first.
  const conditions: PodCondition[] = []
  for (const condition of old)
    if (!RESIZING.has(condition.type) && !own.some(({ type }) => type === condition.type)) conditions.push(condition)
  for (const verdict of own) conditions.push(conditionOf(verdict, old, pod.metadata.generation, nowMs))
  return conditions
}

/** Conditions that are there only while there is something to tell. */
const RESIZING: ReadonlySet<string> = new Set(['PodResizePending', 'PodResizeInProgress'])

type Verdict = Omit<PodCondition, 'lastTransitionTime'>

/** A verdict as a condition: the very one that is there already when it says the same. */
function conditionOf(verdict: Verdict, old: readonly PodCondition[], generation: number | undefined, nowMs: number): PodCondition {
  const { type, status, reason, message } = verdict
  const before = old.find((condition) => condition.type === type)
  const since = before?.status === status ? before.lastTransitionTime : undefined
  if (
    since !== undefined &&
    !before!.lastProbeTime &&
    before!.observedGeneration === generation &&
    before!.reason === reason &&
    before!.message === message
  )
    return before!
  const lastTransitionTime = since ?? timestamp(nowMs)
  if (reason === undefined && message === undefined) return plainCondition(generation, verdict, lastTransitionTime)
  return newCondition(generation, verdict, lastTransitionTime)
}

function newCondition(generation: number | undefined, verdict: Verdict, lastTransitionTime: string): PodCondition {
  const { type, status, reason, message } = verdict
  const condition: Writable<PodCondition> = generation === undefined ? { type, status } : { observedGeneration: generation, type, status }
  if (reason !== undefined) condition.reason = reason
  if (message !== undefined) condition.message = message
  condition.lastTransitionTime = lastTransitionTime
  condition.lastProbeTime = null as never // as in a real kubelet's, which never sets it
  return condition
}

const plainConditions = new Map<string, PodCondition>()
const MAX_PLAIN = 500

/** A condition without words: one object for all Pods that came to it in the same second. */
function plainCondition(generation: number | undefined, verdict: Verdict, lastTransitionTime: string): PodCondition {
  const key = `${verdict.type} ${verdict.status} ${lastTransitionTime} ${generation}`
  let condition = plainConditions.get(key)
  if (!condition) {
    if (plainConditions.size >= MAX_PLAIN) plainConditions.clear()
    condition = Object.freeze(newCondition(generation, verdict, lastTransitionTime))
    plainConditions.set(key, condition)
  }
  return condition
}

function initialized(state: PodState, phase: PodPhase): Verdict {
  const type = 'Initialized'
  const incomplete = containersOf(state, 'init', 'sidecar').filter((container) =>
    container.role === 'sidecar' ? !container.started : !isReady(container),
  )
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' }
  if (incomplete.length === 0) return { type, status: 'True' }
  return {
    type,
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${namesOf(incomplete)}]`,
  }
}

function containersReady(state: PodState, phase: PodPhase): Verdict {
  const type = 'ContainersReady'
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' }
  const unready = containersOf(state, 'sidecar', 'app').filter((container) => !isReady(container))
  if (unready.length === 0) return { type, status: 'True' }
  return { type, status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${namesOf(unready)}]` }
}

/** Ready: all containers are, and so says every readiness gate. */
function readiness(state: PodState, containers: Verdict): Verdict {
  if (containers.status !== 'True') return { ...containers, type: 'Ready' }
  const conditions = state.pod.status?.conditions ?? []
  for (const { conditionType } of state.pod.spec.readinessGates ?? []) {
    const gate = conditions.find(({ type }) => type === conditionType)
    const refuse = (message: string): Verdict => ({ type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message })
    if (!gate) return refuse(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`)
    if (gate.status !== 'True') return refuse(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`)
  }
  return { type: 'Ready', status: 'True' }
}

const namesOf = (containers: readonly ContainerState[]) => containers.map(({ spec }) => spec.name).join(' ')

// ---- containers ----

function containerStatusOf(state: PodState, container: ContainerState): ContainerStatus {
  const { spec, running, image, ended, previous } = container
  const last = container.waiting && !running && ended && restarts(state, container) ? ended : previous
  const of = running ?? ended?.container
  return {
    name: spec.name,
    state: stateOf(state, container),
    lastState: last ? { terminated: last.status } : {},
    ready: isReady(container),
    restartCount: container.restarts,
    image: of && image ? namesOfImage(image).name : (spec.image ?? ''),
    imageID: of && image ? namesOfImage(image).id : '',
    ...(of && { containerID: `containerd://${of.id}` }),
    started: running !== undefined && (container.started || container.role === 'init'),
    ...(of && resourcesOf(container)),
    ...(spec.volumeMounts?.length && { volumeMounts: spec.volumeMounts.map(mountStatus) }),
    ...(of && { user: userStatus(of.config.who) }),
  }
}

const userStatuses = new WeakMap<Credentials, ContainerUser>()

/** Who a container runs as; one object for all that run as the same. */
function userStatus(who: Credentials): ContainerUser {
  let known = userStatuses.get(who)
  if (!known) userStatuses.set(who, (known = { linux: { uid: who.uid, gid: who.gids[0] ?? 0, supplementalGroups: who.gids } }))
  return known
}

const imageNames = new WeakMap<Image, { readonly name: string; readonly id: string }>()

/** An image's name and id: the same two texts in the statuses of all its containers. */
function namesOfImage(image: Image) {
  let names = imageNames.get(image)
  if (!names) {
    names = { name: flat(`${image.repository}:${image.tag}`), id: flat(`${image.repository}@${image.digest}`) }
    imageNames.set(image, names)
  }
  return names
}

/** How a container ends that was not there to be stopped. */
const lost = { exitCode: 137, reason: 'ContainerStatusUnknown', message: 'The container could not be located when the pod was terminated' }

function stateOf(state: PodState, container: ContainerState): WireState {
  if (container.running) return { running: { startedAt: timestamp(container.running.startedMs) } }
  if (isGone(state) && !container.ended && initialized(state, 'Pending').status === 'True') return { terminated: lost }
  // What will not be started again does not wait, whatever kept it from starting.
  if (container.waiting && (!container.ended || restarts(state, container))) return { waiting: container.waiting }
  if (container.ended) return { terminated: container.ended.status }
  return { waiting: { reason: state.pod.spec.initContainers?.length ? 'PodInitializing' : 'ContainerCreating' } }
}

const mountStatus = ({
  name,
  mountPath,
  readOnly,
}: {
  readonly name: string
  readonly mountPath: string
  readonly readOnly?: boolean
}) => ({
  name,
  mountPath,
  ...(readOnly && { readOnly, recursiveReadOnly: 'Disabled' as const }),
})

/** What the container was given; absent parts of the specification stay absent. */
function resourcesOf({ runningSpec }: ContainerState): Pick<ContainerStatus, 'allocatedResources' | 'resources'> {
  const resources = runningSpec?.resources
  return { ...(resources?.requests && { allocatedResources: resources.requests }), resources: { ...resources } }
}

/** Whether two statuses say the same. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  // Both are plain JSON here, so indexing by their own keys is safe.
  return keys.every((key) => sameJson((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
}

/** Whether a Pod has run to its end, for good or ill. */
export const isFinished = (pod: Pod) => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
