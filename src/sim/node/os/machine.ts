import type { Engine, Timer } from '../../engine/engine'
import type { ApiRequest, ChannelPeer } from '../../api/http'
import { isStreamed, isUpgraded } from '../../api/http'
import { normalise, rootUser, type Credentials, type FileSystem } from './file-system'
import type { Network, NetworkNamespace } from './network'
import type { OpenFile } from './open-file'
import { createPipe, nullDevice } from './pipe'
import { createListener } from './socket'
import {
  SyscallError,
  signalNumbers,
  type FetchRequest,
  type FetchResponse,
  type FsOperation,
  type Proc,
  type ProcessInfo,
  type Program,
  type Self,
  type Signal,
  type SpawnRequest,
  type Syscall,
  type WaitResult,
} from './syscalls'
import { textFromBytes } from './text'

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
  /** Names for user ids; from /etc/passwd unless told. */
  readonly userName?: (uid: number) => string
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
  readonly processes: () => readonly ProcessInfo[]
  /** Throws SyscallError (ENOENT, EACCES, ENOEXEC) when argv[0] cannot be run. */
  start(options: StartOptions): Process
  /** From outside: SIGKILL and SIGSTOP reach even an init. A negative pid names a process group. */
  signal(pid: number, signal: Signal): void
  /** Ends every process at once, as a power cut does: nobody is told. */
  powerOff(): void
}

/** Virtual CPU time of one system call, and after how much of it a process lets others run. */
const SYSCALL_MS = 0.02
const SLICE_MS = 2
const SPAWN_MS = 0.5
/** A process that makes this many calls in one go is interrupted even if they cost next to nothing. */
const BURST_CALLS = 400

const stopping: ReadonlySet<Signal> = new Set(['SIGSTOP', 'SIGTSTP'])
const ignoredByDefault: ReadonlySet<Signal> = new Set(['SIGCHLD', 'SIGCONT', 'SIGWINCH'])

interface Task extends Process {
  parent: Task | undefined
  group: number
  argv: readonly string[]
  env: Readonly<Record<string, string>>
  cwd: string
  who: Credentials
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
  startedMs: number
  cpuMs: number
  /** CPU time used in this burst, not yet paid for with virtual time. */
  owedMs: number
  onExit: ((result: WaitResult) => void) | undefined
}

/** Parked: the answer comes later. */
const PARKED = Symbol('parked')

