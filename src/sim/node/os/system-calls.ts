import { lookAtDescriptor, openPath, type OpenMode } from './devices'
import { fetchFrom } from './fetch-calls'
import { performFs, refuseSlash } from './fs-calls'
import { normalise } from './paths'
import { createPipe } from './pipe'
import { acceptFrom, connectTo, connectToPath, listenOn, listenOnPath, listeningSockets, pollAny } from './socket-calls'
import type { FsOperation, Syscall, WaitResult } from './syscalls'
import { closeFd, fail, fileAt, install, refuseErrors, shownAs, withAction, type Kernel, type Task } from './task'

const SYSCALL_MS = 0.02
const SPAWN_MS = 0.5

/** Virtual CPU time of one system call. */
export function costOf(request: Syscall): number {
  switch (request.call) {
    case 'cpu':
      return request.ms
    case 'spawn':
    case 'exec':
      return SPAWN_MS
    case 'host':
      return 0
    default:
      return SYSCALL_MS
  }
}

/** What a system call answers; `PARKED` when the process has to wait for it. Throws SyscallError when it is refused. */
export function perform(kernel: Kernel, task: Task, request: Syscall): unknown {
  switch (request.call) {
    case 'now':
      return kernel.engine.nowMs
    case 'random':
      return kernel.engine.random.next()
    case 'cpu':
      return undefined
    case 'host':
      return request.work.done ? undefined : kernel.holdFor(task, request.work)
    case 'sleep':
      return kernel.sleep(task, request.ms)
    case 'open':
      return openIn(kernel, task, request.path, request.mode)
    case 'shutdown':
      return fileAt(task, request.fd).endWriting?.()
    case 'close':
      return closeFd(task, request.fd)
    case 'read': {
      const open = fileAt(task, request.fd)
      const text = open.read(request.max, request.until)
      if (text !== undefined) return text
      return kernel.block(
        task,
        () => open.read(request.max, request.until),
        (again) => open.onReadable(again),
      )
    }
    case 'write': {
      const open = fileAt(task, request.fd)
      if (request.data === '' || open.write(request.data)) return true
      return kernel.block(
        task,
        () => (request.data === '' || open.write(request.data) ? true : undefined),
        (again) => open.onWritable(again),
      )
    }
    case 'pipe': {
      const { reader, writer } = createPipe()
      return [install(task, reader), install(task, writer)]
    }
    case 'dup':
      if (request.as === request.fd) return request.fd
      return install(task, fileAt(task, request.fd), request.as)
    case 'poll':
      return pollAny(kernel, task, request.fds, request.timeoutMs)
    case 'tty': {
      const tty = task.fds.get(request.fd)?.tty
      return tty && { columns: tty.columns, rows: tty.rows }
    }
    case 'ttymode': {
      const tty = fileAt(task, request.fd).tty
      if (!tty) fail('EINVAL')
      tty.setMode(request)
      return undefined
    }
    case 'foreground': {
      const tty = fileAt(task, request.fd).tty
      if (!tty) fail('EINVAL')
      tty.foreground = request.group
      return undefined
    }
    case 'fs': {
      const own = lookAtDescriptor(kernel, task, request.op)
      return own ? own.answer : lookInto(kernel, task, request.op)
    }
    case 'spawn':
      return kernel.spawn(task, request.process)
    case 'exec':
      return kernel.exec(task, request.process)
    case 'wait':
      return waitFor(kernel, task, request)
    case 'kill':
      return kernel.kill(request.pid === 0 ? -task.group : request.pid, request.signal)
    case 'signals':
      task.actions = withAction(task.actions, request.signal, request.action)
      return undefined
    case 'pending': {
      const { pending } = task
      task.pending = []
      return pending
    }
    case 'chdir': {
      const path = task.files.realPath(normalise(request.path, task.cwd))
      if (task.files.stat(path)?.type !== 'directory') fail('ENOTDIR')
      return (task.cwd = path)
    }
    case 'title': {
      const { title, workers } = request
      task.shown = shownAs(
        title,
        workers.map((worker) => [kernel.nextPid(), worker]),
      )
      return [...task.shown.workers.keys()]
    }
    case 'chroot':
      if (task.who.uid !== 0) fail('EPERM')
      task.files = task.files.below(normalise(request.path, task.cwd))
      return (task.cwd = '/')
    case 'processes':
      return kernel.processes()
    case 'resolve':
      return kernel.later(task, kernel.network.resolve(kernel.place, { ...request, type: request.type ?? 'A' }), (answer) =>
        refuseErrors(answer),
      )
    case 'connect':
      return connectTo(kernel, task, request)
    case 'listen':
      return listenOn(kernel, task, request)
    case 'certificate':
      return fileAt(task, request.fd).certificate?.(request.serverName)
    case 'listenPath':
      return listenOnPath(kernel, task, request)
    case 'connectPath':
      return connectToPath(task, request.path)
    case 'accept':
      return acceptFrom(kernel, task, request.fd)
    case 'sockets':
      return listeningSockets(kernel)
    case 'addresses':
      return [{ interface: 'lo', address: '127.0.0.1' }, ...kernel.place.interfaces]
    case 'fetch':
      return fetchFrom(kernel, task, request.request)
    case 'upgrade':
      return fetchFrom(kernel, task, {
        ...request.request,
        headers: { ...request.request.headers, connection: 'Upgrade', upgrade: 'websocket' },
      })
    case 'channel': {
      const peer = task.channels?.get(request.id)
      if (request.send) peer?.data(request.send.channel, request.send.data)
      if (request.close !== undefined) peer?.close(typeof request.close === 'number' ? request.close : undefined)
      return undefined
    }
  }
}

