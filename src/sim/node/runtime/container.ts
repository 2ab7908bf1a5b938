import type { Engine } from '../../engine/engine'
import type { Image } from '../images/image'
import { holds, type Confinement } from './proc-status'
import type { DirectoryEntry } from '../os/file-nodes'
import { createFileSystem, type Credentials, type FileSystem, rootUser } from '../os/file-system'
import { createVolume, type Mount, type Volume } from '../os/volume'
import { accountField, accountsIn, DEFAULT_PATH } from '../os/load'
import { createMachine, type Machine } from '../os/machine'
import type { Network } from '../os/network'
import type { OpenFile } from '../os/open-file'
import { createPipe, nullDevice } from '../os/pipe'
import type { ProcessSpace } from '../os/process-space'
import { SyscallError, type Program, type WaitResult } from '../os/syscalls'
import { createTty, type Tty } from '../os/tty'
import { createContainerLog, LogFile, type ContainerLog } from './container-log'
import { ContainerMounts } from './container-files'
import { entryCommand } from './entry-scripts'
import { memoryBytesOf } from './memory'
import { ContainerPlace, type Sandbox } from './sandbox'

/** What containerd is told when a container is created. */
export interface ContainerConfig {
  readonly image: Image
  /** The image's files, shared with other containers until something is written. */
  readonly tree: DirectoryEntry
  /** Command and arguments; what the image says where the Pod says nothing. */
  readonly command: readonly string[] | undefined
  readonly args: readonly string[] | undefined
  readonly env: Readonly<Record<string, string>>
  readonly workingDir: string | undefined
  readonly who: Credentials
  readonly mounts: ReadonlyMap<string, Mount>
  /** Files the kubelet puts in the container: /etc/hosts, /etc/resolv.conf, the termination message. */
  readonly files: Readonly<Record<string, string>>
  readonly readOnlyRoot: boolean
  readonly confinement?: Confinement
  /** The runtime's words for why the first process cannot start, when that is known beforehand. */
  readonly startRefusal?: string
  readonly cpuLimit: number | undefined
  /** The processes of the container that this one was made to look into. */
  readonly space?: ProcessSpace
  readonly memoryLimitBytes: number | undefined
  readonly stdin: boolean
  readonly tty: boolean
}

/** What all containers of a host need. */
export interface ContainerRuntime {
  readonly engine: Engine
  readonly network: Network
  readonly programs: (name: string) => Program | undefined
}

/** A container: a machine of its own in the sandbox's network, with an image's files. */
export interface Container {
  readonly id: string
  readonly config: ContainerConfig
  readonly machine: Machine
  readonly files: FileSystem
  readonly log: ContainerLog
  readonly env: Readonly<Record<string, string>>
  /** The writing end of its standard input, when it was asked to keep one. */
  readonly stdin: OpenFile | undefined
  readonly tty: Tty | undefined
  startedMs: number
  /** How many bytes its processes had taken when they were killed for having more than they may; 0 when they were not. */
  outOfMemory: number
  /** Set when its first process has ended. */
  exit: WaitResult | undefined
}

/** Refused by the runtime with the words of runc behind containerd. */
export class StartError extends Error {}

/** Makes a container; nothing runs yet. */
export function createContainer(runtime: ContainerRuntime, sandbox: Sandbox, config: ContainerConfig): Container {
  const { engine } = runtime
  const now = () => engine.nowMs
  const layer = layerOf(config)
  const container = new MadeContainer(sandbox, createContainerLog(now))
  const files = createFileSystem({
    root: layer,
    now,
    readOnly: config.readOnlyRoot,
    denied: config.confinement?.deniedWrites,
    mounts: new ContainerMounts(container, config),
  })
  container.machine = createMachine({
    engine,
    network: runtime.network,
    place: new ContainerPlace(sandbox, files),
    hostname: sandbox.hostname,
    files,
    programs: runtime.programs,
    init: true,
    background: true,
    cpuLimit: config.cpuLimit,
    mayChown: !config.confinement || holds(config.confinement, 'CHOWN'),
    readOnlyRoot: config.readOnlyRoot,
    space: config.space ?? sandbox.space,
  })
  if (config.tty) container.tty = ttyOf(container)
  const stdin = config.stdin && !config.tty ? createPipe() : undefined
  container.stdin = container.tty?.file ?? stdin?.writer
  if (stdin) stdin.writer.refs++ // held until an attached client says that no more will come
  const reader = container.tty?.file ?? stdin?.reader
  if (reader) readers.set(container, reader)
  const env = {
    PATH: DEFAULT_PATH,
    HOSTNAME: sandbox.hostname,
    ...(config.tty && { TERM: 'xterm' }),
    ...config.image.env,
    ...config.env,
    HOME: homeOf(files, config.who.uid),
  }
  container.config = { ...config, env }
  container.id = engine.random.hex(64)
  return container
}

/** A class, because every Pod has one or more. */
class MadeContainer implements Container {
  id = ''
  config: ContainerConfig = undefined as unknown as ContainerConfig // these two are set before anybody sees the container: its files and its machine look at it
  machine: Machine = undefined as unknown as Machine
  stdin: OpenFile | undefined
  tty: Tty | undefined
  startedMs = 0
  outOfMemory = 0
  exit: WaitResult | undefined

  constructor(
    readonly sandbox: Sandbox,
    readonly log: ContainerLog,
  ) {}

  get files(): FileSystem {
    return this.machine.files
  }

  get env(): Readonly<Record<string, string>> {
    return this.config.env
  }
}

