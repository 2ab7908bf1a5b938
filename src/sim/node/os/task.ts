import { SmallMap } from './small-map'
import type { ChannelPeer } from '../../api/http'
import type { Engine, Timer } from '../../engine/engine'
import type { Credentials, FileSystem } from './file-system'
import type { Delayed, Network, NetworkNamespace } from './network'
import type { OpenFile } from './open-file'
import type { ProcessSpace } from './process-space'
import {
  SyscallError,
  type ExecRequest,
  type HostWork,
  type Proc,
  type ProcessInfo,
  type ShownWorker,
  type Signal,
  type SpawnRequest,
  type WaitResult,
} from './syscalls'

/** What is decided about a process before it runs. */
export interface TaskRequest {
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly who: Credentials
  readonly group?: number
  readonly parent?: Task
  readonly onExit?: (result: WaitResult) => void
}

/** What a process has said about signals. Never changed: processes that have said the same share one. */
export type Actions = ReadonlyMap<Signal, 'ignore' | 'catch'>

const NO_ACTIONS: Actions = new Map()
const known = new Map<string, Actions>([['', NO_ACTIONS]])
/** What `withAction` has answered: every server says the same few things when it starts. */
const answered = new WeakMap<Actions, Map<string, Actions>>()

/** The same but for one signal. */
export function withAction(actions: Actions, signal: Signal, action: 'default' | 'ignore' | 'catch'): Actions {
  let answers = answered.get(actions)
  if (!answers) answered.set(actions, (answers = new Map()))
  const question = `${signal} ${action}`
  let changed = answers.get(question)
  if (!changed) answers.set(question, (changed = shared(actions, signal, action)))
  return changed
}

function shared(actions: Actions, signal: Signal, action: 'default' | 'ignore' | 'catch'): Actions {
  const changed = new Map(actions)
  if (action === 'default') changed.delete(signal)
  else changed.set(signal, action)
  const text = [...changed].sort().join()
  const same = known.get(text)
  if (!same) known.set(text, changed)
  return same ?? changed
}

/** What a child inherits, and what is left when another program is run. */
export function onlyIgnored(actions: Actions): Actions {
  let left = actions
  for (const [signal, action] of actions) if (action === 'catch') left = withAction(left, signal, 'default')
  return left
}

/** How others see a process that has given itself a title, and who works for it. Never changed: equal ones are one. */
export interface Shown {
  readonly title: string
  readonly workers: ReadonlyMap<number, ShownWorker>
}

const titles = new Map<string, Shown>()
const MOST_TITLES = 1000

/** A thousand Pods of one image show the same under the same numbers. */
export function shownAs(title: string, workers: readonly (readonly [number, ShownWorker])[]): Shown {
  const text = JSON.stringify([title, workers])
  const same = titles.get(text)
  if (same) return same
  if (titles.size >= MOST_TITLES) titles.clear()
  const shown = { title, workers: new Map(workers) }
  titles.set(text, shown)
  return shown
}

/** Shared by all who have none. */
const NOTHING: readonly never[] = []

/** A process as the kernel keeps it. Most have one descriptor table and nothing else to remember: the rest is made when it is needed. */
export class Task {
  readonly pid: number
  readonly who: Credentials
  readonly startedMs: number
  argv: readonly string[]
  env: Readonly<Record<string, string>>
  parent: Task | undefined
  group: number
  cwd: string
  /** The file tree the process sees: another one than its machine's after `chroot`. */
  files: FileSystem
  readonly fds = new SmallMap<number, OpenFile>()
  /** Set before anybody sees the process; a program may look at itself through `self` only. */
  coroutine: Proc<number> = undefined as unknown as Proc<number>
  state: 'running' | 'sleeping' | 'stopped' | 'zombie' = 'sleeping'
  /** What the process waits for: a moment, or something to change, which `forget` stops watching. */
  timer: Timer | undefined
  forget: (() => void) | undefined
  /** Whether a caught signal breaks off what it waits for: not while it merely waits for its turn on the CPU. */
  interruptible = false
  /** What to do when a stopped process goes on. */
  resumeWith: (() => void) | undefined
  actions: Actions
  pending: readonly Signal[] = NOTHING
  children: Set<Task> | undefined
  /** Children that ended or stopped and have not been waited for. */
  reports: readonly { readonly task: Task; readonly result: WaitResult }[] = NOTHING
  waiters: readonly (() => void)[] = NOTHING
  channels: Map<number, ChannelPeer> | undefined
  /** How others see it, and who works for it, once it has said so. */
  shown: Shown | undefined
  cpuMs = 0
  /** CPU time used in this burst, not yet paid for with virtual time. */
  owedMs = 0
  readonly onExit: ((result: WaitResult) => void) | undefined

