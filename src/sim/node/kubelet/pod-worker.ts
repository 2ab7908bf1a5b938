import { share } from '../../api/share'
import { atLeast, parseRelease } from '../../api/schema/schema'
import { isStatus, StatusError } from '../../api/status'
import type { Pod } from '../../api/types/core-v1.gen'
import type { RuntimeClass } from '../../api/types/node-v1.gen'
import { pod as podKind } from '../../kinds/core/pod'
import { runtimeClass } from '../../kinds/node/runtime-class'
import type { KubeletContext } from './context'
import { SETTLING_MS, stopProbes } from './ending'
import { lateDeviceClaims } from './late-device-claims'
import { containersOf, restarts, type ContainerState, type PodState, type Role } from './pod-state'
import { lateImageVolumes } from './late-image-volumes'
import { isReady, podStatusOf, sameJson } from './pod-status'
import { startingOf } from './start-actions'
import { starting } from './starting'
import { stopContainer } from './stopping'
import { lateResizing } from './late-resizing'
import { MountError, mountVolumes, NotAttached } from './volumes'

/** Pauses between tries to mount: half a second, doubling to about two minutes. */
const FIRST_MOUNT_RETRY_MS = 500
const LAST_MOUNT_RETRY_MS = 122_000

/**
 * Brings one Pod a step nearer to what it should be, judging by what is there now. Called whenever something may have changed; does nothing
 * while a step is under way, whose end calls it again.
 */
export function syncPod(context: KubeletContext, state: PodState): void {
  if (state.step || state.finished) return
  if (state.terminating) return syncTerminating(context, state)
  if (state.failure) return finish(context, state)
  if (!state.volumes) return mount(context, state)
  if (!state.sandbox) {
    if (state.pod.spec.resourceClaims?.length && !state.devices) return prepareDevices(context, state)
    const refusal = missingRuntime(context, state)
    if (refusal !== undefined) {
      const takesMs = state.sandboxRefused ? SANDBOX_RETRY_MS : context.latency.sandboxMs
      state.sandboxRefused = true
      return step(context, state, takesMs, () => tellNoSandbox(context, state, refusal), true)
    }
    return step(context, state, context.latency.sandboxMs, () => {
      state.sandbox = context.openSandbox(state.pod)
      if (state.pod.spec.resources && atLeast(parseRelease(context.release), '1.36')) state.resources = state.pod.spec.resources
      context.report(state)
    })
  }
  if (state.imageVolumes.length > 0) return pullVolumes(context, state)
  if (hasRunItsCourse(state)) return finish(context, state)
  for (const container of containersOf(state, 'init', 'sidecar', 'app')) {
    if (needsReplacement(container)) replace(context, state, container)
    else if (wantsOtherResources(state, container)) lateResizing.code(context, state, container)
  }
  startNext(context, state)
}

/** Whether a container runs with other resources than its specification asks for now, or a resize of its Pod is not yet done with. */
function wantsOtherResources(state: PodState, { running, runningSpec, spec }: ContainerState): boolean {
  if (!running || !runningSpec) return false
  if (state.resizing || state.resizePending !== undefined || !sameJson(runningSpec.resources ?? {}, spec.resources ?? {})) return true
  return state.resources !== undefined && !sameJson(state.resources, state.pod.spec.resources ?? {})
}

/** Has the devices of the Pod's claims made ready. */
function prepareDevices(context: KubeletContext, state: PodState) {
  const prepared = lateDeviceClaims.code.prepareClaims(context, state)
  if (typeof prepared !== 'string') {
    state.devices = prepared
    return syncPod(context, state)
  }
  const message = `Failed to prepare dynamic resources: ${prepared}`
  const tell = () => context.recorder.event(state.pod, 'Warning', 'FailedPrepareDynamicResources', message)
  step(context, state, SANDBOX_RETRY_MS, tell, true)
}

/** Runtimes that containerd is configured with on every node. */
const HANDLERS: ReadonlySet<string> = new Set(['runc'])
/** How soon a kubelet tries again to make a sandbox. */
const SANDBOX_RETRY_MS = 13_000

/** Why no sandbox can be made for a Pod: its RuntimeClass names a runtime that the nodes do not have. */
function missingRuntime({ client }: KubeletContext, { pod }: PodState): string | undefined {
  const name = pod.spec.runtimeClassName
  if (name === undefined) return undefined
  const handler = client.get<RuntimeClass>(runtimeClass, undefined, name)?.handler
  if (handler === undefined) return `failed to get sandbox runtime: RuntimeClass ${JSON.stringify(name)} not found`
  return HANDLERS.has(handler) ? undefined : `failed to get sandbox runtime: no runtime for ${JSON.stringify(handler)} is configured`
}

