import { mountPointsOf, type LateMounts, type MountPoints } from './mount-points'
import { directory, file, link, type DirectoryEntry, type FileEntry, type FileNode } from './file-nodes'
import { normalise, split } from './paths'
import { SyscallError, type FileStat, type MountInfo } from './syscalls'
import { grow, own, sizeOf, topOf, type Mount, type Volume } from './volume'
import { byteLength } from './text'

/** Who asks, for permission checks. */
export interface Credentials {
  readonly uid: number
  readonly gids: readonly number[]
}

/** Mode bit of a directory whose group new files inherit. */
const SETGID = 0o2000

export const rootUser: Credentials = { uid: 0, gids: [0] }

/** Where a path led: its node if there is one, and the directory that would hold it. */
interface Found {
  readonly path: string
  readonly name: string
  readonly node: FileNode | undefined
  readonly mount: Mount
  /** Names from the volume's root to the node. */
  readonly inVolume: readonly string[]
}

interface WriteOptions {
  readonly mode?: number
  readonly append?: boolean
  readonly who?: Credentials
}

/** The file tree that a machine's processes see. Paths must be absolute; refusals are thrown as SyscallError. */
export interface FileSystem {
  readonly root: Volume
  mount(path: string, mount: Mount): void
  stat(path: string, follow?: boolean): FileStat | undefined
  /** The node itself, for reading only. */
  look(path: string, who?: Credentials): FileNode | undefined
  list(path: string, who?: Credentials): readonly string[]
  read(path: string, who?: Credentials): string
  /** Creates or replaces a file's content; `mode` is for new files. */
  write(path: string, data: string, options?: WriteOptions): void
  /** Puts a node (a program, a generated file, a socket) at a path. */
  place(path: string, node: FileNode, who?: Credentials): void
  makeDirectory(path: string, options?: { parents?: boolean; mode?: number; who?: Credentials }): void
  remove(path: string, options?: { recursive?: boolean; who?: Credentials }): void
  rename(from: string, to: string, who?: Credentials): void
  symlink(path: string, target: string, who?: Credentials): void
  hardLink(path: string, target: string, who?: Credentials): void
  readLink(path: string): string
  realPath(path: string): string
  change(path: string, attributes: { mode?: number; uid?: number; gid?: number; modifiedMs?: number }, who?: Credentials): void
  mounts(): readonly MountInfo[]
  /** The tree below a directory as somebody sees it who has that directory as `/`: what is mounted further down is there, nothing above is. */
  below(path: string): FileSystem
}

const MAX_LINKS = 40

/** What a file system is made of. */
export interface FileSystemOptions {
  /** What `/` is. */
  readonly root: Volume
  /** Gives modification times. */
  readonly now: () => number
  /** Refuses writes outside mounts. */
  readonly readOnly?: boolean
  readonly mounts?: LateMounts
  /** Paths that nobody here may write to, whatever their modes say: what a security module denies. */
  readonly denied?: readonly RegExp[]
  /** Path inside the root volume that is `/`; all of it unless told. */
  readonly subPath?: string
}

/** A file system of its own. */
export const createFileSystem = (options: FileSystemOptions): FileSystem => new MountedVolumes(options)

/** A class, because every container has one. */
class MountedVolumes implements FileSystem {
  readonly root: Volume
  private readonly now: () => number
  private readonly rootMount: Mount
  private readonly late: LateMounts | undefined
  private readonly denied: readonly RegExp[] | undefined
  private points: MountPoints
  private made: Map<string, Mount> | undefined

  constructor({ root, now, readOnly = false, mounts, subPath = '/', denied }: FileSystemOptions) {
    this.root = root
    this.denied = denied
    this.now = now
    this.rootMount = { volume: root, subPath, readOnly, source: 'overlay', type: 'overlay' }
    this.late = mounts
    this.points = mountPointsOf(mounts?.paths ?? [])
  }

  // ---- mounts ----

  /** What is mounted at a path, where something is. */
  private mountAt(path: string): Mount {
    this.made ??= new Map()
    let mount = this.made.get(path)
    if (!mount) this.made.set(path, (mount = this.late!.make(path)))
    return mount
  }

  private mountPaths(): readonly string[] {
    const late = this.late?.paths ?? []
    return [...late, ...[...(this.made?.keys() ?? [])].filter((path) => !late.includes(path))]
  }

