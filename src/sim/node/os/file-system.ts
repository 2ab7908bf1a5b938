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

  constructor(private build: () => DirectoryEntry) {}

  get root(): DirectoryEntry {
    return (this.built ??= this.build())
  }
  set root(tree) {
    this.built = tree
  }

  /** Puts another tree in place of this one, to be built like the first. */
  replace(build: () => DirectoryEntry) {
    this.built = undefined
    this.build = build
  }
}

const split = (path: string) => path.split('/').filter((part) => part !== '' && part !== '.')

/** `path` made absolute and free of `.` and `..` (without looking at links). */
export function normalise(path: string, cwd: string): string {
  const out: string[] = []
  for (const part of split(path.startsWith('/') ? path : `${cwd}/${path}`)) {
    if (part === '..') out.pop()
    else out.push(part)
  }
  return `/${out.join('/')}`
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

/** The file tree that a machine's processes see. Paths must be absolute; refusals are thrown as SyscallError. */
export interface FileSystem {
  readonly root: Volume
  mount(path: string, mount: Mount): void
  unmount(path: string): void
  stat(path: string, follow?: boolean): FileStat | undefined
  /** The node itself, for reading only. */
  look(path: string, who?: Credentials): FileNode | undefined
  list(path: string, who?: Credentials): readonly string[]
  read(path: string, who?: Credentials): string
  /** Creates or replaces a file's content; `mode` is for new files. */
  write(path: string, data: string, options?: { mode?: number; append?: boolean; who?: Credentials }): void
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
}

const MAX_LINKS = 40

/** A file system whose `/` is `root`. `now` gives modification times; `readOnly` refuses writes outside mounts. */
export function createFileSystem(options: { root: Volume; now: () => number; readOnly?: boolean }): FileSystem {
  const rootMount: Mount = { volume: options.root, subPath: '/', readOnly: options.readOnly ?? false, source: 'overlay', type: 'overlay' }
  const mounts = new Map<string, Mount>()

  /** Follows names and links from the root. The last name need not exist; everything before it must. */
  function find(path: string, follow = true, who: Credentials = rootUser): Found {
    const found = seek(path, follow, who)
    return typeof found === 'string' ? fail(found) : found
  }

  /** The same, answering an error code instead of throwing: being told that a file is not there is the commonest answer, and errors are slow. */
  function seek(path: string, follow: boolean, who: Credentials): Found | string {
    let todo = split(path)
    let at: FileNode | undefined = options.root.root
    let mount = rootMount
    let inVolume: string[] = []
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
      const mounted = mounts.get(path)
      if (next?.type === 'symlink' && !mounted && (follow || rest.length > 0)) {
        if (++links > MAX_LINKS) return 'ELOOP'
        todo = [...split(next.target), ...rest]
        if (next.target.startsWith('/')) {
          at = options.root.root
          mount = rootMount
          inVolume = []
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
        at = inVolume.reduce<FileNode | undefined>(
          (node, part) => (node?.type === 'directory' ? node.entries.get(part) : undefined),
          mounted.volume.root,
        )
      } else {
        inVolume = [...inVolume, name]
        at = next
      }
      todo = rest
    }
    return { path: `/${here.join('/')}`, name: here.at(-1) ?? '/', node: at, mount, inVolume }
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

  function ownParent(found: Found, who: Credentials): DirectoryEntry {
    if (found.mount.readOnly) throw new SyscallError('EROFS')
    if (found.inVolume.length === 0) throw new SyscallError('EBUSY')
    const parent = own(found.mount.volume, found.inVolume.slice(0, -1)) as DirectoryEntry // a parent of what find() walked is a directory
    if (!allows(parent, who, 2)) throw new SyscallError('EACCES')
    parent.modifiedMs = options.now()
    return parent
  }

  const must = (found: Found) => found.node ?? fail('ENOENT')
  const adopt = <T extends FileNode>(node: T, found: Found, who: Credentials): T => {
    Object.assign(node, {
      owner: found.mount.volume,
      uid: who.uid,
      gid: who.gids[0] ?? 0,
      modifiedMs: options.now(),
      inode: ++found.mount.volume.lastInode,
    })
    return node
  }

  function grow(volume: Volume, bytes: number) {
    if (bytes > 0 && volume.capacityBytes !== undefined && volume.usedBytes + bytes > volume.capacityBytes) throw new SyscallError('ENOSPC')
    volume.usedBytes += bytes
  }

  const system: FileSystem = {
    root: options.root,
    mount: (path, mount) => void mounts.set(normalise(path, '/'), mount),
    unmount: (path) => void mounts.delete(normalise(path, '/')),
    stat(path, follow = true) {
      const found = seek(path, follow, rootUser)
      if (typeof found === 'string') return found === 'ENOENT' || found === 'ENOTDIR' ? undefined : fail(found)
      return found.node && statOf(found.node)
    },
    look: (path, who) => find(path, true, who).node,
    list(path, who = rootUser) {
      const found = find(path, true, who)
      const node = must(found)
      if (node.type !== 'directory') throw new SyscallError('ENOTDIR')
      if (!allows(node, who, 4)) throw new SyscallError('EACCES')
      const prefix = found.path === '/' ? '/' : `${found.path}/`
      const names = new Set(node.entries.keys())
      for (const at of mounts.keys())
        if (at.startsWith(prefix) && !at.slice(prefix.length).includes('/')) names.add(at.slice(prefix.length))
      return [...names].sort()
    },
    read(path, who = rootUser) {
      const node = must(find(path, true, who))
      if (node.type === 'directory') throw new SyscallError('EISDIR')
      if (!allows(node, who, 4)) throw new SyscallError('EACCES')
      return node.type === 'file' ? (node.generate?.() ?? node.data) : ''
    },
    write(path, data, { mode = 0o644, append = false, who = rootUser } = {}) {
      const found = find(path, true, who)
      if (found.mount.readOnly) throw new SyscallError('EROFS')
      if (found.node?.type === 'directory') throw new SyscallError('EISDIR')
      const { volume } = found.mount
      if (found.node && !allows(found.node, who, 2)) throw new SyscallError('EACCES')
      const old = found.node?.type === 'file' && !append ? byteLength(found.node.data) : 0
      grow(volume, byteLength(data) - old)
      if (!found.node) {
        ownParent(found, who).entries.set(found.name, adopt(file(data, mode), found, who))
        return
      }
      const node = own(volume, found.inVolume) as FileEntry // not a directory, and links were followed
      node.data = append ? node.data + data : data
      node.modifiedMs = options.now()
      if (!append) delete node.program
    },
    place(path, node) {
      const found = find(path, false)
      const parent = ownParent(found, rootUser)
      parent.entries.set(found.name, node)
    },
    makeDirectory(path, { parents = false, mode = 0o755, who = rootUser } = {}) {
      if (parents) {
        const names = split(path)
        for (let i = 1; i < names.length; i++) {
          const above = `/${names.slice(0, i).join('/')}`
          if (!find(above, true, who).node) system.makeDirectory(above, { who })
        }
      }
      const found = find(path, true, who)
      if (found.node) {
        if (parents && found.node.type === 'directory') return
        throw new SyscallError('EEXIST')
      }
      ownParent(found, who).entries.set(found.name, adopt(directory({}, mode), found, who))
    },
    remove(path, { recursive = false, who = rootUser } = {}) {
      const found = find(path, false, who)
      const node = must(found)
      if (mounts.has(found.path)) throw new SyscallError('EBUSY')
      if (node.type === 'directory' && !recursive && system.list(found.path).length > 0) throw new SyscallError('ENOTEMPTY')
      ownParent(found, who).entries.delete(found.name)
      grow(found.mount.volume, -sizeOf(node))
    },
    rename(from, to, who = rootUser) {
      const source = find(from, false, who)
      const node = must(source)
      let target = find(to, false, who)
      if (target.mount.volume !== source.mount.volume) throw new SyscallError('EXDEV')
      if (target.node === node) return
      if (target.node?.type === 'directory' && node.type !== 'directory') throw new SyscallError('EISDIR')
      if (target.node?.type === 'directory' && target.node.entries.size > 0) throw new SyscallError('ENOTEMPTY')
      if (`${target.path}/`.startsWith(`${source.path}/`)) throw new SyscallError('EINVAL')
      if (target.node) grow(target.mount.volume, -sizeOf(target.node))
      ownParent(source, who).entries.delete(source.name)
      target = find(to, false, who)
      ownParent(target, who).entries.set(target.name, node)
    },
    symlink(path, target, who = rootUser) {
      const found = find(path, false, who)
      if (found.node) throw new SyscallError('EEXIST')
      ownParent(found, who).entries.set(found.name, adopt(link(target), found, who))
    },
    hardLink(path, target, who = rootUser) {
      const source = find(target, true, who)
      const node = must(source)
      if (node.type === 'directory') throw new SyscallError('EPERM')
      const found = find(path, false, who)
      if (found.node) throw new SyscallError('EEXIST')
      if (found.mount.volume !== source.mount.volume) throw new SyscallError('EXDEV')
      const owned = own(source.mount.volume, source.inVolume)
      ownParent(found, who).entries.set(found.name, owned)
    },
    readLink(path) {
      const node = must(find(path, false))
      return node.type === 'symlink' ? node.target : fail('EINVAL')
    },
    realPath(path) {
      const found = find(path)
      must(found)
      return found.path
    },
    change(path, changes, who = rootUser) {
      const found = find(path, true, who)
      const node = must(found)
      if (found.mount.readOnly) throw new SyscallError('EROFS')
      if (who.uid !== 0 && who.uid !== node.uid) throw new SyscallError('EPERM')
      Object.assign(own(found.mount.volume, found.inVolume), changes)
    },
    mounts: () =>
      [['/', rootMount] as const, ...mounts].map(([path, { volume, source, type, readOnly }]) => ({
        source,
        path,
        type,
        options: readOnly ? 'ro,relatime' : 'rw,relatime',
        sizeBytes: volume.capacityBytes ?? 0,
        usedBytes: volume.usedBytes,
      })),
  }
  return system
}

function fail(code: string): never {
  throw new SyscallError(code)
}

function clone<T extends FileNode>(node: T, owner: Volume): T {
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
  const size = node.type === 'file' ? byteLength(node.data) : node.type === 'symlink' ? node.target.length : 4096
  return { type: node.type, size, mode, uid, gid, modifiedMs, inode, links: node.type === 'directory' ? 2 : 1 }
}
