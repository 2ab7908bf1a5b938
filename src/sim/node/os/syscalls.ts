/**
 * Programs and the kernel. A program is a coroutine (generator): whatever reaches outside it is a *system call*, a plain object it yields; the
 * kernel of its machine answers, at once or when virtual time has passed. Shell, kubectl, container programs: all are programs, and none of
 * them sees the engine, the API server or the network in any other way. A different driver may answer the same calls (kubectl against a real
 * cluster is one).
 *
 * Text and bytes: all data is JavaScript text. Bytes that are not valid UTF-8 travel as lone surrogates (see text.ts), so nothing is lost.
 */
export type Syscall =
  // time
  | { readonly call: 'now' }
  | { readonly call: 'sleep'; readonly ms: number }
  /** Uses the CPU for a while; long computations must do this so that a busy loop uses up its share and never the page. */
  | { readonly call: 'cpu'; readonly ms: number }
  /** Waits for work of the host computation (code being loaded). No virtual time passes, and nothing else happens meanwhile. */
  | { readonly call: 'host'; readonly work: HostWork }
  /** A number in [0, 1) from the cluster's seeded generator. */
  | { readonly call: 'random' }
  // file descriptors
  | { readonly call: 'open'; readonly path: string; readonly mode: 'read' | 'write' | 'append' | 'readwrite' }
  | { readonly call: 'close'; readonly fd: number }
  /** Closes the writing half of a connection: shutdown(2) with SHUT_WR. */
  | { readonly call: 'shutdown'; readonly fd: number }
  /** Up to `max` characters, or up to and including the first `until`; '' at the end. Blocks until there is something. */
  | { readonly call: 'read'; readonly fd: number; readonly max?: number; readonly until?: string }
  | { readonly call: 'write'; readonly fd: number; readonly data: string }
  | { readonly call: 'pipe' }
  | { readonly call: 'dup'; readonly fd: number; readonly as?: number }
  /** Waits until one of `fds` can be read (or is at its end); answers it, or -1 after `timeoutMs`. */
  | { readonly call: 'poll'; readonly fds: readonly number[]; readonly timeoutMs?: number }
  // terminal
  | { readonly call: 'tty'; readonly fd: number }
  | { readonly call: 'ttymode'; readonly fd: number; readonly raw?: boolean; readonly echo?: boolean; readonly unread?: string }
  | { readonly call: 'foreground'; readonly fd: number; readonly group: number }
  // file system; paths are absolute or relative to the working directory
  | { readonly call: 'fs'; readonly op: FsOperation }
  // processes
  | { readonly call: 'spawn'; readonly process: SpawnRequest }
  /** Puts another program in the place of this one: same process, same parent; what it caught is no longer caught. Refused, it goes on. */
  | { readonly call: 'exec'; readonly process: ExecRequest }
  | { readonly call: 'wait'; readonly pid?: number; readonly noHang?: boolean; readonly untraced?: boolean }
  | { readonly call: 'kill'; readonly pid: number; readonly signal: Signal }
  | { readonly call: 'signals'; readonly signal: Signal; readonly action: 'default' | 'ignore' | 'catch' }
  /** Caught signals that arrived since the last asking. */
  | { readonly call: 'pending' }
  | { readonly call: 'chdir'; readonly path: string }
  | { readonly call: 'chroot'; readonly path: string }
  | { readonly call: 'title'; readonly title: string; readonly workers: readonly ShownWorker[] }
  | { readonly call: 'processes' }
  // network
  | {
      readonly call: 'resolve'
      readonly name: string
      readonly type?: 'A' | 'AAAA' | 'SRV' | 'PTR' | 'CNAME' | 'TXT'
      readonly server?: string
      readonly search?: boolean
    }
  | {
      readonly call: 'connect'
      readonly host: string
      readonly port: number
      readonly protocol?: 'tcp' | 'udp'
      readonly timeoutMs?: number
    }
  | {
      readonly call: 'listen'
      readonly port: number
      readonly address?: string
      readonly protocol?: 'tcp' | 'udp'
      readonly certificate?: Certificates
    }
  /** The certificate that the other side of a connection shows for a name: PEM text, or undefined of a server that has none to show. */
  | { readonly call: 'certificate'; readonly fd: number; readonly serverName: string }
  /** A socket that is a file; the machine's own processes find it by its path. */
  | { readonly call: 'listenPath'; readonly path: string; readonly mode: number }
  | { readonly call: 'connectPath'; readonly path: string }
  | { readonly call: 'accept'; readonly fd: number }
  | { readonly call: 'addresses' }
  /** Who listens in this network namespace. */
  | { readonly call: 'sockets' }
  // HTTP as a client library offers it (kubectl's only way out; connection errors are thrown as SyscallError)
  | { readonly call: 'fetch'; readonly request: FetchRequest }
  | { readonly call: 'upgrade'; readonly request: FetchRequest }
  | {
      readonly call: 'channel'
      readonly id: number
      readonly send?: { readonly channel: number; readonly data: string }
      readonly close?: boolean | number
    }

/** What a server with TLS shows to clients that ask for a name. Nothing is encrypted: a client looks at it, and goes on or does not. */
export type Certificates = (serverName: string) => string

/** Something outside the simulation that takes real time and no virtual time. */
export interface HostWork {
  readonly done: boolean
  /** Calls back once, when it is done. */
  onDone(listener: () => void): void
}

/** A process that a server keeps beside itself and that others only see: its work is done by the server's own. */
export interface ShownWorker {
  readonly title: string
  readonly uid: number
}

export interface ExecRequest {
  /** What `ps` shows, and unless `run` is given the program looked up: a path, or a name searched in PATH of `env`. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** The new program's descriptor → this one's. */
  readonly fds: Readonly<Record<number, number>>
}

