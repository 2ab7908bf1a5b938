import { SmallMap } from '../os/small-map'
import type { Timer } from '../../engine/engine'
import type {
  Container as ContainerSpec,
  ContainerStateTerminated,
  ContainerStateWaiting,
  Pod,
  ResourceRequirements,
} from '../../api/types/core-v1.gen'
import type { Image } from '../images/image'
import type { Container } from '../runtime/container'
import type { Sandbox } from '../runtime/sandbox'
import type { BackOff } from './back-off'
import { createBackOff } from './back-off'
import { imageVolumePulls, type ImageVolumePull } from './late-image-volumes'
import type { PreparedClaims } from './late-device-claims'
import type { MountedVolumes } from './volumes'

/** What part a container plays in its Pod. A sidecar is an init container that keeps running. */
export type Role = 'init' | 'sidecar' | 'app' | 'ephemeral'

/** All that a kubelet keeps in mind of one container. */
export interface ContainerState {
  /** Newest specification; a running container keeps the one it was started with in `runningSpec`. */
  spec: ContainerSpec
  readonly role: Role
  /** Why nothing runs; shown as `state.waiting`. */
  waiting: ContainerStateWaiting | undefined
  /** The process, while it runs. */
  running: Container | undefined
  runningSpec: ContainerSpec | undefined
  /** How the newest run ended, and the log it left. */
  ended: { readonly status: ContainerStateTerminated; readonly container: Container | undefined } | undefined
  /** How the run before ended (`lastState`), and its log for `logs --previous`. */
  previous: { readonly status: ContainerStateTerminated; readonly container: Container | undefined } | undefined
  /** When it ended, to the millisecond. */
  endedMs: number
  restarts: number
  /** How often it was created; the first time is no restart. */
  created: number
  image: Image | undefined
  readonly restartBackOff: BackOff
  readonly pullBackOff: BackOff
  pullFailure: { readonly atMs: number; readonly reason: string; readonly message: string } | undefined
  /** Probe results: `started` until a startup probe has passed, `ready` from the readiness probe. */
  started: boolean
  ready: boolean
  /** Set while it is being stopped, so that nobody stops it twice. */
  stopping: { deadline: Timer | undefined; killAtMs: number } | undefined
  /** After a failure it is left alone for a moment, so that the failure is seen before the reason for waiting takes its place. */
  restUntilMs: number
  /** When another attempt makes sense even if nothing changes. */
  retryAtMs: number | undefined
  /** Which attempt (`created` + 1) the image was pulled for: `Always` asks the registry once each. */
  pulledFor: number
  /** The step or wait that applies now, by its stage's name: an event is told once each time it begins. */
  stage: string | undefined
  /** How to stop each probe that goes on. */
  probes: readonly (() => void)[]
}

export interface PodState {
  /** Of the object that stands for it now: a static Pod gets another when its mirror is made anew. */
  uid: string
  /** Newest object seen from the API server (or the manifest, for a static Pod). */
  pod: Pod
  readonly startedMs: number
  volumes: MountedVolumes | undefined
  /** Volumes of images that are still to be pulled. */
  readonly imageVolumes: ImageVolumePull[]
  sandbox: Sandbox | undefined
  /** Its claims for devices, once they are ready. */
  devices?: PreparedClaims | undefined
  readonly containers: SmallMap<string, ContainerState>
  /** A step that is under way: mounting, creating the sandbox, pulling, starting. One at a time, as in a pod worker. */
  step: Timer | undefined
  /** The step that is a postStart hook: meanwhile the worker does nothing else, not even tell that the container runs. */
  postStart: Timer | undefined
  /** The next look without a reason from outside. */
  wake: Timer | undefined
  statusTimer: Timer | undefined
  /** Set once the Pod has to go: with its grace period in seconds. */
  terminating: { graceSeconds: number; readonly sinceMs: number } | undefined
  /** The Pod failed as a whole (Evicted, DeadlineExceeded). */
  failure:
    | {
        readonly reason: string
        readonly message: string
        /** Turned away before anything of it was begun. */ readonly rejected?: boolean
        /** Ended by the kubelet for the node's sake: its status says so. */ readonly disruption?: boolean
        /** Seconds its containers get to end; one unless told. */ readonly graceSeconds?: number
      }
    | undefined
  /** Why a resize has to wait or will never be; undefined when there is nothing to do. */
  resizePending: { readonly reason: 'Infeasible' | 'Deferred'; readonly message: string } | undefined
  /** What the Pod as a whole has been given of what it asks for as a whole, where that can change. */
  resources?: ResourceRequirements | undefined
  /** A resize was begun, and not every container has what it is to get. */
  resizing: boolean
  /** All containers are down for good. */
  finished: boolean
  /** From a manifest on the node: the API server holds only its mirror image. */
  readonly fromFile: boolean
  /** Pause before the next try to mount; 0 when none has failed. */
  mountRetryMs: number
  /** Its runtime has been asked for a sandbox, and refused. */
  sandboxRefused?: boolean
  /** Since when, or since when it was told last, a disk has been waited for. */
  diskWantedMs?: number
}

