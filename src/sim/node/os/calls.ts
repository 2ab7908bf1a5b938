/** System calls with types: `const line = yield* readLine(0)`. One thin wrapper a call; the casts are safe because the kernel answers each call with the type named here. */
import {
  SyscallError,
  type Certificates,
  type ExecRequest,
  type FetchRequest,
  type FetchResponse,
  type FileStat,
  type FsOperation,
  type HostWork,
  type MountInfo,
  type Proc,
  type ProcessInfo,
  type Signal,
  type SpawnRequest,
  type Syscall,
  type WaitResult,
  type ShownWorker,
} from './syscalls'

function* call<T>(request: Syscall): Proc<T> {
  return (yield request) as T
}

export const nowMs = () => call<number>({ call: 'now' })
export const sleep = (ms: number) => call<void>({ call: 'sleep', ms })
export const useCpu = (ms: number) => call<void>({ call: 'cpu', ms })
export const hostWork = (work: HostWork) => call<void>({ call: 'host', work })
export const random = () => call<number>({ call: 'random' })

export const open = (path: string, mode: 'read' | 'write' | 'append' | 'readwrite') => call<number>({ call: 'open', path, mode })
export const close = (fd: number) => call<void>({ call: 'close', fd })
/** Whatever is there, at least one character; '' at the end. */
export const read = (fd: number, max?: number) => call<string>({ call: 'read', fd, max })
/** One line with its newline; the last may lack it; '' at the end. */
export const readLine = (fd: number) => call<string>({ call: 'read', fd, until: '\n' })
export const write = (fd: number, data: string) => call<void>({ call: 'write', fd, data })
/** Says that nothing more will be written to a connection; the other side may still answer. */
export const endWriting = (fd: number) => call<void>({ call: 'shutdown', fd })
export const pipe = () => call<readonly [readEnd: number, writeEnd: number]>({ call: 'pipe' })
export const dup = (fd: number, as?: number) => call<number>({ call: 'dup', fd, as })
export const poll = (fds: readonly number[], timeoutMs?: number) => call<number>({ call: 'poll', fds, timeoutMs })

/** Size of the terminal at `fd`, or undefined when it is none. */
export const terminalSize = (fd: number) => call<{ readonly columns: number; readonly rows: number } | undefined>({ call: 'tty', fd })
/** `unread`: keys that were read too many, for whoever reads next. */
export const setTerminalMode = (fd: number, mode: { raw?: boolean; echo?: boolean; unread?: string }) =>
  call<void>({ call: 'ttymode', fd, ...mode })
export const setForeground = (fd: number, group: number) => call<void>({ call: 'foreground', fd, group })

const fs = <T>(op: FsOperation) => call<T>({ call: 'fs', op })
/** Undefined when there is no such file. */
export const stat = (path: string, options?: { follow?: boolean }) => fs<FileStat | undefined>({ do: 'stat', path, ...options })
export const listDirectory = (path: string) => fs<readonly string[]>({ do: 'list', path })
export const readFile = (path: string) => fs<string>({ do: 'readFile', path })
export const writeFile = (path: string, data: string, mode?: number) => fs<void>({ do: 'writeFile', path, data, mode })
export const makeDirectory = (path: string, options?: { parents?: boolean; mode?: number }) => fs<void>({ do: 'mkdir', path, ...options })
export const remove = (path: string, options?: { recursive?: boolean }) => fs<void>({ do: 'remove', path, ...options })
export const rename = (path: string, to: string) => fs<void>({ do: 'rename', path, to })
export const symlink = (target: string, path: string) => fs<void>({ do: 'symlink', path, target })
export const hardLink = (target: string, path: string) => fs<void>({ do: 'link', path, target })
export const readLink = (path: string) => fs<string>({ do: 'readlink', path })
export const realPath = (path: string) => fs<string>({ do: 'realpath', path })
export const changeMode = (path: string, mode: number) => fs<void>({ do: 'chmod', path, mode })
export const changeOwner = (path: string, uid: number, gid: number) => fs<void>({ do: 'chown', path, uid, gid })
export const setTimes = (path: string, modifiedMs: number) => fs<void>({ do: 'utimes', path, modifiedMs })
export const mounts = () => fs<readonly MountInfo[]>({ do: 'mounts' })