  constructor(
    pid: number,
    argv: readonly string[],
    { env, cwd, who, group, parent, onExit }: TaskRequest,
    files: FileSystem,
    nowMs: number,
  ) {
    this.files = files
    this.pid = pid
    this.argv = argv
    this.env = env
    this.cwd = cwd
    this.who = who
    this.parent = parent
    this.group = group === undefined ? (parent?.group ?? pid) : group === 0 ? pid : group
    this.actions = onlyIgnored(parent?.actions ?? NO_ACTIONS)
    this.startedMs = nowMs
    this.onExit = onExit
  }
}

/** Makes a process the child of another. */
export function adopt(parent: Task, child: Task) {
  parent.children ??= new Set()
  parent.children.add(child)
}

/** What a system call answers when its result comes later. */
export const PARKED = Symbol('parked')
export type Parked = typeof PARKED

/** What the implementations of system calls need of the kernel they belong to. */
export interface Kernel {
  readonly engine: Engine
  readonly network: Network
  readonly place: NetworkNamespace
  readonly files: FileSystem
  /** Whether this is a container's kernel: its first process is an init, and it may bind every port. */
  readonly init: boolean
  readonly background: boolean
  /** Its own processes. */
  readonly tasks: ReadonlyMap<number, Task>
  /** A process that those of this kernel see, by its number. */
  taskNumbered(pid: number): Task | undefined
  /** Tries `attempt` now and again each time `onChange` fires, until it gives something. */
  block<T>(task: Task, attempt: () => T | undefined, onChange: (wake: () => void) => () => void): T | Parked
  /** Lets a delayed answer arrive, then makes something of it. */
  later<T>(task: Task, delayed: Delayed<T>, then: (answer: T) => unknown): Parked
  /** A number that no other upgraded connection of this kernel has. */
  nextChannel(): number
  /** A number for a process. */
  nextPid(): number
  /** Processes of other machines among which this one's live. */
  readonly space: ProcessSpace | undefined
  /** Whether root may give files to others. */
  readonly mayChown: boolean
  /** All processes that those of this kernel see. */
  processes(): readonly ProcessInfo[]
  spawn(parent: Task, request: SpawnRequest): number
  exec(task: Task, request: ExecRequest): void
  /** Signals a process, or with a negative number a group; ESRCH when there is none. */
  kill(pid: number, signal: Signal): void
  sleep(task: Task, ms: number): Parked
  /** Lets virtual time stand still until work of the host is done. */
  holdFor(task: Task, work: HostWork): Parked
  /** A process that has ended and been waited for is no more. */
  forget(task: Task): void
}

/** What stands behind a descriptor; EBADF when nothing does. */
export function fileAt(task: Task, fd: number): OpenFile {
  const open = task.fds.get(fd)
  if (!open) throw new SyscallError('EBADF')
  return open
}

/** Gives an open file a descriptor: `fd` (closing what was there), or the lowest free one. */
export function install(task: Task, open: OpenFile, fd?: number): number {
  let free = fd ?? 0
  if (fd === undefined) while (task.fds.has(free)) free++
  else closeFd(task, fd)
  open.refs++
  task.fds.set(free, open)
  return free
}

export function closeFd(task: Task, fd: number) {
  const open = task.fds.get(fd)
  if (!open) return
  task.fds.delete(fd)
  if (--open.refs === 0) open.release()
}

/** The answer, unless it is an error code: that is thrown. */
export function refuseErrors<T extends object>(answer: T | { readonly error: string }): T {
  if ('error' in answer) throw new SyscallError(answer.error)
  return answer
}

/** Refuses a system call. */
export function fail(code: string): never {
  throw new SyscallError(code)
}
