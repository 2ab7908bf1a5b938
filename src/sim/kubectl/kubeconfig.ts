import { parseGoDuration } from '../formats/duration'
import { parseYaml, YamlError } from '../formats/yaml'
import { readFile, stat } from '../node/os/calls'
import type { Proc } from '../node/os/syscalls'
import { ownsFlag } from './command-tree'
import { CommandError } from './errors'
import type { Flags } from './flags'
import type { Kubectl } from './session'

/** A kubeconfig file's content, as it is written. */
export interface KubeConfig {
  readonly apiVersion?: string
  readonly kind?: string
  readonly clusters?: readonly { readonly name: string; readonly cluster?: Cluster | null }[] | null
  readonly contexts?: readonly { readonly name: string; readonly context?: Context | null }[] | null
  readonly users?: readonly { readonly name: string; readonly user?: User | null }[] | null
  readonly 'current-context'?: string
  readonly preferences?: Readonly<Record<string, unknown>>
}

export interface Cluster {
  readonly server?: string
  readonly 'certificate-authority'?: string
  readonly 'certificate-authority-data'?: string
  readonly 'insecure-skip-tls-verify'?: boolean
  readonly 'tls-server-name'?: string
  readonly 'proxy-url'?: string
  readonly [other: string]: unknown
}

export interface Context {
  readonly cluster?: string
  readonly user?: string
  readonly namespace?: string
  readonly [other: string]: unknown
}

export interface User {
  readonly token?: string
  readonly tokenFile?: string
  readonly username?: string
  readonly password?: string
  readonly 'client-certificate'?: string
  readonly 'client-certificate-data'?: string
  readonly as?: string
  readonly 'as-groups'?: readonly string[]
  readonly [other: string]: unknown
}

/** What the files and flags amount to: whom to ask, as whom, in which namespace. */
export interface ClientConfig {
  /** Without a slash at its end. */
  readonly server: string
  readonly namespace: string
  /** The namespace was named on the command line. */
  readonly explicitNamespace: boolean
  readonly headers: Readonly<Record<string, string>>
  /** Of the chosen context, for those who print it. */
  readonly user?: string
}

const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/** The files of KUBECONFIG in their order of precedence, or the one in the home directory. */
export function kubeconfigPaths({ self, flags }: Kubectl): readonly string[] {
  if (flags.text('kubeconfig')) return [flags.text('kubeconfig')]
  const listed = (self.env.KUBECONFIG ?? '').split(':').filter(Boolean)
  return listed.length ? [...new Set(listed)] : [`${self.env.HOME ?? '/root'}/.kube/config`]
}

/** Reads one file; undefined when it does not exist. Throws CommandError for what cannot be read. */
export function* readKubeconfig(path: string): Proc<KubeConfig | undefined> {
  if (!(yield* stat(path))) return undefined
  try {
    return (parseYaml(yield* readFile(path)) ?? {}) as KubeConfig // its members are optional, so any mapping fits
  } catch (error) {
    if (error instanceof YamlError) throw new CommandError(`error loading config file "${path}": ${error.message}`)
    throw error
  }
}

/** All files merged: the first to name something decides. Throws when a file named by --kubeconfig is missing. */
export function* loadKubeconfig(kubectl: Kubectl): Proc<KubeConfig> {
  const explicit = kubectl.flags.text('kubeconfig')
  let merged: KubeConfig = {}
  for (const path of kubeconfigPaths(kubectl)) {
    const file = yield* readKubeconfig(path)
    if (!file && explicit) throw new CommandError(`stat ${path}: no such file or directory`)
    if (file) merged = merge(merged, file)
  }
  return merged
}

function merge(first: KubeConfig, second: KubeConfig): KubeConfig {
  const join = <T extends { readonly name: string }>(a: readonly T[] | null | undefined, b: readonly T[] | null | undefined) => [
    ...(a ?? []),
    ...(b ?? []).filter(({ name }) => !(a ?? []).some((other) => other.name === name)),
  ]
  return {
    ...second,
    ...first,
    clusters: join(first.clusters, second.clusters),
    contexts: join(first.contexts, second.contexts),
    users: join(first.users, second.users),
    'current-context': first['current-context'] || second['current-context'] || '',
  }
}

/** What this run talks to. Inside a pod without a kubeconfig it is the cluster's own API, as the pod's service account. */
export function* clientConfig(kubectl: Kubectl): Proc<ClientConfig> {
  return (kubectl.known.config ??= yield* resolveConfig(kubectl))
}

