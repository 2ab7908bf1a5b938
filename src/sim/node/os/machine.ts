import { SmallMap } from './small-map'
import type { Engine, ScheduleOptions } from '../../engine/engine'
import { lookAtDescriptor, openPath, type OpenMode } from './devices'
import { fetchFrom } from './fetch-calls'
import { rootUser, type Credentials, type FileSystem } from './file-system'
import { normalise } from './paths'
import { performFs } from './fs-calls'
import { load, passwdName } from './load'
import type { Delayed, Network, NetworkNamespace } from './network'
import type { OpenFile } from './open-file'
import { createPipe } from './pipe'
import { ProcessSpace, type Member, type Viewer } from './process-space'
import { acceptFrom, connectTo, listenOn, listeningSockets, pollAny } from './socket-calls'
import {
  SyscallError,
  signalNumbers,
  type ExecRequest,
  type FsOperation,
  type HostWork,
  type ProcessInfo,
  type Program,
  type Self,
  type Signal,
  type SpawnRequest,
  type Syscall,
  type WaitResult,
  type ShownWorker,
} from './syscalls'
import {
  adopt,
  closeFd,
  fail,
  fileAt,
  install,
  onlyIgnored,
  shownAs,
  PARKED,
  refuseErrors,
  Task,
  withAction,
  type Kernel,
  type Parked,
  type TaskRequest,
} from './task'

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
  /** Whether root may give files to others (CAP_CHOWN); true unless told. */
  readonly mayChown?: boolean
  /** Whether nobody may write to the root file system. */
  readonly readOnlyRoot?: boolean
  /** Names for user ids; from /etc/passwd unless told. */
  readonly userName?: (uid: number) => string
  /** Processes of other machines among which this one's live. */
  readonly space?: ProcessSpace
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
  processes(): readonly ProcessInfo[]
  readonly processCount: number
  /** Calls back with what each process is called with: all that somebody asks who only estimates what they need. */
  eachCommandLine(visit: (argv: readonly string[]) => void): void
  /** What a process has open at a descriptor: for those that hand it on to another machine, as `ssh` does. */
  openFile(pid: number, fd: number): OpenFile | undefined
  /** The space of its processes, for a machine that is to live in it too. */
  share(): ProcessSpace
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

/** What a process begins with. */
interface LaunchRequest extends TaskRequest {
  readonly argv: readonly string[]
  readonly run?: Program
  readonly fds: Iterable<readonly [number, OpenFile]>
}

/** Boots a kernel. */
export const createMachine = (options: MachineOptions): Machine => new RunningMachine(options)

const FOREGROUND: ScheduleOptions = { background: false }
const BACKGROUND: ScheduleOptions = { background: true }

/** A class, because every container has one and most only wait. */
class RunningMachine implements Machine, Kernel, Member {
  readonly engine: Engine
  readonly network: Network
  readonly place: NetworkNamespace
  readonly hostname: string
  readonly files: FileSystem
  readonly init: boolean
  readonly background: boolean
  cpuMs = 0
  private readonly programs: MachineOptions['programs']
  private readonly cpuLimit: number | undefined
  private readonly named: MachineOptions['userName']
  private readonly mayChown: boolean
  private readonly readOnlyRoot: boolean
  readonly tasks = new SmallMap<number, Task>()
  private space: ProcessSpace | undefined
  /** The process the machine was started for. */
  private firstPid = 0
  private lastPid = 0
  private lastChannel = 0
  private off = false

  constructor(options: MachineOptions) {
    this.engine = options.engine
    this.network = options.network
    this.place = options.place
    this.hostname = options.hostname
    this.files = options.files
    this.init = options.init
    this.background = options.background
    this.programs = options.programs
    this.cpuLimit = options.cpuLimit
    this.named = options.userName
    this.mayChown = options.mayChown ?? true
    this.readOnlyRoot = options.readOnlyRoot ?? false
    this.space = options.space?.join(this)
  }

  private get schedule(): ScheduleOptions {
    return this.background ? BACKGROUND : FOREGROUND
  }

  // ---- running ----

  /** Lets `task` go on with `value` (or an error) after `delayMs`. */
  private resumeAfter(task: Task, delayMs: number, answer: () => unknown, interruptible = false) {
    if (task.state !== 'stopped') task.state = 'sleeping'
    task.interruptible = interruptible
    const goOn = () => {
      task.timer = undefined
      this.advance(task, answer)
    }
    task.timer = this.engine.after(delayMs, goOn, this.schedule)
  }