/** Starts a process; answers its pid, which is also its group when `group` is 0. */
export const spawn = (process: SpawnRequest) => call<number>({ call: 'spawn', process })
/** Goes on as another program; comes back only when that is refused, with the refusal thrown. */
export const exec = (process: ExecRequest) => call<never>({ call: 'exec', process })
export const wait = (pid?: number, options?: { noHang?: boolean; untraced?: boolean }) =>
  call<WaitResult>({ call: 'wait', pid, ...options })
/** A negative pid names a process group. */
export const kill = (pid: number, signal: Signal) => call<void>({ call: 'kill', pid, signal })
/** While a signal is caught, blocking calls it interrupts throw EINTR; then ask `pendingSignals`. */
export const onSignal = (signal: Signal, action: 'default' | 'ignore' | 'catch') => call<void>({ call: 'signals', signal, action })
export const pendingSignals = () => call<readonly Signal[]>({ call: 'pending' })
export const changeDirectory = (path: string) => call<string>({ call: 'chdir', path })
/** Shows the process under a title of its own, with workers beside it; answers the numbers of those. */
export const setTitle = (title: string, workers: readonly ShownWorker[]) => call<readonly number[]>({ call: 'title', title, workers })
/** Makes a directory the process's `/`, for itself and what it starts from now on. Root's alone. */
export const changeRoot = (path: string) => call<string>({ call: 'chroot', path })
export const processes = () => call<readonly ProcessInfo[]>({ call: 'processes' })

export interface DnsAnswer {
  readonly name: string
  readonly type: 'A' | 'AAAA' | 'SRV' | 'PTR' | 'CNAME' | 'TXT'
  /** Address, target name or text; SRV: `priority weight port target`. */
  readonly value: string
  /** Server that answered, `address#port`. */
  readonly server: string
}
/** Addresses or records of a name; empty when it does not exist; throws ETIMEDOUT when no server answers. */
export const resolve = (name: string, options?: { type?: DnsAnswer['type']; server?: string; search?: boolean }) =>
  call<readonly DnsAnswer[]>({ call: 'resolve', name, ...options })
export const connect = (host: string, port: number, options?: { protocol?: 'tcp' | 'udp'; timeoutMs?: number }) =>
  call<number>({ call: 'connect', host, port, ...options })
export const listen = (port: number, options?: { address?: string; protocol?: 'tcp' | 'udp'; certificate?: Certificates }) =>
  call<number>({ call: 'listen', port, ...options })
/** What the server at the other end of a connection shows for a name: PEM text; undefined when it shows none. */
export const peerCertificate = (fd: number, serverName: string) => call<string | undefined>({ call: 'certificate', fd, serverName })
/** The next connection: address of who connects, and the address with port that it came to. */
/** Listens on a socket file, which is made; EADDRINUSE where there is a file already. */
export const listenPath = (path: string, mode = 0o755) => call<number>({ call: 'listenPath', path, mode })
/** Connects to a socket file: ENOENT without one, ECONNREFUSED where nobody listens there any more. */
export const connectPath = (path: string) => call<number>({ call: 'connectPath', path })
export const accept = (fd: number) => call<{ readonly fd: number; readonly peer: string; readonly local: string }>({ call: 'accept', fd })
/** A socket that listens: with the process that has it, if it is one of this machine's. */
export interface OpenSocket {
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  readonly pid?: number
}
/** The listening sockets of this network namespace, tcp first, by port. */
export const sockets = () => call<readonly OpenSocket[]>({ call: 'sockets' })
export const addresses = () => call<readonly { readonly interface: string; readonly address: string }[]>({ call: 'addresses' })

export const fetch = (request: FetchRequest) => call<FetchResponse>({ call: 'fetch', request })
export const upgrade = (request: FetchRequest) => call<FetchResponse>({ call: 'upgrade', request })
export const sendOnChannel = (id: number, channel: number, data: string) => call<void>({ call: 'channel', id, send: { channel, data } })
export const closeChannel = (id: number, channel?: number) => call<void>({ call: 'channel', id, close: channel ?? true })

/** Characters a program may gather before it runs out of memory: `sort < /dev/zero` ends, and the page goes on. */
const MOST_GATHERED = 64_000_000

/** Everything from a descriptor up to its end; ENOMEM when that is more than a program can hold. */
export function* readAll(fd: number): Proc<string> {
  const chunks: string[] = []
  let length = 0
  for (let chunk = yield* read(fd); chunk !== ''; chunk = yield* read(fd)) {
    length += chunk.length
    if (length > MOST_GATHERED) throw new SyscallError('ENOMEM')
    chunks.push(chunk)
  }
  return chunks.join('')
}
