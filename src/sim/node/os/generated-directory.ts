import type { DirectoryEntry, FileNode } from './file-system'

/** A directory whose content is made up whenever somebody looks. Nobody can write there: `clone` of file-system.ts refuses. */
export class GeneratedDirectory implements DirectoryEntry {
  readonly type = 'directory'
  readonly owner = undefined
  readonly mode = 0o755
  readonly uid = 0
  readonly gid = 0
  readonly inode = 0

  constructor(
    private readonly build: () => Readonly<Record<string, FileNode>>,
    readonly modifiedMs: number,
  ) {}

  get entries(): Map<string, FileNode> {
    return new Map(Object.entries(this.build()))
  }
}