/** Gives a running container other limits, as the runtime does with its control group. */
export function limit(container: Container, limits: Pick<ContainerConfig, 'cpuLimit' | 'memoryLimitBytes'>): void {
  ;(container as MadeContainer).config = { ...container.config, ...limits } // createContainer makes no others
  container.machine.cpuLimit = limits.cpuLimit
}

const ttyOf = ({ log, machine }: Container): Tty =>
  createTty(
    { columns: 80, rows: 24 },
    { output: (text) => log.append('stdout', text), signal: (group, signal) => signalQuietly(machine, -group, signal) },
  )

/** A container's layer: what is missing on the way to mounts and to the working directory is made before a root file system turns read-only. */
function layerOf(config: ContainerConfig): Volume {
  const { tree, mounts, files, workingDir, image } = config
  const paths = [...mounts.keys(), ...Object.keys(files)].map((path) => path.slice(0, path.lastIndexOf('/')) || '/')
  paths.push(workingDir ?? image.workingDir ?? '/')
  const key = paths.join('\n')
  let known = layers.get(tree)
  if (!known) layers.set(tree, (known = new Map()))
  let made = known.get(key)
  if (!made) known.set(key, (made = withDirectories(tree, paths)))
  return { ...made }
}

/** Images' trees with the directories that some containers need besides: containers of one template share one. */
const layers = new WeakMap<DirectoryEntry, Map<string, Volume>>()

function withDirectories(tree: DirectoryEntry, paths: readonly string[]): Volume {
  const made = createVolume(tree)
  const files = createFileSystem({ root: made, now: () => tree.modifiedMs })
  for (const path of paths) if (files.stat(path) === undefined && !path.startsWith('/dev')) files.makeDirectory(path, { parents: true })
  return made
}

/** Each container's standard input as its first process reads it. */
const readers = new WeakMap<Container, OpenFile>()

/** How soon after its start a program that takes too much is found out. */
const MEMORY_CHECK_MS = 900

/** Runs a container's first process. Throws StartError with the runtime's message when there is nothing to run. */
export function startContainer(runtime: ContainerRuntime, container: Container, onExit: (result: WaitResult) => void): void {
  const { config, machine, log, tty } = container
  const command = config.command ?? config.image.entrypoint ?? []
  // A command of the Pod's own sets the image's CMD aside, too.
  const args = config.args ?? (config.command ? [] : (config.image.cmd ?? []))
  const cwd = config.workingDir ?? config.image.workingDir ?? '/'
  const entry = entryCommand(
    command.concat(args),
    container.files,
    container.env,
    container.config.who.uid === 0 && !container.config.readOnlyRoot,
  )
  const { argv } = entry
  if (argv.length === 0) throw new StartError('no command specified')
  const out = tty?.file ?? new LogFile(log, 'stdout')
  const err = tty?.file ?? new LogFile(log, 'stderr')
  container.startedMs = runtime.engine.nowMs
  // Programs take their memory when they start: one look is enough to see whether it is more than they may have.
  const memoryCheck =
    config.memoryLimitBytes === undefined
      ? undefined
      : runtime.engine.after(MEMORY_CHECK_MS, () => {
          const takenBytes = container.exit ? 0 : memoryBytesOf(container)
          if (takenBytes <= (container.config.memoryLimitBytes ?? Infinity)) return
          container.outOfMemory = takenBytes
          signalQuietly(machine, 1, 'SIGKILL')
        })
  if (entry.says !== '') log.append('stdout', entry.says)
  try {
    machine.start({
      argv,
      env: container.env,
      cwd,
      who: config.who,
      fds: { 0: readers.get(container) ?? nullDevice(), 1: out, 2: err },
      onExit(result) {
        container.exit = result
        runtime.engine.cancel(memoryCheck)
        log.end()
        tty?.hangUp()
        onExit(result)
      },
    })
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new StartError(
      `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${execError(argv[0]!, error)}`,
    )
  }
}

/** How runc words that a command cannot be run. */
export function execError(name: string, error: SyscallError): string {
  if (error.code === 'EACCES') return `exec: "${name}": permission denied`
  if (error.code === 'ENOEXEC') return `exec ${name}: exec format error`
  return name.includes('/')
    ? `exec: "${name}": stat ${name}: no such file or directory`
    : `exec: "${name}": executable file not found in $PATH`
}

/** Sends a signal to a process that may be gone already. */
export function signalQuietly(machine: Machine, pid: number, signal: Parameters<Machine['signal']>[1]): void {
  try {
    machine.signal(pid, signal)
  } catch (error) {
    if (!(error instanceof SyscallError && error.code === 'ESRCH')) throw error
  }
}

/** The account's home directory, as runc takes HOME from /etc/passwd. */
function homeOf(files: FileSystem, uid: number): string {
  const passwd = files.stat('/etc/passwd') ? files.read('/etc/passwd') : ''
  return accountField(passwd, uid, 'home') ?? '/'
}

/** The user an image or a securityContext names: numeric id, or an account of the image. Undefined when the image has no such account. */
export function credentialsOf(user: string | undefined, tree: FileSystem): Credentials | undefined {
  if (user === undefined || user === '') return rootUser
  const [name = '', groupName] = user.split(':')
  const passwd = tree.stat('/etc/passwd') ? tree.read('/etc/passwd') : ''
  const account = accountsIn(passwd).find((fields) => fields[0] === name || fields[2] === name)
  const uid = /^\d+$/.test(name) ? Number(name) : account ? Number(account[2]) : undefined
  if (uid === undefined) return undefined
  const gid = groupName !== undefined && /^\d+$/.test(groupName) ? Number(groupName) : account ? Number(account[3]) : 0
  return { uid, gids: [gid] }
}
