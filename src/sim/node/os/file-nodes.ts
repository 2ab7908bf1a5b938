import { split } from './paths'
import type { Listener } from './socket'
import type { Volume } from './volume'

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
  /** Who is reached there, of a socket. */
  listener?: Listener
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
