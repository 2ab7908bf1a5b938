import type { Client, WatchEvent } from '../../api/client'
import { StatusError } from '../../api/status'
import type { Pod } from '../../api/types/core-v1.gen'
import { node } from '../../kinds/core/node'
import { pod as podKind } from '../../kinds/core/pod'
import type { KubeletContext } from './context'
import { whyNotAdmitted, whyNotSuitable, whyNotUnderPressure } from './admission'
import { createStaticPods } from './static-pods'
import { newPodState, takeSpecification, type PodState } from './pod-state'
import { isFinished } from './pod-status'
import { syncPod, writeStatus } from './pod-worker'
import { stopProbes } from './ending'
import { MountError } from './volumes'
import { parseTimestamp } from '../../engine/time'

/** How often mounted ConfigMaps, Secrets and labels are looked at again. */
const REFRESH_MS = 60_000

/** The kubelet of one node: it runs the Pods bound to it and tells the API server how they are. */
export interface Kubelet {
  readonly context: KubeletContext
  readonly pods: ReadonlyMap<string, PodState>
  /** A change of a Pod bound to this node. */
  seen(event: WatchEvent<Pod>): void
  /** Starts (again): looks at all Pods of the node. Containers that run meanwhile go on running. */
  start(): void
  /** Compares what it knows with what the API server has: after a time without it. */
  catchUp(): void
  /** Stops reacting and reporting; containers are the runtime's and live on. */
  stop(): void
  /** The node lost its power: everything it ran is gone. */
  powerOff(): void
  readonly running: boolean
}

type NewContext = (hooks: Pick<KubeletContext, 'pods' | 'look' | 'report' | 'write'>) => KubeletContext

