import { parseGoDuration } from '../formats/duration'
import { readFile, readLine, stat, write } from '../node/os/calls'
import type { Proc } from '../node/os/syscalls'
import { ownsFlag } from './command-tree'
import { execCredentials, type ExecPlugin } from './exec-credentials'
import { CommandError, ConfigurationError, ConnectionError } from './errors'
import type { Flags } from './flags'
import type { Entry, KubeConfig, Members } from './kubeconfig-file'
import { absolute, loadKubeconfig } from './kubeconfig-loading'
import { clusterProblems, userProblems } from './kubeconfig-problems'
import type { Kubectl } from './session'

/** What the files and flags amount to: whom to ask, as whom, in which namespace. */
export interface ClientConfig {
  /** Without a slash at its end. */
  readonly server: string
  readonly namespace: string
  /** The namespace was named on the command line. */
  readonly explicitNamespace: boolean
  readonly headers: Readonly<Record<string, string>>
  /** A program that must be asked, before the first request, who the caller is. */
  readonly exec?: ExecPlugin
  /** Of the chosen context, for those who print it. */
  readonly user?: string
}

const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/** What this run talks to. Inside a pod without a kubeconfig it is the cluster's own API, as the pod's service account. */
export function* clientConfig(kubectl: Kubectl): Proc<ClientConfig> {
  return (kubectl.known.config ??= yield* resolveConfig(kubectl))
}

function* resolveConfig(kubectl: Kubectl): Proc<ClientConfig> {
  const { self } = kubectl
  const flags = globalsOf(kubectl)
  if (!staysLocal(kubectl)) checkTimeout(kubectl.flags.text('request-timeout'))
  const explicit = kubectl.flags.text('kubeconfig')
  if (explicit && !(yield* stat(explicit))) throw new CommandError(`stat ${explicit}: no such file or directory`)
  const config = yield* loadKubeconfig(kubectl)
  const chosen = yield* choose(kubectl, config)
  const { context, cluster, user } = chosen
  const namespace = flags.text('namespace') || text(context.namespace)
  const explicitNamespace = flags.changed('namespace') && flags.text('namespace') !== ''
  if (staysLocal(kubectl)) return { server: '', namespace: namespace || 'default', explicitNamespace, headers: {} }
  const inPod = !cluster.server && self.env.KUBERNETES_SERVICE_HOST ? yield* podConfig(kubectl) : undefined
  const server = serverUrl(text(cluster.server) || inPod?.server || 'http://localhost:8080')
  const secure = server.startsWith('https') && !inPod
  const headers = yield* credentials(user, secure)
  // Over plain HTTP nobody is told who asks.
  const exec = secure && user.exec ? execPlugin(user, cluster, server) : undefined
  if (secure) yield* checkAuthority(cluster)
  return {
    server,
    namespace: namespace || inPod?.namespace || 'default',
    explicitNamespace,
    headers: { ...(inPod ? { authorization: `Bearer ${inPod.token}` } : {}), ...headers },
    ...(exec ? { exec } : {}),
    ...(chosen.userName ? { user: chosen.userName } : {}),
  }
}

function execPlugin(user: Members, cluster: Members, server: string): ExecPlugin {
  const authority = text(cluster['certificate-authority-data'])
  return {
    ...(user.exec as Omit<ExecPlugin, 'folder' | 'cluster'>), // validated by userProblems
    folder: text(user.folder),
    cluster: {
      server,
      ...given(['tls-server-name', 'insecure-skip-tls-verify'].map((name) => [name, cluster[name]] as const)),
      ...(authority ? { 'certificate-authority-data': authority } : {}),
      ...given([['proxy-url', cluster['proxy-url']]]),
      config: null,
    },
  }
}

/** What every request says of the caller; a program that has to be asked is asked once. Throws CommandError when it does not answer well. */
export function* requestHeaders(kubectl: Kubectl): Proc<Readonly<Record<string, string>>> {
  const { headers, exec } = yield* clientConfig(kubectl)
  if (!exec || headers.authorization) return headers
  kubectl.known.credentials ??= yield* execCredentials(kubectl.self, exec, kubectl.known.preference)
  return { ...headers, ...kubectl.known.credentials }
}

