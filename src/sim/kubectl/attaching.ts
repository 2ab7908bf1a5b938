import type { AnyObject } from '../api/object'
import type { Pod } from '../api/types/core-v1.gen'
import {
  close,
  closeChannel,
  nowMs,
  onSignal,
  pendingSignals,
  poll,
  read,
  sendOnChannel,
  setTerminalMode,
  terminalSize,
} from '../node/os/calls'
import { SyscallError, type FetchResponse, type Proc } from '../node/os/syscalls'
import { CommandError } from './errors'
import { pathOf } from './mapper'
import { requestLogs } from './pod-logs'
import type { Resource } from './resources'
import { openChannels, requestJson, requestStream, type WatchEvent } from './rest'
import { err, out, type Kubectl } from './session'
import { readLine } from '../node/os/calls'

export interface Streams {
  readonly stdin: boolean
  readonly tty: boolean
  readonly container?: string
  readonly quiet?: boolean
  /** What runs there has drawn its screen already, and is to draw it again for us. */
  readonly redraw?: boolean
}

const channelOf = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4 } as const

interface ExitStatus {
  readonly status?: string
  readonly message?: string
  readonly reason?: string
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] }
}

/** Where a stream's data comes from and goes to when it is not the terminal. */
export interface OwnStreams {
  /** What the other side reads, all of it. */
  readonly input?: string
  /** Gets what the other side writes to its standard output; answers true when it has had enough. */
  readonly output?: (text: string) => boolean
  /** Keeps to itself what the other side writes to its standard error. */
  readonly silent?: boolean
  /** Sends it to standard output instead. */
  readonly toStdout?: boolean
}

/** Copies between the terminal and the channels until the other side ends. Answers the exit code it tells. */
export function* pump(
  kubectl: Kubectl,
  { id, fds }: NonNullable<FetchResponse['channel']>,
  { stdin, tty, redraw }: Streams,
  { input, output, silent = false, toStdout = false }: OwnStreams = {},
): Proc<number> {
  const [outFd, errFd, statusFd] = [fds[channelOf.stdout], fds[channelOf.stderr], fds[channelOf.status]]
  const raw = tty && kubectl.self.isTty(0)
  if (raw) {
    yield* setTerminalMode(0, { raw: true, echo: false })
    yield* onSignal('SIGWINCH', 'catch')
    // A size that is wrong by one and then right makes a shell show its prompt again, as the real client does.
    if (redraw) yield* tellSize(id, 1)
    yield* tellSize(id)
  }
  let status = ''
  // Who waits for the end of the output has heard everything else by then.
  const heard = output ? [errFd, outFd, statusFd] : [outFd, tty ? undefined : errFd, statusFd]
  const open = new Set(heard.filter((fd) => fd !== undefined))
  let typing = stdin && input === undefined
  try {
    if (input !== undefined) {
      yield* sendOnChannel(id, channelOf.stdin, input)
      yield* closeChannel(id, channelOf.stdin)
    }
    while (open.size > 0) {
      const ready = yield* pollThroughResizes(id, [...open, ...(typing ? [0] : [])])
      const text = yield* read(ready)
      if (ready === 0 && typing) {
        if (text === '') {
          typing = false
          yield* closeChannel(id, channelOf.stdin)
        } else yield* sendOnChannel(id, channelOf.stdin, text)
      } else if (text === '') {
        open.delete(ready)
        yield* close(ready)
      } else if (ready === outFd) {
        if (!output) yield* out(text)
        else if (output(text)) return 0
      } else if (ready === errFd) {
        if (!silent) yield* toStdout ? out(text) : err(text)
      } else status += text
    }
  } finally {
    if (raw) {
      yield* onSignal('SIGWINCH', 'default')
      yield* setTerminalMode(0, { raw: false, echo: true })
    }
    yield* closeChannel(id)
  }
  return exitCode(status)
}

/** Tells the other side how large our terminal is, `more` columns and rows added. */
function* tellSize(id: number, more = 0): Proc {
  const size = yield* terminalSize(0)
  if (size) yield* sendOnChannel(id, channelOf.resize, JSON.stringify({ Width: size.columns + more, Height: size.rows + more }))
}

/** Waits for something to read; a window that changes its size meanwhile is told to the other side. */
function* pollThroughResizes(id: number, fds: readonly number[]): Proc<number> {
  for (;;) {
    try {
      return yield* poll(fds)
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
      const signals = yield* pendingSignals()
      if (signals.some((signal) => signal !== 'SIGWINCH')) throw error
      yield* tellSize(id)
    }
  }
}

/** The exit code in the Status at the end of a stream; throws CommandError for any other failure. */
function exitCode(text: string): number {
  if (text === '') return 0
  const status = JSON.parse(text) as ExitStatus // the error channel carries nothing else
  if (status.status !== 'Failure') return 0
  const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message
  if (status.reason === 'NonZeroExitCode' && code !== undefined) return Number(code)
  throw new CommandError(status.message ?? 'unknown error')
}

interface AttachOptions extends Streams {
  readonly wantsExitCode: boolean
  readonly restart: string
}

/** Attaches to a pod's container; one that has ended already, or cannot be attached to, is shown from its log. Answers the container's exit code. */
export function* attachTo(kubectl: Kubectl, resource: Resource, options: AttachOptions): Proc<number> {
  const pod = resource.object as unknown as Pod // fetched as a pod
  const container = options.container ?? pod.spec!.containers[0]!.name
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') yield* showLogs(kubectl, resource, container)
  else yield* attachOrShowLogs(kubectl, resource, { ...options, container })
  if (!options.wantsExitCode) return 0
  return yield* finalExitCode(kubectl, resource, container, options.restart)
}

