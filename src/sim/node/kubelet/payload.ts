import { directory, file, link, treeOf, type DirectoryEntry, type FileNode } from '../os/file-nodes'
import { calendar } from '../../engine/time'

/** One file of a projected volume. */
export interface PayloadFile {
  readonly text: string
  readonly mode: number
}

/**
 * The tree of a ConfigMap, Secret, projected or downwardAPI volume. The files live in a dated folder, `..data` points to it and every name
 * points through `..data`: swapping that one link changes all files at once, which is how a refresh is atomic.
 */
export function payloadTree(files: ReadonlyMap<string, PayloadFile>, nowMs: number, owner: { gid?: number } = {}): DirectoryEntry {
  const t = calendar(nowMs)
  const two = (value: number) => String(value).padStart(2, '0')
  const dated = `..${t.year}_${two(t.month)}_${two(t.day)}_${two(t.hour)}_${two(t.minute)}_${two(t.second)}.${String(Math.floor(nowMs * 1_000_003) % 1_000_000_000).padStart(9, '0')}`
  const content: Record<string, FileNode> = {}
  const top: Record<string, FileNode> = {}
  for (const [path, { text, mode }] of files) {
    const entry = file(text, mode, nowMs)
    if (owner.gid !== undefined) Object.assign(entry, { gid: owner.gid, mode: mode | ((mode & 0o400) >> 3) })
    content[`/${dated}/${path}`] = entry
    const name = path.split('/')[0]!
    top[name] = link(`..data/${name}`, nowMs)
  }
  const tree = treeOf(content, nowMs)
  if (files.size === 0) tree.entries.set(dated, directory({}, 0o755, nowMs))
  tree.entries.set('..data', link(dated, nowMs))
  for (const [name, node] of Object.entries(top)) tree.entries.set(name, node)
  tree.mode = 0o777
  return tree
}

/** Where a path of such a volume really is, for mounts of one file (`subPath`), which never see a refresh. */
export function payloadPath(tree: DirectoryEntry, path: string): string {
  const data = tree.entries.get('..data')
  return data?.type === 'symlink' && path !== '/' ? `/${data.target}/${path.replace(/^\/+/, '')}` : path
}
