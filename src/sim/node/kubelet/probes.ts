import type { Probe } from '../../api/types/core-v1.gen'
import type { Timer } from '../../engine/engine'
import type { Container } from '../runtime/container'
import { fieldPathOf, type KubeletContext } from './context'
import { tryProbe, type ProbeResult } from './probe-actions'
import type { ContainerState, PodState } from './pod-state'
import { stopContainer } from './stopping'

type Sort = 'Startup' | 'Readiness' | 'Liveness'

/** How long after a container's start the kubelet notices it and probes for the first time. */
const FIRST_LOOK_MS = 800

/** Begins to probe a container that has just started. The startup probe shields the other two until it has passed. */
export function startProbes(context: KubeletContext, state: PodState, container: ContainerState, made: Container): void {
  const { startupProbe } = container.spec
  const others = () => {
    if (container.spec.readinessProbe) watch(context, state, container, made, 'Readiness', container.spec.readinessProbe)
    if (container.spec.livenessProbe) watch(context, state, container, made, 'Liveness', container.spec.livenessProbe)
  }
  if (startupProbe) watch(context, state, container, made, 'Startup', startupProbe, others)
  else others()
}

function watch(
  context: KubeletContext,
  state: PodState,
  container: ContainerState,
  made: Container,
  sort: Sort,
  probe: Probe,
  passed?: () => void,
): void {
  const { engine } = context
  const background = { background: true }
  const periodMs = (probe.periodSeconds ?? 10) * 1000
  let successes = 0
  let failures = 0
  let timer: Timer | undefined
  const stop = () => {
    engine.cancel(timer)
    timer = undefined
    container.probes = container.probes.filter((other) => other !== stop)
  }
  const alive = () => container.running === made && container.probes.includes(stop)

  function look() {
    const again = engine.nowMs + periodMs
    tryProbe(context, state, container.spec, made, probe, (result) => {
      if (!alive()) return
      judge(result)
      // A try that outlasts the period delays the next one.
      if (alive()) timer = engine.at(Math.max(again, engine.nowMs), look, background)
    })
  }

  function judge(result: ProbeResult) {
    if (result.verdict === 'success') {
      failures = 0
      successes++
      if (successes >= (probe.successThreshold ?? 1)) succeeded()
      return
    }
    if (result.verdict === 'unknown') {
      tell('Unhealthy', `${sort} probe errored and resulted in unknown state: ${result.output}`)
      return
    }
    successes = 0
    failures++
    tell('Unhealthy', `${sort} probe failed: ${result.output}`)
    if (failures >= (probe.failureThreshold ?? 3)) failed()
  }

  const tell = (reason: string, message: string) =>
    context.recorder.event(state.pod, 'Warning', reason, message, { fieldPath: fieldPathOf(container.role, container.spec.name) })

  function succeeded() {
    if (sort === 'Startup') {
      container.started = true
      stop()
      passed?.()
      context.report(state, 0)
      context.look(state)
    } else if (sort === 'Readiness' && !container.ready) {
      container.ready = true
      context.report(state, 0)
    }
  }

  function failed() {
    if (sort === 'Readiness') {
      if (!container.ready) return
      container.ready = false
      context.report(state, 0)
      return
    }
    stop()
    const graceSeconds = probe.terminationGracePeriodSeconds ?? state.pod.spec.terminationGracePeriodSeconds ?? 30
    const message = `Container ${container.spec.name} failed ${sort.toLowerCase()} probe, will be restarted`
    stopContainer(context, state, container, { graceSeconds, message })
  }

  container.probes = container.probes.concat(stop)
  timer = engine.after(Math.max(FIRST_LOOK_MS, (probe.initialDelaySeconds ?? 0) * 1000), look, background)
}
