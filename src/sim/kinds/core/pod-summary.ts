import { parseTimestamp } from '../../engine/time'
import type { ContainerStatus, Pod } from '../../api/types/core-v1.gen'

/** What `kubectl get pods` shows of one Pod. */
export interface PodSummary {
  readonly ready: number
  readonly total: number
  /** The STATUS column: a reason (`CrashLoopBackOff`, `Init:0/2`, `Terminating`) before the phase. */
  readonly status: string
  readonly restarts: number
  /** When a container last ended before being restarted. */
  readonly lastRestart?: string
}

/** Three columns ask for the summary of the same (frozen) Pod. */
const summaries = new WeakMap<Pod, PodSummary>()

/** Summarizes a Pod as the printer of a real server does. */
export function summarizePod(pod: Pod): PodSummary {
  let summary = summaries.get(pod)
  if (!summary) summaries.set(pod, (summary = summarize(pod)))
  return summary
}

function summarize(pod: Pod): PodSummary {
  const status = pod.status ?? {}
  const conditions = status.conditions ?? []
  const gated = conditions.some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated')
  const start = gated ? 'SchedulingGated' : status.reason || status.phase || ''

  const init = summarizeInitContainers(pod)
  const initialized = conditions.some((c) => c.type === 'Initialized' && c.status === 'True')
  const main = init.reason === undefined || initialized ? summarizeContainers(pod) : undefined
  const reason = main?.reason ?? init.reason ?? start
  const counted = main ? [...init.sidecars, ...(status.containerStatuses ?? [])] : init.counted
  return {
    ready: init.ready + (main?.ready ?? 0),
    total: (pod.spec.containers ?? []).length + sidecarNames(pod).size,
    status: deletionStatus(pod) ?? reason,
    restarts: counted.reduce((sum, container) => sum + container.restartCount, 0),
    lastRestart: latest(counted.map((container) => container.lastState?.terminated?.finishedAt)),
  }
}

const sidecarNames = (pod: Pod) => new Set((pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name))

interface InitSummary {
  /** Undefined once all of them have done their part. */
  readonly reason?: string
  readonly ready: number
  readonly counted: readonly ContainerStatus[]
  readonly sidecars: readonly ContainerStatus[]
}

function summarizeInitContainers(pod: Pod): InitSummary {
  const sidecars = sidecarNames(pod)
  const counted: ContainerStatus[] = []
  let ready = 0
  for (const [index, container] of (pod.status?.initContainerStatuses ?? []).entries()) {
    counted.push(container)
    const { terminated, waiting } = container.state ?? {}
    const isSidecar = sidecars.has(container.name)
    if (terminated?.exitCode === 0) continue
    if (isSidecar && container.started) {
      if (container.ready) ready++
      continue
    }
    const reason = terminated
      ? `Init:${endReason(terminated)}`
      : waiting?.reason && waiting.reason !== 'PodInitializing'
        ? `Init:${waiting.reason}`
        : `Init:${index}/${(pod.spec.initContainers ?? []).length}`
    return { reason, ready, counted, sidecars: counted.filter((c) => sidecars.has(c.name)) }
  }
  return { ready, counted, sidecars: counted.filter((c) => sidecars.has(c.name)) }
}

/** The first container with something to say gives the reason. */
function summarizeContainers(pod: Pod): { reason?: string; ready: number } {
  const statuses = pod.status?.containerStatuses ?? []
  const running = statuses.filter((c) => isQuiet(c) && c.ready && c.state?.running)
  const telling = statuses.find((c) => !isQuiet(c))
  const { waiting, terminated } = telling?.state ?? {}
  const reason = waiting?.reason || (terminated && endReason(terminated))
  if (reason !== 'Completed') return { reason, ready: running.length }
  const podReady = pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')
  if (running.length > 0 && podReady) return { reason: 'Running', ready: running.length }
  // Whichever container is told first: that one failed is told before that another has done its part.
  const failed = statuses.find((c) => isEnd(c) && c.state!.terminated!.exitCode !== 0)
  if (failed) return { reason: endReason(failed.state!.terminated!), ready: running.length }
  return { reason: running.length > 0 ? 'NotReady' : reason, ready: running.length }
}

const isQuiet = ({ state }: ContainerStatus) => !state?.waiting?.reason && !state?.terminated

const isEnd = ({ state }: ContainerStatus) => !state?.waiting?.reason && state?.terminated !== undefined

const endReason = ({ reason, signal, exitCode }: { reason?: string; signal?: number; exitCode: number }) =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`)

function deletionStatus({ metadata, status }: Pod): string | undefined {
  if (!metadata.deletionTimestamp) return undefined
  if (status?.reason === 'NodeLost') return 'Unknown'
  return status?.phase === 'Succeeded' || status?.phase === 'Failed' ? undefined : 'Terminating'
}

const latest = (times: readonly (string | undefined)[]) =>
  times.reduce((last, time) => (time && (!last || parseTimestamp(time) > parseTimestamp(last)) ? time : last), undefined)