/** A kubelet, stopped. */
export function createKubelet(make: NewContext, log: (text: string) => void): Kubelet {
  const pods = new Map<string, PodState>()
  let running = false
  let stopRefreshing = () => {}

  const context: KubeletContext = make({
    pods: () => pods.values(),
    look(state) {
      if (running && pods.get(state.uid) === state) syncPod(context, state)
      if (running && state.finished && state.terminating) forget(state)
    },
    report(state, delayMs = context.latency.relistMs) {
      const atMs = engine.nowMs + delayMs
      if (state.statusTimer && state.statusTimer.dueMs >= engine.nowMs && state.statusTimer.dueMs <= atMs && reporting.has(state)) return
      engine.cancel(state.statusTimer)
      reporting.add(state)
      state.statusTimer = engine.at(atMs, () => {
        reporting.delete(state)
        context.write(state)
      })
    },
    write(state) {
      if (running && pods.has(state.uid)) writeStatus(context, state)
    },
  })
  const { engine } = context
  const staticPods = createStaticPods({ engine, client: context.client, files: context.volumes.hostFiles, nodeName: context.nodeName, log })
  const reporting = new Set<PodState>()

  function add(pod: Pod) {
    if (isFinished(pod)) return
    const state = newPodState(pod, engine.nowMs)
    const refusal =
      pod.status?.startTime === undefined && !state.fromFile
        ? (whyNotUnderPressure(pod, context.pressures()) ??
          whyNotAdmitted(pod, pods, context.allocatable()) ??
          whyNotSuitable(pod, context.client.get(node, undefined, context.nodeName)))
        : undefined
    pods.set(pod.metadata.uid, state)
    if (refusal) {
      state.failure = { reason: refusal.reason, message: `Pod was rejected: ${refusal.message}`, rejected: true }
      context.recorder.event(pod, 'Warning', refusal.reason, refusal.message)
    }
    state.step = engine.after(context.latency.noticeMs, () => {
      state.step = undefined
      if (!running) return
      if (!state.terminating) writeStatus(context, state)
      armDeadline(state)
      context.look(state)
    })
    if (pod.metadata.deletionTimestamp) terminate(state, pod)
  }

  function terminate(state: PodState, pod: Pod) {
    const graceSeconds = pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30
    if (state.terminating && state.terminating.graceSeconds <= graceSeconds) return
    // Whatever was being prepared is dropped: a Pod that never ran goes at once.
    engine.cancel(state.step)
    state.step = undefined
    state.terminating = { graceSeconds, sinceMs: state.terminating?.sinceMs ?? engine.nowMs }
    state.finished = false
    context.look(state)
  }

  function forget(state: PodState) {
    engine.cancel(state.step)
    engine.cancel(state.wake)
    engine.cancel(state.statusTimer)
    for (const container of state.containers.values()) stopProbes(container)
    pods.delete(state.uid)
  }

  /** `activeDeadlineSeconds` ends a Pod whatever it is doing. */
  function armDeadline(state: PodState) {
    const { activeDeadlineSeconds } = state.pod.spec
    if (activeDeadlineSeconds === undefined) return
    const began = state.pod.status?.startTime
    engine.at((began === undefined ? engine.nowMs : parseTimestamp(began)) + activeDeadlineSeconds * 1000, () => {
      if (!running || state.finished || pods.get(state.uid) !== state) return
      state.failure = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' }
      context.recorder.event(state.pod, 'Normal', 'DeadlineExceeded', 'Pod was active on the node longer than the specified deadline')
      engine.cancel(state.step)
      state.step = undefined
      context.look(state)
    })
  }

  function seen({ type, object }: WatchEvent<Pod>) {
    if (!running) return
    const state = pods.get(object.metadata.uid) ?? reborn(object)
    if (state?.fromFile && staticPods.wants(object) && (type === 'DELETED' || object.metadata.deletionTimestamp)) {
      // Only the mirror is to go: the Pod itself is the file's business.
      if (type !== 'DELETED') removeMirror(object)
      return
    }
    if (type === 'DELETED') {
      if (!state) return
      if (state.finished) return forget(state)
      // Deleted without waiting for the node: what still runs is stopped all the same.
      if (!state.terminating)
        terminate(state, {
          ...object,
          metadata: { ...object.metadata, deletionGracePeriodSeconds: object.spec.terminationGracePeriodSeconds },
        })
      return
    }
    if (!state) return add(object)
    const before = state.pod
    takeSpecification(state, object)
    if (object.metadata.deletionTimestamp) return terminate(state, object)
    if (before.spec !== object.spec) context.look(state)
    if (before.metadata.labels !== object.metadata.labels || before.metadata.annotations !== object.metadata.annotations) refresh(state)
    if (before.status?.conditions !== object.status?.conditions && object.spec.readinessGates?.length) context.report(state, 0)
  }

  function removeMirror({ metadata: { namespace, name } }: Pod) {
    try {
      context.client.delete(podKind, namespace, name, { gracePeriodSeconds: 0, local: true })
    } catch (error) {
      // Somebody's policy keeps it; the next change of it is the next try.
      if (!(error instanceof StatusError)) throw error
    }
  }

  /** The running static Pod whose mirror has been made anew. */
  function reborn({ metadata }: Pod): PodState | undefined {
    const hash = metadata.annotations?.['kubernetes.io/config.hash']
    if (hash === undefined) return undefined
    const state = [...pods.values()].find(
      ({ fromFile, pod, terminating }) =>
        fromFile && !terminating && pod.metadata.name === metadata.name && pod.metadata.annotations?.['kubernetes.io/config.hash'] === hash,
    )
    if (!state) return undefined
    pods.delete(state.uid)
    state.uid = metadata.uid
    pods.set(state.uid, state)
    context.report(state, 0)
    return state
  }

  /** Lets mounted objects catch up; one that is gone keeps the files it left. */
  function refresh(state: PodState) {
    for (const volume of state.volumes?.values() ?? []) {
      try {
        volume.refresh?.(state.pod, state.sandbox?.address ?? '')
      } catch (error) {
        if (!(error instanceof MountError)) throw error
      }
    }
  }

  function refreshAll() {
    for (const state of pods.values()) if (!state.finished) refresh(state)
    const timer = engine.after(REFRESH_MS, refreshAll, { background: true })
    stopRefreshing = () => engine.cancel(timer)
  }

  function catchUp() {
    const bound = podsOf(context.client, context.nodeName)
    const known = new Set(bound.map(({ metadata }) => metadata.uid))
    for (const object of bound) seen({ type: 'MODIFIED', object })
    for (const state of [...pods.values()]) {
      if (!known.has(state.uid)) seen({ type: 'DELETED', object: state.pod })
      else {
        context.report(state, 0)
        context.look(state)
      }
    }
  }

  return {
    context,
    pods,
    get running() {
      return running
    },
    seen,
    catchUp,
    start() {
      if (running) return
      running = true
      catchUp()
      refreshAll()
      staticPods.start()
    },
    stop() {
      running = false
      stopRefreshing()
      staticPods.stop()
    },
    powerOff() {
      running = false
      stopRefreshing()
      staticPods.stop()
      for (const state of [...pods.values()]) {
        for (const { running } of state.containers.values()) running?.machine.powerOff()
        if (state.sandbox) context.closeSandbox(state.sandbox)
        forget(state)
      }
    },
  }
}

const podsOf = (client: Client, nodeName: string) => client.onNode<Pod>(podKind, nodeName)