/** Ties the terminal to a container; where that fails, or the container ends badly, its log is told from the beginning. */
export function* attachOrShowLogs(kubectl: Kubectl, resource: Resource, streams: Streams & { readonly container: string }): Proc {
  let problem: string
  try {
    const code = yield* attachStreams(kubectl, resource, streams)
    if (code === 0) return
    problem = `command terminated with exit code ${code}`
  } catch (error) {
    if (error instanceof SyscallError && error.code === 'EINTR') throw error
    if (!(error instanceof Error)) throw error
    problem = error.message
  }
  yield* err(`warning: couldn't attach to pod/${resource.name}, falling back to streaming logs: ${problem}\n`)
  yield* showLogs(kubectl, resource, streams.container)
}

/** Ties the terminal to what a container runs. A terminal is used where the container has one, whatever was asked for. Answers the exit code. */
export function* attachStreams(kubectl: Kubectl, resource: Resource, streams: Streams & { readonly container: string }): Proc<number> {
  const { container, stdin, quiet } = streams
  const { spec } = resource.object as unknown as Pod // fetched as a pod
  const hasTty = [...spec!.containers, ...(spec!.initContainers ?? []), ...(spec!.ephemeralContainers ?? [])].some(
    ({ name, tty }) => name === container && tty,
  )
  if (streams.tty && !hasTty && !quiet) yield* err(`error: Unable to use a TTY - container ${container} did not allocate one\n`)
  if (hasTty && stdin && !quiet && !kubectl.self.isTty(0)) yield* err(NO_TERMINAL)
  const tty = hasTty && stdin && kubectl.self.isTty(0)
  if (!quiet) yield* err("If you don't see a command prompt, try pressing enter.\n")
  const channel = yield* openChannels(kubectl, {
    path: pathOf(resource.type, resource.namespace, resource.name, 'attach'),
    query: { container, stdin: stdin || undefined, stdout: true, stderr: !tty || undefined, tty: tty || undefined },
  })
  const code = yield* pump(kubectl, channel, { stdin, tty, redraw: true })
  if (tty && !quiet && spec!.restartPolicy === 'Always')
    yield* out(`Session ended, resume using 'kubectl attach ${resource.name} -c ${container} -i -t' command when the pod is running\n`)
  return code
}

/** What is said where a terminal was wanted and standard input is none. */
export const NO_TERMINAL = 'Unable to use a TTY - input is not a terminal or the right kind of file\n'

/** Prints a container's log and follows it to its end. */
export function* showLogs(kubectl: Kubectl, resource: Resource, container: string): Proc {
  const fd = yield* requestLogs(kubectl, resource, { container, follow: true })
  for (let chunk = yield* read(fd); chunk !== ''; chunk = yield* read(fd)) yield* out(chunk)
  yield* close(fd)
}

function* finalExitCode(kubectl: Kubectl, resource: Resource, container: string, restart: string): Proc<number> {
  const ended = yield* waitForPod(
    kubectl,
    resource,
    0,
    (pod) => ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '') || restart === 'Always',
  )
  const state = ended.status?.containerStatuses?.find(({ name }) => name === container)?.state?.terminated
  return ended.status?.phase === 'Failed' ? (state?.exitCode ?? 1) : 0
}

/** Waits until the pod runs or has ended. Throws CommandError after `timeoutMs`. */
export function* followUntilRunning(kubectl: Kubectl, resource: Resource, timeoutMs: number): Proc<Resource> {
  const pod = yield* waitForPod(
    kubectl,
    resource,
    timeoutMs,
    ({ status }) =>
      ['Succeeded', 'Failed'].includes(status?.phase ?? '') ||
      (status?.phase === 'Running' && (status.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True')),
  )
  return { ...resource, object: pod as unknown as AnyObject }
}

/** Follows a pod until `fits`; answers it as it is then. `meanwhile` sees it each time that it does not. */
export function* waitForPod(
  kubectl: Kubectl,
  { type, namespace, name }: Resource,
  timeoutMs: number,
  fits: (pod: Pod) => boolean,
  meanwhile?: (pod: Pod) => Proc,
): Proc<Pod> {
  const path = pathOf(type, namespace)
  const fieldSelector = `metadata.name=${name}`
  const endMs = timeoutMs > 0 ? (yield* nowMs()) + timeoutMs : Infinity
  for (;;) {
    const list = yield* requestJson<{ items: Pod[]; metadata?: { resourceVersion?: string } }>(kubectl, { path, query: { fieldSelector } })
    const [pod] = list.items
    if (!pod) throw new CommandError(`pods "${name}" not found`)
    if (fits(pod)) return pod
    if (meanwhile) yield* meanwhile(pod)
    const fd = yield* requestStream(kubectl, {
      path,
      query: { fieldSelector, resourceVersion: list.metadata?.resourceVersion, watch: true },
    })
    try {
      for (;;) {
        const leftMs = endMs - (yield* nowMs())
        if (leftMs <= 0 || (leftMs !== Infinity && (yield* poll([fd], leftMs)) < 0))
          throw new CommandError('timed out waiting for the condition')
        const line = yield* readLine(fd)
        if (line === '') break
        const event = JSON.parse(line) as WatchEvent<Pod> // the server's own words
        if (event.type === 'DELETED') throw new CommandError(`pods "${name}" not found`)
        if (event.type === 'BOOKMARK' || event.type === 'ERROR') continue
        if (fits(event.object)) return event.object
        if (meanwhile) yield* meanwhile(event.object)
      }
    } finally {
      yield* close(fd)
    }
  }
}
