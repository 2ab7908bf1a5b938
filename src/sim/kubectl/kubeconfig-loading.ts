import { CommandError, throwAll } from './errors'
import { byName, emptyKubeconfig, readKubeconfig, writeKubeconfig, type Entry, type KubeConfig, type List } from './kubeconfig-file'
import { sameJson } from '../formats/merge-patch'
import { stat } from '../node/os/calls'
import type { Proc } from '../node/os/syscalls'
import { log, verbosity, type Kubectl } from './session'

/** The files of KUBECONFIG in their order of precedence, or the one in the home directory. */
export function kubeconfigPaths({ self, flags }: Kubectl): readonly string[] {
  if (flags.text('kubeconfig')) return [flags.text('kubeconfig')]
  const listed = (self.env.KUBECONFIG ?? '').split(':').filter(Boolean)
  return listed.length ? [...new Set(listed)] : [`${self.env.HOME ?? '/root'}/.kube/config`]
}

/** Where new entries go: the file named by --kubeconfig, else the first that exists, else the last. */
export function* defaultKubeconfig(kubectl: Kubectl): Proc<string> {
  const paths = kubeconfigPaths(kubectl)
  for (const path of paths) if (yield* stat(path)) return path
  return paths.at(-1)!
}

/** All files merged: the first to name an entry decides all of it. Files that do not exist count as empty. Throws CommandError. */
export function* loadKubeconfig(kubectl: Kubectl): Proc<KubeConfig> {
  const files: KubeConfig[] = []
  const errors: Error[] = []
  for (const path of kubeconfigPaths(kubectl)) {
    try {
      const file = yield* readKubeconfig(path)
      if (!file) continue
      files.push(file)
      if (verbosity(kubectl) >= 6) yield* log(kubectl, 'I', 'loader.go:402', `Config loaded from file:  ${path}`)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      errors.push(error)
    }
  }
  throwAll(errors)
  const first = <T>(read: (file: KubeConfig) => T, isSet: (value: T) => boolean) => files.map(read).find(isSet)
  const merged = (list: List) => {
    const entries = new Map<string, Entry>()
    for (const file of files) for (const entry of file[list]) if (!entries.has(entry.name)) entries.set(entry.name, entry)
    return [...entries.values()].toSorted(byName)
  }
  return {
    preferences: first(({ preferences }) => preferences, (value) => Object.keys(value).length > 0) ?? {}, // prettier-ignore
    clusters: merged('clusters'),
    users: merged('users'),
    contexts: merged('contexts'),
    currentContext: first(({ currentContext }) => currentContext, Boolean) ?? '', // prettier-ignore
    extensions: files.flatMap(({ extensions }) => extensions),
  }
}

/**
 * Writes what has changed between the merged config as it was and as it shall be, each change to the file that its entry came from. Paths of files
 * are written relative to that file's folder where they lie below it.
 */
export function* modifyKubeconfig(kubectl: Kubectl, before: KubeConfig, after: KubeConfig): Proc {
  const fallback = yield* defaultKubeconfig(kubectl)
  const pending = new Map<string, KubeConfig>()
  const change = function* (path: string, edit: (file: KubeConfig) => KubeConfig): Proc {
    pending.set(path, edit(pending.get(path) ?? (yield* readKubeconfig(path)) ?? emptyKubeconfig))
  }
  if (after.currentContext !== before.currentContext) {
    const path = after.currentContext ? fallback : ((yield* whoSetsContext(kubectl)) ?? fallback)
    yield* change(path, (file) => ({ ...file, currentContext: after.currentContext }))
  }
  if (!sameJson(before.preferences, after.preferences)) yield* change(fallback, (file) => ({ ...file, preferences: after.preferences }))
  for (const list of ['clusters', 'users', 'contexts'] as const) {
    for (const entry of after[list]) {
      const known = before[list].find(({ name }) => name === entry.name)
      if (known && sameJson(known.value, entry.value)) continue
      const path = entry.origin ?? fallback
      const folder = path.includes('/') ? `${absolute(path, kubectl.self.cwd).replace(/\/[^/]*$/, '')}/` : `${kubectl.self.cwd}/`
      const written = { ...entry, value: relativized(entry.value, folder), origin: path }
      yield* change(path, (file) => ({ ...file, [list]: put(file[list], written) }))
    }
    for (const entry of before[list])
      if (!after[list].some(({ name }) => name === entry.name))
        yield* change(entry.origin ?? fallback, (file) => ({ ...file, [list]: file[list].filter(({ name }) => name !== entry.name) }))
  }
  for (const [path, file] of pending) yield* writeKubeconfig(path, file)
}

/** A list with an entry put in its place by name. */
export const put = (entries: readonly Entry[], entry: Entry): readonly Entry[] =>
  [...entries.filter(({ name }) => name !== entry.name), entry].toSorted(byName)

function* whoSetsContext(kubectl: Kubectl): Proc<string | undefined> {
  for (const path of kubeconfigPaths(kubectl)) if ((yield* readKubeconfig(path))?.currentContext) return path
  return undefined
}

/** A path from the root on, without `.` and `..`. */
export function absolute(path: string, cwd: string): string {
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

const fileMembers = ['certificate-authority', 'client-certificate', 'client-key']

function relativized(value: Entry['value'], folder: string): Entry['value'] {
  const parent = folder.replace(/[^/]*\/$/, '')
  const shorter = (path: string) =>
    `${path}/` === folder ? '.' : `${path}/` === parent ? '..' : path.startsWith(folder) ? path.slice(folder.length) : path
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      fileMembers.includes(name) && typeof member === 'string' ? shorter(member) : member,
    ]),
  )
}
