import { parseYaml, YamlError } from '../formats/yaml'
import { remembering } from '../formats/remembering'
import { toYaml } from '../formats/yaml-emit'
import { makeDirectory, readFile, stat, writeFile } from '../node/os/calls'
import { SyscallError, type Proc } from '../node/os/syscalls'
import { CommandError } from './errors'

/** Members of a cluster, context or user, by the names they have in the file, in the order of the API's type; empty ones are left out. */
export type Members = Readonly<Record<string, unknown>>

/** A cluster, context or user, and the file that it came from or shall be written to. */
export interface Entry {
  readonly name: string
  readonly value: Members
  readonly origin?: string
}

export type List = 'clusters' | 'users' | 'contexts'

/** What a kubeconfig file says, or several merged. Entries are sorted by name. */
export interface KubeConfig {
  readonly preferences: Members
  readonly clusters: readonly Entry[]
  readonly users: readonly Entry[]
  readonly contexts: readonly Entry[]
  readonly currentContext: string
  readonly extensions: readonly unknown[]
}

export const emptyKubeconfig: KubeConfig = { preferences: {}, clusters: [], users: [], contexts: [], currentContext: '', extensions: [] }

/** A type of the kubeconfig API: what it is called in Go, its members and their types; `!` marks those written even when empty. */
interface Struct {
  readonly go: string
  readonly members: Readonly<Record<string, string | Struct>>
}

const exec: Struct = {
  go: 'ExecConfig',
  members: {
    command: 'string!',
    args: '[]string!',
    env: '[]v1.ExecEnvVar!',
    apiVersion: 'string',
    installHint: 'string',
    provideClusterInfo: 'bool!',
    interactiveMode: 'string',
  },
}
const authProvider: Struct = { go: 'AuthProviderConfig', members: { name: 'string!', config: 'map[string]string!' } }
const extensions = '[]v1.NamedExtension'

/** The types behind the three lists, their members in the API's order. */
export const structs: Readonly<Record<List, Struct>> = {
  clusters: {
    go: 'Cluster',
    members: {
      server: 'string!',
      'tls-server-name': 'string',
      'insecure-skip-tls-verify': 'bool',
      'certificate-authority': 'string',
      'certificate-authority-data': '[]uint8',
      'proxy-url': 'string',
      'disable-compression': 'bool',
      extensions,
    },
  },
  users: {
    go: 'AuthInfo',
    members: {
      'client-certificate': 'string',
      'client-certificate-data': '[]uint8',
      'client-key': 'string',
      'client-key-data': '[]uint8',
      token: 'string',
      tokenFile: 'string',
      as: 'string',
      'as-uid': 'string',
      'as-groups': '[]string',
      'as-user-extra': 'map[string][]string',
      username: 'string',
      password: 'string',
      'auth-provider': authProvider,
      exec,
      extensions,
    },
  },
  contexts: { go: 'Context', members: { cluster: 'string!', user: 'string!', namespace: 'string', extensions } },
}

export const memberOf: Readonly<Record<List, 'cluster' | 'user' | 'context'>> = { clusters: 'cluster', users: 'user', contexts: 'context' }
const namedTypes: Readonly<Record<List, string>> = { clusters: 'NamedCluster', users: 'NamedAuthInfo', contexts: 'NamedContext' }
const lists: readonly List[] = ['clusters', 'users', 'contexts']

/** Every command reads the same file. */
const parsed = remembering(20, parseYaml)

/** Reads one file; undefined when it does not exist. Throws CommandError for one that is no kubeconfig. */
export function* readKubeconfig(path: string): Proc<KubeConfig | undefined> {
  const refuse = (why: string) => new CommandError(`error loading config file "${path}": ${why}`)
  if (!(yield* stat(path))) return undefined
  try {
    return decode(parsed(yield* readFile(path)) ?? {}, path)
  } catch (error) {
    if (error instanceof SyscallError && error.code === 'EISDIR') throw refuse(`read ${path}: is a directory`)
    if (error instanceof SyscallError) throw refuse(`open ${path}: ${error.message.toLowerCase()}`)
    if (error instanceof YamlError) throw refuse(error.message)
    if (error instanceof Refusal) throw refuse(error.message)
    throw error
  }
}

/** Writes a file as the client does: members of the API's types alone, entries by name. */
export function* writeKubeconfig(path: string, config: KubeConfig): Proc {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) || '/' : '.'
  if (!(yield* stat(folder))) yield* makeDirectory(folder, { parents: true })
  const there = yield* stat(path)
  yield* writeFile(path, toYaml(encode(config)), there ? undefined : 0o600)
}

/** The config as JSON, in the order of the API's type. */
export function encode(config: KubeConfig): Members {
  const named = (list: List) => (config[list].length ? config[list].map(({ name, value }) => ({ name, [memberOf[list]]: value })) : null)
  return {
    kind: 'Config',
    apiVersion: 'v1',
    preferences: config.preferences,
    clusters: named('clusters'),
    users: named('users'),
    contexts: named('contexts'),
    'current-context': config.currentContext,
    ...(config.extensions.length ? { extensions: config.extensions } : {}),
  }
}

