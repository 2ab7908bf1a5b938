import { timestamp } from '../../engine/time'
import { quantityValue } from '../../formats/quantity'
import type { Killed } from '../journal'
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
  if (made.outOfMemory > 0) context.outOfMemory(killed(context, state, made))
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

/** What the kernel tells of processes that it killed. */
function killed({ allocatable }: KubeletContext, { pod }: PodState, { id, config, outOfMemory }: Container): Killed {
  const { command, args, image, memoryLimitBytes, who } = config
  const [program = ''] = [...(command ?? image.entrypoint ?? []), ...(args ?? image.cmd ?? [])]
  const nodeBytes = quantityValue(allocatable().memory ?? '1')
  return { pod, id, program, uid: who.uid, takenBytes: outOfMemory, limitBytes: memoryLimitBytes ?? 0, nodeBytes }
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
