import type { Container, Pod, ResourceRequirements } from '../../api/types/core-v1.gen'
import { milliValue, quantityValue } from '../../formats/quantity'
import { limit } from '../runtime/container'
import { requestOf, whyNotAdmitted } from './admission'
import type { KubeletContext } from './context'
import { containersOf, type ContainerState, type PodState } from './pod-state'
import { sameJson } from './pod-status'
import { limitsOf } from './start-actions'
import { stopContainer } from './stopping'

/**
 * Gives a running container, and its Pod as a whole, the resources that are asked for now: in place, or by a restart where the container's
 * resizePolicy says so.
 */
export function resize(context: KubeletContext, state: PodState, container: ContainerState): void {
  const { running, runningSpec, spec } = container
  if (!running || !runningSpec || container.stopping) return
  const { pod } = state
  const isAsWanted = sameJson(runningSpec.resources ?? {}, spec.resources ?? {})
  if (isAsWanted && (state.resources === undefined || sameJson(state.resources, pod.spec.resources ?? {}))) {
    if (state.resizePending) {
      state.resizePending = undefined
      context.report(state, 0)
    }
    return settle(context, state)
  }
  const pending = tooMuch(pod, context.allocatable()) ?? tooMuchNow(context, state)
  if (pending) {
    // Others may go, and leave what is missing.
    if (pending.reason === 'Deferred') context.engine.after(RETRY_MS, () => context.look(state), { background: true })
    if (state.resizePending?.message === pending.message) return
    state.resizePending = pending
    tell(context, state, 'Warning', `Resize${pending.reason}`, `Pod resize ${pending.reason}`, pending.message)
    return context.report(state, 0)
  }
  state.resizePending = undefined
  if (!state.resizing) {
    state.resizing = true
    tell(context, state, 'Normal', 'ResizeStarted', 'Pod resize started')
    context.write(state)
  }
  if (state.resources) state.resources = pod.spec.resources
  const changed = (['cpu', 'memory'] as const).filter(
    (resource) =>
      runningSpec.resources?.requests?.[resource] !== spec.resources?.requests?.[resource] ||
      runningSpec.resources?.limits?.[resource] !== spec.resources?.limits?.[resource],
  )
  const policy = (resource: string) => spec.resizePolicy?.find(({ resourceName }) => resourceName === resource)?.restartPolicy
  if (changed.some((resource) => policy(resource) === 'RestartContainer')) {
    const graceSeconds = pod.spec.terminationGracePeriodSeconds ?? 30
    return stopContainer(context, state, container, { graceSeconds, message: `Container ${spec.name} resize requires restart` })
  }
  container.runningSpec = { ...runningSpec, resources: spec.resources }
  for (const { running: each, spec: its } of containersOf(state, 'sidecar', 'app'))
    if (each && (state.resources || each === running)) limit(each, limitsOf(pod, its))
  settle(context, state)
  context.report(state)
}

/** How soon a resize that has to wait is looked at again. */
const RETRY_MS = 10_000

/** Says that a resize is done once every container runs with what it asks for. */
function settle(context: KubeletContext, state: PodState) {
  if (!state.resizing) return
  for (const { running, runningSpec, spec } of containersOf(state, 'sidecar', 'app'))
    if (!running || !sameJson(runningSpec?.resources ?? {}, spec.resources ?? {})) return
  state.resizing = false
  tell(context, state, 'Normal', 'ResizeCompleted', 'Pod resize completed')
}

/** An event about a resize holds what every container is to get. */
function tell({ recorder }: KubeletContext, { pod }: PodState, type: 'Normal' | 'Warning', reason: string, what: string, error?: string) {
  const allocations = (containers: readonly Container[] = []) =>
    containers.map(({ name, resources }) => ({ name, resources: inOrder(resources) }))
  const init = allocations(pod.spec.initContainers)
  const summary = {
    ...(init.length > 0 && { initContainers: init }),
    containers: allocations(pod.spec.containers),
    generation: pod.metadata.generation ?? 0,
    ...(error !== undefined && { error }),
  }
  recorder.event(pod, type, reason, `${what}: ${JSON.stringify(summary)}`)
}

/** As Go writes it: fields in the order of the type, maps in that of their keys. */
function inOrder({ limits, requests }: ResourceRequirements = {}): ResourceRequirements {
  const sorted = (map: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)))
  return { ...(limits && { limits: sorted(limits) }), ...(requests && { requests: sorted(requests) }) }
}

type Pending = NonNullable<PodState['resizePending']>

/** Why a node could never give this much, in the kubelet's words. */
function tooMuch(pod: Pod, allocatable: Readonly<Record<string, string>>): Pending | undefined {
  const never = (resource: string, requested: number, capacity: number): Pending => ({
    reason: 'Infeasible',
    message: `Node didn't have enough capacity: ${resource}, requested: ${requested}, capacity: ${capacity}`,
  })
  const [cpu, cores] = [requestOf(pod, 'cpu'), milliValue(allocatable.cpu ?? '0')]
  const [memory, bytes] = [requestOf(pod, 'memory'), quantityValue(allocatable.memory ?? '0')]
  if (cpu > cores) return never('cpu', cpu, cores)
  return memory > bytes ? never('memory', memory, bytes) : undefined
}

/** Why a node cannot give this much as long as the other Pods hold what they hold. */
function tooMuchNow({ pods, allocatable }: KubeletContext, { pod, uid }: PodState): Pending | undefined {
  const others = [...pods()].filter((other) => other.uid !== uid).filter(({ finished, failure }) => !finished && !failure)
  const refusal = whyNotAdmitted(pod, new Set(others), allocatable())
  return refusal?.reason.startsWith('OutOf') ? { reason: 'Deferred', message: refusal.message } : undefined
}