/** Members in the order of their type, empty ones left out as the client leaves them out. */
export function tidy({ members }: Struct, value: Members): Members {
  const kept: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(members)) {
    const member = value[name]
    if (typeof type !== 'string') {
      if (member !== undefined && member !== null) kept[name] = tidy(type, member as Members) // decoded as that type
    } else if (type.endsWith('!')) kept[name] = isEmpty(member) && typeof member !== 'object' ? emptyOf(type) : member
    else if (!isEmpty(member)) kept[name] = member
  }
  return kept
}

const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === '' || value === false || (typeof value === 'object' && Object.keys(value).length === 0)
const emptyOf = (type: string) => (type === 'string!' ? '' : type === 'bool!' ? false : null)

export const byName = (a: Entry, b: Entry) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

/** What the client's decoder refuses, in its words. */
class Refusal extends Error {}

function decode(value: unknown, origin: string): KubeConfig {
  const config = object(value, 'Config', '', 'v1.Config')
  const kind = config.kind || 'Config'
  const version = config.apiVersion || 'v1'
  if (kind !== 'Config' || version !== 'v1')
    throw new Refusal(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(version)} in scheme "k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50"`,
    )
  const entries = Object.fromEntries(
    lists.map((list) => {
      const items = checked(config[list], `[]v1.${namedTypes[list]}`, 'Config', list) as readonly unknown[] | undefined
      const found = (items ?? []).map((item): Entry => {
        const at = `${list}.${memberOf[list]}`
        const named = object(item, 'Config', list, `v1.${namedTypes[list]}`)
        const name = checked(named.name, 'string', namedTypes[list], `${list}.name`) as string | undefined
        return { name: name ?? '', value: decodeStruct(structs[list], named[memberOf[list]], namedTypes[list], at), origin }
      })
      return [list, [...new Map(found.map((entry) => [entry.name, entry])).values()].toSorted(byName)]
    }),
  ) as unknown as Pick<KubeConfig, List> // one member a list
  return {
    ...entries,
    preferences: object(config.preferences, 'Config', 'preferences', 'v1.Preferences'),
    currentContext: (checked(config['current-context'], 'string', 'Config', 'current-context') as string | undefined) ?? '',
    extensions: (checked(config.extensions, extensions, 'Config', 'extensions') as readonly unknown[] | undefined) ?? [],
  }
}

function decodeStruct(struct: Struct, value: unknown, parent: string, at: string): Members {
  const given = object(value, parent, at, `v1.${struct.go}`)
  const decoded: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(struct.members)) {
    const member = given[name]
    if (member === undefined || member === null) continue
    decoded[name] =
      typeof type === 'string' ? checked(member, type, struct.go, `${at}.${name}`) : decodeStruct(type, member, struct.go, `${at}.${name}`)
  }
  return tidy(struct, decoded)
}

function object(value: unknown, struct: string, at: string, type: string): Members {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw mismatch(value, struct, at, type)
  return value as Members // looked at member by member
}

/** A value of one of the simple types; undefined where there is none. */
function checked(value: unknown, type: string, struct: string, at: string): unknown {
  if (value === undefined || value === null) return undefined
  const bare = type.replace('!', '')
  if (bare === '[]uint8') {
    if (typeof value !== 'string') throw mismatch(value, struct, at, bare)
    const wrong = base64Problem(value)
    if (wrong) throw new Refusal(wrong)
  } else if (bare === 'string' || bare === 'bool') {
    if (typeof value !== (bare === 'bool' ? 'boolean' : 'string')) throw mismatch(value, struct, at, bare)
  } else if (bare.startsWith('map')) {
    const wrong = Object.values(object(value, struct, at, bare)).find((one) => (bare.endsWith('[]string') ? !Array.isArray(one) : typeof one !== 'string')) // prettier-ignore
    if (wrong !== undefined) throw mismatch(wrong, struct, at, bare.replace('map[string]', ''))
  } else if (!Array.isArray(value)) throw mismatch(value, struct, at, bare)
  return value
}

function mismatch(value: unknown, struct: string, at: string, type: string): Refusal {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return at === ''
    ? new Refusal(`json: cannot unmarshal ${kind} into Go value of type ${type}`)
    : new Refusal(`json: cannot unmarshal ${kind} into Go struct field ${struct}.${at} of type ${type}`)
}

/** Why a text is no standard base64, in Go's words. */
export function base64Problem(text: string): string | undefined {
  const bare = text.replace(/[\r\n]/g, '')
  const wrong = /[^A-Za-z0-9+/=]/.exec(bare)?.index ?? -1
  if (wrong >= 0) return `illegal base64 data at input byte ${wrong}`
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(bare) && bare.length % 4 === 0) return undefined
  const end = bare.indexOf('=')
  return `illegal base64 data at input byte ${end >= 0 ? end : Math.floor(bare.length / 4) * 4}`
}
