import { SyscallError, signalNumbers, type Signal, type WaitResult } from './syscalls'
import type { Task } from './task'

const stopping: ReadonlySet<Signal> = new Set(['SIGSTOP', 'SIGTSTP'])
const ignoredByDefault: ReadonlySet<Signal> = new Set(['SIGCHLD', 'SIGCONT', 'SIGWINCH'])

/** What signals need of the kernel whose processes they reach. */
export interface SignalKernel {
  /** Whether process 1 is an init. */
  readonly init: boolean
  /** Runs something as soon as other events due now have. */
  soon(run: () => void): void
  /** Lets a process that waits go on. */
  wake(task: Task, answer: () => unknown): void
  end(task: Task, result: WaitResult): void
}

/** A process gets a signal; `outside`: from somebody who is not of its namespace. */
export function deliver(kernel: SignalKernel, task: Task, signal: Signal, outside: boolean): void {
  if (task.state === 'zombie') return
  const action = task.actions.get(signal)
  if (signal === 'SIGCONT' && task.state === 'stopped') {
    task.state = 'sleeping'
    const go = task.resumeWith
    task.resumeWith = undefined
    if (go) kernel.soon(go)
  }
  if (signal !== 'SIGKILL' && signal !== 'SIGSTOP') {
    if (action === 'ignore') return
    if (action === 'catch') {
      task.pending = [...task.pending, signal]
      if (task.state === 'sleeping' && task.interruptible) {
        kernel.wake(task, () => {
          throw new SyscallError('EINTR')
        })
      }
      return
    }
    if (ignoredByDefault.has(signal)) return
  }
  // The kernel protects a namespace's init from signals it has no handler for, unless they come from outside and cannot be refused.
  if (kernel.init && task.pid === 1 && !(outside && (signal === 'SIGKILL' || signal === 'SIGSTOP'))) return
  if (stopping.has(signal)) {
    if (task.state === 'stopped') return
    task.state = 'stopped'
    if (task.parent) report(task.parent, task, { pid: task.pid, code: 128 + signalNumbers[signal], signal, stopped: true })
    return
  }
  kernel.end(task, { pid: task.pid, code: 128 + signalNumbers[signal], signal })
}

/** Tells a parent that its child has ended or stopped. */
export function report(parent: Task, task: Task, result: WaitResult): void {
  parent.reports = [...parent.reports, { task, result }]
  const { waiters } = parent
  parent.waiters = []
  for (const waiter of waiters) waiter()
}
