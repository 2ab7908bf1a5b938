import type { Engine, Timer } from '../../engine/engine'
import { lookAtOwn, openPath } from './devices'
import { fetchFrom } from './fetch-calls'
import { normalise, rootUser, type Credentials, type FileSystem } from './file-system'
import { performFs } from './fs-calls'
import { load, passwdName } from './load'
import type { Network, NetworkNamespace } from './network'
import type { OpenFile } from './open-file'
import { createPipe } from './pipe'
import { acceptFrom, connectTo, listenOn, pollAny } from './socket-calls'
import {
  SyscallError,
  signalNumbers,
  type ExecRequest,
  type HostWork,
  type Proc,
  type ProcessInfo,
  type Program,
  type Self,
  type Signal,
  type SpawnRequest,
  type Syscall,
  type WaitResult,
} from './syscalls'
import { closeFd, fail, fileAt, install, PARKED, refuseErrors, type Kernel, type Parked, type Task } from './task'

/** What a machine (a host, or one container) is made of. */
export interface MachineOptions {
  readonly engine: Engine
  readonly network: Network
  readonly place: NetworkNamespace
  readonly hostname: string
  readonly files: FileSystem
  /** Programs by the name that executable files carry. */
  readonly programs: (name: string) => Program | undefined
  /** The first process is an init: without a handler it ignores signals from inside, and all end with it. True for containers. */
  readonly init: boolean
  /** Timers of its programs do not keep "run until idle" waiting. True for containers and daemons. */
  readonly background: boolean
  /** CPU cores this machine's processes may use together; undefined: no limit. */
  readonly cpuLimit?: number
  /** Names for user ids; from /etc/passwd unless told. */
  readonly userName?: (uid: number) => string
}

/** How a process is started from outside the machine. */
export interface StartOptions {
  readonly argv: readonly string[]
  /** A coroutine to run instead of looking argv[0] up. */
  readonly run?: Program
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly who?: Credentials
  readonly fds: Readonly<Record<number, OpenFile>>
  /** Makes the process the leader of a session on this terminal: Ctrl-C reaches its foreground group. */
  readonly onExit?: (result: WaitResult) => void
}

export interface Process {
  readonly pid: number
  readonly argv: readonly string[]
}

/** A kernel with its processes. */
export interface Machine {
  readonly files: FileSystem
  readonly place: NetworkNamespace
  readonly hostname: string
  /** CPU time all processes have used, for metrics. */
  readonly cpuMs: number
  readonly processes: () => readonly ProcessInfo[]
  /** What a process has open at a descriptor: for those that hand it on to another machine, as `ssh` does. */
  openFile(pid: number, fd: number): OpenFile | undefined
  /** Throws SyscallError (ENOENT, EACCES, ENOEXEC) when argv[0] cannot be run. */
  start(options: StartOptions): Process
  /** From outside: SIGKILL and SIGSTOP reach even an init. A negative pid names a process group. */
  signal(pid: number, signal: Signal): void
  /** Ends every process at once, as a power cut does: nobody is told. */
  powerOff(): void
}

/** Virtual CPU time of one system call, and after how much of it a process lets others run. */
const SYSCALL_MS = 0.02
const SLICE_MS = 2
const SPAWN_MS = 0.5
/** A process that makes this many calls in one go is interrupted even if they cost next to nothing. */
const BURST_CALLS = 400
/** A fork bomb ends here, as it does at a real machine's limit. */
const MOST_PROCESSES = 2000

const stopping: ReadonlySet<Signal> = new Set(['SIGSTOP', 'SIGTSTP'])
const ignoredByDefault: ReadonlySet<Signal> = new Set(['SIGCHLD', 'SIGCONT', 'SIGWINCH'])