  mount(path: string, mount: Mount) {
    this.made ??= new Map()
    this.made.set(normalise(path, '/'), mount)
    this.points = mountPointsOf(this.mountPaths())
  }

  mounts(): readonly MountInfo[] {
    const all = [['/', this.rootMount] as const, ...this.mountPaths().map((path) => [path, this.mountAt(path)] as const)]
    return all.map(([path, { volume, source, type, readOnly }]) => ({
      source,
      path,
      type,
      options: readOnly ? 'ro,relatime' : 'rw,relatime',
      sizeBytes: volume.capacityBytes ?? 0,
      usedBytes: volume.usedBytes,
    }))
  }

  below(path: string): FileSystem {
    const found = this.find(path)
    if (must(found).type !== 'directory') throw new SyscallError('ENOTDIR')
    const { volume, readOnly } = found.mount
    const inside = new MountedVolumes({ root: volume, now: this.now, readOnly, subPath: `/${found.inVolume.join('/')}` })
    const prefix = found.path === '/' ? '/' : `${found.path}/`
    for (const mounted of this.mountPaths()) {
      if (mounted.startsWith(prefix)) inside.mount(mounted.slice(prefix.length - 1), this.mountAt(mounted))
    }
    return inside
  }

  // ---- finding ----

  /** What is at `/`. */
  private top(): FileNode {
    return topOf(this.rootMount) ?? fail('ENOENT')
  }

  /** Follows names and links from the root. The last name need not exist; everything before it must. */
  private find(path: string, follow = true, who: Credentials = rootUser): Found {
    const found = this.seek(path, follow, who)
    return typeof found === 'string' ? fail(found) : found
  }

  /**
   * The node at a path, for those who only want to see it and where no link, `..` or refusal stands in the way; undefined when something does, or
   * nothing is there: then `seek` knows more.
   */
  private glance(path: string, who: Credentials): FileNode | undefined {
    if (path.charCodeAt(0) !== SLASH) return undefined
    let at: FileNode = this.top()
    let points: MountPoints | undefined = this.points
    for (let from = 1; from < path.length;) {
      const slash = path.indexOf('/', from)
      const to = slash < 0 ? path.length : slash
      const name = path.slice(from, to)
      from = to + 1
      if (at.type !== 'directory' || name === '' || name === '.' || name === '..' || !allows(at, who, 1)) return undefined
      points = points?.below.get(name)
      const next: FileNode | undefined = points?.path === undefined ? at.entries.get(name) : topOf(this.mountAt(points.path))
      if (next === undefined || next.type === 'symlink') return undefined
      at = next
    }
    return at
  }

  /** Like `find`, answering an error code instead of throwing: being told that a file is not there is the commonest answer, and errors are slow. */
  private seek(path: string, follow: boolean, who: Credentials): Found | string {
    let todo = split(path)
    let at: FileNode | undefined = this.top()
    let mount = this.rootMount
    let inVolume = split(mount.subPath)
    let here: string[] = []
    let links = 0
    const trail: { node: FileNode; mount: Mount; inVolume: string[] }[] = []
    while (todo.length > 0) {
      const [name, ...rest] = todo as [string, ...string[]]
      if (at?.type !== 'directory') return at ? 'ENOTDIR' : 'ENOENT'
      if (!allows(at, who, 1)) return 'EACCES'
      if (name === '..') {
        const up = trail.pop()
        if (up) ({ node: at, mount, inVolume } = up)
        here = here.slice(0, -1)
        todo = rest
        continue
      }
      const next: FileNode | undefined = at.entries.get(name)
      const path: string = `/${[...here, name].join('/')}`
      const mounted = this.pointAt([...here, name]) ? this.mountAt(path) : undefined
      if (next?.type === 'symlink' && !mounted && (follow || rest.length > 0)) {
        if (++links > MAX_LINKS) return 'ELOOP'
        todo = [...split(next.target), ...rest]
        if (next.target.startsWith('/')) {
          at = this.top()
          mount = this.rootMount
          inVolume = split(mount.subPath)
          here = []
          trail.length = 0
        }
        continue
      }
      if (rest.length === 0 && !next && !mounted) return { path, name, node: undefined, mount, inVolume: [...inVolume, name] }
      trail.push({ node: at, mount, inVolume })
      here = [...here, name]
      if (mounted) {
        mount = mounted
        inVolume = split(mounted.subPath)
        at = topOf(mounted)
      } else {
        inVolume = [...inVolume, name]
        at = next
      }
      todo = rest
    }
    return { path: `/${here.join('/')}`, name: here.at(-1) ?? '/', node: at, mount, inVolume }
  }

