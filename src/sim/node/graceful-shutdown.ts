import { parseGoDuration } from '../formats/duration'
import type { Host } from './host'
import type { PodState } from './kubelet/pod-state'
import { sleep } from './os/calls'
import type { Proc } from './os/syscalls'

const CONFIGURATION = '/var/lib/kubelet/config.yaml'
const CRITICAL_PRIORITY = 2_000_000_000
const LOOK_MS = 500

/**
 * What a kubelet does while systemd holds a shutdown back for it: the node is not ready, ordinary Pods are ended first, critical ones in the time
 * that is kept for them. Nothing unless the kubelet's configuration grants it time (`shutdownGracePeriod`), and it does not by default.
 */
export function* gracefulShutdown(host: Host): Proc {
  const text = host.files.stat(CONFIGURATION) ? host.files.read(CONFIGURATION) : ''
  const granted = (name: string) => parseGoDuration(new RegExp(`^${name}:\\s*"?([^"\\s]+)`, 'm').exec(text)?.[1] ?? '0s') ?? 0
  const totalMs = granted('shutdownGracePeriod')
  const criticalMs = Math.min(totalMs, granted('shutdownGracePeriodCriticalPods'))
  if (totalMs === 0 || !host.kubelet.running) return
  host.announceShutdown()
  const isCritical = ({ pod }: PodState) => (pod.spec.priority ?? 0) >= CRITICAL_PRIORITY
  yield* endPods(host, (state) => !isCritical(state), totalMs - criticalMs)
  yield* endPods(host, isCritical, criticalMs)
}

function* endPods({ kubelet, context }: Host, chosen: (state: PodState) => boolean, withinMs: number): Proc {
  const states = [...kubelet.pods.values()].filter((state) => chosen(state) && !state.finished && !state.failure)
  for (const state of states) {
    const graceSeconds = Math.min(withinMs / 1000, state.pod.spec.terminationGracePeriodSeconds ?? 30)
    state.failure = {
      reason: 'Terminated',
      message: 'Pod was terminated in response to imminent node shutdown.',
      disruption: true,
      graceSeconds,
    }
    context.engine.cancel(state.step)
    state.step = undefined
    context.look(state)
  }
  const endMs = context.engine.nowMs + withinMs
  while (context.engine.nowMs < endMs && states.some(({ finished }) => !finished)) yield* sleep(LOOK_MS)
}