/** `wait`: for a child to end, or to stop. */
function waitFor(kernel: Kernel, task: Task, request: Extract<Syscall, { call: 'wait' }>): unknown {
  const wanted = (child: Task) =>
    request.pid === undefined || request.pid === child.pid || (request.pid < 0 && child.group === -request.pid)
  const attempt = (): WaitResult | undefined => {
    const at = task.reports.findIndex((entry) => wanted(entry.task) && (request.untraced || !entry.result.stopped))
    if (at >= 0) {
      const { task: child, result } = task.reports[at]!
      task.reports = task.reports.filter((_, i) => i !== at)
      if (!result.stopped) {
        task.children?.delete(child)
        kernel.forget(child)
      }
      return result
    }
    if (![...(task.children ?? [])].some(wanted)) fail('ECHILD')
    return request.noHang ? { pid: 0, code: 0 } : undefined
  }
  return kernel.block(task, attempt, (again) => {
    task.waiters = [...task.waiters, again]
    return () => void (task.waiters = task.waiters.filter((other) => other !== again))
  })
}

/** `fs`, also on files of other processes in the same space. */
function lookInto({ space, mayChown }: Kernel, task: Task, op: FsOperation): unknown {
  if (op.do === 'chown' && !mayChown && task.files.stat(normalise(op.path, task.cwd))?.uid !== op.uid) fail('EPERM')
  const found = space && 'path' in op ? space.lookInto(normalise(op.path, task.cwd)) : undefined
  if (found && 'files' in found) return performFs(found.files, { ...op, path: found.path } as FsOperation, '/', task.who) // the same operation, elsewhere
  return found && op.do === 'readFile' ? found.text : performFs(task.files, op, task.cwd, task.who)
}

/** `open`, also of files of other processes in the same space. */
function openIn(kernel: Kernel, task: Task, path: string, mode: OpenMode): number {
  if (mode !== 'read') refuseSlash(path)
  const found = kernel.space?.lookInto(normalise(path, task.cwd))
  if (!found) return openPath(kernel, task, task.files, path, mode)
  if ('files' in found) return openPath(kernel, task, found.files, found.path, mode)
  const { reader, writer } = createPipe()
  writer.write(found.text)
  writer.release()
  return install(task, reader)
}
