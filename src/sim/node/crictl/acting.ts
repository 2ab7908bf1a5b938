import { parseTimestamp } from '../../engine/time'
import { parseGoDuration } from '../../formats/duration'
import type { Host } from '../host'
import { parseImage } from '../images/reference'
import { nowMs, pipe, read, sleep, write } from '../os/calls'
import { onFarTerminal } from '../os/far-terminal'
import { nullDevice, passedOn } from '../os/pipe'
import { SyscallError, type Proc, type Self, type Signal } from '../os/syscalls'
import { execError, signalQuietly, type Container } from '../runtime/container'
import { linesOf, stamped, type LogLine } from '../runtime/container-log'
import { isRunning, knownContainers, type Known } from './containers'
import type { Options } from './options'

const notFound = (id: string) => `rpc error: code = NotFound desc = an error occurred when try to find container "${id}": not found`

function* fatal(text: string): Proc<number> {
  yield* write(2, `FATA[0000] ${text} \n`)
  return 1
}

const find = (host: Host, id: string): Known | undefined =>
  id === '' ? undefined : knownContainers(host).find(({ container }) => container.id.startsWith(id))

/** `crictl logs [-f] [--tail N] [--since TIME] [-t] [-p] ID`: each stream as the container wrote it. */
export function* logs(host: Host, { has, of, words }: Options): Proc<number> {
  const [id = ''] = words
  if (id === '') return yield* fatal('ID cannot be empty')
  const known = find(host, id)
  const container = has('previous') ? known?.state.previous?.container : known?.container
  if (!container) return yield* fatal(`failed to get container status: ${notFound(id)}`)
  const now = yield* nowMs()
  const since = of('since')
  const from = since === undefined ? -Infinity : /^\d{4}-/.test(since) ? parseTimestamp(since) : now - (parseGoDuration(since) ?? 0)
  const tail = Number(of('tail') ?? -1)
  const all = linesOf(container.log.entries).filter(({ timeMs }) => timeMs >= from)
  const tell = (line: LogLine) => write(line.stream === 'stdout' ? 1 : 2, has('timestamps') ? stamped(line) : line.text)
  for (const line of tail < 0 ? all : tail === 0 ? [] : all.slice(-tail)) yield* tell(line)
  if (!has('follow')) return 0
  for (let told = container.log.entries.length; !container.log.ended || told < container.log.entries.length;) {
    yield* sleep(LOOK_MS)
    for (const line of linesOf(container.log.entries.slice(told))) yield* tell(line)
    told = container.log.entries.length
  }
  return 0
}

/** How often a log that is followed is looked at. */
const LOOK_MS = 100

/** `crictl exec [-i] [-t] ID COMMAND…`: runs something in a container that runs. */
export function* exec(host: Host, { has, words }: Options, self: Self): Proc<number> {
  const [id = '', ...command] = words
  const fails = (why: string) => fatal(`execing command in container: ${why}`)
  if (id === '') return yield* fatal('ID cannot be empty')
  const known = find(host, id)
  if (!known) return yield* fails(notFound(id))
  if (!isRunning(known)) return yield* fails('rpc error: code = Unknown desc = container is in CONTAINER_EXITED state')
  if (command.length === 0) return yield* fails('rpc error: code = InvalidArgument desc = cmd must not be empty')
  try {
    const code =
      has('tty') && self.isTty(0)
        ? yield* onTerminal(host, known.container, command, self)
        : yield* plainly(host, known.container, command, self, has('interactive'))
    return code === 0 ? 0 : yield* fails(`command terminated with exit code ${code}`)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return yield* fails(
      `rpc error: code = Unknown desc = failed to exec in container: failed to start exec "${host.context.engine.random.hex(64)}": OCI runtime exec failed: exec failed: unable to start container process: ${execError(command[0]!, error)}`,
    )
  }
}

const startOptions = ({ env, config }: Container, argv: readonly string[]) => ({
  argv,
  env,
  cwd: config.workingDir ?? config.image.workingDir ?? '/',
  who: config.who,
})

/** With the descriptors of crictl itself. */
function* plainly({ machine }: Host, container: Container, command: readonly string[], self: Self, interactive: boolean): Proc<number> {
  const [ended, writeEnd] = yield* pipe()
  const told = machine.openFile(self.pid, writeEnd)!
  // Open here when the process over there has closed it.
  const file = (fd: number) => passedOn(machine.openFile(self.pid, fd)!, () => {})
  const process = container.machine.start({
    ...startOptions(container, command),
    fds: { 0: interactive ? file(0) : nullDevice(), 1: file(1), 2: file(2) },
    onExit: ({ code }) => void told.write(String(code)),
  })
  try {
    return Number(yield* read(ended))
  } finally {
    signalQuietly(container.machine, process.pid, 'SIGHUP')
  }
}

