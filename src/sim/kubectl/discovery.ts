import { makeDirectory, nowMs, readFile, stat, writeFile } from '../node/os/calls'
import type { Proc } from '../node/os/syscalls'
import { ApiError, ConnectionError } from './errors'
import { clientConfig } from './kubeconfig'
import { findResource, findVersioned, noMatch, qualifiedName, type Mapper, type ResourceType } from './mapper'
import { request } from './rest'
import { err, log, verbosity, type Kubectl } from './session'

const cacheLifetimeMs = 6 * 3_600_000
const aggregated =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json'

/** What the server offers, from the cache under `~/.kube/cache` while that is young enough. */
export function* discover(kubectl: Kubectl, attempts?: number): Proc<Mapper> {
  if (kubectl.known.mapper) return kubectl.known.mapper
  const path = yield* cachePath(kubectl)
  const cached = yield* stat(path)
  if (cached && (yield* nowMs()) - cached.modifiedMs < cacheLifetimeMs) return (kubectl.known.mapper = parseCache(yield* readFile(path)))
  return yield* rediscover(kubectl, attempts)
}

/** Asks the server again and renews the cache. */
export function* rediscover(kubectl: Kubectl, attempts?: number): Proc<Mapper> {
  const path = yield* cachePath(kubectl)
  const types = yield* fetchAll(kubectl, attempts)
  kubectl.known.fresh = true
  kubectl.known.mapper = { types }
  yield* makeDirectory(path.slice(0, path.lastIndexOf('/')), { parents: true })
  yield* writeFile(path, JSON.stringify(types))
  return kubectl.known.mapper
}

/**
 * How often the client library asks for a type before it believes that nobody is there; each time leaves a line in its log. Commands that map a
 * word to its resource themselves ask less often than those that leave it to the builder.
 */
const attemptsOf = ({ path }: Kubectl) => (/^(auth can-i|create (cluster)?role|events|explain|taint)$/.test(path) ? 2 : 4)

function* fetchAll(kubectl: Kubectl, attempts = attemptsOf(kubectl)): Proc<ResourceType[]> {
  try {
    return [...(yield* fetchGroups(kubectl, '/api')), ...(yield* fetchGroups(kubectl, '/apis'))]
  } catch (error) {
    if (error instanceof ConnectionError) {
      const line = `"Unhandled Error" err=${JSON.stringify(`couldn't get current server API group list: ${error.message}`)}`
      for (let i = 0; i < attempts; i++) yield* log(kubectl, 'E', 'memcache.go:265', line)
    }
    throw error
  }
}

/** The resource type that a word names; undefined when the server knows none. */
export function* findNamed(kubectl: Kubectl, word: string): Proc<ResourceType | undefined> {
  // `widgets.example.com` is first read as version `example` of group `com`: not finding that, the client no longer trusts its cache.
  if (word.split('.').length > 2) yield* findWithRetry(kubectl, (mapper) => findVersioned(mapper, word))
  return yield* findWithRetry(kubectl, (mapper) => findResource(mapper, word))
}

/** The resource type that a word names, asking the server once more before giving up. Throws CommandError. */
export function* resourceType(kubectl: Kubectl, word: string): Proc<ResourceType> {
  const found = yield* findNamed(kubectl, word)
  if (!found) throw noMatch(word)
  yield* warnOfShortName(kubectl, word, found)
  return found
}

/** Says, once in a run, which other resources have the short name that was taken for `found`. */
export function* warnOfShortName(kubectl: Kubectl, word: string, found: ResourceType): Proc {
  if (word === found.plural || word === found.singular || !found.shortNames.includes(word)) return
  const { types } = yield* discover(kubectl)
  const others = types.filter((type) => type.shortNames.includes(word)).map(qualifiedName)
  for (const other of new Set(others)) {
    const warning = `short name ${JSON.stringify(word)} could also match lower priority resource ${other}`
    if (other === qualifiedName(found) || kubectl.known.warnings.has(warning)) continue
    kubectl.known.warnings.add(warning)
    yield* err(`Warning: ${warning}\n`)
  }
}

/** Looks something up; what is missing from an old cache is looked up again in a fresh answer. */
export function* findWithRetry<T>(kubectl: Kubectl, find: (mapper: Mapper) => T | undefined, attempts?: number): Proc<T | undefined> {
  const found = find(yield* discover(kubectl, attempts))
  if (found !== undefined || kubectl.known.fresh) return found
  if (verbosity(kubectl) >= 5) yield* log(kubectl, 'I', 'discovery.go:214', 'Invalidating discovery information')
  return find(yield* rediscover(kubectl))
}

