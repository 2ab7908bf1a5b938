import { posix } from 'node:path'
import { kubectl } from '../../../src/sim/kubectl/kubectl'
import {
  SyscallError,
  type FetchRequest,
  type FetchResponse,
  type FsOperation,
  type Self,
  type Syscall,
} from '../../../src/sim/node/os/syscalls'

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

export interface MachineOptions {
  /** By path; relative ones are below the working directory. */
  readonly files?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Told of each file that is written, by the path it was written to. */
  readonly onWrite?: (path: string, text: string) => void
  /** Without a server every request is refused. */
  readonly server?: (request: FetchRequest) => FetchResponse
}

/** Runs one kubectl command line, as text or in words, on a machine that consists of a few files, standard input and perhaps a server. */
export function runKubectl(line: string | readonly string[], options: MachineOptions = {}): Ran {
  const { files = {}, stdin = '', server, cwd = '/root', env = {}, onWrite } = options
  const at = (path: string) => posix.resolve(cwd, path)
  const disk = new Map(Object.entries(files).map(([path, text]) => [at(path), text]))
  const folders = new Set([cwd, '/root'])
  const below = (folder: string) => [...disk.keys()].filter((path) => path.startsWith(folder === '/' ? '/' : `${folder}/`))
  const node = (type: 'file' | 'directory') => ({ type, size: 0, mode: 0o644, uid: 0, gid: 0, modifiedMs: 0, inode: 1, links: 1 })
  let input = stdin
  const output = { 1: '', 2: '' } as Record<number, string>
  const fs = (op: FsOperation): unknown => {
    switch (op.do) {
      case 'stat':
        if (disk.has(at(op.path))) return node('file')
        return folders.has(at(op.path)) || below(at(op.path)).length ? node('directory') : undefined
      case 'realpath':
        return at(op.path)
      case 'list':
        return [...new Set(below(at(op.path)).map((path) => path.slice(at(op.path).length + 1).split('/')[0]!))]
      case 'readFile':
        if (!disk.has(at(op.path))) throw new SyscallError(below(at(op.path)).length ? 'EISDIR' : 'ENOENT')
        return disk.get(at(op.path))
      case 'writeFile':
        if (!folders.has(posix.dirname(at(op.path))) && !below(posix.dirname(at(op.path))).length) throw new SyscallError('ENOENT')
        onWrite?.(op.path, op.data)
        return void disk.set(at(op.path), op.data)
      case 'mkdir':
        return void folders.add(at(op.path))
      default:
        throw new SyscallError('ENOENT')
    }
  }
  const answer = (call: Syscall): unknown => {
    switch (call.call) {
      case 'cpu':
        return undefined
      case 'now':
        return 0
      case 'read': {
        const text = input
        input = ''
        return text
      }
      case 'write':
        output[call.fd] += call.data
        return undefined
      case 'fs':
        return fs(call.op)
      case 'fetch':
        if (!server) throw new SyscallError('ECONNREFUSED')
        return server(call.request)
      default:
        throw new Error(`the test's machine does not know ${call.call}`)
    }
  }
  const self: Self = {
    pid: 1,
    argv: typeof line === 'string' ? words(line) : ['kubectl', ...line],
    env: { HOME: '/root', ...env },
    cwd,
    uid: 0,
    gid: 0,
    user: 'root',
    hostname: 'test',
    unhindered: true,
    isTty: () => false,
  }
  const program = kubectl(self)
  let step = program.next()
  while (!step.done) {
    let value: unknown
    try {
      value = answer(step.value)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      step = program.throw(error)
      continue
    }
    step = program.next(value)
  }
  return { stdout: output[1]!, stderr: output[2]!, code: step.value }
}

/** Splits a command line at blanks outside quotes. */
function words(line: string): string[] {
  const found: string[] = []
  let word: string | undefined
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!
    if (character === "'") {
      const end = line.indexOf("'", i + 1)
      word = (word ?? '') + line.slice(i + 1, end)
      i = end
    } else if (character === '\\') word = (word ?? '') + line[++i]!
    else if (character === ' ') {
      if (word !== undefined) found.push(word)
      word = undefined
    } else word = (word ?? '') + character
  }
  return word === undefined ? found : [...found, word]
}