/** On a terminal of its own, what is typed and shown copied between it and this one. */
function* onTerminal({ machine }: Host, container: Container, command: readonly string[], self: Self): Proc<number> {
  const [ended, writeEnd] = yield* pipe()
  const told = machine.openFile(self.pid, writeEnd)!
  const reach = (group: number, signal: Signal) => signalQuietly(container.machine, -group, signal)
  const code = yield* onFarTerminal(machine.openFile(self.pid, 1)!, ended, reach, (terminal) => {
    container.machine.start({
      ...startOptions(container, command),
      env: { TERM: 'xterm', ...container.env },
      fds: { 0: terminal, 1: terminal, 2: terminal },
      onExit: ({ code }) => void told.write(String(code)),
    })
  })
  return Number(code)
}

/** `crictl stop [--timeout SECONDS] ID…`: a stop signal, then SIGKILL; the kubelet sees it end and does what the Pod's restart policy says. */
export function* stop(host: Host, { of, words }: Options): Proc<number> {
  for (const id of words) {
    const known = find(host, id)
    if (!known) return yield* fatal(`stopping the container "${id}": ${notFound(id)}`)
    const { container, state } = known
    const graceMs = Number(of('timeout') ?? 0) * 1000
    if (graceMs > 0)
      signalQuietly(container.machine, 1, (state.spec.lifecycle?.stopSignal as Signal | undefined) ?? state.image?.stopSignal ?? 'SIGTERM') // the API admits signal names only
    for (let waitedMs = 0; waitedMs < graceMs && !container.exit; waitedMs += LOOK_MS) yield* sleep(LOOK_MS)
    if (!container.exit) signalQuietly(container.machine, 1, 'SIGKILL')
    yield* write(1, `${id}\n`)
  }
  return words.length > 0 ? 0 : yield* fatal('ID cannot be empty')
}

/** `crictl rm [-f] [-a] ID…`: forgets containers that have ended, and with them their logs. */
export function* rm(host: Host, options: Options): Proc<number> {
  const ids = options.has('all') ? knownContainers(host).map(({ container }) => container.id) : options.words
  let code = ids.length > 0 ? 0 : yield* fatal('ID cannot be empty')
  for (const id of ids) {
    const known = find(host, id)
    const fails = (why: string) => fatal(`removing the container "${id}": ${why}`)
    if (!known) code = yield* fails(notFound(id))
    else if (isRunning(known) && !options.has('force'))
      code = yield* fails(`rpc error: code = Unknown desc = failed to set removing state for container "${known.container.id}": container is still running, to stop first`) // prettier-ignore
    else {
      if (isRunning(known)) signalQuietly(known.container.machine, 1, 'SIGKILL')
      forget(known)
      yield* write(1, `${id}\n`)
    }
  }
  return code
}

function forget({ state, container }: Known) {
  if (state.ended?.container === container) state.ended = { ...state.ended, container: undefined }
  if (state.previous?.container === container) state.previous = { ...state.previous, container: undefined }
}

/** `crictl pull IMAGE`: as the kubelet would, in the same queue. */
export function* pull(host: Host, { words }: Options): Proc<number> {
  const [name = ''] = words
  if (name === '') return yield* fatal('Image name cannot be empty')
  const reference = parseImage(name)
  if ('error' in reference) return yield* fatal(`pulling image: rpc error: code = InvalidArgument desc = failed to parse image reference "${name}": ${reference.error}`) // prettier-ignore
  const { waitMs, durationMs, outcome } = host.images.pull(reference)
  yield* sleep(waitMs + durationMs)
  if ('error' in outcome) {
    const why = outcome.error.startsWith('rpc error:') ? outcome.error : `rpc error: code = Unknown desc = ${outcome.error}`
    return yield* fatal(`pulling image: ${why}`)
  }
  host.images.add(outcome.image)
  yield* write(1, `Image is up to date for ${outcome.image.digest}\n`)
  return 0
}

/** `crictl rmi [-a] [--prune] IMAGE…`: what runs keeps running. */
export function* rmi(host: Host, { has, words }: Options): Proc<number> {
  const used = new Set(knownContainers(host).map(({ container }) => container.config.image.digest))
  const all = host.images.list().flatMap(({ names = [] }) => names.slice(1).map((tag) => ({ tag, digest: names[0]!.replace(/^.*@/, '') })))
  const meant = (word: string) =>
    all.filter(({ tag, digest }) => tag === textOf(word) || digest.replace('sha256:', '').startsWith(word.replace('sha256:', '')))
  const chosen = has('all') ? all : has('prune') ? all.filter(({ digest }) => !used.has(digest)) : words.flatMap(meant)
  const unknown = words.find((word) => meant(word).length === 0)
  if (unknown !== undefined) return yield* fatal(`no such image ${unknown}`)
  if (chosen.length === 0 && !has('prune')) return yield* fatal('ID cannot be empty')
  for (const { tag } of chosen) {
    host.images.remove(tag)
    yield* write(1, `Deleted: ${tag}\n`)
  }
  return 0
}

function textOf(word: string): string {
  const reference = parseImage(word)
  return 'error' in reference ? word : reference.text
}
