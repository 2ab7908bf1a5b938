import type { ResourceRequirements } from '../../api/types/core-v1.gen'
import { milliValue, quantityValue } from '../../formats/quantity'
import type { KubeletContext } from './context'
import type { ContainerState, PodState } from './pod-state'
import { sameJson } from './pod-status'
import { stopContainer } from './stopping'

/** Gives a running container the resources that its specification asks for now: in place, or by a restart where its resizePolicy says so. */
export function resize(context: KubeletContext, state: PodState, container: ContainerState): void {
  const { running, runningSpec, spec } = container
  if (!running || !runningSpec || container.stopping) return
  if (sameJson(runningSpec.resources ?? {}, spec.resources ?? {})) {
    if (state.resizePending) {
      state.resizePending = undefined
      context.report(state, 0)
    }
    return
  }
  const impossible = tooMuch(spec.resources, context.allocatable())
  if (impossible !== undefined) {
    if (state.resizePending?.message === impossible) return
    state.resizePending = { reason: 'Infeasible', message: impossible }
    context.recorder.event(state.pod, 'Warning', 'ResizeInfeasible', impossible)
    return context.report(state, 0)
  }
  state.resizePending = undefined
  const changed = (['cpu', 'memory'] as const).filter(
    (resource) =>
      runningSpec.resources?.requests?.[resource] !== spec.resources?.requests?.[resource] ||
      runningSpec.resources?.limits?.[resource] !== spec.resources?.limits?.[resource],
  )
  const policy = (resource: string) => spec.resizePolicy?.find(({ resourceName }) => resourceName === resource)?.restartPolicy
  if (changed.some((resource) => policy(resource) === 'RestartContainer')) {
    const graceSeconds = state.pod.spec.terminationGracePeriodSeconds ?? 30
    return stopContainer(context, state, container, { graceSeconds, message: `Container ${spec.name} resize requires restart` })
  }
  container.runningSpec = { ...runningSpec, resources: spec.resources }
  context.report(state)
}

/** Why a node could never give this much, in the kubelet's words. */
function tooMuch(resources: ResourceRequirements | undefined, allocatable: Readonly<Record<string, string>>): string | undefined {
  const { cpu, memory } = resources?.requests ?? {}
  const cores = milliValue(allocatable.cpu ?? '0')
  const bytes = quantityValue(allocatable.memory ?? '0')
  if (cpu !== undefined && milliValue(cpu) > cores)
    return `Node didn't have enough capacity: cpu, requested: ${milliValue(cpu)}, capacity: ${cores}`
  if (memory !== undefined && quantityValue(memory) > bytes)
    return `Node didn't have enough capacity: memory, requested: ${quantityValue(memory)}, capacity: ${bytes}`
  return undefined
}