/** Boots a kernel. */
export function createMachine(options: MachineOptions): Machine {
  const { engine, network, place, files } = options
  const schedule = { background: options.background }
  const tasks = new Map<number, Task>()
  let lastPid = 0
  let lastChannel = 0
  let cpuMs = 0
  let off = false

  // ---- running ----

  /** Lets `task` go on with `value` (or an error) after `delayMs`. */
  function resumeAfter(task: Task, delayMs: number, answer: () => unknown, interruptible = false) {
    task.state = 'sleeping'
    task.interruptible = interruptible
    const timer: Timer = engine.after(
      delayMs,
      () => {
        task.unpark = undefined
        advance(task, answer)
      },
      schedule,
    )
    task.unpark = () => engine.cancel(timer)
  }

  /** Lets `task` go on as soon as other events due now have run. */
  const wake = (task: Task, answer: () => unknown) => {
    task.unpark?.()
    resumeAfter(task, 0, answer)
  }

  function advance(task: Task, answer: () => unknown) {
    if (task.state === 'zombie' || off) return
    if (task.state === 'stopped') {
      task.resumeWith = () => advance(task, answer)
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
          return end(task, { pid: task.pid, code: 128 + signalNumbers.SIGPIPE, signal: 'SIGPIPE' })
        if (error instanceof SyscallError && error.code === 'EINTR') return end(task, { pid: task.pid, code: 130, signal: 'SIGINT' })
        // A program that does not handle a refusal dies of it, and says of what.
        task.fds.get(2)?.write(`${task.argv[0]}: ${error instanceof Error ? error.message : String(error)}\n`)
        return end(task, { pid: task.pid, code: 1 })
      }
      if (step.done) return end(task, { pid: task.pid, code: step.value & 0xff })
      const request = step.value
      charge(task, request.call === 'cpu' ? request.ms : request.call === 'spawn' ? SPAWN_MS : SYSCALL_MS)
      if (task.owedMs >= SLICE_MS || calls >= BURST_CALLS) {
        const owed = task.owedMs
        task.owedMs = 0
        return resumeAfter(task, owed / Math.min(1, options.cpuLimit ?? 1), () => perform(task, request))
      }
      answer = () => perform(task, request)
    }
  }

  function charge(task: Task, ms: number) {
    task.owedMs += ms
    task.cpuMs += ms
    cpuMs += ms
  }

  function end(task: Task, result: WaitResult) {
    if (task.state === 'zombie') return
    task.unpark?.()
    task.unpark = undefined
    task.state = 'zombie'
    for (const peer of task.channels.values()) peer.close()
    for (const fd of [...task.fds.keys()]) closeFd(task, fd)
    if (options.init && task.pid === 1) for (const other of [...tasks.values()]) if (other !== task) kill(other)
    for (const child of task.children) {
      child.parent = tasks.get(1)
      if (child.state === 'zombie') tasks.delete(child.pid)
      else child.parent?.children.add(child)
    }
    if (task.parent && task.parent.state !== 'zombie') {
      report(task.parent, task, result)
      signalTask(task.parent, 'SIGCHLD')
    } else tasks.delete(task.pid)
    task.onExit?.(result)
  }

  const kill = (task: Task) => end(task, { pid: task.pid, code: 128 + signalNumbers.SIGKILL, signal: 'SIGKILL' })

  function report(parent: Task, task: Task, result: WaitResult) {
    parent.reports.push({ task, result })
    for (const waiter of parent.waiters.splice(0)) waiter()
  }

  // ---- signals ----

  function signalTask(task: Task, signal: Signal, outside = false) {
    if (task.state === 'zombie') return
    const action = task.actions.get(signal)
    if (signal === 'SIGCONT' && task.state === 'stopped') {
      task.state = 'sleeping'
      const go = task.resumeWith
      task.resumeWith = undefined
      if (go) engine.after(0, go, schedule)
    }
    if (signal !== 'SIGKILL' && signal !== 'SIGSTOP') {
      if (action === 'ignore') return
      if (action === 'catch') {
        task.pending.push(signal)
        if (task.state === 'sleeping' && task.interruptible) {
          wake(task, () => {
            throw new SyscallError('EINTR')
          })
        }
        return
      }
      if (ignoredByDefault.has(signal)) return
    }
    // The kernel protects a namespace's init from signals it has no handler for, unless they come from outside and cannot be refused.
    if (options.init && task.pid === 1 && !(outside && (signal === 'SIGKILL' || signal === 'SIGSTOP'))) return
    if (stopping.has(signal)) {
      if (task.state === 'stopped') return
      task.state = 'stopped'
      if (task.parent) report(task.parent, task, { pid: task.pid, code: 128 + signalNumbers[signal], signal, stopped: true })
      return
    }
    end(task, { pid: task.pid, code: 128 + signalNumbers[signal], signal })
  }

  function signalPid(pid: number, signal: Signal, outside: boolean) {
    const targets =
      pid < 0
        ? [...tasks.values()].filter((task) => task.group === -pid && task.state !== 'zombie')
        : [tasks.get(pid)].filter((task) => task !== undefined)
    if (targets.length === 0) throw new SyscallError('ESRCH')
    for (const task of targets) signalTask(task, signal, outside)
  }

  // ---- descriptors ----

  function fileAt(task: Task, fd: number): OpenFile {
    const open = task.fds.get(fd)
    if (!open) throw new SyscallError('EBADF')
    return open
  }

  function install(task: Task, open: OpenFile, fd?: number): number {
    let free = fd ?? 0
    if (fd === undefined) while (task.fds.has(free)) free++
    else closeFd(task, fd)
    open.refs++
    task.fds.set(free, open)
    return free
  }

  function closeFd(task: Task, fd: number) {
    const open = task.fds.get(fd)
    if (!open) return
    task.fds.delete(fd)
    if (--open.refs === 0) open.release()
  }

  /** Tries `attempt` now and again each time `onChange` fires, until it gives something. */
  function block<T>(task: Task, attempt: () => T | undefined, onChange: (wake: () => void) => () => void): T | typeof PARKED {
    const first = attempt()
    if (first !== undefined) return first
    task.state = 'sleeping'
    // The process is off the CPU while it waits: what it owes is paid by then.
    task.owedMs = 0
    task.interruptible = true
    task.unpark = onChange(() => {
      task.unpark = undefined
      wake(task, () => block(task, attempt, onChange))
    })
    return PARKED
  }

  function openPath(task: Task, path: string, mode: 'read' | 'write' | 'append' | 'readwrite'): number {
    const full = normalise(path, task.cwd)
    const inherited = /^\/(?:dev|proc\/self)\/(?:fd\/(\d+)|std(in|out|err))$/.exec(full) ?? /^\/proc\/\d+\/fd\/(\d+)$/.exec(full)
    if (inherited) return install(task, fileAt(task, inherited[1] ? Number(inherited[1]) : ['in', 'out', 'err'].indexOf(inherited[2]!)))
    if (full === '/dev/null') return install(task, nullDevice())
    if (full === '/dev/tty') {
      const terminal = [...task.fds.values()].find((open) => open.tty)
      if (!terminal) throw new SyscallError('EACCES')
      return install(task, terminal)
    }
    if (full === '/dev/zero' || full === '/dev/urandom' || full === '/dev/random') return install(task, endlessDevice(full))
    return install(task, openRegular(full, mode, task.who))
  }

  function endlessDevice(path: string): OpenFile {
    const character = () => (path === '/dev/zero' ? '\0' : textFromBytes(Uint8Array.of(engine.random.int(256))))
    return { ...nullDevice(), read: (max = 4096, until) => (until ? '' : Array.from({ length: max }, character).join('')) }
  }

  function openRegular(path: string, mode: 'read' | 'write' | 'append' | 'readwrite', who: Credentials): OpenFile {
    if (mode === 'read') {
      files.read(path, who) // refuses now what would be refused later
    } else if (mode === 'write') files.write(path, '', { who })
    else files.write(path, '', { who, append: true })
    let position = 0
    return {
      ...nullDevice(),
      read(max, until) {
        // Reading again at the end sees what was appended meanwhile: `tail -f` lives on it.
        const data = files.read(path, rootUser)
        const rest = data.length - position
        if (rest <= 0) return ''
        let length = max === undefined ? Math.min(rest, 65_536) : Math.min(rest, max)
        if (until !== undefined) {
          const at = data.indexOf(until, position)
          length = at < 0 ? rest : at + until.length - position
        }
        const taken = data.slice(position, position + length)
        position += length
        return taken
      },
      write(data) {
        files.write(path, data, { append: true, who: rootUser })
        return true
      },
    }
  }

  // ---- processes ----

  /** Finds what argv[0] stands for: a program, or an interpreter for a script. */
  function load(
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
    cwd: string,
    who: Credentials,
    depth = 0,
  ): { program: Program; argv: readonly string[] } {
    const name = argv[0] ?? ''
    const candidates = name.includes('/')
      ? [normalise(name, cwd)]
      : (env.PATH ?? DEFAULT_PATH).split(':').map((dir) => normalise(name, normalise(dir || '.', cwd)))
    let denied = false
    for (const path of candidates) {
      const stat = name === '' ? undefined : files.stat(path)
      if (!stat) continue
      if (stat.type !== 'file' || (stat.mode & 0o111) === 0) {
        denied = true
        continue
      }
      const node = files.look(path)
      if (node?.type !== 'file') continue
      if (node.program !== undefined) {
        const program = options.programs(node.program)
        if (!program) throw new SyscallError('ENOEXEC')
        return { program, argv }
      }
      const shebang = /^#!\s*(\S+)(?:[ \t]+(\S.*?))?[ \t]*(?:\n|$)/.exec(node.data)
      if (!shebang || depth > 4) throw new SyscallError('ENOEXEC')
      return load([shebang[1]!, ...(shebang[2] ? [shebang[2]] : []), path, ...argv.slice(1)], env, cwd, who, depth + 1)
    }
    throw new SyscallError(denied ? 'EACCES' : 'ENOENT')
  }

  function launch(request: {
    argv: readonly string[]
    run?: Program
    env: Readonly<Record<string, string>>
    cwd: string
    who: Credentials
    group?: number
    parent?: Task
    fds: Iterable<readonly [number, OpenFile]>
    onExit?: StartOptions['onExit']
  }): Task {
    const loaded = request.run ? { program: request.run, argv: request.argv } : load(request.argv, request.env, request.cwd, request.who)
    const pid = ++lastPid
    const self: Self = {
      pid,
      argv: loaded.argv,
      env: request.env,
      cwd: request.cwd,
      uid: request.who.uid,
      gid: request.who.gids[0] ?? 0,
      user: userName(request.who.uid),
      hostname: options.hostname,
      isTty: (fd) => task.fds.get(fd)?.tty !== undefined,
    }
    const task: Task = {
      pid,
      argv: loaded.argv,
      env: request.env,
      cwd: request.cwd,
      who: request.who,
      parent: request.parent,
      group: request.group === undefined ? (request.parent?.group ?? pid) : request.group === 0 ? pid : request.group,
      fds: new Map(),
      coroutine: undefined as unknown as Proc<number>, // set on the next line; a program may look at itself through `self` only
      state: 'sleeping',
      unpark: undefined,
      interruptible: false,
      resumeWith: undefined,
      actions: new Map([...(request.parent?.actions ?? [])].filter(([, action]) => action === 'ignore')),
      pending: [],
      children: new Set(),
      reports: [],
      waiters: [],
      channels: new Map(),
      startedMs: engine.nowMs,
      cpuMs: 0,
      owedMs: 0,
      onExit: request.onExit,
    }
    task.coroutine = loaded.program(self)
    for (const [fd, open] of request.fds) install(task, open, fd)
    tasks.set(pid, task)
    request.parent?.children.add(task)
    resumeAfter(task, 0, () => undefined)
    return task
  }

  const userName = (uid: number) => options.userName?.(uid) ?? passwdName(files, uid)

  function spawnFrom(parent: Task, request: SpawnRequest): number {
    const fds = Object.entries(request.fds).map(([fd, from]) => [Number(fd), fileAt(parent, from)] as const)
    return launch({ ...request, who: parent.who, parent, fds }).pid
  }

  function waitFor(task: Task, request: Extract<Syscall, { call: 'wait' }>): unknown {
    const wanted = (child: Task) =>
      request.pid === undefined || request.pid === child.pid || (request.pid < 0 && child.group === -request.pid)
    const attempt = (): WaitResult | undefined => {
      const at = task.reports.findIndex((entry) => wanted(entry.task) && (request.untraced || !entry.result.stopped))
      if (at >= 0) {
        const { task: child, result } = task.reports.splice(at, 1)[0]!
        if (!result.stopped) {
          task.children.delete(child)
          tasks.delete(child.pid)
        }
        return result
      }
      if (![...task.children].some(wanted)) throw new SyscallError('ECHILD')
      return request.noHang ? { pid: 0, code: 0 } : undefined
    }
    return block(task, attempt, (again) => {
      task.waiters.push(again)
      return () => void (task.waiters = task.waiters.filter((other) => other !== again))
    })
  }

  const infoOf = (task: Task): ProcessInfo => ({
    pid: task.pid,
    parent: task.parent?.pid ?? 0,
    group: task.group,
    argv: task.argv,
    state: task.state,
    startedMs: task.startedMs,
    cpuMs: task.cpuMs,
    user: userName(task.who.uid),
    tty: [0, 1, 2].some((fd) => task.fds.get(fd)?.tty !== undefined),
  })

  // ---- network ----

  /** Lets a delayed answer arrive, then makes something of it. */
  function later<T>(task: Task, { delayMs, answer }: { delayMs: number; answer: T }, then: (answer: T) => unknown): typeof PARKED {
    resumeAfter(task, delayMs, () => then(answer), true)
    return PARKED
  }

  const refuseErrors = <T extends object>(answer: T | { readonly error: string }): T => {
    if ('error' in answer) throw new SyscallError(answer.error)
    return answer
  }

  function connectTo(task: Task, request: Extract<Syscall, { call: 'connect' }>): typeof PARKED {
    const found = network.connect(place, request.host, request.port, request.protocol ?? 'tcp')
    if (request.timeoutMs !== undefined && found.delayMs > request.timeoutMs) {
      return later(task, { delayMs: request.timeoutMs, answer: undefined }, () => fail('ETIMEDOUT'))
    }
    return later(task, found, (answer) => {
      const { listener, peer, local } = refuseErrors(answer)
      return install(task, listener.connect(peer, local))
    })
  }

  function listenOn(task: Task, request: Extract<Syscall, { call: 'listen' }>): number {
    const { port, protocol = 'tcp', address = '0.0.0.0' } = request
    const key = `${protocol}:${port}`
    if (place.listeners.has(key)) throw new SyscallError('EADDRINUSE')
    if (port < 1024 && task.who.uid !== 0 && !options.init) throw new SyscallError('EACCES')
    const listener = createListener({ port, address, protocol }, () => place.listeners.delete(key))
    place.listeners.set(key, listener)
    return install(task, { ...nullDevice(), readable: () => false, release: () => listener.close(), listener })
  }

  function acceptFrom(task: Task, fd: number): unknown {
    const { listener } = fileAt(task, fd)
    if (!listener) throw new SyscallError('EINVAL')
    return block(
      task,
      () => {
        const incoming = listener.accept()
        if (!incoming) return undefined
        const accepted = { fd: install(task, incoming.file), peer: incoming.peer, local: incoming.local }
        incoming.file.refs-- // the backlog's hold
        return accepted
      },
      listener.onIncoming,
    )
  }

  function fetchFrom(task: Task, request: FetchRequest): typeof PARKED {
    const url = parseUrl(request.url)
    const found = network.api(place, url.host, url.port)
    if (request.timeoutMs !== undefined && found.delayMs > request.timeoutMs) {
      return later(task, { delayMs: request.timeoutMs, answer: undefined }, () => fail('ETIMEDOUT'))
    }
    return later(task, found, (answer) => {
      const { serve, from } = refuseErrors(answer)
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]))
      const apiRequest: ApiRequest = { method: request.method, url: url.path, headers, body: request.body, from }
      const response = serve(apiRequest)
      const head = { status: response.status, headers: response.headers }
      if (isUpgraded(response)) return { ...head, body: '', channel: openChannels(task, response.connect) } satisfies FetchResponse
      if (isStreamed(response)) return streamed(task, request, head, response.stream)
      const body = typeof response.body === 'string' ? response.body : textFromBytes(response.body)
      if (!request.stream) return { ...head, body } satisfies FetchResponse
      const { reader, writer } = createPipe()
      writer.refs = 1
      writer.write(body)
      writer.release()
      return { ...head, body: '', fd: install(task, reader) } satisfies FetchResponse
    })
  }

  /** A body that arrives as time passes: read from a descriptor, or collected when the caller did not ask for a stream. */
  function streamed(
    task: Task,
    request: FetchRequest,
    head: { status: number; headers: Readonly<Record<string, string>> },
    stream: (sink: { data(chunk: string): void; end(): void }) => () => void,
  ): unknown {
    if (request.stream) {
      const { reader, writer } = createPipe()
      let stop = () => {}
      let closed = false
      const fd = install(task, { ...reader, release: () => ((closed = true), stop(), reader.release()) })
      stop = stream({ data: (chunk) => void (closed || writer.write(chunk)), end: () => writer.release() })
      return { ...head, body: '', fd } satisfies FetchResponse
    }
    let body = ''
    let ended = false
    let wakeUp = () => {}
    const stop = stream({ data: (chunk) => void (body += chunk), end: () => ((ended = true), wakeUp()) })
    return block(
      task,
      () => (ended ? ({ ...head, body } satisfies FetchResponse) : undefined),
      (again) => {
        wakeUp = again
        return stop
      },
    )
  }

  function openChannels(task: Task, connect: (peer: ChannelPeer) => ChannelPeer): FetchResponse['channel'] {
    const id = ++lastChannel
    const pipes = new Map<number, ReturnType<typeof createPipe>>()
    const fds: Record<number, number> = {}
    for (let channel = 0; channel < 5; channel++) {
      const pipe = createPipe()
      pipes.set(channel, pipe)
      fds[channel] = install(task, pipe.reader)
    }
    const finish = (channel: number) => pipes.get(channel)?.writer.release()
    const server = connect({
      data(channel, text) {
        try {
          pipes.get(channel)?.writer.write(text)
        } catch (error) {
          if (!(error instanceof SyscallError && error.code === 'EPIPE')) throw error // the client stopped listening: the text goes nowhere
        }
      },
      close: (channel) => (channel === undefined ? [...pipes.keys()].forEach(finish) : finish(channel)),
    })
    task.channels.set(id, server)
    return { id, fds }
  }

  // ---- system calls ----

  function perform(task: Task, request: Syscall): unknown {
    switch (request.call) {
      case 'now':
        return engine.nowMs
      case 'random':
        return engine.random.next()
      case 'cpu':
        return undefined
      case 'sleep':
        task.owedMs = 0
        resumeAfter(task, request.ms, () => undefined, true)
        return PARKED
      case 'open':
        return openPath(task, request.path, request.mode)
      case 'close':
        return closeFd(task, request.fd)
      case 'read': {
        const open = fileAt(task, request.fd)
        return block(task, () => open.read(request.max, request.until), open.onReadable)
      }
      case 'write': {
        const open = fileAt(task, request.fd)
        return block(task, () => (request.data === '' || open.write(request.data) ? true : undefined), open.onWritable)
      }
      case 'pipe': {
        const { reader, writer } = createPipe()
        return [install(task, reader), install(task, writer)]
      }
      case 'dup':
        if (request.as === request.fd) return request.fd
        return install(task, fileAt(task, request.fd), request.as)
      case 'poll':
        return pollAny(task, request.fds, request.timeoutMs)
      case 'tty': {
        const tty = task.fds.get(request.fd)?.tty
        return tty && { columns: tty.columns, rows: tty.rows }
      }
      case 'ttymode': {
        const tty = fileAt(task, request.fd).tty
        if (!tty) throw new SyscallError('EINVAL')
        tty.raw = request.raw ?? tty.raw
        tty.echo = request.echo ?? tty.echo
        return undefined
      }
      case 'foreground': {
        const tty = fileAt(task, request.fd).tty
        if (!tty) throw new SyscallError('EINVAL')
        tty.foreground = request.group
        return undefined
      }
      case 'fs':
        return performFs(files, request.op, task.cwd, task.who)
      case 'spawn':
        return spawnFrom(task, request.process)
      case 'wait':
        return waitFor(task, request)
      case 'kill':
        return request.pid === 0 ? signalPid(-task.group, request.signal, false) : signalPid(request.pid, request.signal, false)
      case 'signals':
        if (request.action === 'default') task.actions.delete(request.signal)
        else task.actions.set(request.signal, request.action)
        return undefined
      case 'pending':
        return task.pending.splice(0)
      case 'chdir': {
        const path = files.realPath(normalise(request.path, task.cwd))
        if (files.stat(path)?.type !== 'directory') throw new SyscallError('ENOTDIR')
        return (task.cwd = path)
      }
      case 'processes':
        return [...tasks.values()].map(infoOf)
      case 'resolve':
        return later(task, network.resolve(place, { ...request, type: request.type ?? 'A' }), (answer) => refuseErrors(answer))
      case 'connect':
        return connectTo(task, request)
      case 'listen':
        return listenOn(task, request)
      case 'accept':
        return acceptFrom(task, request.fd)
      case 'addresses':
        return [{ interface: 'lo', address: '127.0.0.1' }, ...place.interfaces]
      case 'fetch':
      case 'upgrade':
        return fetchFrom(task, request.request)
      case 'channel': {
        const peer = task.channels.get(request.id)
        if (request.send) peer?.data(request.send.channel, request.send.data)
        if (request.close !== undefined) peer?.close(typeof request.close === 'number' ? request.close : undefined)
        return undefined
      }
    }
  }

  function pollAny(task: Task, fds: readonly number[], timeoutMs: number | undefined): unknown {
    const ready = () => fds.find((fd) => fileAt(task, fd).readable())
    const deadline = timeoutMs === undefined ? undefined : engine.nowMs + timeoutMs
    return block(
      task,
      () => ready() ?? (deadline !== undefined && engine.nowMs >= deadline ? -1 : undefined),
      (again) => {
        const forget = fds.map((fd) => fileAt(task, fd).onReadable(again))
        const timer = deadline === undefined ? undefined : engine.at(deadline, again, schedule)
        return () => {
          for (const stop of forget) stop()
          engine.cancel(timer)
        }
      },
    )
  }

  return {
    files,
    place,
    hostname: options.hostname,
    get cpuMs() {
      return cpuMs
    },
    processes: () => [...tasks.values()].map(infoOf),
    start(request) {
      const task = launch({
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
    },
    signal: (pid, signal) => signalPid(pid, signal, true),
    powerOff() {
      off = true
      for (const task of tasks.values()) {
        task.unpark?.()
        task.state = 'zombie'
        for (const open of task.fds.values()) open.listener?.close()
      }
      tasks.clear()
    },
  }
}

/** Where programs are looked for when PATH is not set. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

function performFs(files: FileSystem, op: FsOperation, cwd: string, who: Credentials): unknown {
  const path = op.do === 'mounts' ? '/' : normalise(op.path, cwd)
  switch (op.do) {
    case 'stat':
      return files.stat(path, op.follow)
    case 'list':
      return files.list(path, who)
    case 'readFile':
      return files.read(path, who)
    case 'writeFile':
      return files.write(path, op.data, { mode: op.mode, who })
    case 'mkdir':
      return files.makeDirectory(path, { parents: op.parents, mode: op.mode, who })
    case 'remove':
      return files.remove(path, { recursive: op.recursive, who })
    case 'rename':
      return files.rename(path, normalise(op.to, cwd), who)
    case 'symlink':
      return files.symlink(path, op.target, who)
    case 'link':
      return files.hardLink(path, normalise(op.target, cwd), who)
    case 'readlink':
      return files.readLink(path)
    case 'realpath':
      return files.realPath(path)
    case 'chmod':
      return files.change(path, { mode: op.mode }, who)
    case 'chown':
      return files.change(path, { uid: op.uid, gid: op.gid }, who)
    case 'utimes':
      return files.change(path, { modifiedMs: op.modifiedMs }, who)
    case 'mounts':
      return files.mounts()
  }
}

function passwdName(files: FileSystem, uid: number): string {
  const passwd = files.stat('/etc/passwd') ? files.read('/etc/passwd') : 'root:x:0:0:root:/root:/bin/sh\n'
  return new RegExp(`^([^:\\n]*):[^:\\n]*:${uid}:`, 'm').exec(passwd)?.[1] ?? String(uid)
}

function fail(code: string): never {
  throw new SyscallError(code)
}

/** The parts of an absolute http(s) URL; EINVAL when it is none. */
function parseUrl(url: string): { host: string; port: number; path: string } {
  const match = /^(https?):\/\/(\[[^\]]*\]|[^/:?#]*)(?::(\d+))?(\/[^#]*)?/.exec(url)
  if (!match) return fail('EINVAL')
  return { host: match[2]!.replace(/^\[|\]$/g, ''), port: Number(match[3] ?? (match[1] === 'https' ? 443 : 80)), path: match[4] ?? '/' }
}