const tellNoSandbox = ({ recorder }: KubeletContext, { pod }: PodState, why: string) =>
  recorder.event(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: rpc error: code = Unknown desc = ${why}`)

/** Does something that takes its time, and looks at the Pod again afterwards. */
function step(context: KubeletContext, state: PodState, takesMs: number, then: () => void, background = false) {
  state.step = context.engine.after(
    takesMs,
    () => {
      state.step = undefined
      then()
      context.look(state)
    },
    { background },
  )
}

function mount(context: KubeletContext, state: PodState) {
  const retrying = state.mountRetryMs > 0
  step(
    context,
    state,
    retrying ? state.mountRetryMs : context.latency.mountMs,
    () => {
      try {
        state.volumes = mountVolumes(state.pod, context.volumes, state.sandbox?.address ?? '')
      } catch (error) {
        if (!(error instanceof MountError)) throw error
        if (error instanceof NotAttached) return waitForDisk(context, state, error.volume)
        state.mountRetryMs = retrying ? Math.min(state.mountRetryMs * 2, LAST_MOUNT_RETRY_MS) : FIRST_MOUNT_RETRY_MS
        context.recorder.event(
          state.pod,
          'Warning',
          'FailedMount',
          `MountVolume.SetUp failed for volume "${error.volume}" : ${error.message}`,
        )
      }
    },
    retrying,
  )
}

/** A disk that has not come for so long is told of each time. */
const ATTACH_PATIENCE_MS = 123_000
const ATTACH_LOOK_MS = 300

function waitForDisk({ engine, recorder }: KubeletContext, state: PodState, volume: string) {
  state.mountRetryMs = ATTACH_LOOK_MS
  state.diskWantedMs ??= engine.nowMs
  if (engine.nowMs - state.diskWantedMs < ATTACH_PATIENCE_MS) return
  state.diskWantedMs = engine.nowMs
  const text = `Unable to attach or mount volumes: unmounted volumes=[${volume}], unattached volumes=[], failed to process volumes=[]: context deadline exceeded`
  recorder.event(state.pod, 'Warning', 'FailedMount', text)
}

/** Pulls what volumes of images need, before anything is created. */
function pullVolumes(context: KubeletContext, state: PodState) {
  const next = lateImageVolumes.code(context, state, state.imageVolumes)
  context.report(state, 0)
  if ('takesMs' in next) return step(context, state, next.takesMs, next.then)
  context.engine.cancel(state.wake)
  state.wake = context.engine.at(next.untilMs, () => context.look(state), { background: true })
}

// ---- starting ----

/** Takes the first container that can make a step now through its stages; those that have to wait let others pass. */
function startNext(context: KubeletContext, state: PodState) {
  const { engine } = context
  let wakeMs = Infinity
  for (const container of startable(state)) {
    if (container.restUntilMs > engine.nowMs) {
      wakeMs = Math.min(wakeMs, container.restUntilMs)
      continue
    }
    const c = startingOf(context, state, container)
    const stage = starting.find(({ when }) => when(c))! // the last row always applies
    const begins = container.stage !== stage.name
    container.stage = stage.name
    if (stage.waiting && (begins || container.waiting?.reason !== stage.waiting(c).reason)) {
      container.waiting = stage.waiting(c)
      context.report(state, 0)
    }
    if (!stage.until) {
      const takesMs = stage.takes!(c, context.latency)
      container.retryAtMs = undefined
      return step(
        context,
        state,
        takesMs,
        () => {
          container.stage = undefined
          stage.then(c)
          if (container.running || container.waiting?.reason !== failures.get(stage.name)) return context.report(state)
          container.restUntilMs = engine.nowMs + SETTLING_MS
          context.write(state)
        },
        container.created > 0 || container.pullFailure !== undefined,
      )
    }
    if (begins || container.retryAtMs === undefined || engine.nowMs >= container.retryAtMs) {
      container.retryAtMs = stage.until(c)
      stage.then(c)
    }
    wakeMs = Math.min(wakeMs, container.retryAtMs)
  }
  engine.cancel(state.wake)
  state.wake = wakeMs === Infinity ? undefined : engine.at(wakeMs, () => context.look(state), { background: true })
}

/** What a container waits for when one of the steps has failed. */
const failures: ReadonlyMap<string, string> = new Map([
  ['pull the image', 'ErrImagePull'],
  ['create the container and run its entrypoint', 'RunContainerError'],
])

/** Containers that should run, do not, and whose turn it is: init containers one after the other, then the rest. */
function startable(state: PodState): readonly ContainerState[] {
  const result = containersOf(state, 'ephemeral').filter((container) => container.created === 0)
  for (const container of containersOf(state, 'init', 'sidecar')) {
    const idle = !container.running && (container.created === 0 || restarts(state, container))
    if (idle && !isReady(container)) result.push(container)
    if (container.role === 'init' ? !isReady(container) : !container.started) return result
  }
  return [
    ...result,
    ...containersOf(state, 'app').filter((container) => !container.running && (container.created === 0 || restarts(state, container))),
  ]
}

/** A new image (the one thing of a running container that may change without a resize) means a new container. */
const needsReplacement = ({ running, runningSpec, spec }: ContainerState) => running !== undefined && runningSpec!.image !== spec.image

function replace(context: KubeletContext, state: PodState, container: ContainerState) {
  const graceSeconds = state.pod.spec.terminationGracePeriodSeconds ?? 30
  stopContainer(context, state, container, {
    graceSeconds,
    message: `Container ${container.spec.name} definition changed, will be restarted`,
  })
}

// ---- ending ----

/** Whether all that had to run has run, or can no longer. */
function hasRunItsCourse(state: PodState): boolean {
  const over = (container: ContainerState) => !container.running && container.ended !== undefined && !restarts(state, container)
  const brokenInit = containersOf(state, 'init').some((container) => over(container) && container.ended!.status.exitCode !== 0)
  return brokenInit || containersOf(state, 'app').every(over)
}

/** Lets sidecars go once the others are done, last started first, then closes the sandbox. */
function finish(context: KubeletContext, state: PodState) {
  const graceSeconds = state.failure ? (state.failure.graceSeconds ?? 1) : (state.pod.spec.terminationGracePeriodSeconds ?? 30)
  if (stopInOrder(context, state, graceSeconds)) return
  state.finished = true
  closeSandbox(context, state)
  context.report(state, 0)
}

/** Asks the running containers to stop: all but sidecars at once, then sidecars from the last to the first. True while any still runs. */
function stopInOrder(context: KubeletContext, state: PodState, graceSeconds: number): boolean {
  const running = (...roles: [Role, Role?, Role?]) => containersOf(state, ...roles).filter((container) => container.running)
  const first = running('init', 'app', 'ephemeral')
  const next = first.length > 0 ? first : running('sidecar').slice(-1)
  for (const container of next)
    stopContainer(context, state, container, { graceSeconds, message: `Stopping container ${container.spec.name}` })
  return next.length > 0
}

function syncTerminating(context: KubeletContext, state: PodState) {
  const { graceSeconds, sinceMs } = state.terminating!
  context.engine.cancel(state.wake)
  // The grace period is one for the whole Pod: sidecars get what is left of it.
  const leftSeconds = Math.max(containersOf(state, 'sidecar').length > 0 ? 2 : 0, graceSeconds - (context.engine.nowMs - sinceMs) / 1000)
  if (stopInOrder(context, state, leftSeconds)) return
  for (const container of state.containers.values()) stopProbes(container)
  step(context, state, state.sandbox ? context.latency.cleanupMs : 0, () => {
    closeSandbox(context, state)
    state.finished = true
    writeStatus(context, state)
    removeFromServer(context, state)
  })
}

function closeSandbox(context: KubeletContext, state: PodState) {
  if (state.sandbox) context.closeSandbox(state.sandbox)
  if (state.devices) lateDeviceClaims.code.unprepareClaims(context, state.devices)
  state.devices = undefined
  context.engine.cancel(state.wake)
}

/** How often a kubelet goes through the statuses that the API server does not have yet. */
const RETRY_MS = 10_000

/** The last word about a Pod that had to go: everything it had is gone, so may its object. */
function removeFromServer(context: KubeletContext, state: PodState) {
  const { client, engine } = context
  const { pod, uid } = state
  const { namespace, name } = pod.metadata
  try {
    client.delete(podKind, namespace, name, { gracePeriodSeconds: 0, preconditions: { uid }, local: state.fromFile })
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    // Deleted by force meanwhile, or another Pod of this name has taken its place.
    if (isStatus(error, 'NotFound') || isStatus(error, 'Conflict')) return
    // The API server is away, or does not want it: a kubelet does not give up.
    engine.after(RETRY_MS, () => removeFromServer(context, state))
  }
}

// ---- status ----

/** Tells the API server how the Pod is, if that differs from what it holds. */
export function writeStatus(context: KubeletContext, state: PodState): void {
  if (state.postStart && state.postStart === state.step) return
  const { client, engine } = context
  const { namespace, name } = state.pod.metadata
  const current = client.get<Pod>(podKind, namespace, name)
  if (!current || current.metadata.uid !== state.pod.metadata.uid) return
  state.pod = current
  const status = share(current.status, podStatusOf(state, context.hostIP, engine.nowMs))
  if (status === current.status) return
  try {
    state.pod = client.updateStatus<Pod>(podKind, { ...current, status })
  } catch (error) {
    // A Pod does not fail over a status that the server refuses; it is written again when the kubelet next looks over all of them.
    if (!(error instanceof StatusError)) throw error
    context.report(state, RETRY_MS)
  }
}
