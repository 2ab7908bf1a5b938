import type { StreamSink } from '../../api/http'
import { badRequest } from '../../api/status'
import type { Pod } from '../../api/types/core-v1.gen'
import type { Engine } from '../../engine/engine'
import { parseTimestamp } from '../../engine/time'
import type { Container } from '../runtime/container'
import { linesOf, stamped, type LogLine } from '../runtime/container-log'
import type { PodState } from './pod-state'

/** Streams a container's log as `pods/log` asks for it. Refuses (400) when the container has no log yet. Returns how to stop. */
export function streamLogs(pod: Pod, state: PodState | undefined, query: URLSearchParams, sink: StreamSink, engine: Engine): () => void {
  const container = containerAsked(pod, state, query)
  const timestamps = query.get('timestamps') === 'true'
  const shown = (line: LogLine) => (timestamps ? stamped(line) : line.text)
  let budget = Number(query.get('limitBytes') ?? Infinity)
  const send = (text: string) => {
    const part = text.slice(0, budget)
    budget -= part.length
    if (part !== '') sink.data(part)
  }
  send(selected(linesOf(container.log.entries), query, engine.nowMs).map(shown).join(''))
  if (query.get('follow') !== 'true' || container.log.ended) {
    sink.end()
    return () => {}
  }
  return container.log.follow((entry) => {
    if (!entry || budget <= 0) sink.end()
    else send(linesOf([entry]).map(shown).join(''))
  })
}

function selected(lines: readonly LogLine[], query: URLSearchParams, nowMs: number): readonly LogLine[] {
  const since = query.has('sinceSeconds')
    ? nowMs - 1000 * Number(query.get('sinceSeconds'))
    : query.has('sinceTime')
      ? parseTimestamp(query.get('sinceTime')!)
      : -Infinity
  const recent = lines.filter(({ timeMs }) => timeMs >= since)
  const tail = query.get('tailLines')
  return tail === null || Number(tail) < 0 ? recent : Number(tail) === 0 ? [] : recent.slice(-Number(tail))
}

function containerAsked(pod: Pod, state: PodState | undefined, query: URLSearchParams): Container {
  const name = query.get('container') || pod.spec.containers[0]!.name
  const { name: podName } = pod.metadata
  const container = state?.containers.get(name)
  if (!container) throw badRequest(`container "${name}" in pod "${podName}" is not available`)
  if (query.get('previous') === 'true') {
    const previous = (container.running ? container.previous : (container.previous ?? container.ended))?.container
    if (!previous) throw badRequest(`previous terminated container "${name}" in pod "${podName}" not found`)
    return previous
  }
  const found = container.running ?? container.ended?.container ?? container.previous?.container
  if (found) return found
  const reason = container.waiting?.reason
  if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff' || reason === 'InvalidImageName') {
    throw badRequest(`container "${name}" in pod "${podName}" is waiting to start: trying and failing to pull image`)
  }
  throw badRequest(`container "${name}" in pod "${podName}" is waiting to start: ${reason}`)
}
