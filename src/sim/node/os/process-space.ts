import type { FileSystem } from './file-system'
import type { ProcessInfo, Signal } from './syscalls'
import type { Task } from './task'

/** Who looks at processes: names for users are those of his own files. */
export interface Viewer {
  userName(uid: number): string
}

/** A kernel whose processes live in a space that others share. */
export interface Member {
  readonly tasks: ReadonlyMap<number, Task>
  ownProcesses(viewer: Viewer): readonly ProcessInfo[]
  isWorker(pid: number): boolean
  signalTask(task: Task, signal: Signal): void
  /** Process 1 has ended, and with it the space. */
  killAll(): void
}

/** What else is to be seen from a space: processes of machines that are not in it, as a host sees those of its containers. */
export interface Surroundings {
  processes(viewer: Viewer): readonly ProcessInfo[]
  /** Whether there was such a process. */
  signal(pid: number, signal: Signal): boolean
}

/**
 * A PID namespace of more than one container: their processes have numbers of one row, see each other in `ps`, may signal each other and look into
 * each other's files through /proc. A container that shares with nobody has none of these; its kernel counts for itself.
 */
export class ProcessSpace {
  private readonly members = new Set<Member>()

  /** `last` is the highest number given so far; `startedMs` is when the Pod's own process began, which is number 1 where the whole Pod shares. */
  constructor(
    private last: number,
    private readonly startedMs?: number,
    private readonly around?: () => Surroundings | undefined,
  ) {}

  join(member: Member): this {
    this.members.add(member)
    return this
  }

  leave(member: Member): void {
    this.members.delete(member)
  }

  nextPid(): number {
    return ++this.last
  }

  processes(viewer: Viewer): readonly ProcessInfo[] {
    const all = [...this.members].flatMap((member) => member.ownProcesses(viewer))
    const { startedMs } = this
    const others = this.around?.()?.processes(viewer) ?? []
    return [...(startedMs === undefined ? [] : [pause(startedMs, viewer)]), ...all, ...others].sort((a, b) => a.pid - b.pid)
  }

  /** Whether anybody was there to hear it; a negative number names a group. */
  signal(pid: number, signal: Signal): boolean {
    if (pid === 1 && this.startedMs !== undefined) return true // has a handler for none, and is protected as every first process
    const wanted = (task: Task) => task.state !== 'zombie' && (pid < 0 ? task.group === -pid : task.pid === pid)
    const heard = [...this.members].flatMap((member) => [...member.tasks.values()].filter(wanted).map((task) => ({ member, task })))
    for (const { member, task } of heard) member.signalTask(task, signal)
    return heard.length > 0 || [...this.members].some((member) => member.isWorker(pid)) || (this.around?.()?.signal(pid, signal) ?? false)
  }

  end(): void {
    for (const member of this.members) member.killAll()
  }

  /** What a path below /proc/PID leads to: the files of that process from its own root on, or a text about it. */
  lookInto(path: string): { readonly files: FileSystem; readonly path: string } | { readonly text: string } | undefined {
    const [, pid, kind, rest] = /^\/proc\/(\d+)\/(root|cmdline|environ|comm)(\/.*)?$/.exec(path) ?? []
    const task = pid === undefined ? undefined : this.find(Number(pid))
    if (!task) return undefined
    if (kind === 'root') return { files: task.files, path: rest ?? '/' }
    if (kind === 'comm') return { text: `${(task.argv[0] ?? '').replace(/^.*\//, '')}\n` }
    const words = kind === 'cmdline' ? task.argv : Object.entries(task.env).map(([name, value]) => `${name}=${value}`)
    return { text: words.map((word) => `${word}\0`).join('') }
  }

  /** A process of the space by its number. */
  find(pid: number): Task | undefined {
    for (const { tasks } of this.members) if (tasks.has(pid)) return tasks.get(pid)
    return undefined
  }
}

/** The process that holds a Pod's namespaces. */
const pause = (startedMs: number, viewer: Viewer): ProcessInfo => ({
  pid: 1,
  parent: 0,
  group: 1,
  argv: ['/pause'],
  state: 'sleeping',
  user: viewer.userName(65_535),
  startedMs,
  cpuMs: 0,
  tty: false,
})
