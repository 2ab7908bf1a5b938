import { close, open, pipe, read, spawn, wait } from '../node/os/calls'
import { SyscallError, type Proc, type Self } from '../node/os/syscalls'
import { CommandError } from './errors'
import { absolute } from './kubeconfig-loading'
import type { Preference } from './kuberc-file'
import { onPath } from './plugins'

/** `users[].user.exec`: a program that knows who the caller is. */
export interface ExecPlugin {
  readonly apiVersion: string
  readonly command: string
  readonly args?: readonly string[] | null
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null
  readonly installHint?: string
  readonly provideClusterInfo?: boolean
  readonly interactiveMode?: 'Never' | 'IfAvailable' | 'Always'
  /** Folder of the kubeconfig that names the program. */
  readonly folder: string
  /** What the program is told of the cluster, if it wants to know. */
  readonly cluster: Readonly<Record<string, unknown>>
}

interface ExecCredential {
  readonly apiVersion?: string
  readonly status?: { readonly token?: string; readonly clientCertificateData?: string; readonly clientKeyData?: string }
}

/** Runs the program and answers the credentials it prints, as request headers. Throws CommandError in the client library's words. */
export function* execCredentials(self: Self, plugin: ExecPlugin, preference: Preference = {}): Proc<Readonly<Record<string, string>>> {
  yield* checkPolicy(self, plugin, preference)
  const interactive = plugin.interactiveMode !== 'Never' && self.isTty(0)
  if (plugin.interactiveMode === 'Always' && !interactive)
    throw new CommandError('exec plugin cannot support interactive mode: standard input is not a terminal')
  const info = {
    kind: 'ExecCredential',
    apiVersion: plugin.apiVersion,
    spec: { ...(plugin.provideClusterInfo ? { cluster: plugin.cluster } : {}), interactive },
  }
  const given = Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value]))
  const { text, code } = yield* outputOf(self, plugin, { ...given, KUBERNETES_EXEC_INFO: JSON.stringify(info) }, interactive)
  if (code !== 0) throw new CommandError(`exec: executable ${plugin.command} failed with exit code ${code}`)
  return headersIn(decode(text), plugin)
}

/** Whether the user's kuberc lets such a program run. Throws CommandError when it does not. */
function* checkPolicy(
  self: Self,
  plugin: ExecPlugin,
  { credentialPluginPolicy: policy, credentialPluginAllowlist: list = [] }: Preference,
): Proc {
  if (policy === 'DenyAll') throw new CommandError(`plugin ${JSON.stringify(plugin.command)} not allowed: policy set to "DenyAll"`)
  if (policy !== 'Allowlist') return
  const path = yield* programOf(self, plugin)
  for (const { command, name = command ?? '' } of list) {
    const allowed = name.includes('/') ? name : yield* onPath(self, name)
    if (name === plugin.command || allowed === path) return
  }
  throw new CommandError(`plugin path ${JSON.stringify(path)} is not permitted by the credential plugin allowlist`)
}

/** What the program prints, and how it ended. It has the terminal only where it may ask questions there. */
function* outputOf(
  self: Self,
  plugin: ExecPlugin,
  env: Readonly<Record<string, string>>,
  interactive: boolean,
): Proc<{ text: string; code: number }> {
  const path = yield* programOf(self, plugin)
  const input = interactive ? 0 : yield* open('/dev/null', 'read')
  const [readEnd, writeEnd] = yield* pipe()
  try {
    const argv = [path, ...(plugin.args ?? [])]
    const pid = yield* spawn({ argv, env: { ...self.env, ...env }, cwd: self.cwd, fds: { 0: input, 1: writeEnd, 2: 2 } })
    yield* close(writeEnd)
    let text = ''
    for (let chunk = yield* read(readEnd); chunk !== ''; chunk = yield* read(readEnd)) text += chunk
    return { text, code: (yield* wait(pid)).code }
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new CommandError(`exec: fork/exec ${path}: ${error.message.toLowerCase()}`)
  } finally {
    yield* close(readEnd)
    if (!interactive) yield* close(input)
  }
}

/** A bare name is looked for on PATH; a relative path begins at the kubeconfig's folder. */
function* programOf(self: Self, { command, folder, installHint }: ExecPlugin): Proc<string> {
  if (command.includes('/')) return absolute(command, folder)
  const path = yield* onPath(self, command)
  if (path !== undefined) return path
  throw new CommandError(`exec: executable ${command} not found${notInstalled}${installHint ? `\n\n${installHint}` : ''}`)
}

const notInstalled = `

It looks like you are trying to use a client-go credential plugin that is not installed.

To learn more about this feature, consult the documentation available at:
      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins`

function decode(text: string): ExecCredential {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = text.trim()
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value // its members are looked at one by one
  throw new CommandError(
    `decoding stdout: couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
  )
}

function headersIn({ apiVersion, status }: ExecCredential, plugin: ExecPlugin): Readonly<Record<string, string>> {
  if (apiVersion !== undefined && apiVersion !== plugin.apiVersion)
    throw new CommandError(`exec plugin is configured to use API version ${plugin.apiVersion}, plugin returned version ${apiVersion}`)
  if (!status) throw new CommandError("exec plugin didn't return a status field")
  const { token, clientCertificateData: certificate, clientKeyData: key } = status
  if (!token && !certificate && !key) throw new CommandError("exec plugin didn't return a token or cert/key pair")
  if (!certificate !== !key) throw new CommandError('exec plugin returned only certificate or key, not both')
  // A certificate is told in a header, as there is no TLS here.
  return { ...(certificate ? { 'x-client-certificate': btoa(certificate) } : {}), ...(token ? { authorization: `Bearer ${token}` } : {}) }
}
