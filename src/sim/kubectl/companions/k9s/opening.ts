import { poll } from '../../../node/os/calls'
import type { Proc } from '../../../node/os/syscalls'
import type { ClusterFacts } from './header'
import { closeLogs, openLogs, openWaiting, readLog, sameLog } from './log-reader'
import { measure } from './measuring'
import { closeSource, openSource, readSource, wantedBy } from './source'
import { topOf } from './state'
import { attempt, type Running } from './running'

/** What pods use is asked for after so long. */
const METRICS_MS = 15_000
/** A message stays for so long. */
const FLASH_MS = 6000

/** Opens what the view on top shows, and closes what it does not. */
export function* follow(running: Running): Proc {
  const top = topOf(running.state)
  const wanted = top.view === 'table' && running.state.prompt?.for !== 'filter' ? wantedBy(top) : undefined
  if (wanted && running.source?.wanted !== JSON.stringify(wanted)) {
    if (running.source?.open) yield* closeSource(running.source.open)
    running.source = { wanted: JSON.stringify(wanted) }
    yield* attempt(running, openWanted(running))
  }
  const logs = top.view === 'logs' ? top : undefined
  if (running.log && (!logs || !sameLog(running.log.view, logs))) {
    if (top.view !== 'help') {
      yield* closeLogs(running.log)
      running.log = undefined
    }
  }
  if (logs && !running.log) {
    running.log = { view: logs, streams: new Map(), waiting: [], lines: [] }
    yield* attempt(running, (function* () {
      running.log = yield* openLogs(running.kubectl, logs)
    })()) // prettier-ignore
  }
}

function* openWanted(running: Running): Proc {
  const { wanted } = running.source!
  const top = topOf(running.state)
  if (top.view === 'table') running.source = { wanted, open: yield* openSource(running.kubectl, wantedBy(top)!) }
}

/** What has to be asked for again and again: what could not be opened, and what pods use. */
export function* look(running: Running, now: number): Proc {
  const { flash } = running.state
  if (flash !== running.flashed.flash) running.flashed = { flash, sinceMs: now }
  else if (now - running.flashed.sinceMs >= FLASH_MS) running.state = { ...running.state, flash: undefined }
  if (running.source && running.source.open?.fd === undefined) yield* attempt(running, openWanted(running))
  if (running.log && running.log.waiting.length > 0) yield* attempt(running, openWaiting(running.kubectl, running.log))
  if (now - running.measuredMs < METRICS_MS) return
  running.measuredMs = now
  yield* attempt(running, (function* () {
    const { metrics, share = {} } = yield* measure(running.kubectl)
    running.metrics = metrics
    running.facts = { ...running.facts, cpu: share.cpu, memory: share.memory } as ClusterFacts // undefined is "not known"
  })()) // prettier-ignore
}

/** Takes in what a watch or a log has to say, and whatever else is there already. */
export function* takeIn(running: Running, first: number): Proc {
  for (let fd = first, count = 0; fd > 0 && count < 500; count++) {
    const { source, log } = running
    if (log?.streams.has(fd)) yield* readLog(log, fd)
    else if (source?.open?.fd === fd) {
      if (!(yield* readSource(source.open))) {
        yield* closeSource(source.open)
        running.source = undefined
        return
      }
    }
    const fds = [
      ...(running.source?.open?.fd === undefined ? [] : [running.source.open.fd]),
      ...(running.log ? running.log.streams.keys() : []),
    ]
    fd = fds.length > 0 ? yield* poll(fds, 0) : -1
  }
}
