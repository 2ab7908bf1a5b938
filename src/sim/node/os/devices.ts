import type { Engine } from '../../engine/engine'
import { rootUser, type Credentials, type FileSystem } from './file-system'
import { normalise } from './paths'
import type { OpenFile } from './open-file'
import { nullDevice } from './pipe'
import type { FileStat, FsOperation } from './syscalls'
import { fail, fileAt, install, type Kernel, type Task } from './task'
import { textFromBytes } from './text'

export type OpenMode = 'read' | 'write' | 'append' | 'readwrite'

/** `open`: a regular file, a descriptor of the process itself (/dev/stdout, /dev/fd/3) or of another one (/proc/1/fd/1), or a device. Answers the descriptor. */
export function openPath(kernel: Kernel, task: Task, files: FileSystem, path: string, mode: OpenMode): number {
  const full = normalise(path, task.cwd)
  const descriptor = descriptorAt(kernel, task, full)
  if (descriptor) return install(task, fileAt(descriptor.of, descriptor.fd))
  if (full === '/dev/null') return install(task, nullDevice())
  if (full === '/dev/tty') {
    const terminal = [...task.fds.values()].find((open) => open.tty)
    return install(task, terminal ?? fail('EACCES'))
  }
  if (full === '/dev/zero' || full === '/dev/urandom' || full === '/dev/random') return install(task, endlessDevice(full, kernel.engine))
  return install(task, openRegular(files, full, mode, task.who))
}

/** Which descriptor a path names, and whose: `/dev/fd/63`, `/dev/stdin` and `/proc/self/fd/3` are the process's own, `/proc/1/fd/1` is what a container's log reads from. */
function descriptorAt(kernel: Kernel, task: Task, path: string): { readonly of: Task; readonly fd: number } | undefined {
  const [matched, pid, number, standard] = /^\/(?:dev|proc\/(?:self|(\d+)))\/(?:fd\/(\d+)|std(in|out|err))$/.exec(path) ?? []
  if (matched === undefined) return undefined
  const fd = standard === undefined ? Number(number) : ['in', 'out', 'err'].indexOf(standard)
  if (pid === undefined || Number(pid) === task.pid) return { of: task, fd }
  const other = kernel.taskNumbered(Number(pid))
  if (!other?.fds.has(fd)) fail('ENOENT')
  if (task.who.uid !== 0 && task.who.uid !== other!.who.uid) fail('EACCES')
  return { of: other!, fd }
}

/** `readFile` and `stat` of a path that names a descriptor; undefined for all other operations and paths. */
export function lookAtDescriptor(kernel: Kernel, task: Task, op: FsOperation): { readonly answer: unknown } | undefined {
  if (op.do !== 'readFile' && op.do !== 'stat') return undefined
  const path = normalise(op.path, task.cwd)
  // Asked for every file that anybody looks at.
  if (!path.startsWith('/dev/') && !path.startsWith('/proc/')) return undefined
  const descriptor = descriptorAt(kernel, task, path)
  const open = descriptor?.of.fds.get(descriptor.fd)
  if (!open) return undefined
  if (op.do === 'stat') {
    const stat: FileStat = open.stat?.() ?? {
      type: open.tty ? 'device' : 'pipe',
      size: 0,
      mode: 0o600,
      uid: 0,
      gid: 0,
      modifiedMs: kernel.engine.nowMs,
      inode: 0,
      links: 1,
    }
    return { answer: stat }
  }
  let text = ''
  const readOn = () => {
    for (let chunk = open.read(undefined, undefined); chunk !== undefined; chunk = open.read(undefined, undefined)) {
      if (chunk === '') return text
      text += chunk
    }
    return undefined
  }
  return { answer: kernel.block(task, readOn, (again) => open.onReadable(again)) }
}

function endlessDevice(path: string, engine: Engine): OpenFile {
  const noise = () => textFromBytes(Uint8Array.of(engine.random.int(256)))
  const bytes = (count: number) => (path === '/dev/zero' ? '\0'.repeat(count) : Array.from({ length: count }, noise).join(''))
  return { ...nullDevice(), read: (max = 4096, until) => (until ? '' : bytes(max)) }
}

function openRegular(files: FileSystem, path: string, mode: OpenMode, who: Credentials): OpenFile {
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
    stat: () => files.stat(path),
  }
}