  /** Whether something is mounted at the path of these names. */
  private pointAt(names: readonly string[]): boolean {
    return below(this.points, names)?.path !== undefined
  }

  // ---- looking ----

  stat(path: string, follow = true): FileStat | undefined {
    const node = follow ? this.glance(path, rootUser) : undefined
    if (node) return statOf(node)
    const found = this.seek(path, follow, rootUser)
    if (typeof found === 'string') return found === 'ENOENT' || found === 'ENOTDIR' ? undefined : fail(found)
    return found.node && statOf(found.node)
  }

  look(path: string, who: Credentials = rootUser): FileNode | undefined {
    return this.glance(path, who) ?? this.find(path, true, who).node
  }

  list(path: string, who: Credentials = rootUser): readonly string[] {
    const found = this.find(path, true, who)
    const node = must(found)
    if (node.type !== 'directory') throw new SyscallError('ENOTDIR')
    if (!allows(node, who, 4)) throw new SyscallError('EACCES')
    const names = new Set(node.entries.keys())
    for (const [name, point] of below(this.points, split(found.path))?.below ?? []) if (point.path !== undefined) names.add(name)
    return [...names].sort()
  }

  read(path: string, who: Credentials = rootUser): string {
    const node = this.glance(path, who) ?? must(this.find(path, true, who))
    if (node.type === 'directory') throw new SyscallError('EISDIR')
    if (!allows(node, who, 4)) throw new SyscallError('EACCES')
    if (node.type !== 'file') return ''
    if (node.listener) throw new SyscallError('ENXIO')
    return node.generate?.() ?? node.data
  }

  readLink(path: string): string {
    const node = must(this.find(path, false))
    return node.type === 'symlink' ? node.target : fail('EINVAL')
  }

  realPath(path: string): string {
    const found = this.find(path)
    must(found)
    return found.path
  }

  // ---- changing ----

  /** The directory that holds what was found, made writable in place. */
  private ownParent(found: Found, who: Credentials): DirectoryEntry {
    if (this.denied?.some((pattern) => pattern.test(found.path))) throw new SyscallError('EACCES')
    if (found.mount.readOnly) throw new SyscallError('EROFS')
    if (found.inVolume.length === 0) throw new SyscallError('EBUSY')
    const parent = own(found.mount.volume, found.inVolume.slice(0, -1)) as DirectoryEntry // a parent of what find() walked is a directory
    if (!allows(parent, who, 2)) throw new SyscallError('EACCES')
    parent.modifiedMs = this.now()
    return parent
  }

  /** Adds a new node. In a directory with the setgid bit it belongs to the directory's group, and a directory hands the bit on. */
  private add(node: FileNode, found: Found, who: Credentials) {
    const parent = this.ownParent(found, who)
    const inherits = (parent.mode & SETGID) !== 0
    Object.assign(node, {
      owner: found.mount.volume,
      uid: who.uid,
      gid: inherits ? parent.gid : (who.gids[0] ?? 0),
      ...(inherits && node.type === 'directory' && { mode: node.mode | SETGID }),
      modifiedMs: this.now(),
      inode: ++found.mount.volume.lastInode,
    })
    parent.entries.set(found.name, node)
  }

  write(path: string, data: string, { mode = 0o644, append = false, who = rootUser }: WriteOptions = {}) {
    const found = this.find(path, true, who)
    if (this.denied?.some((pattern) => pattern.test(found.path))) throw new SyscallError('EACCES')
    if (found.mount.readOnly) throw new SyscallError('EROFS')
    if (found.node?.type === 'directory') throw new SyscallError('EISDIR')
    const { volume } = found.mount
    if (found.node && !allows(found.node, who, 2)) throw new SyscallError('EACCES')
    const old = found.node?.type === 'file' && !append ? byteLength(found.node.data) : 0
    grow(volume, byteLength(data) - old)
    if (!found.node) {
      this.add(file(data, mode), found, who)
      return
    }
    const node = own(volume, found.inVolume) as FileEntry // not a directory, and links were followed
    node.data = append ? node.data + data : data
    node.bytes = undefined
    node.modifiedMs = this.now()
    if (!append) delete node.program
  }

  place(path: string, node: FileNode, who: Credentials = rootUser) {
    const found = this.find(path, false, who)
    const parent = this.ownParent(found, who)
    parent.entries.set(found.name, node)
  }

