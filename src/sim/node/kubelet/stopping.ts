import type { Container } from '../runtime/container'
import { signalQuietly } from '../runtime/container'
import type { Signal } from '../os/syscalls'
import { fieldPathOf, type KubeletContext } from './context'
import { stopProbes } from './ending'
import { runHook } from './hooks'
import type { ContainerState, PodState } from './pod-state'

/** However little grace is left after a preStop hook, a process gets this long to end by itself. */
const MINIMUM_GRACE_MS = 2000

/** Asks a running container to end: preStop hook, stop signal, and SIGKILL when its grace is over. Asked again with less grace, the end comes sooner. */
export function stopContainer(
  context: KubeletContext,
  state: PodState,
  container: ContainerState,
  order: { readonly graceSeconds: number; readonly message: string },
): void {
  const { engine } = context
  const made = container.running
  if (!made) return
  const killAtMs = engine.nowMs + order.graceSeconds * 1000
  if (container.stopping) {
    if (killAtMs < container.stopping.killAtMs) setDeadline(killAtMs)
    return
  }
  container.stopping = { deadline: undefined, killAtMs }
  context.recorder.event(state.pod, 'Normal', 'Killing', order.message, { fieldPath: fieldPathOf(container.role, container.spec.name) })
  // Liveness and startup have nothing left to say; readiness goes on as long as the process does.
  if (state.terminating === undefined) stopProbes(container)
  setDeadline(killAtMs)
  const hook = container.spec.lifecycle?.preStop
  if (!hook || order.graceSeconds === 0) return signal()
  runHook(context, state, container, made, hook, (failure) => {
    if (container.running !== made || !container.stopping) return
    if (failure !== undefined)
      context.recorder.event(state.pod, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', {
        fieldPath: fieldPathOf(container.role, container.spec.name),
      })
    if (container.stopping.killAtMs - engine.nowMs < MINIMUM_GRACE_MS) setDeadline(engine.nowMs + MINIMUM_GRACE_MS)
    signal()
  })

  function setDeadline(atMs: number) {
    engine.cancel(container.stopping!.deadline)
    container.stopping = { killAtMs: atMs, deadline: engine.at(atMs, () => kill(made!), {}) }
  }
  function signal() {
    signalQuietly(made!.machine, 1, stopSignalOf(container))
  }
}

const kill = (made: Container) => signalQuietly(made.machine, 1, 'SIGKILL')

const stopSignalOf = ({ spec, image }: ContainerState): Signal =>
  (spec.lifecycle?.stopSignal as Signal | undefined) ?? image?.stopSignal ?? 'SIGTERM' // the API admits signal names only