function* resolveConfig(kubectl: Kubectl): Proc<ClientConfig> {
  const { self } = kubectl
  const flags = globalsOf(kubectl)
  checkTimeout(kubectl.flags.text('request-timeout'))
  const config = yield* loadKubeconfig(kubectl)
  const contextName = flags.text('context') || config['current-context'] || ''
  const named = config.contexts?.find(({ name }) => name === contextName)
  if (flags.text('context') && !named) throw new CommandError(`context "${contextName}" does not exist`)
  if (contextName && !named && !flags.text('server'))
    throw new CommandError(`Error in configuration: context was not found for specified context: ${contextName}\n`)
  const context = named?.context ?? {}
  const clusterName = flags.text('cluster') || context.cluster || ''
  const cluster = config.clusters?.find(({ name }) => name === clusterName)?.cluster ?? {}
  if (flags.text('cluster') && !config.clusters?.some(({ name }) => name === clusterName))
    throw new CommandError(`cluster "${clusterName}" does not exist`)
  const userName = flags.text('user') || context.user || ''
  const user = config.users?.find(({ name }) => name === userName)?.user ?? {}
  if (flags.text('user') && !config.users?.some(({ name }) => name === userName))
    throw new CommandError(`auth info "${userName}" does not exist`)

  const inPod = !flags.text('server') && !cluster.server && self.env.KUBERNETES_SERVICE_HOST ? yield* podConfig(kubectl) : undefined
  const server = (flags.text('server') || cluster.server || inPod?.server || 'http://localhost:8080').replace(/\/+$/, '')
  const headers = yield* credentials(kubectl, user)
  return {
    server: /^\w+:\/\//.test(server) ? server : `http://${server}`,
    namespace: flags.text('namespace') || context.namespace || inPod?.namespace || 'default',
    explicitNamespace: flags.changed('namespace') && flags.text('namespace') !== '',
    headers: { ...(inPod ? { authorization: `Bearer ${inPod.token}` } : {}), ...headers },
    ...(userName ? { user: userName } : {}),
  }
}

/** `--request-timeout`: seconds, or a duration. Throws CommandError. */
function checkTimeout(text: string): void {
  if (text !== '' && !/^[-+]?\d+$/.test(text) && parseGoDuration(text) === undefined)
    throw new CommandError(
      'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
    )
}

function* podConfig({ self }: Kubectl): Proc<{ server: string; token: string; namespace: string } | undefined> {
  if (!(yield* stat(`${serviceAccountFolder}/token`))) return undefined
  const token = yield* readFile(`${serviceAccountFolder}/token`)
  const namespace = (yield* stat(`${serviceAccountFolder}/namespace`)) ? yield* readFile(`${serviceAccountFolder}/namespace`) : ''
  return { server: `https://${self.env.KUBERNETES_SERVICE_HOST}:${self.env.KUBERNETES_SERVICE_PORT ?? '443'}`, token, namespace }
}

/** Who asks, as headers: a bearer token, basic credentials, a client certificate (told in a header, as there is no TLS here), impersonation. */
function* credentials(kubectl: Kubectl, user: User): Proc<Readonly<Record<string, string>>> {
  const flags = globalsOf(kubectl)
  const headers: Record<string, string> = {}
  const token = flags.text('token') || user.token || (user.tokenFile ? (yield* readFile(user.tokenFile)).trim() : '')
  const name = flags.text('username') || user.username
  const certificate =
    user['client-certificate-data'] ?? (user['client-certificate'] ? btoa(yield* readFile(user['client-certificate'])) : '')
  if (token) headers.authorization = `Bearer ${token}`
  else if (name) headers.authorization = `Basic ${btoa(`${name}:${flags.text('password') || (user.password ?? '')}`)}`
  else if (certificate) headers['x-client-certificate'] = certificate
  const as = flags.text('as') || user.as
  const groups = flags.list('as-group').length ? flags.list('as-group') : (user['as-groups'] ?? [])
  if (!as && groups.length) throw new CommandError('requesting uid, groups or user-extra for without impersonating a user')
  if (as) headers['impersonate-user'] = as
  if (groups.length) headers['impersonate-group'] = groups.join(',')
  if (flags.text('as-uid')) headers['impersonate-uid'] = flags.text('as-uid')
  return headers
}

/** The flags of every command, as if those the command hides behind its own were not given. */
function globalsOf({ flags, path }: Kubectl): Pick<Flags, 'text' | 'list' | 'changed'> {
  return {
    text: (name) => (ownsFlag(path, name) ? '' : flags.text(name)),
    list: (name) => (ownsFlag(path, name) ? [] : flags.list(name)),
    changed: (name) => !ownsFlag(path, name) && flags.changed(name),
  }
}
