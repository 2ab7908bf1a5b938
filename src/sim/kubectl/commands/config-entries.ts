import { readFile, stat } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { base64 } from '../data-sources'
import { CommandError } from '../errors'
import { printHelp } from '../help'
import { structs, tidy, type List, type Members } from '../kubeconfig-file'
import { absolute, loadKubeconfig, modifyKubeconfig, put } from '../kubeconfig-loading'
import { readPairs, type Edits } from '../key-pairs'
import { out, type Command, type Kubectl } from '../session'
import { needArgs } from './config-write'

export const setContext: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    if (args.length > 1) yield* needArgs(kubectl, 1)
    const current = flags.bool('current')
    if (!args[0] && !current) throw new CommandError('you must specify a non-empty context name or --current')
    if (args[0] && current) throw new CommandError('you cannot specify both a context name and --current')
    const config = yield* loadKubeconfig(kubectl)
    const name = current ? config.currentContext : args[0]!
    if (!name) throw new CommandError('no current context is set')
    const existed = yield* change(kubectl, 'contexts', name, (value) => ({ ...value, ...given(kubectl, ['cluster', 'user', 'namespace']) }))
    yield* out(`Context ${JSON.stringify(name)} ${existed ? 'modified' : 'created'}.\n`)
  },
}

export const setCluster: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    yield* needArgs(kubectl, 1)
    const [name] = kubectl.args as [string]
    if (name === '') throw new CommandError('you must specify a non-empty cluster name')
    const authority = flags.text('certificate-authority')
    if (flags.bool('insecure-skip-tls-verify') && authority)
      throw new CommandError('you cannot specify a certificate authority and insecure mode at the same time')
    const embed = flags.bool('embed-certs')
    if (embed) {
      if (!authority) throw new CommandError('you must specify a --certificate-authority to embed')
      yield* mustExist('certificate-authority', authority)
    }
    const data = embed ? base64(yield* readFile(authority)) : ''
    yield* change(kubectl, 'clusters', name, (old) => {
      let value: Members = old
      // A server named anew is not known under the old one's name.
      if (flags.changed('server')) value = { ...value, server: flags.text('server'), 'tls-server-name': '' }
      value = { ...value, ...given(kubectl, ['tls-server-name']) }
      // Not said again, it is taken back.
      const insecure = flags.bool('insecure-skip-tls-verify')
      value = { ...value, 'insecure-skip-tls-verify': insecure, ...(insecure ? { 'certificate-authority': '', 'certificate-authority-data': '' } : {}) } // prettier-ignore
      if (flags.changed('certificate-authority'))
        value = embed
          ? { ...value, 'certificate-authority-data': data, 'certificate-authority': '', 'insecure-skip-tls-verify': false }
          : { ...value, 'certificate-authority': absolute(authority, kubectl.self.cwd), 'certificate-authority-data': '', 'insecure-skip-tls-verify': false } // prettier-ignore
      return { ...value, ...given(kubectl, ['proxy-url']) }
    })
    yield* out(`Cluster ${JSON.stringify(name)} set.\n`)
  },
}

export const setCredentials: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    if (args.length !== 1) {
      yield* printHelp(kubectl.self, kubectl.path, 1)
      throw new CommandError(`unexpected args: [${args.join(' ')}]`)
    }
    const providerEdits = yield* pairsOf(kubectl, 'auth-provider-arg')
    const envEdits = yield* pairsOf(kubectl, 'exec-env')
    if (flags.changed('exec-interactive-mode') && !['IfAvailable', 'Never', 'Always'].includes(flags.text('exec-interactive-mode')))
      throw new CommandError('invalid interactive mode type, can be only IfAvailable, Never, Always')
    const [name] = args as [string]
    if (name === '') throw new CommandError('you must specify a non-empty user name')
    const methods = [
      ...(flags.text('token') ? ['--token'] : []),
      ...(flags.text('username') || flags.text('password') ? ['--username/--password'] : []),
    ]
    if (methods.length > 1)
      throw new CommandError(`you cannot specify more than one authentication method at the same time: ${methods.join(', ')}`)
    const embed = flags.bool('embed-certs')
    const files: Record<string, string> = {}
    if (embed) {
      const named = ['client-certificate', 'client-key'].filter((flag) => flags.text(flag))
      if (named.length === 0) throw new CommandError('you must specify a --client-certificate or --client-key to embed')
      for (const flag of named) yield* mustExist(flag, flags.text(flag))
      for (const flag of named) files[flag] = base64(yield* readFile(flags.text(flag)))
    }
    yield* change(kubectl, 'users', name, (old) => {
      let value: Members = old
      for (const flag of ['client-certificate', 'client-key']) {
        if (!flags.changed(flag)) continue
        value = embed
          ? { ...value, [`${flag}-data`]: files[flag] ?? '', [flag]: '' }
          : { ...value, [flag]: absolute(flags.text(flag), kubectl.self.cwd), [`${flag}-data`]: '' }
      }
      value = { ...value, ...given(kubectl, ['token', 'username', 'password']) }
      value = withProvider(kubectl, value, providerEdits)
      value = withExec(kubectl, value, envEdits)
      const [token, basic] = [flags.text('token') !== '', flags.text('username') !== '' || flags.text('password') !== '']
      // One way of proving who one is takes the place of the other.
      if (basic) value = { ...value, token: '' }
      return token ? { ...value, username: '', password: '' } : value
    })
    yield* out(`User ${JSON.stringify(name)} set.\n`)
  },
}

