import type { Credentials, FileSystem } from './file-system'
import { normalise } from './paths'
import { SyscallError, type FsOperation } from './syscalls'

/** Refuses to write a file whose name ends in a slash: only a directory is called so, and none is made by writing. */
export function refuseSlash(path: string): void {
  if (path.endsWith('/')) throw new SyscallError('EISDIR')
}

/** `fs`: one operation on the file system, with paths relative to `cwd` and the rights of `who`. */
export function performFs(files: FileSystem, op: FsOperation, cwd: string, who: Credentials): unknown {
  const path = op.do === 'mounts' ? '/' : normalise(op.path, cwd)
  switch (op.do) {
    case 'stat':
      return files.stat(path, op.follow)
    case 'list':
      return files.list(path, who)
    case 'readFile':
      return files.read(path, who)
    case 'writeFile':
      refuseSlash(op.path)
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