/** A server's address as a URL without a slash at its end. Throws CommandError and ConnectionError. */
function serverUrl(address: string): string {
  const url = (/^\w+:\/\//.test(address) ? address : `http://${address}`).replace(/[?#].*$/, '')
  if (/^\w+:\/\/(\/|$)/.test(url)) throw new CommandError(`host must be a URL or a host:port pair: ${JSON.stringify(address)}`)
  const port = /^\w+:\/\/(?:\[[^\]]*\]|[^/]*)(:[^/:\]]*)(?:\/|$)/.exec(url)?.[1]
  if (port !== undefined && !/^:\d*$/.test(port)) throw new ConnectionError('GET', url, `invalid port ${JSON.stringify(port)} after host`)
  return url.replace(/\/+$/, '')
}

/** Certificates have to look like some; what they say is not looked at, as there is no TLS here. */
function* checkAuthority(cluster: Members): Proc {
  const path = text(cluster['certificate-authority'])
  const data = text(cluster['certificate-authority-data'])
  const certificate = data ? atob(data) : path ? yield* readFile(path) : undefined
  if (certificate !== undefined && !certificate.includes('-----BEGIN '))
    throw new CommandError('unable to load root certificates: unable to parse bytes as PEM block')
}

const fileMembers = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile']
const text = (value: unknown) => (typeof value === 'string' ? value : '')

/** Commands that ask for the namespace before anything else: what is wrong with the configuration is then told as a whole. */
const namespaceFirst =
  /^(annotate|apply .*|attach|auth reconcile|cp|create token|debug|delete|describe|edit|events|exec|get|label|logs|patch|port-forward|rollout .*|scale|set (?!env).*|taint|top pod)$/

/** With `--local` nothing but the namespace is wanted of the configuration. `set env` makes its client all the same. */
const staysLocal = ({ flags, path }: Kubectl) => path !== 'set env' && flags.has('local') && flags.bool('local')

/** Commands that, with a namespace given, meet the configuration first where they look for a type: they call what is wrong with it by its name. */
const throughMapper = /^(annotate|apply view-last-applied|delete|describe|edit|get|label|patch)$/

/** The context, cluster and user that flags and files choose. Throws CommandError and ConfigurationError in the client library's words. */
function* choose(kubectl: Kubectl, config: KubeConfig) {
  const flags = globalsOf(kubectl)
  const contextName = flags.text('context') || config.currentContext
  const context = config.contexts.find(({ name }) => name === contextName)
  const clusterName = flags.text('cluster') || text(context?.value.cluster)
  const userName = flags.text('user') || text(context?.value.user)
  const named = (list: readonly Entry[], wanted: string) => list.find(({ name }) => name === wanted)
  const known = { cluster: named(config.clusters, clusterName), user: named(config.users, userName) }
  const cluster = { name: clusterName, value: { ...withPaths(kubectl, known.cluster), ...clusterFlags(kubectl) } }
  const user = { name: userName, value: { ...withPaths(kubectl, known.user), ...userFlags(kubectl) } }

  const wholly = function* (): Proc {
    const problems = [
      ...(contextName && !context ? [`context was not found for specified context: ${contextName}`] : []),
      ...(yield* userProblems(user)),
      ...(flags.text('cluster') && !known.cluster && !flags.text('server')
        ? [`no server found for cluster ${JSON.stringify(clusterName)}`]
        : []),
      ...(yield* clusterProblems(cluster)),
    ]
    const [first] = problems
    const asWhole = problems.length > 1 || (contextName && !context) || (flags.text('namespace') && throughMapper.test(kubectl.path))
    if (first && asWhole) throw new ConfigurationError(problems)
    if (first) throw new CommandError(first)
  }
  if (namespaceFirst.test(kubectl.path) && !flags.text('namespace')) yield* wholly()
  if (staysLocal(kubectl))
    return { context: context?.value ?? {}, cluster: cluster.value as Members, user: user.value as Members, userName }
  if (flags.text('user') && !known.user) throw new CommandError(`auth info "${userName}" does not exist`)
  if (flags.text('context') && !context) throw new CommandError(`context "${contextName}" does not exist`)
  if (flags.text('cluster') && !known.cluster) throw new CommandError(`cluster "${clusterName}" does not exist`)
  yield* wholly()
  return { context: context?.value ?? {}, cluster: cluster.value as Members, user: user.value as Members, userName }
}