function withProvider({ flags }: Kubectl, value: Members, { set, remove }: Edits): Members {
  const old = value['auth-provider'] as { readonly name: string; readonly config?: Readonly<Record<string, string>> } | undefined // as its type has it
  const name = flags.text('auth-provider')
  const provider = flags.changed('auth-provider') && old?.name !== name ? { name } : old
  if (!provider) return value
  const kept = Object.entries((provider as typeof old)?.config ?? {}).filter(([key]) => !remove.includes(key))
  return { ...value, 'auth-provider': { ...provider, config: Object.fromEntries([...kept, ...Object.entries(set)]) } }
}

function withExec(kubectl: Kubectl, value: Members, { set, remove }: Edits): Members {
  const { flags } = kubectl
  let exec = value.exec as Members | undefined // as its type has it
  if (flags.changed('exec-command')) exec = { ...exec, command: flags.text('exec-command'), args: null }
  if (!exec) return value
  if (flags.changed('exec-api-version')) exec = { ...exec, apiVersion: flags.text('exec-api-version') }
  if (flags.list('exec-arg').length) exec = { ...exec, args: flags.list('exec-arg') }
  if (flags.changed('exec-interactive-mode')) exec = { ...exec, interactiveMode: flags.text('exec-interactive-mode') }
  if (flags.changed('exec-provide-cluster-info')) exec = { ...exec, provideClusterInfo: flags.bool('exec-provide-cluster-info') }
  const old = ((exec.env as readonly { name: string; value: string }[] | null | undefined) ?? []).filter(
    ({ name }) => !remove.includes(name),
  )
  const env = [
    ...old.map((one) => ({ name: one.name, value: set[one.name] ?? one.value })),
    ...Object.entries(set).filter(([key]) => !old.some(({ name }) => name === key)).map(([name, one]) => ({ name, value: one })), // prettier-ignore
  ]
  return { ...value, exec: { ...exec, env: env.length || exec.env ? env : null } }
}

/** `KEY=value` and `KEY-` of a flag. Wrong ones show the help and an error. */
function* pairsOf(kubectl: Kubectl, flag: string): Proc<Edits> {
  const { edits, bad } = readPairs(kubectl.flags.list(flag))
  if (bad.length === 0) return edits
  yield* printHelp(kubectl.self, kubectl.path, 1)
  throw new CommandError(`invalid ${flag} format: ${bad.join(', ')}`)
}

/** The values of those text flags that were given. */
const given = ({ flags }: Kubectl, names: readonly string[]): Members =>
  Object.fromEntries(names.filter((name) => flags.changed(name)).map((name) => [name, flags.text(name)]))

function* mustExist(flag: string, path: string): Proc {
  if (!(yield* stat(path))) throw new CommandError(`could not stat ${flag} file ${path}: stat ${path}: no such file or directory`)
}

/** Changes one entry, making it where it is missing; answers whether it was there. */
function* change(kubectl: Kubectl, list: List, name: string, edit: (value: Members) => Members): Proc<boolean> {
  const config = yield* loadKubeconfig(kubectl)
  const known = config[list].find((entry) => entry.name === name)
  const entry = { ...known, name, value: tidy(structs[list], edit(known?.value ?? {})) }
  yield* modifyKubeconfig(kubectl, config, { ...config, [list]: put(config[list], entry) })
  return known !== undefined
}