export interface SpawnRequest extends ExecRequest {
  /** A coroutine instead of a program file: a subshell. It shares nothing with its parent but what is passed here. */
  readonly run?: Program
  /** Process group to join; 0 founds a new one. The parent's unless told. */
  readonly group?: number
}

export interface FetchRequest {
  readonly method: string
  /** Absolute URL. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** The answer's body is read from a descriptor instead of being waited for. */
  readonly stream?: boolean
  readonly timeoutMs?: number
}

export interface FetchResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The whole body; '' when streamed. */
  readonly body: string
  /** What the body says, where the server shares our memory (BufferedResponse tells what it leaves out). */
  readonly value?: unknown
  /** Present when streamed: read it to the end, then close it. */
  readonly fd?: number
  /** Present after `upgrade`: the id for `channel` calls; `fds[n]` reads what the server says on channel n. */
  readonly channel?: { readonly id: number; readonly fds: Readonly<Record<number, number>> }
}

export type FsOperation =
  | { readonly do: 'stat'; readonly path: string; readonly follow?: boolean }
  | { readonly do: 'list'; readonly path: string }
  | { readonly do: 'readFile'; readonly path: string }
  | { readonly do: 'writeFile'; readonly path: string; readonly data: string; readonly mode?: number }
  | { readonly do: 'mkdir'; readonly path: string; readonly parents?: boolean; readonly mode?: number }
  | { readonly do: 'remove'; readonly path: string; readonly recursive?: boolean }
  | { readonly do: 'rename'; readonly path: string; readonly to: string }
  | { readonly do: 'symlink'; readonly path: string; readonly target: string }
  | { readonly do: 'link'; readonly path: string; readonly target: string }
  | { readonly do: 'readlink'; readonly path: string }
  | { readonly do: 'realpath'; readonly path: string }
  | { readonly do: 'chmod'; readonly path: string; readonly mode: number }
  | { readonly do: 'chown'; readonly path: string; readonly uid: number; readonly gid: number }
  | { readonly do: 'utimes'; readonly path: string; readonly modifiedMs: number }
  | { readonly do: 'mounts' }

export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'device' | 'pipe' | 'socket'
  /** Bytes. */
  readonly size: number
  /** Permission bits, for instance 0o644. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly modifiedMs: number
  readonly inode: number
  readonly links: number
}

export interface MountInfo {
  readonly source: string
  readonly path: string
  readonly type: string
  readonly options: string
  readonly sizeBytes: number
  readonly usedBytes: number
}

export interface ProcessInfo {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly argv: readonly string[]
  readonly state: 'running' | 'sleeping' | 'stopped' | 'zombie'
  readonly startedMs: number
  readonly cpuMs: number
  readonly user: string
  readonly tty: boolean
}

export interface WaitResult {
  /** 0 with `noHang` when nobody has ended. */
  readonly pid: number
  /** Exit code; 128 + signal when a signal ended it. */
  readonly code: number
  readonly signal?: Signal
  /** Ctrl-Z, reported with `untraced`. */
  readonly stopped?: boolean
}

export type Signal =
  | 'SIGHUP'
  | 'SIGINT'
  | 'SIGQUIT'
  | 'SIGKILL'
  | 'SIGUSR1'
  | 'SIGUSR2'
  | 'SIGPIPE'
  | 'SIGALRM'
  | 'SIGTERM'
  | 'SIGCHLD'
  | 'SIGCONT'
  | 'SIGSTOP'
  | 'SIGTSTP'
  | 'SIGWINCH'

export const signalNumbers: Readonly<Record<Signal, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGWINCH: 28,
}

/** What a program knows of itself when it starts. */
export interface Self {
  readonly pid: number
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly uid: number
  readonly gid: number
  readonly user: string
  readonly hostname: string
  /** Root, with all rights that a container's root has, on a root file system that can be written: what is its own it may do, and needs not try. */
  readonly unhindered: boolean
  /** The machine has a terminal at descriptor 0, 1 or 2. */
  readonly isTty: (fd: number) => boolean
}

/** A coroutine that makes system calls and ends with a `T`. The kernel's answers are untyped here; the wrappers of calls.ts give them types. */
export type Proc<T = void> = Generator<Syscall, T, unknown>

/** Ends with the exit code. */
export type Program = (self: Self) => Proc<number>

/** A refused system call, thrown into the coroutine: ENOENT, EACCES, ECONNREFUSED, ETIMEDOUT, EINTR, EPIPE, … */
export class SyscallError extends Error {
  constructor(
    readonly code: string,
    message = describeErrno(code),
  ) {
    super(message)
    this.name = 'SyscallError'
  }
}

const errnoTexts: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  EEXIST: 'File exists',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  ENOTEMPTY: 'Directory not empty',
  EINVAL: 'Invalid argument',
  EROFS: 'Read-only file system',
  ENOSPC: 'No space left on device',
  EPIPE: 'Broken pipe',
  EINTR: 'Interrupted system call',
  EBADF: 'Bad file descriptor',
  ECHILD: 'No child processes',
  ESRCH: 'No such process',
  ENOEXEC: 'Exec format error',
  ELOOP: 'Too many levels of symbolic links',
  EXDEV: 'Invalid cross-device link',
  EADDRINUSE: 'Address already in use',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ENOTFOUND: 'Name or service not known',
  EAI_AGAIN: 'Temporary failure in name resolution',
  EBUSY: 'Device or resource busy',
  ENOMEM: 'Cannot allocate memory',
  EAGAIN: 'Resource temporarily unavailable',
}

/** The text the C library has for an error code. */
export function describeErrno(code: string): string {
  return errnoTexts[code] ?? code
}
