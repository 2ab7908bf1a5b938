import type { Viewer } from './process-space'
import type { ProcessInfo, ShownWorker } from './syscalls'
import type { Task } from './task'

/** What processes look like from outside (`ps`), those who work for them included; who looks has names for users of his own. */
export const shownProcesses = (tasks: Iterable<Task>, viewer: Viewer): readonly ProcessInfo[] =>
  [...tasks].flatMap((task) => [
    new TaskInfo(viewer, task),
    ...[...(task.shown?.workers ?? [])].map(([pid, worker]) => workerOf(viewer, task, pid, worker)),
  ])

/** Who works for a process, as it has said itself. */
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
