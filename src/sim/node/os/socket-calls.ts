import type { OpenSocket } from './calls'
import { file } from './file-nodes'
import { socketName } from './network'
import { normalise } from './paths'
import { createListener, ListeningFile } from './socket'
import type { Syscall } from './syscalls'
import { fail, fileAt, install, refuseErrors, type Kernel, type Parked, type Task } from './task'

/** `connect`: answers the descriptor of the client's end. */
export function connectTo(kernel: Kernel, task: Task, request: Extract<Syscall, { call: 'connect' }>): Parked {
  const found = kernel.network.connect(kernel.place, request.host, request.port, request.protocol ?? 'tcp')
  if (request.timeoutMs !== undefined && found.delayMs > request.timeoutMs) {
    return kernel.later(task, { delayMs: request.timeoutMs, answer: undefined }, () => fail('ETIMEDOUT'))
  }
  return kernel.later(task, found, (answer) => {
    const { listener, peer, local } = refuseErrors(answer)
    return install(task, listener.connect(peer, local))
  })
}

/** `listen`: answers the descriptor of a listening socket; EADDRINUSE, or EACCES for a low port. */
export function listenOn({ place, init }: Kernel, task: Task, request: Extract<Syscall, { call: 'listen' }>): number {
  const { port, protocol = 'tcp', address = '0.0.0.0', certificate } = request
  const key = socketName(protocol, port)
  if (place.listeners.has(key)) fail('EADDRINUSE')
  if (port < 1024 && task.who.uid !== 0 && !init) fail('EACCES')
  const listener = createListener({ port, address, protocol, certificate }, () => place.listeners.delete(key))
  place.listeners.set(key, listener)
  return install(task, new ListeningFile(listener))
}

/** `listenPath`: the same for a socket that is a file. The file stays when nobody listens any more. */
export function listenOnPath(kernel: Kernel, task: Task, { path, mode }: Extract<Syscall, { call: 'listenPath' }>): number {
  const at = normalise(path, task.cwd)
  if (task.files.stat(at, false)) fail('EADDRINUSE')
  const listener = createListener({ port: 0, address: at, protocol: 'tcp' }, () => {})
  task.files.place(at, { ...file('', mode, kernel.engine.nowMs), uid: task.who.uid, gid: task.who.gids[0] ?? 0, listener }, task.who)
  return install(task, new ListeningFile(listener))
}

/** `connectPath`: answers the descriptor of the client's end. */
export function connectToPath(task: Task, path: string): number {
  const node = task.files.look(normalise(path, task.cwd), task.who)
  if (!node) return fail('ENOENT')
  if (node.type !== 'file' || !node.listener) return fail('ECONNREFUSED')
  return install(task, node.listener.connect('@', path))
}

/** `sockets`: who listens here; other containers of the Pod, and the node's own services, have no number that this kernel knows. */
export function listeningSockets({ place, tasks }: Kernel): readonly OpenSocket[] {
  const owners = new Map(
    [...tasks.values()].flatMap(({ pid, fds }) => [...fds.values()].map(({ listener }) => [listener, pid] as const)).reverse(),
  )
  return [...place.listeners.values()]
    .map((listener): OpenSocket => {
      const { protocol, address, port } = listener
      return { protocol, address, port, pid: owners.get(listener) }
    })
    .sort((a, b) => a.protocol.localeCompare(b.protocol) || a.port - b.port)
}

/** `accept`: waits for the next connection. */
export function acceptFrom(kernel: Kernel, task: Task, fd: number): unknown {
  const { listener } = fileAt(task, fd)
  if (!listener) return fail('EINVAL')
  const attempt = () => {
    const incoming = listener.accept()
    if (!incoming) return undefined
    const accepted = { fd: install(task, incoming.file), peer: incoming.peer, local: `${incoming.local}:${listener.port}` }
    incoming.file.refs-- // the backlog's hold
    return accepted
  }
  return kernel.block(task, attempt, (again) => listener.onIncoming(again))
}

/** `poll`: the first of `fds` that can be read, or -1 when the time is up. */
export function pollAny(kernel: Kernel, task: Task, fds: readonly number[], timeoutMs: number | undefined): unknown {
  const ready = () => {
    for (const fd of fds) if (fileAt(task, fd).readable()) return fd
    return undefined
  }
  const atOnce = ready() ?? (timeoutMs === 0 ? -1 : undefined)
  if (atOnce !== undefined) return atOnce
  const { engine, background } = kernel
  const deadline = timeoutMs === undefined ? undefined : engine.nowMs + timeoutMs
  return kernel.block(
    task,
    () => ready() ?? (deadline !== undefined && engine.nowMs >= deadline ? -1 : undefined),
    (again) => {
      const forget = fds.map((fd) => fileAt(task, fd).onReadable(again))
      const timer = deadline === undefined ? undefined : engine.at(deadline, again, { background })
      return () => {
        for (const stop of forget) stop()
        engine.cancel(timer)
      }
    },
  )
}
