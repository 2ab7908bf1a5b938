import { listDirectory, spawn, stat, wait, write } from '../node/os/calls'
import { SyscallError, type Proc, type Self } from '../node/os/syscalls'

/** A program that kubectl takes for one of its subcommands. */
export interface Plugin {
  readonly path: string
  readonly executable: boolean
}

/** A folder of PATH that cannot be read. */
export interface Unreadable {
  readonly folder: string
  readonly why: string
}

/** All plug-ins on PATH: programs called `kubectl-…`. Folders that cannot be read are told in `unreadable`. */
export function* findPlugins(self: Self): Proc<{ plugins: Plugin[]; unreadable: Unreadable[] }> {
  const plugins: Plugin[] = []
  const unreadable: Unreadable[] = []
  for (const folder of new Set((self.env.PATH ?? '').split(':').filter((name) => name.trim() !== ''))) {
    for (const name of (yield* namesIn(folder, unreadable)).toSorted()) {
      if (!name.startsWith('kubectl-')) continue
      const found = yield* stat(`${folder}/${name}`)
      if (found && found.type !== 'directory')
        plugins.push({ path: `${folder.replace(/\/$/, '')}/${name}`, executable: (found.mode & 0o111) !== 0 })
    }
  }
  return { plugins, unreadable }
}

function* namesIn(folder: string, unreadable: Unreadable[]): Proc<readonly string[]> {
  try {
    return yield* listDirectory(folder)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    unreadable.push({ folder, why: error.message.toLowerCase() })
    return []
  }
}

/**
 * Runs the plug-in that a command line names and answers its exit code; undefined when there is none. `kubectl a b c` looks for kubectl-a-b-c,
 * then kubectl-a-b with the argument c, and so on down to `fewest` words; a dash within a word is an underscore in the file's name.
 */
export function* runPlugin(self: Self, words: readonly string[], fewest = 1): Proc<number | undefined> {
  const end = words.findIndex((word) => word.startsWith('-'))
  const parts = words.slice(0, end < 0 ? words.length : end)
  if (parts.length === 0) {
    yield* write(2, `Error: flags cannot be placed before plugin name: ${words[0]}\n`)
    return 1
  }
  for (let count = parts.length; count >= fewest; count--) {
    const name = `kubectl-${parts.slice(0, count).map((part) => part.replaceAll('-', '_')).join('-')}` // prettier-ignore
    const path = yield* onPath(self, name)
    if (path === undefined) continue
    const pid = yield* spawn({ argv: [path, ...words.slice(count)], env: self.env, cwd: self.cwd, fds: { 0: 0, 1: 1, 2: 2 } })
    return (yield* wait(pid)).code
  }
  return undefined
}

/** The executable that a bare name means. */
export function* onPath(self: Self, name: string): Proc<string | undefined> {
  for (const folder of (self.env.PATH ?? '').split(':').filter(Boolean)) {
    const found = yield* stat(`${folder}/${name}`)
    if (found && found.type !== 'directory' && found.mode & 0o111) return `${folder}/${name}`
  }
  return undefined
}
