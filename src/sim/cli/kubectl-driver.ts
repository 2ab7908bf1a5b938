import { spawn } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { kubectl } from '../kubectl/kubectl'
import { bytesFromText, textFromBytes } from '../node/os/text'
import {
  SyscallError,
  type FetchRequest,
  type FetchResponse,
  type FsOperation,
  type Self,
  type SpawnRequest,
  type Syscall,
} from '../node/os/syscalls'

/**
 * Runs the simulation's kubectl as a program of this computer: the same coroutine, its system calls answered by Node, so that it can talk to any
 * Kubernetes API and be compared with the real binary. Resolves to its exit code.
 */
export async function runKubectl(args: readonly string[]): Promise<number> {
  const self: Self = {
    pid: process.pid,
    argv: ['kubectl', ...args],
    env: { HOME: homedir(), ...(process.env as Record<string, string>) },
    cwd: process.cwd(),
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    user: userInfo().username,
    hostname: hostname(),
    unhindered: true,
    isTty: (fd) => Boolean([process.stdin, process.stdout, process.stderr][fd]?.isTTY),
  }
  const machine = openMachine()
  const program = kubectl(self)
  let step = program.next()
  while (!step.done) {
    try {
      step = program.next(await machine.answer(step.value))
    } catch (error) {
      if (!(error instanceof MachineRefusal)) throw error
      step = program.throw(error.refusal)
    }
  }
  return step.value
}

/** Keeps refusals of the machine apart from errors of the program. */
class MachineRefusal extends Error {
  constructor(readonly refusal: SyscallError) {
    super(refusal.message)
  }
}

interface Source {
  buffered: string
  next: () => Promise<string>
  close: () => void
}

function openMachine() {
  const sources = new Map<number, Source>([[0, standardInput()]])
  let nextFd = 10
  const children = new Map<number, Promise<number>>()

  const addSource = (next: () => Promise<string>, close = () => {}): number => {
    sources.set(nextFd, { buffered: '', next, close })
    return nextFd++
  }

  async function read(fd: number, max = Infinity, until?: string): Promise<string> {
    const source = sources.get(fd)
    if (!source) throw new SyscallError('EBADF')
    for (;;) {
      const end = until ? source.buffered.indexOf(until) : -1
      const ready = until ? end >= 0 : source.buffered !== ''
      if (ready) {
        const length = Math.min(until ? end + until.length : source.buffered.length, max)
        const text = source.buffered.slice(0, length)
        source.buffered = source.buffered.slice(length)
        return text
      }
      const more = await source.next()
      if (more === '') {
        const rest = source.buffered
        source.buffered = ''
        return rest
      }
      source.buffered += more
    }
  }

  async function request({ method, url, headers, body, stream }: FetchRequest): Promise<FetchResponse> {
    let response: Response
    try {
      response = await fetch(url, { method, headers, body: typeof body === 'string' ? body : body && new Uint8Array(body) })
    } catch (error) {
      const code = ((error as Error).cause as { code?: string } | undefined)?.code // undici's shape of a failure
      throw new SyscallError(code === 'EAI_AGAIN' ? 'ENOTFOUND' : (code ?? 'ECONNREFUSED'))
    }
    const head = { status: response.status, headers: Object.fromEntries(response.headers) }
    if (!stream) return { ...head, body: textFromBytes(new Uint8Array(await response.arrayBuffer())) }
    const reader = response.body!.getReader()
    const next = async () => {
      const { value } = await reader.read()
      return value ? textFromBytes(value) : ''
    }
    return { ...head, body: '', fd: addSource(next, () => void reader.cancel()) }
  }

  function start({ argv, env, cwd }: SpawnRequest): number {
    const child = spawn(argv[0]!, argv.slice(1), { env: { ...env }, cwd, stdio: 'inherit' })
    const pid = child.pid ?? -1
    children.set(pid, new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)).on('error', () => resolve(127))))
    return pid
  }

  async function perform(call: Syscall): Promise<unknown> {
    switch (call.call) {
      case 'now':
        return Date.now()
      case 'sleep':
        return new Promise((resolve) => setTimeout(resolve, call.ms))
      case 'cpu':
        return undefined
      case 'random':
        return Math.random()
      case 'read':
        return read(call.fd, call.max, call.until)
      case 'write':
        if (call.fd !== 1 && call.fd !== 2) throw new SyscallError('EBADF')
        return new Promise<void>((resolve) =>
          (call.fd === 1 ? process.stdout : process.stderr).write(bytesFromText(call.data), () => resolve()),
        )
      case 'close':
        sources.get(call.fd)?.close()
        sources.delete(call.fd)
        return undefined
      case 'fetch':
        return request(call.request)
      case 'fs':
        return fileSystem(call.op)
      case 'tty':
        return process.stdout.isTTY ? { columns: process.stdout.columns, rows: process.stdout.rows } : undefined
      case 'ttymode':
        if (process.stdin.isTTY) process.stdin.setRawMode(call.raw ?? false)
        return undefined
      case 'spawn':
        return start(call.process)
      case 'wait':
        return { pid: call.pid ?? 0, code: (await children.get(call.pid ?? 0)) ?? 0 }
      case 'signals':
        return undefined
      case 'pending':
        return []
      default:
        throw new SyscallError('EINVAL', `kubectl's driver does not know the call ${call.call}`)
    }
  }

  return {
    async answer(call: Syscall): Promise<unknown> {
      try {
        return await perform(call)
      } catch (error) {
        if (error instanceof SyscallError) throw new MachineRefusal(error)
        const code = (error as NodeJS.ErrnoException).code
        if (code) throw new MachineRefusal(new SyscallError(code))
        throw error
      }
    },
  }
}

function standardInput(): Source {
  const chunks = process.stdin.iterator({ destroyOnReturn: false })
  const next = async () => {
    const { value, done } = await chunks.next()
    return done ? '' : textFromBytes(value as Uint8Array) // without an encoding, chunks are Buffers
  }
  return { buffered: '', next, close: () => {} }
}

function fileSystem(op: FsOperation): unknown {
  switch (op.do) {
    case 'stat': {
      const found = (op.follow === false ? lstatSync : statSync)(op.path, { throwIfNoEntry: false })
      if (!found) return undefined
      const type = found.isDirectory() ? 'directory' : found.isSymbolicLink() ? 'symlink' : 'file'
      return {
        type,
        size: found.size,
        mode: found.mode & 0o7777,
        uid: found.uid,
        gid: found.gid,
        modifiedMs: found.mtimeMs,
        inode: found.ino,
        links: found.nlink,
      }
    }
    case 'list':
      return readdirSync(op.path)
    case 'readFile':
      return textFromBytes(readFileSync(op.path))
    case 'writeFile':
      return writeFileSync(op.path, bytesFromText(op.data), op.mode === undefined ? undefined : { mode: op.mode })
    case 'mkdir':
      return void mkdirSync(op.path, { recursive: op.parents, mode: op.mode })
    case 'remove':
      return rmSync(op.path, { recursive: op.recursive === true })
    case 'rename':
      return renameSync(op.path, op.to)
    case 'symlink':
      return symlinkSync(op.target, op.path)
    case 'chmod':
      return chmodSync(op.path, op.mode)
    case 'realpath':
      return realpathSync(op.path)
    default:
      throw new SyscallError('EINVAL')
  }
}