function* cachePath(kubectl: Kubectl): Proc<string> {
  const { server } = yield* clientConfig(kubectl)
  const folder = kubectl.flags.text('cache-dir').replace('$HOME', kubectl.self.env.HOME ?? '/root')
  return `${folder}/discovery/${server.replace(/^\w+:\/\//, '').replace(/[^.\w/-]/g, '_')}/resources.json`
}

/** The last cache read; the same text need not be parsed again for the next command. */
const memo: { text?: string; mapper?: Mapper } = {}

function parseCache(text: string): Mapper {
  if (memo.text !== text) {
    memo.text = text
    memo.mapper = { types: JSON.parse(text) as ResourceType[] } // written by rediscover
  }
  return memo.mapper!
}

interface GroupList {
  readonly kind: string
  /** Aggregated. */
  readonly items?: readonly { readonly metadata: { readonly name?: string }; readonly versions?: readonly DiscoveredVersion[] }[]
  /** Legacy, `/apis`. */
  readonly groups?: readonly {
    readonly name: string
    readonly versions: readonly { readonly version: string }[]
    readonly preferredVersion?: { readonly version: string }
  }[]
  /** Legacy, `/api`. */
  readonly versions?: readonly string[]
}

interface DiscoveredVersion {
  readonly version: string
  /** `Stale`: the API server behind it cannot be asked, and clients do without it. */
  readonly freshness?: string
  readonly resources?: readonly {
    readonly resource: string
    readonly responseKind?: { readonly kind: string }
    readonly scope: string
    readonly singularResource?: string
    readonly verbs: readonly string[]
    readonly shortNames?: readonly string[]
    readonly categories?: readonly string[]
    readonly subresources?: readonly {
      readonly subresource: string
      readonly responseKind?: { readonly kind: string; readonly group?: string; readonly version?: string }
      readonly verbs: readonly string[]
    }[]
  }[]
}

function* fetchGroups(kubectl: Kubectl, path: '/api' | '/apis'): Proc<ResourceType[]> {
  let list: GroupList
  try {
    list = JSON.parse((yield* request(kubectl, { path, query: { timeout: '32s' }, accept: aggregated })).body) as GroupList
  } catch (error) {
    if (error instanceof ApiError && error.status.code === 404) return []
    throw error
  }
  if (list.items) {
    return list.items.flatMap(({ metadata, versions }) =>
      (versions ?? []).flatMap(({ version, resources, freshness }) =>
        (freshness === 'Stale' ? [] : (resources ?? [])).map((r): ResourceType => ({
          group: metadata.name ?? '',
          version,
          plural: r.resource,
          singular: r.singularResource || (r.responseKind?.kind ?? '').toLowerCase(),
          kind: r.responseKind?.kind ?? '',
          namespaced: r.scope === 'Namespaced',
          shortNames: r.shortNames ?? [],
          categories: r.categories ?? [],
          verbs: r.verbs,
          subresources: (r.subresources ?? []).map((s) => ({
            name: s.subresource,
            kind: s.responseKind?.kind ?? '',
            group: s.responseKind?.group,
            version: s.responseKind?.version,
            verbs: s.verbs,
          })),
        })),
      ),
    )
  }
  const versions =
    path === '/api'
      ? (list.versions ?? []).map((version) => ({ group: '', version }))
      : (list.groups ?? []).flatMap(({ name, versions, preferredVersion }) =>
          [...versions]
            .sort((a, b) => Number(b.version === preferredVersion?.version) - Number(a.version === preferredVersion?.version))
            .map(({ version }) => ({ group: name, version })),
        )
  const types: ResourceType[] = []
  for (const { group, version } of versions) types.push(...(yield* fetchVersion(kubectl, group, version)))
  return types
}

interface LegacyResource {
  readonly name: string
  readonly singularName: string
  readonly namespaced: boolean
  readonly kind: string
  readonly verbs: readonly string[]
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
}

/** Servers before aggregated discovery (1.26) list each version on its own. */
function* fetchVersion(kubectl: Kubectl, group: string, version: string): Proc<ResourceType[]> {
  const { body } = yield* request(kubectl, { path: group ? `/apis/${group}/${version}` : `/api/${version}`, query: { timeout: '32s' } })
  const { resources = [] } = JSON.parse(body) as { resources?: readonly LegacyResource[] }
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((r) => ({
      group,
      version,
      plural: r.name,
      singular: r.singularName || r.kind.toLowerCase(),
      kind: r.kind,
      namespaced: r.namespaced,
      shortNames: r.shortNames ?? [],
      categories: r.categories ?? [],
      verbs: r.verbs,
      subresources: resources
        .filter(({ name }) => name.startsWith(`${r.name}/`))
        .map((s) => ({ name: s.name.slice(r.name.length + 1), kind: s.kind, verbs: s.verbs })),
    }))
}