function costOf(request: Syscall): number {
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

/** Boots a kernel. */
export function createMachine(options: MachineOptions): Machine {
  const { engine, network, place, files } = options
  const schedule = { background: options.background }
  const tasks = new Map<number, Task>()
  let lastPid = 0
  let lastChannel = 0
  let cpuMs = 0
  let off = false

  // ---- running ----

  /** Lets `task` go on with `value` (or an error) after `delayMs`. */
  function resumeAfter(task: Task, delayMs: number, answer: () => unknown, interruptible = false) {
    if (task.state !== 'stopped') task.state = 'sleeping'
    task.interruptible = interruptible
    const timer: Timer = engine.after(
      delayMs,
      () => {
        task.unpark = undefined
        advance(task, answer)
      },
      schedule,
    )
    task.unpark = () => engine.cancel(timer)
  }

  /** Lets `task` go on as soon as other events due now have run. */
  const wake = (task: Task, answer: () => unknown) => {
    task.unpark?.()
    resumeAfter(task, 0, answer)
  }

  function advance(task: Task, answer: () => unknown) {
    if (task.state === 'zombie' || off) return
    if (task.state === 'stopped') {
      task.resumeWith = () => advance(task, answer)
      return
    }
    task.state = 'running'
    for (let calls = 0; ; calls++) {
      let step: IteratorResult<Syscall, number>
      try {
        let value: unknown
        let error: unknown
        try {
          value = answer()
        } catch (refusal) {
          error = refusal
        }
        if (value === PARKED) return
        step = error === undefined ? task.coroutine.next(value) : task.coroutine.throw(error)
      } catch (error) {
        if (error instanceof SyscallError && error.code === 'EPIPE')
          return end(task, { pid: task.pid, code: 128 + signalNumbers.SIGPIPE, signal: 'SIGPIPE' })
        if (error instanceof SyscallError && error.code === 'EINTR') return end(task, { pid: task.pid, code: 130, signal: 'SIGINT' })
        // A program that does not handle a refusal dies of it, and says of what.
        task.fds.get(2)?.write(`${task.argv[0]}: ${error instanceof Error ? error.message : String(error)}\n`)
        return end(task, { pid: task.pid, code: 1 })
      }
      if (step.done) return end(task, { pid: task.pid, code: step.value & 0xff })
      const request = step.value
      charge(task, costOf(request))
      if (task.owedMs >= SLICE_MS || calls >= BURST_CALLS) {
        const owed = task.owedMs
        task.owedMs = 0
        return resumeAfter(task, owed / Math.min(1, options.cpuLimit ?? 1), () => perform(task, request))
      }
      answer = () => perform(task, request)
    }
  }

  function charge(task: Task, ms: number) {
    task.owedMs += ms
    task.cpuMs += ms
    cpuMs += ms
  }

  function end(task: Task, result: WaitResult) {
    if (task.state === 'zombie') return
    task.unpark?.()
    task.unpark = undefined
    if (task.state !== 'running') abandon(task)
    task.state = 'zombie'
    for (const peer of task.channels.values()) peer.close()
    for (const fd of [...task.fds.keys()]) closeFd(task, fd)
    if (options.init && task.pid === 1) for (const other of [...tasks.values()]) if (other !== task) kill(other)
    for (const child of task.children) {
      child.parent = tasks.get(1)
      if (child.state === 'zombie') tasks.delete(child.pid)
      else child.parent?.children.add(child)
    }
    if (task.parent && task.parent.state !== 'zombie') {
      report(task.parent, task, result)
      signalTask(task.parent, 'SIGCHLD')
    } else tasks.delete(task.pid)
    task.onExit?.(result)
  }

  /** Lets the `finally` blocks of a program that will never go on have their say; system calls they would make are not performed. */
  function abandon(task: Task) {
    try {
      task.coroutine.return(0)
    } catch {
      // A dying program's last words change nothing any more.
    }
  }

  const kill = (task: Task) => end(task, { pid: task.pid, code: 128 + signalNumbers.SIGKILL, signal: 'SIGKILL' })

  function report(parent: Task, task: Task, result: WaitResult) {
    parent.reports.push({ task, result })
    for (const waiter of parent.waiters.splice(0)) waiter()
  }

  // ---- signals ----

  function signalTask(task: Task, signal: Signal, outside = false) {
    if (task.state === 'zombie') return
    const action = task.actions.get(signal)
    if (signal === 'SIGCONT' && task.state === 'stopped') {
      task.state = 'sleeping'
      const go = task.resumeWith
      task.resumeWith = undefined
      if (go) engine.after(0, go, schedule)
    }
    if (signal !== 'SIGKILL' && signal !== 'SIGSTOP') {
      if (action === 'ignore') return
      if (action === 'catch') {
        task.pending.push(signal)
        if (task.state === 'sleeping' && task.interruptible) {
          wake(task, () => {
            throw new SyscallError('EINTR')
          })
        }
        return
      }
      if (ignoredByDefault.has(signal)) return
    }
    // The kernel protects a namespace's init from signals it has no handler for, unless they come from outside and cannot be refused.
    if (options.init && task.pid === 1 && !(outside && (signal === 'SIGKILL' || signal === 'SIGSTOP'))) return
    if (stopping.has(signal)) {
      if (task.state === 'stopped') return
      task.state = 'stopped'
      if (task.parent) report(task.parent, task, { pid: task.pid, code: 128 + signalNumbers[signal], signal, stopped: true })
      return
    }
    end(task, { pid: task.pid, code: 128 + signalNumbers[signal], signal })
  }

  function signalPid(pid: number, signal: Signal, outside: boolean) {
    const targets =
      pid < 0
        ? [...tasks.values()].filter((task) => task.group === -pid && task.state !== 'zombie')
        : [tasks.get(pid)].filter((task) => task !== undefined)
    if (targets.length === 0) fail('ESRCH')
    for (const task of targets) signalTask(task, signal, outside)
  }

  // ---- waiting ----

  /** Tries `attempt` now and again each time `onChange` fires, until it gives something. */
  function block<T>(task: Task, attempt: () => T | undefined, onChange: (wake: () => void) => () => void): T | Parked {
    const first = attempt()
    if (first !== undefined) return first
    if (task.state !== 'stopped') task.state = 'sleeping'
    // The process is off the CPU while it waits: what it owes is paid by then.
    task.owedMs = 0
    task.interruptible = true
    const forget = onChange(() => {
      forget()
      task.unpark = undefined
      wake(task, () => block(task, attempt, onChange))
    })
    task.unpark = forget
    return PARKED
  }

  // ---- processes ----

  function launch(request: {
    argv: readonly string[]
    run?: Program
    env: Readonly<Record<string, string>>
    cwd: string
    who: Credentials
    group?: number
    parent?: Task
    fds: Iterable<readonly [number, OpenFile]>
    onExit?: StartOptions['onExit']
  }): Task {
    const loaded = request.run
      ? { program: request.run, argv: request.argv }
      : load({ files, programs: options.programs, env: request.env, cwd: request.cwd }, request.argv)
    if (tasks.size >= MOST_PROCESSES) fail('EAGAIN')
    const pid = ++lastPid
    const task: Task = {
      pid,
      argv: loaded.argv,
      env: request.env,
      cwd: request.cwd,
      who: request.who,
      parent: request.parent,
      group: request.group === undefined ? (request.parent?.group ?? pid) : request.group === 0 ? pid : request.group,
      fds: new Map(),
      coroutine: undefined as unknown as Proc<number>, // set on the next line; a program may look at itself through `self` only
      state: 'sleeping',
      unpark: undefined,
      interruptible: false,
      resumeWith: undefined,
      actions: new Map([...(request.parent?.actions ?? [])].filter(([, action]) => action === 'ignore')),
      pending: [],
      children: new Set(),
      reports: [],
      waiters: [],
      channels: new Map(),
      startedMs: engine.nowMs,
      cpuMs: 0,
      owedMs: 0,
      onExit: request.onExit,
    }
    task.coroutine = loaded.program(selfOf(task))
    for (const [fd, open] of request.fds) install(task, open, fd)
    tasks.set(pid, task)
    request.parent?.children.add(task)
    resumeAfter(task, 0, () => undefined)
    return task
  }

  const userName = (uid: number) => options.userName?.(uid) ?? passwdName(files, uid)

  function spawnFrom(parent: Task, request: SpawnRequest): number {
    const fds = Object.entries(request.fds).map(([fd, from]) => [Number(fd), fileAt(parent, from)] as const)
    return launch({ ...request, who: parent.who, parent, fds }).pid
  }

  /** What a program may know of the process it is. */
  const selfOf = (task: Task): Self => ({
    pid: task.pid,
    argv: task.argv,
    env: task.env,
    cwd: task.cwd,
    uid: task.who.uid,
    gid: task.who.gids[0] ?? 0,
    user: userName(task.who.uid),
    hostname: options.hostname,
    isTty: (fd) => task.fds.get(fd)?.tty !== undefined,
  })

  function execIn(task: Task, { argv, env, cwd, fds }: ExecRequest) {
    const loaded = load({ files, programs: options.programs, env, cwd }, argv)
    const kept = Object.entries(fds).map(([fd, from]) => [Number(fd), fileAt(task, from)] as const)
    for (const [, open] of kept) open.refs++ // none may come to its end while they change places
    abandon(task)
    for (const fd of [...task.fds.keys()]) closeFd(task, fd)
    for (const [fd, open] of kept) task.fds.set(fd, open)
    for (const [signal, action] of task.actions) if (action === 'catch') task.actions.delete(signal)
    task.argv = loaded.argv
    task.env = env
    task.cwd = cwd
    task.coroutine = loaded.program(selfOf(task))
  }

  function waitFor(task: Task, request: Extract<Syscall, { call: 'wait' }>): unknown {
    const wanted = (child: Task) =>
      request.pid === undefined || request.pid === child.pid || (request.pid < 0 && child.group === -request.pid)
    const attempt = (): WaitResult | undefined => {
      const at = task.reports.findIndex((entry) => wanted(entry.task) && (request.untraced || !entry.result.stopped))
      if (at >= 0) {
        const { task: child, result } = task.reports.splice(at, 1)[0]!
        if (!result.stopped) {
          task.children.delete(child)
          tasks.delete(child.pid)
        }
        return result
      }
      if (![...task.children].some(wanted)) fail('ECHILD')
      return request.noHang ? { pid: 0, code: 0 } : undefined
    }
    return block(task, attempt, (again) => {
      task.waiters.push(again)
      return () => void (task.waiters = task.waiters.filter((other) => other !== again))
    })
  }

  const infoOf = (task: Task): ProcessInfo => ({
    pid: task.pid,
    parent: task.parent?.pid ?? 0,
    group: task.group,
    argv: task.argv,
    state: task.state,
    startedMs: task.startedMs,
    cpuMs: task.cpuMs,
    // Looked up in /etc/passwd only for those who ask: whoever samples resource use does not.
    get user() {
      return userName(task.who.uid)
    },
    tty: [0, 1, 2].some((fd) => task.fds.get(fd)?.tty !== undefined),
  })

  /** Goes on in the very moment the host's work is done, as a part of the same event: a replay without the wait is the same story. */
  function holdFor(task: Task, work: HostWork): Parked {
    const letGo = engine.hold()
    work.onDone(() => {
      letGo()
      advance(task, () => undefined)
    })
    return PARKED
  }

  const kernel: Kernel = {
    engine,
    network,
    place,
    files,
    init: options.init,
    background: options.background,
    block,
    later(task, { delayMs, answer }, then) {
      resumeAfter(task, delayMs, () => then(answer), true)
      return PARKED
    },
    nextChannel: () => ++lastChannel,
  }

  // ---- system calls ----

  function perform(task: Task, request: Syscall): unknown {
    switch (request.call) {
      case 'now':
        return engine.nowMs
      case 'random':
        return engine.random.next()
      case 'cpu':
        return undefined
      case 'host':
        return request.work.done ? undefined : holdFor(task, request.work)
      case 'sleep':
        task.owedMs = 0
        resumeAfter(task, request.ms, () => undefined, true)
        return PARKED
      case 'open':
        return openPath(kernel, task, request.path, request.mode)
      case 'close':
        return closeFd(task, request.fd)
      case 'read': {
        const open = fileAt(task, request.fd)
        return block(task, () => open.read(request.max, request.until), open.onReadable)
      }
      case 'write': {
        const open = fileAt(task, request.fd)
        return block(task, () => (request.data === '' || open.write(request.data) ? true : undefined), open.onWritable)
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
        const own = lookAtOwn(kernel, task, request.op)
        return own ? own.answer : performFs(files, request.op, task.cwd, task.who)
      }
      case 'spawn':
        return spawnFrom(task, request.process)
      case 'exec':
        return execIn(task, request.process)
      case 'wait':
        return waitFor(task, request)
      case 'kill':
        return request.pid === 0 ? signalPid(-task.group, request.signal, false) : signalPid(request.pid, request.signal, false)
      case 'signals':
        if (request.action === 'default') task.actions.delete(request.signal)
        else task.actions.set(request.signal, request.action)
        return undefined
      case 'pending':
        return task.pending.splice(0)
      case 'chdir': {
        const path = files.realPath(normalise(request.path, task.cwd))
        if (files.stat(path)?.type !== 'directory') fail('ENOTDIR')
        return (task.cwd = path)
      }
      case 'processes':
        return [...tasks.values()].map(infoOf)
      case 'resolve':
        return kernel.later(task, network.resolve(place, { ...request, type: request.type ?? 'A' }), (answer) => refuseErrors(answer))
      case 'connect':
        return connectTo(kernel, task, request)
      case 'listen':
        return listenOn(kernel, task, request)
      case 'accept':
        return acceptFrom(kernel, task, request.fd)
      case 'addresses':
        return [{ interface: 'lo', address: '127.0.0.1' }, ...place.interfaces]
      case 'fetch':
      case 'upgrade':
        return fetchFrom(kernel, task, request.request)
      case 'channel': {
        const peer = task.channels.get(request.id)
        if (request.send) peer?.data(request.send.channel, request.send.data)
        if (request.close !== undefined) peer?.close(typeof request.close === 'number' ? request.close : undefined)
        return undefined
      }
    }
  }

  return {
    files,
    place,
    hostname: options.hostname,
    get cpuMs() {
      return cpuMs
    },
    processes: () => [...tasks.values()].map(infoOf),
    openFile: (pid, fd) => tasks.get(pid)?.fds.get(fd),
    start(request) {
      const task = launch({
        argv: request.argv,
        run: request.run,
        env: request.env ?? {},
        cwd: request.cwd ?? '/',
        who: request.who ?? rootUser,
        fds: Object.entries(request.fds).map(([fd, open]) => [Number(fd), open] as const),
        group: 0,
        onExit: request.onExit,
      })
      for (const open of task.fds.values()) if (open.tty) open.tty.foreground = task.group
      return task
    },
    signal: (pid, signal) => signalPid(pid, signal, true),
    powerOff() {
      off = true
      for (const task of tasks.values()) {
        task.unpark?.()
        abandon(task)
        task.state = 'zombie'
        for (const open of task.fds.values()) open.listener?.close()
      }
      tasks.clear()
    },
  }
}
