import type { LifecycleHandler } from '../../api/types/core-v1.gen'
import type { Container } from '../runtime/container'
import { fieldPathOf, type KubeletContext } from './context'
import { runInContainer } from './exec'
import { httpGet } from './http-get'
import type { ContainerState, PodState } from './pod-state'
import { portOf } from './probe-actions'
import { stopContainer } from './stopping'

/** Runs a lifecycle handler; calls back with why it failed, or undefined. */
export function runHook(
  context: KubeletContext,
  state: PodState,
  container: ContainerState,
  made: Container,
  hook: LifecycleHandler,
  done: (failure: string | undefined) => void,
): void {
  const { engine } = context
  if (hook.sleep) engine.after(hook.sleep.seconds * 1000, () => done(undefined))
  else if (hook.exec) {
    const command = hook.exec.command ?? []
    runInContainer(made, command, undefined, engine, ({ code, output, error }) =>
      done(error ?? (code === 0 ? undefined : `command '${command.join(' ')}' exited with ${code}: ${output}`)),
    )
  } else if (hook.httpGet) {
    const { host, path = '/', port } = hook.httpGet
    httpGet(
      context,
      { host: host || state.sandbox!.address, port: portOf(container.spec, port), path, headers: {}, timeoutMs: 30_000 },
      (answer) =>
        done('error' in answer ? answer.error : answer.status >= 400 ? `HTTP probe failed with statuscode: ${answer.status}` : undefined),
    )
  } else done(undefined)
}

/**
 * Runs `postStart`, and `then` goes on. Until it is over the Pod's other containers wait and the container is not yet told to run; when it fails the
 * container is killed.
 */
export function afterStart(context: KubeletContext, state: PodState, container: ContainerState, made: Container, then: () => void): void {
  const hook = container.spec.lifecycle?.postStart
  if (!hook) return then()
  let over = false
  // Holds the worker: no other step begins meanwhile.
  const hold = context.engine.after(3_600_000, () => {}, { background: true })
  state.step = state.postStart = hold
  runHook(context, state, container, made, hook, (failure) => {
    if (over) return
    over = true
    context.engine.cancel(hold)
    if (state.step === hold) state.step = undefined
    state.postStart = undefined
    if (failure !== undefined && container.running === made) {
      context.recorder.event(state.pod, 'Warning', 'FailedPostStartHook', `PostStartHook failed`, {
        fieldPath: fieldPathOf(container.role, container.spec.name),
      })
      stopContainer(context, state, container, {
        graceSeconds: state.pod.spec.terminationGracePeriodSeconds ?? 30,
        message: 'FailedPostStartHook',
      })
    } else if (container.running === made) then()
    context.report(state, 0)
    context.look(state)
  })
}
