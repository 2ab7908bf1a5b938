import type { ChannelPeer } from '../../api/http'
import type { Engine } from '../../engine/engine'
import type { Credentials, FileSystem } from './file-system'
import type { Delayed, Network, NetworkNamespace } from './network'
import type { OpenFile } from './open-file'
import { SyscallError, type Proc, type Signal, type WaitResult } from './syscalls'

/** A process as the kernel keeps it. */
export interface Task {
  readonly pid: number
  argv: readonly string[]
  env: Readonly<Record<string, string>>
  readonly who: Credentials
  readonly startedMs: number
  parent: Task | undefined
  group: number
  cwd: string
  fds: Map<number, OpenFile>
  coroutine: Proc<number>
  state: 'running' | 'sleeping' | 'stopped' | 'zombie'
  /** Undoes what the process waits for. */
  unpark: (() => void) | undefined
  /** Whether a caught signal breaks off what it waits for: not while it merely waits for its turn on the CPU. */
  interruptible: boolean
  /** What to do when a stopped process goes on. */
  resumeWith: (() => void) | undefined
  actions: Map<Signal, 'ignore' | 'catch'>
  pending: Signal[]
  children: Set<Task>
  /** Children that ended or stopped and have not been waited for. */
  reports: { task: Task; result: WaitResult }[]
  waiters: (() => void)[]
  channels: Map<number, ChannelPeer>
  cpuMs: number
  /** CPU time used in this burst, not yet paid for with virtual time. */
  owedMs: number
  onExit: ((result: WaitResult) => void) | undefined
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
  /** Tries `attempt` now and again each time `onChange` fires, until it gives something. */
  block<T>(task: Task, attempt: () => T | undefined, onChange: (wake: () => void) => () => void): T | Parked
  /** Lets a delayed answer arrive, then makes something of it. */
  later<T>(task: Task, delayed: Delayed<T>, then: (answer: T) => unknown): Parked
  /** A number that no other upgraded connection of this kernel has. */
  nextChannel(): number
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
