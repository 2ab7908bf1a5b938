import type { Engine } from '../../engine/engine'
import { normalise, rootUser, type Credentials, type FileSystem } from './file-system'
import type { OpenFile } from './open-file'
import { nullDevice } from './pipe'
import { fail, fileAt, install, type Kernel, type Task } from './task'
import { textFromBytes } from './text'

type OpenMode = 'read' | 'write' | 'append' | 'readwrite'

/** `open`: a regular file, one of the process's own descriptors (/dev/stdout, /dev/fd/3), or a device. Answers the descriptor. */
export function openPath(kernel: Kernel, task: Task, path: string, mode: OpenMode): number {
  const full = normalise(path, task.cwd)
  const inherited = /^\/(?:dev|proc\/self)\/(?:fd\/(\d+)|std(in|out|err))$/.exec(full) ?? /^\/proc\/\d+\/fd\/(\d+)$/.exec(full)
  if (inherited) return install(task, fileAt(task, inherited[1] ? Number(inherited[1]) : ['in', 'out', 'err'].indexOf(inherited[2]!)))
  if (full === '/dev/null') return install(task, nullDevice())
  if (full === '/dev/tty') {
    const terminal = [...task.fds.values()].find((open) => open.tty)
    return install(task, terminal ?? fail('EACCES'))
  }
  if (full === '/dev/zero' || full === '/dev/urandom' || full === '/dev/random') return install(task, endlessDevice(full, kernel.engine))
  return install(task, openRegular(kernel.files, full, mode, task.who))
}

function endlessDevice(path: string, engine: Engine): OpenFile {
  const character = () => (path === '/dev/zero' ? '\0' : textFromBytes(Uint8Array.of(engine.random.int(256))))
  return { ...nullDevice(), read: (max = 4096, until) => (until ? '' : Array.from({ length: max }, character).join('')) }
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
  }
}