/** An entry's members; files are found beside the kubeconfig that names them. */
function withPaths({ self }: Kubectl, entry: Entry | undefined): Members {
  if (!entry) return {}
  const folder = absolute(entry.origin ?? '', self.cwd).replace(/\/[^/]*$/, '')
  const members = Object.entries(entry.value)
  const found = members.map(([name, value]) => [name, fileMembers.includes(name) && value ? absolute(text(value), folder) : value] as const)
  return { ...Object.fromEntries(found), ...(entry.value.exec ? { folder } : {}) }
}

const given = (pairs: readonly (readonly [string, unknown])[]): Members => Object.fromEntries(pairs.filter(([, value]) => value))

function clusterFlags(kubectl: Kubectl): Members {
  const flags = globalsOf(kubectl)
  const authority = flags.text('certificate-authority')
  const insecure = flags.text('insecure-skip-tls-verify') === 'true'
  return {
    ...given([
      ['server', flags.text('server')],
      ['insecure-skip-tls-verify', insecure],
    ]),
    ...(authority || insecure ? { 'certificate-authority': authority, 'certificate-authority-data': '' } : {}),
  }
}

function userFlags(kubectl: Kubectl): Members {
  const flags = globalsOf(kubectl)
  return given([
    ...['token', 'username', 'password', 'client-certificate', 'client-key', 'as', 'as-uid'].map(
      (name) => [name, flags.text(name)] as const,
    ),
    ['as-groups', flags.list('as-group').length ? flags.list('as-group') : undefined],
  ])
}

/** `--request-timeout`: seconds, or a duration. Throws CommandError. */
function checkTimeout(text: string): void {
  if (text !== '' && !/^\+?\d+$/.test(text) && parseGoDuration(text) === undefined)
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
function* credentials(user: Members, secure: boolean): Proc<Readonly<Record<string, string>>> {
  const headers: Record<string, string> = {}
  const token = text(user.token) || (user.tokenFile ? (yield* readFile(text(user.tokenFile))).trim() : '')
  const name = text(user.username)
  const certificate =
    text(user['client-certificate-data']) || (user['client-certificate'] ? btoa(yield* readFile(text(user['client-certificate']))) : '')
  if (token) headers.authorization = `Bearer ${token}`
  else if (name) headers.authorization = `Basic ${btoa(`${name}:${text(user.password)}`)}`
  else if (certificate) headers['x-client-certificate'] = certificate
  else if (secure && !user.exec && !user['auth-provider']) headers.authorization = yield* askWho()
  const groups = (user['as-groups'] as readonly string[] | undefined) ?? [] // as its type has it
  if (user.as) headers['impersonate-user'] = text(user.as)
  if (groups.length) headers['impersonate-group'] = groups.join(',')
  if (user['as-uid']) headers['impersonate-uid'] = text(user['as-uid'])
  return headers
}

/** Over TLS somebody has to be somebody: without any credentials the client asks for a name and a password. */
function* askWho(): Proc<string> {
  const answers: string[] = []
  for (const what of ['Username', 'Password']) {
    yield* write(1, `Please enter ${what}: `)
    const line = yield* readLine(0)
    if (line === '') throw new CommandError('EOF')
    answers.push(line.trimEnd())
  }
  return `Basic ${btoa(answers.join(':'))}`
}

/** The flags of every command, as if those the command hides behind its own were not given. */
function globalsOf({ flags, path }: Kubectl): Pick<Flags, 'text' | 'list' | 'changed'> {
  return {
    text: (name) => (ownsFlag(path, name) ? '' : flags.text(name)),
    list: (name) => (ownsFlag(path, name) ? [] : flags.list(name)),
    changed: (name) => !ownsFlag(path, name) && flags.changed(name),
  }
}
