import type { KubeletConnections } from '../../api/connect'
import type { ChannelPeer } from '../../api/http'
import { failure, type Status } from '../../api/status'
import type { Pod } from '../../api/types/core-v1.gen'
import type { Host } from '../host'
import { createFeeder, createPipe, sinkFile, type Feeder } from '../os/pipe'
import type { OpenFile } from '../os/open-file'
import { SyscallError } from '../os/syscalls'
import { createTty, type Tty } from '../os/tty'
import { execError, signalQuietly, type Container } from '../runtime/container'
import { kubeletPages } from './late-pages'
import { streamLogs } from './logs'
import type { ContainerState, PodState } from './pod-state'
import { forwardPorts } from './port-forward'

const STDIN = 0
const STDOUT = 1
const STDERR = 2
const ERROR = 3
const RESIZE = 4

/** A node's answers to logs, exec, attach and port-forward. */
export function kubeletConnections(host: Host): KubeletConnections {
  const stateOf = (pod: Pod): PodState => {
    const state = host.kubelet.pods.get(pod.metadata.uid)
    if (!state) throw failure(404, 'NotFound', 'pod does not exist')
    return state
  }
  return {
    logs: (pod, query, sink) => streamLogs(pod, host.kubelet.pods.get(pod.metadata.uid), query, sink, host.context.engine),
    exec: (pod, query) => {
      const container = runningIn(stateOf(pod), pod, query.get('container'))
      return (peer) => exec(container, query, peer)
    },
    attach: (pod, query) => {
      const state = stateOf(pod)
      const container = runningIn(state, pod, query.get('container'))
      const known = [...state.containers.values()].find(({ running }) => running === container)
      return (peer) => attach(host, container, known, query, peer)
    },
    portForward: (pod, ports) => {
      const state = stateOf(pod)
      return (peer) => forwardPorts(host, state, ports, peer)
    },
    http: (path) => kubeletPages.code(host, path),
  }
}

function runningIn(state: PodState, pod: Pod, name: string | null): Container {
  const wanted = name || pod.spec.containers[0]!.name
  const container = state.containers.get(wanted)
  if (!container?.running) throw failure(500, '', `container not found (${JSON.stringify(wanted)})`)
  return container.running
}

/** How long somebody whose input has ended is still told what a container writes. */
const LAST_WORDS_MS = 50

const success: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }

/** What channel 3 says at the end: success, or the exit code as a cause. */
const exitStatus = (code: number): Status =>
  code === 0
    ? success
    : {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
        reason: 'NonZeroExitCode',
        details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
      }

const failureStatus = (message: string): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason: 'InternalError',
  code: 500,
})

/** Runs a command in a container with its streams on the channels. Its end is told on channel 3; hanging up hangs up the process. */
function exec(container: Container, query: URLSearchParams, peer: ChannelPeer): ChannelPeer {
  const command = query.getAll('command')
  const wantsTty = query.get('tty') === 'true' || query.get('tty') === '1'
  let pid = 0
  let tty: Tty | undefined
  let stdin: Feeder | undefined
  const fds: Record<number, OpenFile> = {}
  if (wantsTty) {
    tty = createTty(
      { columns: 80, rows: 24 },
      { output: (text) => peer.data(STDOUT, text), signal: (group, signal) => signalQuietly(container.machine, -group, signal) },
    )
    Object.assign(fds, { 0: tty.file, 1: tty.file, 2: tty.file })
  } else {
    const input = createPipe()
    stdin = createFeeder(input.writer)
    const wantsInput = query.get('stdin') === 'true' || query.get('stdin') === '1'
    if (!wantsInput) stdin.end()
    Object.assign(fds, { 0: input.reader, 1: sinkFile((text) => peer.data(STDOUT, text)), 2: sinkFile((text) => peer.data(STDERR, text)) })
  }
  const end = (status: Status) => {
    peer.data(ERROR, JSON.stringify(status))
    peer.close()
  }
  try {
    const process = container.machine.start({
      argv: command,
      env: { ...container.env, ...(wantsTty && { TERM: 'xterm' }) },
      cwd: container.config.workingDir ?? container.config.image.workingDir ?? '/',
      who: container.config.who,
      fds,
      onExit: ({ code }) => end(exitStatus(code)),
    })
    pid = process.pid
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    end(
      failureStatus(
        `Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "${container.id}": OCI runtime exec failed: exec failed: unable to start container process: ${execError(command[0] ?? '', error)}: unknown`,
      ),
    )
    return { data() {}, close() {} }
  }
  return {
    data(channel, text) {
      if (channel === RESIZE) resize(tty, text)
      else if (channel !== STDIN) return
      else if (tty) tty.input(text)
      else stdin!.push(text)
    },
    close(channel) {
      if (channel === undefined) {
        tty?.hangUp()
        stdin?.end()
        if (tty) signalQuietly(container.machine, pid, 'SIGHUP')
      } else if (channel === STDIN) stdin?.end()
    },
  }
}

/** Connects to a container's first process: what it writes from now on, and its standard input if it has one. */
function attach(
  host: Host,
  container: Container,
  state: ContainerState | undefined,
  query: URLSearchParams,
  peer: ChannelPeer,
): ChannelPeer {
  // Attaching has gone well however the container ends: `kubectl run -i` reads the exit code from the Pod's status.
  const end = () => {
    peer.data(ERROR, JSON.stringify(success))
    peer.close()
  }
  const stop = container.log.follow((entry) => {
    if (entry) peer.data(container.tty || entry.stream === 'stdout' ? STDOUT : STDERR, entry.text)
    else end()
  })
  const wantsInput = query.get('stdin') === 'true' || query.get('stdin') === '1'
  const feeder = container.stdin && createFeeder(container.stdin)
  const isOnce = state?.spec.stdinOnce === true && !container.tty
  return {
    data(channel, text) {
      if (channel === RESIZE) resize(container.tty, text)
      else if (channel === STDIN && container.tty) container.tty.input(text)
      else if (channel === STDIN) feeder?.push(text)
    },
    close(channel) {
      if (wantsInput && isOnce) feeder?.end()
      // Standard input that is not for once stays open for the next who attaches; this one is let go, with what is answered at once.
      else if (wantsInput && channel === STDIN) host.context.engine.after(LAST_WORDS_MS, () => (stop(), end()))
      if (channel === undefined) stop()
    },
  }
}

function resize(tty: Tty | undefined, text: string) {
  const size: unknown = JSON.parse(text)
  if (tty && typeof size === 'object' && size !== null && 'Width' in size && 'Height' in size)
    tty.resize(Number(size.Width), Number(size.Height))
}
