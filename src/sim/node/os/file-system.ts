import { mountPointsOf, type LateMounts, type MountPoints } from './mount-points'
import { SyscallError, type FileStat, type MountInfo } from './syscalls'
import { byteLength } from './text'

/**
 * A file system is a tree of plain nodes with copy-on-write: trees are shared freely (an image's files by all its containers) and a node is
 * cloned the first time somebody who does not own it writes there. That makes containers cheap: one that writes nothing costs nothing.
 */
export type FileNode = FileEntry | DirectoryEntry | LinkEntry

interface Attributes {
  /** Who may write in place; anybody else clones first. */
  owner: Volume | undefined
  mode: number
  uid: number
  gid: number
  modifiedMs: number
  inode: number
}

export interface FileEntry extends Attributes {
  type: 'file'
  data: string
  /** How many bytes `data` is, once somebody has asked. */
  bytes?: number
  /** Name of the program that runs when this file is executed (see programs of machine.ts). */
  program?: string
  /** Content made up when it is read (/proc). */
  generate?: () => string
}

export interface DirectoryEntry extends Attributes {
  type: 'directory'
  entries: Map<string, FileNode>
}

export interface LinkEntry extends Attributes {
  type: 'symlink'
  target: string
}

/** Something mounted at a directory: a volume, or a part of one (`subPath`), or a single file of one. */
export interface Mount {
  readonly volume: Volume
  /** Path inside the volume that appears at the mount point; `/` for all of it. */
  readonly subPath: string
  readonly readOnly: boolean
  /** As `mount` prints them. */
  readonly source: string
  readonly type: string
}

/** Storage with a life of its own: the writable layer of a container, an emptyDir, a disk. */
export interface Volume {
  root: DirectoryEntry
  /** Bytes it may hold; undefined: no limit. */
  capacityBytes: number | undefined
  usedBytes: number
  lastInode: number
}

/** Who asks, for permission checks. */
export interface Credentials {
  readonly uid: number
  readonly gids: readonly number[]
}

/** Mode bit of a directory whose group new files inherit. */
const SETGID = 0o2000

export const rootUser: Credentials = { uid: 0, gids: [0] }

const attributes = (mode: number, nowMs: number): Attributes => ({ owner: undefined, mode, uid: 0, gid: 0, modifiedMs: nowMs, inode: 0 })

/** Nodes for building trees (images, volumes) as data. */
export const file = (data: string, mode = 0o644, nowMs = 0): FileEntry => ({ type: 'file', data, ...attributes(mode, nowMs) })
export const programFile = (program: string, nowMs = 0): FileEntry => ({
  type: 'file',
  data: `\x7fELF ${program}\n`,
  program,
  ...attributes(0o755, nowMs),
})
export const generatedFile = (generate: () => string): FileEntry => ({ type: 'file', data: '', generate, ...attributes(0o444, 0) })
export const link = (target: string, nowMs = 0): LinkEntry => ({ type: 'symlink', target, ...attributes(0o777, nowMs) })
export const directory = (entries: Readonly<Record<string, FileNode>> = {}, mode = 0o755, nowMs = 0): DirectoryEntry => ({
  type: 'directory',
  entries: new Map(Object.entries(entries)),
  ...attributes(mode, nowMs),
})

/** A tree from absolute paths; directories on the way are made. */
export function treeOf(files: Readonly<Record<string, FileNode>>, nowMs = 0): DirectoryEntry {
  const root = directory({}, 0o755, nowMs)
  for (const [path, node] of Object.entries(files)) {
    const names = split(path)
    const last = names.pop()
    let at = root
    for (const name of names) {
      let next = at.entries.get(name)
      if (next?.type !== 'directory') at.entries.set(name, (next = directory({}, 0o755, nowMs)))
      at = next
    }
    if (last !== undefined) at.entries.set(last, node)
  }
  return root
}

export const createVolume = (root: DirectoryEntry = directory(), capacityBytes?: number): Volume => ({
  root,
  capacityBytes,
  usedBytes: 0,
  lastInode: 1,
})

/** A volume whose tree is built when somebody first looks. A class, because an object with accessors of its own rests as a hash table. */
export class LazyVolume implements Volume {
  readonly capacityBytes = undefined
  usedBytes = 0
  lastInode = 1
  private built: DirectoryEntry | undefined

