import type { Node } from '../api/types/core-v1.gen'
import { parseGoDuration } from '../formats/duration'
import { readYaml } from '../formats/late-yaml'
import { node as nodeKind } from '../kinds/core/node'
import type { Host } from './host'
import { KUBELET_CONFIGURATION_PATH } from './kubelet-configuration'
import type { PodState } from './kubelet/pod-state'
import { sleep } from './os/calls'
import type { Proc } from './os/syscalls'

const CRITICAL_PRIORITY = 2_000_000_000
const LOOK_MS = 500

/** What of a kubelet's configuration is about this. */
interface Configuration {
  readonly shutdownGracePeriod?: string
  readonly shutdownGracePeriodCriticalPods?: string
  readonly shutdownGracePeriodByPodPriority?: readonly { readonly priority: number; readonly shutdownGracePeriodSeconds: number }[]
}

/** Pods of at least this priority, up to the next step's, are given this time. */
interface ShutdownStep {
  readonly priority: number
  readonly withinMs: number
}

/**
 * What a kubelet does while systemd holds a shutdown back for it: the node is not ready, Pods are ended from the least important to the most, each
 * group in the time that is kept for it. Nothing unless the kubelet's configuration grants it time, and it does not by default.
 */
export function* gracefulShutdown(host: Host): Proc {
  const text = host.files.stat(KUBELET_CONFIGURATION_PATH) ? host.files.read(KUBELET_CONFIGURATION_PATH) : ''
  const steps = stepsOf((readYaml(text) ?? {}) as Configuration) // a file: each field is looked at before it is used
  if (steps.every(({ withinMs }) => withinMs === 0) || !host.kubelet.running) return
  const { client, recorder } = host.context
  const about = client.get<Node>(nodeKind, undefined, host.facts.name)
  if (about) recorder.event(about, 'Normal', 'Shutdown', 'Shutdown manager detected shutdown event')
  host.announceShutdown()
  for (const [index, { priority, withinMs }] of steps.entries()) {
    const next = steps[index + 1]?.priority ?? Infinity
    const from = index === 0 ? -Infinity : priority
    yield* endPods(host, ({ pod }) => (pod.spec.priority ?? 0) >= from && (pod.spec.priority ?? 0) < next, withinMs)
  }
}

function stepsOf({
  shutdownGracePeriod,
  shutdownGracePeriodCriticalPods,
  shutdownGracePeriodByPodPriority,
}: Configuration): readonly ShutdownStep[] {
  if (shutdownGracePeriodByPodPriority?.length)
    return shutdownGracePeriodByPodPriority
      .map(({ priority, shutdownGracePeriodSeconds }) => ({ priority, withinMs: shutdownGracePeriodSeconds * 1000 }))
      .sort((a, b) => a.priority - b.priority)
  const totalMs = parseGoDuration(shutdownGracePeriod ?? '0s') ?? 0
  const criticalMs = Math.min(totalMs, parseGoDuration(shutdownGracePeriodCriticalPods ?? '0s') ?? 0)
  return [
    { priority: 0, withinMs: totalMs - criticalMs },
    { priority: CRITICAL_PRIORITY, withinMs: criticalMs },
  ]
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
