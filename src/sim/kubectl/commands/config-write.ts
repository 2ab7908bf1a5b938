import { toYaml } from '../../formats/yaml-emit'
import { makeDirectory, writeFile } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { CommandError } from '../errors'
import { kubeconfigPaths, loadKubeconfig, readKubeconfig, type KubeConfig } from '../kubeconfig'
import { printHelp } from '../help'
import { err, out, type Command, type Kubectl } from '../session'

type List = 'clusters' | 'contexts' | 'users'
const memberOf: Readonly<Record<List, 'cluster' | 'context' | 'user'>> = { clusters: 'cluster', contexts: 'context', users: 'user' }

/** Changes the first kubeconfig file and writes it back. */
function* edit(kubectl: Kubectl, change: (config: KubeConfig) => KubeConfig): Proc<string> {
  const paths = kubeconfigPaths(kubectl)
  const path = paths[0]!
  const before = (yield* readKubeconfig(path)) ?? {}
  const after = change(before)
  const complete = {
    preferences: {},
    ...after,
    apiVersion: 'v1',
    kind: 'Config',
    clusters: after.clusters?.length ? after.clusters : null,
    contexts: after.contexts?.length ? after.contexts : null,
    users: after.users?.length ? after.users : null,
    'current-context': after['current-context'] ?? '',
  }
  yield* makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true })
  yield* writeFile(path, toYaml(complete), 0o600)
  return path
}

/** Exactly one name; otherwise the help is shown and an error. */
function* needArgs(kubectl: Kubectl, count: number): Proc {
  if (kubectl.args.length === count) return
  yield* printHelp(kubectl.self, kubectl.path, 1)
  throw new CommandError(`Unexpected args: [${kubectl.args.join(' ')}]`)
}

export const useContext: Command = {
  *run(kubectl) {
    yield* needArgs(kubectl, 1)
    const [name] = kubectl.args as [string]
    const config = yield* loadKubeconfig(kubectl)
    if (!config.contexts?.some((context) => context.name === name))
      throw new CommandError(`no context exists with the name: ${JSON.stringify(name)}`)
    yield* edit(kubectl, (own) => ({ ...own, 'current-context': name }))
    yield* out(`Switched to context ${JSON.stringify(name)}.\n`)
  },
}

export const renameContext: Command = {
  *run(kubectl) {
    yield* needArgs(kubectl, 2)
    const [from, to] = kubectl.args as [string, string]
    const config = yield* loadKubeconfig(kubectl)
    if (!config.contexts?.some(({ name }) => name === from))
      throw new CommandError(`cannot rename the context ${JSON.stringify(from)}, it's not in ${kubeconfigPaths(kubectl)[0]}`)
    if (config.contexts.some(({ name }) => name === to))
      throw new CommandError(
        `cannot rename the context ${JSON.stringify(from)}, the context ${JSON.stringify(to)} already exists in ${kubeconfigPaths(kubectl)[0]}`,
      )
    yield* edit(kubectl, (own) => ({
      ...own,
      contexts: own.contexts?.map((entry) => (entry.name === from ? { ...entry, name: to } : entry)),
      'current-context': own['current-context'] === from ? to : own['current-context'],
    }))
    yield* out(`Context ${JSON.stringify(from)} renamed to ${JSON.stringify(to)}.\n`)
  },
}

const remover = (list: List, word: string): Command => ({
  *run(kubectl) {
    yield* needArgs(kubectl, 1)
    const [name] = kubectl.args as [string]
    const config = yield* loadKubeconfig(kubectl)
    const path = kubeconfigPaths(kubectl)[0]!
    if (!(config[list] ?? []).some((entry) => entry.name === name)) throw new CommandError(`cannot delete ${word} ${name}, not in ${path}`)
    if (list === 'contexts' && config['current-context'] === name)
      yield* err('warning: this removed your active context, use "kubectl config use-context" to select a different one\n')
    yield* edit(kubectl, (own) => ({ ...own, [list]: (own[list] ?? []).filter((entry) => entry.name !== name) }))
    yield* out(`deleted ${word} ${name} from ${path}\n`)
  },
})
export const deleteCluster = remover('clusters', 'cluster')
export const deleteContext = remover('contexts', 'context')
export const deleteUser = remover('users', 'user')