  /** Undoes what the process waits for. */
  private unpark(task: Task) {
    this.engine.cancel(task.timer)
    task.timer = undefined
    const { forget } = task
    task.forget = undefined
    forget?.()
  }

  /** Lets `task` go on as soon as other events due now have run. */
  private wake(task: Task, answer: () => unknown) {
    this.unpark(task)
    this.resumeAfter(task, 0, answer)
  }

  private advance(task: Task, answer: () => unknown) {
    if (task.state === 'zombie' || this.off) return
    if (task.state === 'stopped') {
      task.resumeWith = () => this.advance(task, answer)
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
          return this.end(task, { pid: task.pid, code: 128 + signalNumbers.SIGPIPE, signal: 'SIGPIPE' })
        if (error instanceof SyscallError && error.code === 'EINTR') return this.end(task, { pid: task.pid, code: 130, signal: 'SIGINT' })
        // A program that does not handle a refusal dies of it, and says of what.
        task.fds.get(2)?.write(`${task.argv[0]}: ${error instanceof Error ? error.message : String(error)}\n`)
        return this.end(task, { pid: task.pid, code: 1 })
      }
      if (step.done) return this.end(task, { pid: task.pid, code: step.value & 0xff })
      const request = step.value
      this.charge(task, costOf(request))
      if (task.owedMs >= SLICE_MS || calls >= BURST_CALLS) {
        const owed = task.owedMs
        task.owedMs = 0
        return this.resumeAfter(task, owed / Math.min(1, this.cpuLimit ?? 1), () => this.perform(task, request))
      }
      answer = () => this.perform(task, request)
    }
  }

  private charge(task: Task, ms: number) {
    task.owedMs += ms
    task.cpuMs += ms
    this.cpuMs += ms
  }

  private end(task: Task, result: WaitResult) {
    if (task.state === 'zombie') return
    this.unpark(task)
    if (task.state !== 'running') this.abandon(task)
    task.state = 'zombie'
    for (const peer of task.channels?.values() ?? []) peer.close()
    for (const fd of [...task.fds.keys()]) closeFd(task, fd)
    if (this.init && task.pid === this.firstPid) this.endAll(task)
    for (const child of task.children ?? []) {
      child.parent = this.tasks.get(this.firstPid)
      if (child.state === 'zombie') this.tasks.delete(child.pid)
      else if (child.parent) adopt(child.parent, child)
    }
    if (task.parent && task.parent.state !== 'zombie') {
      this.report(task.parent, task, result)
      this.signalTask(task.parent, 'SIGCHLD')
    } else this.tasks.delete(task.pid)
    task.onExit?.(result)
  }

  /** Lets the `finally` blocks of a program that will never go on have their say; system calls they would make are not performed. */
  private abandon(task: Task) {
    try {
      task.coroutine.return(0)
    } catch {
      // A dying program's last words change nothing any more.
    }
  }

  /** With the process it was started for, a container ends; with the first of a space, everybody in it. */
  private endAll(first: Task) {
    for (const other of [...this.tasks.values()]) if (other !== first) this.kill(other)
    this.space?.leave(this)
    if (first.pid === 1) this.space?.end()
  }

  killAll() {
    for (const task of [...this.tasks.values()]) this.kill(task)
  }

  private kill(task: Task) {
    this.end(task, { pid: task.pid, code: 128 + signalNumbers.SIGKILL, signal: 'SIGKILL' })
  }

  private report(parent: Task, task: Task, result: WaitResult) {
    parent.reports = [...parent.reports, { task, result }]
    const { waiters } = parent
    parent.waiters = []
    for (const waiter of waiters) waiter()
  }

  // ---- signals ----

  signalTask(task: Task, signal: Signal, outside = false) {
    if (task.state === 'zombie') return
    const action = task.actions.get(signal)
    if (signal === 'SIGCONT' && task.state === 'stopped') {
      task.state = 'sleeping'
      const go = task.resumeWith
      task.resumeWith = undefined
      if (go) this.engine.after(0, go, this.schedule)
    }
    if (signal !== 'SIGKILL' && signal !== 'SIGSTOP') {
      if (action === 'ignore') return
      if (action === 'catch') {
        task.pending = [...task.pending, signal]
        if (task.state === 'sleeping' && task.interruptible) {
          this.wake(task, () => {
            throw new SyscallError('EINTR')
          })
        }
        return
      }
      if (ignoredByDefault.has(signal)) return
    }
    // The kernel protects a namespace's init from signals it has no handler for, unless they come from outside and cannot be refused.
    if (this.init && task.pid === 1 && !(outside && (signal === 'SIGKILL' || signal === 'SIGSTOP'))) return
    if (stopping.has(signal)) {
      if (task.state === 'stopped') return
      task.state = 'stopped'
      if (task.parent) this.report(task.parent, task, { pid: task.pid, code: 128 + signalNumbers[signal], signal, stopped: true })
      return
    }
    this.end(task, { pid: task.pid, code: 128 + signalNumbers[signal], signal })
  }

  isWorker(pid: number): boolean {
    for (const { shown } of this.tasks.values()) if (shown?.workers.has(pid)) return true
    return false
  }

  private signalPid(pid: number, signal: Signal, outside: boolean) {
    if (this.space && !outside) return this.space.signal(pid, signal) ? undefined : fail('ESRCH')
    const targets =
      pid < 0
        ? [...this.tasks.values()].filter((task) => task.group === -pid && task.state !== 'zombie')
        : [this.tasks.get(pid)].filter((task) => task !== undefined)
    // Who works for a server is replaced at once when it is killed.
    if (targets.length === 0 && !this.isWorker(pid)) fail('ESRCH')
    for (const task of targets) this.signalTask(task, signal, outside)
  }

  // ---- waiting ----

  /** Tries `attempt` now and again each time `onChange` fires, until it gives something. */
  block<T>(task: Task, attempt: () => T | undefined, onChange: (wake: () => void) => () => void): T | Parked {
    const first = attempt()
    if (first !== undefined) return first
    if (task.state !== 'stopped') task.state = 'sleeping'
    // The process is off the CPU while it waits: what it owes is paid by then.
    task.owedMs = 0
    task.interruptible = true
    task.forget = onChange(() => this.wake(task, () => this.block(task, attempt, onChange)))
    return PARKED
  }

  // ---- processes ----

  private launch(request: LaunchRequest): Task {
    const files = request.parent?.files ?? this.files
    const loaded = request.run
      ? { program: request.run, argv: request.argv }
      : load({ files, programs: this.programs, env: request.env, cwd: request.cwd }, request.argv)
    if (this.tasks.size >= MOST_PROCESSES) fail('EAGAIN')
    const pid = this.nextPid()
    if (this.firstPid === 0) this.firstPid = pid
    const task = new Task(pid, loaded.argv, request, files, this.engine.nowMs)
    task.coroutine = loaded.program(this.selfOf(task))
    for (const [fd, open] of request.fds) install(task, open, fd)
    this.tasks.set(pid, task)
    if (request.parent) adopt(request.parent, task)
    this.resumeAfter(task, 0, () => undefined)
    return task
  }

  private nextPid(): number {
    return this.space ? this.space.nextPid() : ++this.lastPid
  }

  userName(uid: number): string {
    return this.named?.(uid) ?? passwdName(this.files, uid)
  }

  private spawnFrom(parent: Task, request: SpawnRequest): number {
    const fds = Object.entries(request.fds).map(([fd, from]) => [Number(fd), fileAt(parent, from)] as const)
    return this.launch({ ...request, who: parent.who, parent, fds }).pid
  }

  /** What a program may know of the process it is. */
  private selfOf(task: Task): Self {
    return {
      pid: task.pid,
      argv: task.argv,
      env: task.env,
      cwd: task.cwd,
      uid: task.who.uid,
      gid: task.who.gids[0] ?? 0,
      user: this.userName(task.who.uid),
      hostname: this.hostname,
      unhindered: task.who.uid === 0 && this.mayChown && !this.readOnlyRoot,
      isTty: (fd) => task.fds.get(fd)?.tty !== undefined,
    }
  }

  private execIn(task: Task, { argv, env, cwd, fds }: ExecRequest) {
    const loaded = load({ files: task.files, programs: this.programs, env, cwd }, argv)
    const kept = Object.entries(fds).map(([fd, from]) => [Number(fd), fileAt(task, from)] as const)
    for (const [, open] of kept) open.refs++ // none may come to its end while they change places
    this.abandon(task)
    for (const fd of [...task.fds.keys()]) closeFd(task, fd)
    for (const [fd, open] of kept) task.fds.set(fd, open)
    task.actions = onlyIgnored(task.actions)
    task.argv = loaded.argv
    task.env = env
    task.cwd = cwd
    task.coroutine = loaded.program(this.selfOf(task))
  }

  private waitFor(task: Task, request: Extract<Syscall, { call: 'wait' }>): unknown {
    const wanted = (child: Task) =>
      request.pid === undefined || request.pid === child.pid || (request.pid < 0 && child.group === -request.pid)
    const attempt = (): WaitResult | undefined => {
      const at = task.reports.findIndex((entry) => wanted(entry.task) && (request.untraced || !entry.result.stopped))
      if (at >= 0) {
        const { task: child, result } = task.reports[at]!
        task.reports = task.reports.filter((_, i) => i !== at)
        if (!result.stopped) {
          task.children?.delete(child)
          this.tasks.delete(child.pid)
        }
        return result
      }
      if (![...(task.children ?? [])].some(wanted)) fail('ECHILD')
      return request.noHang ? { pid: 0, code: 0 } : undefined
    }
    return this.block(task, attempt, (again) => {
      task.waiters = [...task.waiters, again]
      return () => void (task.waiters = task.waiters.filter((other) => other !== again))
    })
  }

  /** Goes on in the very moment the host's work is done, as a part of the same event: a replay without the wait is the same story. */
  private holdFor(task: Task, work: HostWork): Parked {
    const letGo = this.engine.hold()
    work.onDone(() => {
      letGo()
      this.advance(task, () => undefined)
    })
    return PARKED
  }

  later<T>(task: Task, { delayMs, answer }: Delayed<T>, then: (answer: T) => unknown): Parked {
    this.resumeAfter(task, delayMs, () => then(answer), true)
    return PARKED
  }

  nextChannel(): number {
    return ++this.lastChannel
  }

  /** `fs`, also on files of other processes in the same space. */
  private lookInto(task: Task, op: FsOperation): unknown {
    if (op.do === 'chown' && !this.mayChown && task.files.stat(normalise(op.path, task.cwd))?.uid !== op.uid) fail('EPERM')
    const found = this.space && 'path' in op ? this.space.lookInto(normalise(op.path, task.cwd)) : undefined
    if (found && 'files' in found) return performFs(found.files, { ...op, path: found.path } as FsOperation, '/', task.who) // the same operation, elsewhere
    return found && op.do === 'readFile' ? found.text : performFs(task.files, op, task.cwd, task.who)
  }

  taskNumbered(pid: number): Task | undefined {
    return this.space ? this.space.find(pid) : this.tasks.get(pid)
  }

  private openIn(task: Task, path: string, mode: OpenMode): number {
    const found = this.space?.lookInto(normalise(path, task.cwd))
    if (!found) return openPath(this, task, task.files, path, mode)
    if ('files' in found) return openPath(this, task, found.files, found.path, mode)
    const { reader, writer } = createPipe()
    writer.write(found.text)
    writer.release()
    return install(task, reader)
  }

  // ---- system calls ----

  private perform(task: Task, request: Syscall): unknown {
    switch (request.call) {
      case 'now':
        return this.engine.nowMs
      case 'random':
        return this.engine.random.next()
      case 'cpu':
        return undefined
      case 'host':
        return request.work.done ? undefined : this.holdFor(task, request.work)
      case 'sleep':
        task.owedMs = 0
        this.resumeAfter(task, request.ms, () => undefined, true)
        return PARKED
      case 'open':
        return this.openIn(task, request.path, request.mode)
      case 'shutdown':
        return fileAt(task, request.fd).endWriting?.()
      case 'close':
        return closeFd(task, request.fd)
      case 'read': {
        const open = fileAt(task, request.fd)
        const text = open.read(request.max, request.until)
        if (text !== undefined) return text
        return this.block(
          task,
          () => open.read(request.max, request.until),
          (again) => open.onReadable(again),
        )
      }
      case 'write': {
        const open = fileAt(task, request.fd)
        if (request.data === '' || open.write(request.data)) return true
        return this.block(
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
        return pollAny(this, task, request.fds, request.timeoutMs)
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
        const own = lookAtDescriptor(this, task, request.op)
        return own ? own.answer : this.lookInto(task, request.op)
      }
      case 'spawn':
        return this.spawnFrom(task, request.process)
      case 'exec':
        return this.execIn(task, request.process)
      case 'wait':
        return this.waitFor(task, request)
      case 'kill':
        return request.pid === 0 ? this.signalPid(-task.group, request.signal, false) : this.signalPid(request.pid, request.signal, false)
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
          workers.map((worker) => [this.nextPid(), worker]),
        )
        return [...task.shown.workers.keys()]
      }
      case 'chroot':
        if (task.who.uid !== 0) fail('EPERM')
        task.files = task.files.below(normalise(request.path, task.cwd))
        return (task.cwd = '/')
      case 'processes':
        return this.processes()
      case 'resolve':
        return this.later(task, this.network.resolve(this.place, { ...request, type: request.type ?? 'A' }), (answer) =>
          refuseErrors(answer),
        )
      case 'connect':
        return connectTo(this, task, request)
      case 'listen':
        return listenOn(this, task, request)
      case 'accept':
        return acceptFrom(this, task, request.fd)
      case 'sockets':
        return listeningSockets(this)
      case 'addresses':
        return [{ interface: 'lo', address: '127.0.0.1' }, ...this.place.interfaces]
      case 'fetch':
      case 'upgrade':
        return fetchFrom(this, task, request.request)
      case 'channel': {
        const peer = task.channels?.get(request.id)
        if (request.send) peer?.data(request.send.channel, request.send.data)
        if (request.close !== undefined) peer?.close(typeof request.close === 'number' ? request.close : undefined)
        return undefined
      }
    }
  }

  /** What runs in this machine, workers included; who looks has names for users of his own. */
  ownProcesses(viewer: Viewer): readonly ProcessInfo[] {
    return [...this.tasks.values()].flatMap((task) => [
      new TaskInfo(viewer, task),
      ...[...(task.shown?.workers ?? [])].map(([pid, worker]) => workerOf(viewer, task, pid, worker)),
    ])
  }

  // ---- from outside ----

  processes(): readonly ProcessInfo[] {
    return this.space ? this.space.processes(this) : this.ownProcesses(this)
  }

  get processCount(): number {
    return this.tasks.size
  }

  eachCommandLine(visit: (argv: readonly string[]) => void) {
    for (const { argv } of this.tasks.values()) visit(argv)
  }

  openFile(pid: number, fd: number): OpenFile | undefined {
    return this.tasks.get(pid)?.fds.get(fd)
  }

  start(request: StartOptions): Process {
    const task = this.launch({
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
  }

  share(): ProcessSpace {
    return (this.space ??= new ProcessSpace(this.lastPid).join(this))
  }

  signal(pid: number, signal: Signal) {
    this.signalPid(pid === 1 ? this.firstPid : pid, signal, true)
  }

  powerOff() {
    this.off = true
    for (const task of this.tasks.values()) {
      this.unpark(task)
      this.abandon(task)
      task.state = 'zombie'
      for (const open of task.fds.values()) open.listener?.close()
    }
    this.tasks.clear()
    this.space?.leave(this)
  }
}

const workerOf = (viewer: Viewer, { pid: parent, group, startedMs }: Task, pid: number, { title, uid }: ShownWorker): ProcessInfo => ({
  pid,
  parent,
  group,
  argv: [title],
  state: 'sleeping',
  user: viewer.userName(uid),
  startedMs,
  cpuMs: 0,
  tty: false,
})

/** What others see of a process. Its user is looked up in /etc/passwd only for those who ask. */
class TaskInfo implements ProcessInfo {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly argv: readonly string[]
  readonly state: Task['state']
  readonly startedMs: number
  readonly cpuMs: number
  readonly tty: boolean

  constructor(
    private readonly viewer: Viewer,
    private readonly task: Task,
  ) {
    this.pid = task.pid
    this.parent = task.parent?.pid ?? 0
    this.group = task.group
    this.argv = task.shown ? [task.shown.title] : task.argv
    this.state = task.state
    this.startedMs = task.startedMs
    this.cpuMs = task.cpuMs
    this.tty = [0, 1, 2].some((fd) => task.fds.get(fd)?.tty !== undefined)
  }

  get user(): string {
    return this.viewer.userName(this.task.who.uid)
  }
}
