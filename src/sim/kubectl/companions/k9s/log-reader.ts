import type { Pod } from '../../../api/types/core-v1.gen'
import { close, readLine } from '../../../node/os/calls'
import type { Proc } from '../../../node/os/syscalls'
import { builtInResource } from '../../built-in-resource'
import { ApiError } from '../../errors'
import { pathOf } from '../../mapper'
import { requestLogs } from '../../pod-logs'
import { requestJson } from '../../rest'
import type { Kubectl } from '../../session'
import type { LogLine } from './log-lines'
import type { LogView } from './state'

/** A container whose log is wanted. */
interface Speaker {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

/** The logs of some containers as one. */
export interface LogReader {
  readonly view: LogView
  /** By the descriptor that a container's log is read from. */
  readonly streams: Map<number, Speaker>
  /** Containers that have no log yet: they are asked again. */
  waiting: readonly Speaker[]
  lines: LogLine[]
}

/** Lines that are kept, and those that are asked for at first. */
const MOST_LINES = 1000
const TAIL_LINES = 100
/** How much of a log its head is. */
const HEAD_BYTES = 5000

const pods = builtInResource({ apiVersion: 'v1', kind: 'Pod' })

/** Whether two views show the same log. */
export const sameLog = (a: LogView, b: LogView) =>
  a.path === b.path &&
  a.container === b.container &&
  a.previous === b.previous &&
  a.since === b.since &&
  a.labelSelector === b.labelSelector

/** Opens the logs of a pod's containers, of one of them, or of all pods of a workload. */
export function* openLogs(kubectl: Kubectl, view: LogView): Proc<LogReader> {
  const query = view.pod ? { fieldSelector: `metadata.name=${view.pod}` } : { labelSelector: view.labelSelector }
  const { items = [] } = yield* requestJson<{ items?: readonly Pod[] }>(kubectl, { path: pathOf(pods, view.namespace), query })
  const waiting = items.flatMap(({ metadata, spec }) =>
    (spec?.containers ?? [])
      .map(({ name }) => name)
      .concat(view.container ? [...(spec?.initContainers ?? []), ...(spec?.ephemeralContainers ?? [])].map(({ name }) => name) : [])
      .filter((name) => view.container === undefined || name === view.container)
      .map((container): Speaker => ({ namespace: metadata.namespace ?? '', pod: metadata.name ?? '', container })),
  )
  const reader: LogReader = { view, streams: new Map(), waiting, lines: [] }
  yield* openWaiting(kubectl, reader)
  return reader
}

/** Asks once more those that had no log; why not is shown once. */
export function* openWaiting(kubectl: Kubectl, reader: LogReader): Proc {
  const { view } = reader
  const still: Speaker[] = []
  for (const speaker of reader.waiting) {
    try {
      const fd = yield* requestLogs(kubectl, { namespace: speaker.namespace, name: speaker.pod }, {
        container: speaker.container,
        timestamps: true,
        ...(view.previous ? { previous: true } : { follow: view.since !== 0 }),
        ...(view.since > 0 ? { sinceSeconds: view.since } : view.since === 0 ? { limitBytes: HEAD_BYTES } : { tailLines: TAIL_LINES }),
      }) // prettier-ignore
      reader.streams.set(fd, speaker)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const told = reader.lines.some(({ text }) => text === error.message)
      if (!told) add(reader, { from: nameOf(reader, speaker), time: '', text: error.message })
      if (!view.previous) still.push(speaker)
    }
  }
  reader.waiting = still
}

/** A workload's lines say which pod and container they come from, those of one pod which container. */
const nameOf = ({ view }: LogReader, { pod, container }: Speaker) => (view.pod ? container : `${pod}:${container}`)

function add(reader: LogReader, line: LogLine) {
  reader.lines.push(line)
  if (reader.lines.length > MOST_LINES) reader.lines = reader.lines.slice(-MOST_LINES)
}

/** Takes in the next line of one of the logs. */
export function* readLog(reader: LogReader, fd: number): Proc {
  const speaker = reader.streams.get(fd)!
  const line = yield* readLine(fd)
  if (line !== '') {
    const [, time = '', text = line] = /^(\d{4}-\S+Z) ?(.*?)\r?\n?$/s.exec(line) ?? []
    return add(reader, { from: nameOf(reader, speaker), time, text: text.replaceAll('\t', '    ').replaceAll('\x1b', '^[') })
  }
  reader.streams.delete(fd)
  yield* close(fd)
  const { namespace, pod, container } = speaker
  if (reader.view.since !== 0) add(reader, { from: nameOf(reader, speaker), time: '', text: `Stream closed EOF for ${namespace}/${pod} (${container})` }) // prettier-ignore
}

/** Follows them no longer. */
export function* closeLogs({ streams }: LogReader): Proc {
  for (const fd of streams.keys()) yield* close(fd)
}