  constructor(private readonly build: () => DirectoryEntry) {}

  get root(): DirectoryEntry {
    return (this.built ??= this.build())
  }
  set root(tree) {
    this.built = tree
  }

  /** What was built is out of date: the next who looks has it built anew. */
  forget() {
    this.built = undefined
  }
}

const split = (path: string) => path.split('/').filter((part) => part !== '' && part !== '.')

/** `path` made absolute and free of `.` and `..` (without looking at links). */
export function normalise(path: string, cwd: string): string {
  if (isNormal(path)) return path
  // A directory with a slash at its end, as servers ask for it.
  const bare = path.slice(0, -1)
  if (path.endsWith('/') && isNormal(bare)) return bare
  const out: string[] = []
  for (const part of split(path.startsWith('/') ? path : `${cwd}/${path}`)) {
    if (part === '..') out.pop()
    else out.push(part)
  }
  return `/${out.join('/')}`
}

/** Whether an absolute path is as `normalise` would make it; a name that begins with a dot counts as one that is not. */
function isNormal(path: string): boolean {
  let before = 0
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i)
    if (i === 0 ? code !== SLASH : before === SLASH && (code === SLASH || code === DOT)) return false
    before = code
  }
  return before !== SLASH && path !== ''
}

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
  /** Puts a node (a program, a generated file) at a path. */
  place(path: string, node: FileNode): void
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
    return node.type === 'file' ? (node.generate?.() ?? node.data) : ''
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

  place(path: string, node: FileNode) {
    const found = this.find(path, false)
    const parent = this.ownParent(found, rootUser)
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
const DOT = 46

const must = (found: Found) => found.node ?? fail('ENOENT')

/** The node that a mount shows at its mount point. */
function topOf({ volume, subPath }: Mount): FileNode | undefined {
  let node: FileNode | undefined = volume.root
  if (subPath !== '/') for (const part of split(subPath)) node = node?.type === 'directory' ? node.entries.get(part) : undefined
  return node
}

function below(points: MountPoints, names: readonly string[]): MountPoints | undefined {
  let at: MountPoints | undefined = points
  for (const name of names) at = at?.below.get(name)
  return at
}

/** The node at `names` in a volume, with every directory on the way (and itself) made writable in place. */
function own(volume: Volume, names: readonly string[]): FileNode {
  let node: FileNode = volume.root.owner === volume ? volume.root : (volume.root = clone(volume.root, volume))
  for (const name of names) {
    const parent = node as DirectoryEntry // find() walked the same names through directories
    const child = parent.entries.get(name)!
    if (child.owner === volume) node = child
    else parent.entries.set(name, (node = clone(child, volume)))
  }
  return node
}

function grow(volume: Volume, bytes: number) {
  if (bytes > 0 && volume.capacityBytes !== undefined && volume.usedBytes + bytes > volume.capacityBytes) throw new SyscallError('ENOSPC')
  volume.usedBytes += bytes
}

function fail(code: string): never {
  throw new SyscallError(code)
}

function clone<T extends FileNode>(node: T, owner: Volume): T {
  if (node.type === 'directory' && !Object.hasOwn(node, 'entries')) fail('EROFS') // what it holds is made up
  const copy = { ...node, owner }
  if (copy.type === 'directory') copy.entries = new Map(copy.entries)
  if (copy.inode === 0) copy.inode = ++owner.lastInode
  return copy
}

/** Whether `who` may read (4), write (2) or search/execute (1) this node. */
function allows(node: FileNode, who: Credentials, right: 1 | 2 | 4): boolean {
  if (who.uid === 0) return true
  const shift = who.uid === node.uid ? 6 : who.gids.includes(node.gid) ? 3 : 0
  return ((node.mode >> shift) & right) !== 0
}

function sizeOf(node: FileNode): number {
  if (node.type === 'file') return byteLength(node.data)
  if (node.type === 'symlink') return 0
  let sum = 0
  for (const child of node.entries.values()) sum += sizeOf(child)
  return sum
}

function statOf(node: FileNode): FileStat {
  const { mode, uid, gid, modifiedMs, inode } = node
  const size = node.type === 'file' ? (node.bytes ??= byteLength(node.data)) : node.type === 'symlink' ? node.target.length : 4096
  return { type: node.type, size, mode, uid, gid, modifiedMs, inode, links: node.type === 'directory' ? 2 : 1 }
}
