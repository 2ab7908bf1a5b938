import type { Engine, ScheduleOptions } from '../../engine/engine'
import { rootUser, type FileSystem } from './file-system'
import { load, passwdName } from './load'
import type { Machine, MachineOptions, Process, StartOptions } from './machine'
import type { Delayed, Network, NetworkNamespace } from './network'
import type { OpenFile } from './open-file'
import { shownProcesses } from './process-info'
import { ProcessSpace, type Member, type Viewer } from './process-space'
import { deliver, report, type SignalKernel } from './signals'
import { SmallMap } from './small-map'
import {
  SyscallError,
  signalNumbers,
  type ExecRequest,
  type HostWork,
  type ProcessInfo,
  type Program,
  type Self,
  type Signal,
  type SpawnRequest,
  type Syscall,
  type WaitResult,
} from './syscalls'
import { costOf, perform } from './system-calls'
import { PARKED, Task, adopt, closeFd, fail, fileAt, install, onlyIgnored, type Kernel, type Parked, type TaskRequest } from './task'

/** After how much CPU time a process lets others run. */
const SLICE_MS = 2
/** A process that makes this many calls in one go is interrupted even if they cost next to nothing. */
const BURST_CALLS = 400
/** A fork bomb ends here, as it does at a real machine's limit. */
const MOST_PROCESSES = 2000

/** What a process begins with. */
interface LaunchRequest extends TaskRequest {
  readonly argv: readonly string[]
  readonly run?: Program
  readonly fds: Iterable<readonly [number, OpenFile]>
}

const FOREGROUND: ScheduleOptions = { background: false }
const BACKGROUND: ScheduleOptions = { background: true }

/** A machine at work. A class, because every container has one and most only wait. */
export class RunningMachine implements Machine, Kernel, SignalKernel, Member {
  readonly engine: Engine
  readonly network: Network
  readonly place: NetworkNamespace
  readonly hostname: string
  readonly files: FileSystem
  readonly init: boolean
  readonly background: boolean
  cpuMs = 0
  private readonly programs: MachineOptions['programs']
  cpuLimit: number | undefined
  private readonly named: MachineOptions['userName']
  readonly mayChown: boolean
  private readonly readOnlyRoot: boolean
  readonly tasks = new SmallMap<number, Task>()
  space: ProcessSpace | undefined
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
  wake(task: Task, answer: () => unknown) {
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
        return this.resumeAfter(task, owed / Math.min(1, this.cpuLimit ?? 1), () => perform(this, task, request))
      }
      answer = () => perform(this, task, request)
    }
  }

  private charge(task: Task, ms: number) {
    task.owedMs += ms
    task.cpuMs += ms
    this.cpuMs += ms
  }

  end(task: Task, result: WaitResult) {
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
      report(task.parent, task, result)
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
    for (const other of [...this.tasks.values()]) if (other !== first) this.killNow(other)
    this.space?.leave(this)
    if (first.pid === 1) this.space?.end()
  }

  killAll() {
    for (const task of [...this.tasks.values()]) this.killNow(task)
  }

  private killNow(task: Task) {
    this.end(task, { pid: task.pid, code: 128 + signalNumbers.SIGKILL, signal: 'SIGKILL' })
  }

  // ---- signals ----

  signalTask(task: Task, signal: Signal, outside = false) {
    deliver(this, task, signal, outside)
  }

  isWorker(pid: number): boolean {
    for (const { shown } of this.tasks.values()) if (shown?.workers.has(pid)) return true
    return false
  }

  kill(pid: number, signal: Signal) {
    if (!this.space) this.signalOwn(pid, signal)
    else if (!this.space.signal(pid, signal)) fail('ESRCH')
  }

  private signalOwn(pid: number, signal: Signal, outside = false) {
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

  /** Goes on in the very moment the host's work is done, as a part of the same event: a replay without the wait is the same story. */
  holdFor(task: Task, work: HostWork): Parked {
    const letGo = this.engine.hold()
    work.onDone(() => {
      letGo()
      this.advance(task, () => undefined)
    })
    return PARKED
  }

  sleep(task: Task, ms: number): Parked {
    task.owedMs = 0
    this.resumeAfter(task, ms, () => undefined, true)
    return PARKED
  }

  soon(run: () => void) {
    this.engine.after(0, run, this.schedule)
  }

  later<T>(task: Task, { delayMs, answer }: Delayed<T>, then: (answer: T) => unknown): Parked {
    this.resumeAfter(task, delayMs, () => then(answer), true)
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

  nextPid(): number {
    return this.space ? this.space.nextPid() : ++this.lastPid
  }

  userName(uid: number): string {
    return this.named?.(uid) ?? passwdName(this.files, uid)
  }

  spawn(parent: Task, request: SpawnRequest): number {
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

  exec(task: Task, { argv, env, cwd, fds }: ExecRequest) {
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

  forget(task: Task) {
    this.tasks.delete(task.pid)
  }

  nextChannel(): number {
    return ++this.lastChannel
  }

  taskNumbered(pid: number): Task | undefined {
    return this.space ? this.space.find(pid) : this.tasks.get(pid)
  }

  ownProcesses(viewer: Viewer): readonly ProcessInfo[] {
    return shownProcesses(this.tasks.values(), viewer)
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
    this.signalOwn(pid === 1 ? this.firstPid : pid, signal, true)
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
