import { file, type DirectoryEntry, type FileEntry, type FileNode } from './file-nodes'

/** A file that is written down when somebody looks at it; who writes to it gets a plain one with what it says by then. */
export const fileOf = (content: () => string, mode: number, modifiedMs: number): FileEntry => ({
  ...file('', mode, modifiedMs),
  get data() {
    return content()
  },
  // Not kept: the next look may find another text.
  get bytes() {
    return undefined
  },
  set bytes(_) {},
})

/** A directory whose content is made up whenever somebody looks. Nobody can write there: `own` of volume.ts refuses. */
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
