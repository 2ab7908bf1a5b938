import { timestamp } from '../../engine/time'
import type { Pod } from '../../api/types/core-v1.gen'
import { quantityValue } from '../../formats/quantity'
import { qosClassOf } from '../../kinds/core/pod-qos'
import { pidOnHost } from '../pids'
import type { WaitResult } from '../os/syscalls'
import type { Container } from '../runtime/container'
import { linesOf } from '../runtime/container-log'
import type { KubeletContext } from './context'
import type { ContainerState, PodState } from './pod-state'

/** How long a failure is on display before the reason for not trying again takes its place. */
export const SETTLING_MS = 1500

/** Most of a message that is kept: 4 KiB, and 2 KiB or 80 lines when it comes from the log. */
const MAX_MESSAGE = 4096
const MAX_FROM_LOG = 2048

/** Takes down how a container ended. The kubelet sees it at its next look at the runtime. */
export function containerEnded(
  context: KubeletContext,
  state: PodState,
  container: ContainerState,
  made: Container,
  result: WaitResult,
): void {
  const { engine, latency } = context
  if (container.running !== made) return
  engine.cancel(container.stopping?.deadline)
  container.stopping = undefined
  container.running = undefined
  container.started = false
  container.ready = false
  container.endedMs = engine.nowMs
  stopProbes(container)
  const message = terminationMessage(container, made, result.code)
  container.ended = {
    container: made,
    status: {
      exitCode: result.code,
      reason: made.outOfMemory > 0 ? 'OOMKilled' : result.code === 0 ? 'Completed' : 'Error',
      ...(message && { message }),
      startedAt: timestamp(made.startedMs),
      finishedAt: timestamp(engine.nowMs),
      containerID: `containerd://${made.id}`,
    },
  }
  if (made.outOfMemory > 0) context.kernelSays(killedForMemory(context, state, made))
  // What ends again and again (a crash loop) must not keep "until all is done" waiting.
  engine.after(
    latency.relistMs,
    () => {
      context.write(state)
      if (container.restartBackOff.waitingUntil(container.endedMs, engine.nowMs) !== undefined)
        container.restUntilMs = engine.nowMs + SETTLING_MS
      context.look(state)
    },
    { background: container.created > 1 },
  )
}

/** The kernel's line on a process that it killed because its control group had no more memory. */
function killedForMemory(context: KubeletContext, { pod }: PodState, made: Container): string {
  const { config, outOfMemory } = made
  const [program = ''] = [...(config.command ?? config.image.entrypoint ?? []), ...(config.args ?? config.image.cmd ?? [])]
  const kib = (bytes: number) => `${Math.floor(bytes / 1024)}kB`
  return `Memory cgroup out of memory: Killed process ${pidOnHost(made)} (${program.replace(/^.*\//, '').slice(0, 15)}) total-vm:${kib(outOfMemory)}, anon-rss:${kib(config.memoryLimitBytes ?? 0)}, file-rss:0kB, shmem-rss:0kB, UID:${config.who.uid} pgtables:${kib(outOfMemory / 512)} oom_score_adj:${oomScoreOf(context, pod)}`
}

/** How readily the kernel kills a Pod's processes. See "Node out of memory behavior" on Node-pressure Eviction. */
function oomScoreOf({ allocatable }: KubeletContext, pod: Pod): number {
  const qos = qosClassOf(pod)
  if (qos !== 'Burstable') return qos === 'Guaranteed' ? -997 : 1000
  const asked = pod.spec.containers.reduce((sum, { resources }) => sum + quantityValue(resources?.requests?.memory ?? '0'), 0)
  return Math.min(999, Math.max(3, Math.floor(1000 - (1000 * asked) / quantityValue(allocatable().memory ?? '1'))))
}

export function stopProbes(container: ContainerState): void {
  for (const stop of container.probes) stop()
  container.probes = []
}

function terminationMessage({ spec }: ContainerState, made: Container, code: number): string {
  const path = spec.terminationMessagePath ?? '/dev/termination-log'
  const written = made.files.stat(path)?.type === 'file' ? made.files.read(path).slice(0, MAX_MESSAGE) : ''
  if (written !== '' || code === 0 || spec.terminationMessagePolicy !== 'FallbackToLogsOnError') return written
  return linesOf(made.log.entries)
    .slice(-80)
    .map(({ text }) => text)
    .join('')
    .slice(-MAX_FROM_LOG)
}
