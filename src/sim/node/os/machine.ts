import type { Engine } from '../../engine/engine'
import type { Credentials, FileSystem } from './file-system'
import { RunningMachine } from './kernel'
import type { Network, NetworkNamespace } from './network'
import type { OpenFile } from './open-file'
import type { ProcessSpace } from './process-space'
import type { ProcessInfo, Program, Signal, WaitResult } from './syscalls'

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
  /** CPU cores its processes may use together; undefined: no limit. */
  cpuLimit: number | undefined
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

/** Boots a kernel. */
export const createMachine = (options: MachineOptions): Machine => new RunningMachine(options)