/** A kubelet's memory of a Pod it has just seen. */
export function newPodState(pod: Pod, nowMs: number): PodState {
  const state: PodState = {
    uid: pod.metadata.uid,
    pod,
    startedMs: nowMs,
    volumes: undefined,
    imageVolumes: imageVolumePulls(pod),
    sandbox: undefined,
    containers: new SmallMap(),
    step: undefined,
    postStart: undefined,
    wake: undefined,
    statusTimer: undefined,
    terminating: undefined,
    failure: undefined,
    resizePending: undefined,
    resizing: false,
    finished: false,
    fromFile: pod.metadata.annotations?.['kubernetes.io/config.source'] === 'file',
    mountRetryMs: 0,
  }
  takeSpecification(state, pod)
  restore(state)
  return state
}

/** Takes over what the API server remembers of containers that ran before the node lost its power: they count as ended, for a reason unknown. */
function restore({ containers, pod: { status } }: PodState): void {
  for (const known of status?.containerStatuses ?? []) {
    const container = containers.get(known.name)
    if (!container || !known.containerID) continue
    container.created = known.restartCount + 1
    container.restarts = known.restartCount
    const { running, terminated } = known.state ?? {}
    const lost = {
      exitCode: 255,
      reason: 'Unknown',
      startedAt: running?.startedAt,
      finishedAt: running?.startedAt,
      containerID: known.containerID,
    }
    container.ended = { status: terminated ?? lost, container: undefined }
    container.waiting = undefined
  }
}

/** Makes room for containers that are new in the specification and lets known ones see their newest. */
export function takeSpecification(state: PodState, pod: Pod): void {
  state.pod = pod
  const hasInit = (pod.spec.initContainers?.length ?? 0) > 0
  const add = (spec: ContainerSpec, role: Role) => {
    const known = state.containers.get(spec.name)
    if (known) known.spec = spec
    else state.containers.set(spec.name, newContainerState(spec, role, role !== 'app' ? hasInit && role !== 'ephemeral' : hasInit))
  }
  for (const spec of pod.spec.initContainers ?? []) add(spec, spec.restartPolicy === 'Always' ? 'sidecar' : 'init')
  for (const spec of pod.spec.containers) add(spec, 'app')
  for (const spec of pod.spec.ephemeralContainers ?? []) add(spec, 'ephemeral')
}

const NO_PROBES: readonly never[] = []

function newContainerState(spec: ContainerSpec, role: Role, initialising: boolean): ContainerState {
  return {
    spec,
    role,
    waiting: { reason: initialising ? 'PodInitializing' : 'ContainerCreating' },
    running: undefined,
    runningSpec: undefined,
    ended: undefined,
    previous: undefined,
    endedMs: 0,
    restarts: 0,
    created: 0,
    image: undefined,
    restartBackOff: createBackOff(),
    pullBackOff: createBackOff(),
    pullFailure: undefined,
    started: false,
    ready: false,
    stopping: undefined,
    restUntilMs: 0,
    retryAtMs: undefined,
    pulledFor: 0,
    stage: undefined,
    probes: NO_PROBES,
  }
}

/** In the order of the specification. Asked often, mostly for roles that nobody has. */
export function containersOf(state: PodState, role: Role, second?: Role, third?: Role, fourth?: Role): readonly ContainerState[] {
  let found: ContainerState[] | undefined
  for (const container of state.containers.values()) {
    const is = container.role
    if (is === role || is === second || is === third || is === fourth) (found ??= []).push(container)
  }
  return found ?? NO_CONTAINERS
}

const NO_CONTAINERS: readonly ContainerState[] = []

/** Whether a container that has ended is to run again. */
export function restarts(state: PodState, container: ContainerState): boolean {
  if (container.role === 'sidecar') return true
  if (container.role === 'ephemeral') return false
  const exitCode = container.ended?.status.exitCode
  const rule = container.spec.restartPolicyRules?.find(({ exitCodes }) => {
    const listed = exitCode !== undefined && exitCodes?.values?.includes(exitCode)
    return exitCode !== undefined && exitCodes !== undefined && (exitCodes.operator === 'In' ? listed : !listed)
  })
  if (rule?.action === 'Restart') return true
  const own = container.spec.restartPolicy
  const policy = own ?? state.pod.spec.restartPolicy ?? 'Always'
  const failed = container.ended?.status.exitCode !== 0
  if (container.role === 'init') return failed && policy !== 'Never'
  return policy === 'Always' || (policy === 'OnFailure' && failed)
}
