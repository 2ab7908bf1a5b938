import { directory, type DirectoryEntry, type FileNode } from './file-nodes'
import { split } from './paths'
import { SyscallError } from './syscalls'
import { byteLength } from './text'

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

  constructor(private readonly maker: { build(): DirectoryEntry }) {}

  get root(): DirectoryEntry {
    return (this.built ??= this.maker.build())
  }
  set root(tree) {
    this.built = tree
  }

  /** What was built is out of date: the next who looks has it built anew. */
  forget() {
    this.built = undefined
  }
}

/** The node that a mount shows at its mount point. */
export function topOf({ volume, subPath }: Mount): FileNode | undefined {
  let node: FileNode | undefined = volume.root
  if (subPath !== '/') for (const part of split(subPath)) node = node?.type === 'directory' ? node.entries.get(part) : undefined
  return node
}

/** The node at `names` in a volume, with every directory on the way (and itself) made writable in place. */
export function own(volume: Volume, names: readonly string[]): FileNode {
  let node: FileNode = volume.root.owner === volume ? volume.root : (volume.root = clone(volume.root, volume))
  for (const name of names) {
    const parent = node as DirectoryEntry // find() walked the same names through directories
    const child = parent.entries.get(name)!
    if (child.owner === volume) node = child
    else parent.entries.set(name, (node = clone(child, volume)))
  }
  return node
}

/** Counts bytes that come or go; refuses what a volume cannot hold. */
export function grow(volume: Volume, bytes: number) {
  if (bytes > 0 && volume.capacityBytes !== undefined && volume.usedBytes + bytes > volume.capacityBytes) throw new SyscallError('ENOSPC')
  volume.usedBytes += bytes
}

function clone<T extends FileNode>(node: T, owner: Volume): T {
  if (node.type === 'directory' && !Object.hasOwn(node, 'entries')) fail('EROFS') // what it holds is made up
  const copy = { ...node, owner }
  if (copy.type === 'directory') copy.entries = new Map(copy.entries)
  if (copy.inode === 0) copy.inode = ++owner.lastInode
  return copy
}

/** Bytes of a node and all below it. */
export function sizeOf(node: FileNode): number {
  if (node.type === 'file') return byteLength(node.data)
  if (node.type === 'symlink') return 0
  let sum = 0
  for (const child of node.entries.values()) sum += sizeOf(child)
  return sum
}

function fail(code: string): never {
  throw new SyscallError(code)
}