  makeDirectory(
    path: string,
    { parents = false, mode = 0o755, who = rootUser }: { parents?: boolean; mode?: number; who?: Credentials } = {},
  ) {
    if (parents) {
      const names = split(path)
      for (let i = 1; i < names.length; i++) {
        const above = `/${names.slice(0, i).join('/')}`
        if (!this.find(above, true, who).node) this.makeDirectory(above, { who })
      }
    }
    const found = this.find(path, true, who)
    if (found.node) {
      if (parents && found.node.type === 'directory') return
      throw new SyscallError('EEXIST')
    }
    this.add(directory({}, mode), found, who)
  }

  remove(path: string, { recursive = false, who = rootUser }: { recursive?: boolean; who?: Credentials } = {}) {
    const found = this.find(path, false, who)
    const node = must(found)
    if (this.pointAt(split(found.path))) throw new SyscallError('EBUSY')
    if (node.type === 'directory' && !recursive && this.list(found.path).length > 0) throw new SyscallError('ENOTEMPTY')
    this.ownParent(found, who).entries.delete(found.name)
    grow(found.mount.volume, -sizeOf(node))
  }

  rename(from: string, to: string, who: Credentials = rootUser) {
    const source = this.find(from, false, who)
    const node = must(source)
    let target = this.find(to, false, who)
    if (target.mount.volume !== source.mount.volume) throw new SyscallError('EXDEV')
    if (target.node === node) return
    if (target.node?.type === 'directory' && node.type !== 'directory') throw new SyscallError('EISDIR')
    if (target.node?.type === 'directory' && target.node.entries.size > 0) throw new SyscallError('ENOTEMPTY')
    if (`${target.path}/`.startsWith(`${source.path}/`)) throw new SyscallError('EINVAL')
    if (target.node) grow(target.mount.volume, -sizeOf(target.node))
    this.ownParent(source, who).entries.delete(source.name)
    target = this.find(to, false, who)
    this.ownParent(target, who).entries.set(target.name, node)
  }

  symlink(path: string, target: string, who: Credentials = rootUser) {
    const found = this.find(path, false, who)
    if (found.node) throw new SyscallError('EEXIST')
    this.add(link(target), found, who)
  }

  hardLink(path: string, target: string, who: Credentials = rootUser) {
    const source = this.find(target, true, who)
    const node = must(source)
    if (node.type === 'directory') throw new SyscallError('EPERM')
    const found = this.find(path, false, who)
    if (found.node) throw new SyscallError('EEXIST')
    if (found.mount.volume !== source.mount.volume) throw new SyscallError('EXDEV')
    const owned = own(source.mount.volume, source.inVolume)
    this.ownParent(found, who).entries.set(found.name, owned)
  }

  change(path: string, changes: { mode?: number; uid?: number; gid?: number; modifiedMs?: number }, who: Credentials = rootUser) {
    const found = this.find(path, true, who)
    const node = must(found)
    if (found.mount.readOnly) throw new SyscallError('EROFS')
    if (who.uid !== 0 && who.uid !== node.uid) throw new SyscallError('EPERM')
    Object.assign(own(found.mount.volume, found.inVolume), changes)
  }
}

const SLASH = 47

const must = (found: Found) => found.node ?? fail('ENOENT')

function below(points: MountPoints, names: readonly string[]): MountPoints | undefined {
  let at: MountPoints | undefined = points
  for (const name of names) at = at?.below.get(name)
  return at
}

function fail(code: string): never {
  throw new SyscallError(code)
}

/** Whether `who` may read (4), write (2) or search/execute (1) this node. */
function allows(node: FileNode, who: Credentials, right: 1 | 2 | 4): boolean {
  if (who.uid === 0) return true
  const shift = who.uid === node.uid ? 6 : who.gids.includes(node.gid) ? 3 : 0
  return ((node.mode >> shift) & right) !== 0
}

function statOf(node: FileNode): FileStat {
  const { mode, uid, gid, modifiedMs, inode } = node
  const size = node.type === 'file' ? (node.bytes ??= byteLength(node.data)) : node.type === 'symlink' ? node.target.length : 4096
  return {
    type: node.type === 'file' && node.listener ? 'socket' : node.type,
    size,
    mode,
    uid,
    gid,
    modifiedMs,
    inode,
    links: node.type === 'directory' ? 2 : 1,
  }
}