/** Sets members of one named entry, making it where it is missing; answers whether it was there. */
function put(config: KubeConfig, list: List, name: string, members: Readonly<Record<string, unknown>>): KubeConfig {
  const key = memberOf[list]
  const entries = (config[list] ?? []) as readonly ({ readonly name: string } & Readonly<Record<string, unknown>>)[]
  const known = entries.find((entry) => entry.name === name)
  const entry = {
    ...known,
    name,
    [key]: { ...(list === 'contexts' ? { cluster: '', user: '' } : {}), ...(known?.[key] as object | undefined), ...members },
  }
  return {
    ...config,
    [list]: (known ? entries.map((one) => (one === known ? entry : one)) : [...entries, entry]).toSorted((a, b) =>
      a.name < b.name ? -1 : 1,
    ),
  }
}

/** `config set-cluster` and its like: each flag given becomes a member. */
const setter = (list: List, flags: readonly string[], said: (name: string, existed: boolean) => string): Command => ({
  *run(kubectl) {
    const current = list === 'contexts' && kubectl.flags.bool('current')
    const config = yield* loadKubeconfig(kubectl)
    if (current && kubectl.args.length) throw new CommandError('you cannot specify both a context name and --current')
    if (!current) yield* needArgs(kubectl, 1)
    const name = current ? (config['current-context'] ?? '') : kubectl.args[0]!
    if (current && !name) throw new CommandError('no current context is set')
    const members = Object.fromEntries(
      flags
        .filter((flag) => kubectl.flags.changed(flag))
        .map((flag) => [flag, flag === 'insecure-skip-tls-verify' ? kubectl.flags.bool(flag) : kubectl.flags.text(flag)]),
    )
    const existed = (config[list] ?? []).some((entry) => entry.name === name)
    yield* edit(kubectl, (own) => put(own, list, name, members))
    yield* out(`${said(name, existed)}\n`)
  },
})
export const setCluster = setter(
  'clusters',
  ['server', 'tls-server-name', 'insecure-skip-tls-verify', 'certificate-authority', 'proxy-url'],
  (name) => `Cluster ${JSON.stringify(name)} set.`,
)
export const setCredentials = setter(
  'users',
  ['client-certificate', 'client-key', 'token', 'username', 'password'],
  (name) => `User ${JSON.stringify(name)} set.`,
)
export const setContext = setter(
  'contexts',
  ['cluster', 'user', 'namespace'],
  (name, existed) => `Context ${JSON.stringify(name)} ${existed ? 'modified' : 'created'}.`,
)

/** `clusters.kind.server`: a list, a name (which may hold dots), a member. */
function propertyPath(config: KubeConfig, property: string): string[] {
  const [first = '', ...rest] = property.split('.')
  if (!(first in memberOf)) return [first, ...rest]
  const known = (config[first as List] ?? []).map(({ name }) => name).sort((a, b) => b.length - a.length)
  const tail = rest.join('.')
  const name = known.find((one) => tail === one || tail.startsWith(`${one}.`)) ?? rest[0] ?? ''
  return [first, name, ...(tail.length > name.length ? [tail.slice(name.length + 1)] : [])]
}

export const configSet: Command = {
  *run(kubectl) {
    yield* needArgs(kubectl, 2)
    const [property, value] = kubectl.args as [string, string]
    yield* edit(kubectl, (own) => {
      const [first = '', name = '', member] = propertyPath(own, property)
      if (first === 'current-context') return { ...own, 'current-context': value }
      if (!(first in memberOf) || !member)
        throw new CommandError(
          `unable to locate path ${property}`.replace(/^unable to locate path (.*)$/, 'unable to parse path "$1" at "$1"'),
        )
      return put(own, first as List, name, { [member]: value === 'true' || value === 'false' ? value === 'true' : value })
    })
    yield* out(`Property ${JSON.stringify(property)} set.\n`)
  },
}

export const configUnset: Command = {
  *run(kubectl) {
    yield* needArgs(kubectl, 1)
    const [property] = kubectl.args as [string]
    yield* edit(kubectl, (own) => {
      const [first = '', name, member] = propertyPath(own, property)
      if (first === 'current-context') return { ...own, 'current-context': '' }
      if (!(first in memberOf)) throw new CommandError(`unable to parse path ${JSON.stringify(property)} at ${JSON.stringify(first)}`)
      const list = first as List
      if (name === undefined) return { ...own, [list]: [] }
      if (member === undefined) return { ...own, [list]: (own[list] ?? []).filter((entry) => entry.name !== name) }
      const key = memberOf[list]
      return {
        ...own,
        [list]: (own[list] ?? []).map((entry) =>
          entry.name === name
            ? {
                ...entry,
                [key]: Object.fromEntries(
                  Object.entries((entry as unknown as Record<string, object>)[key] ?? {}).filter(([one]) => one !== member),
                ),
              }
            : entry,
        ),
      }
    })
    yield* out(`Property ${JSON.stringify(property)} unset.\n`)
  },
}
