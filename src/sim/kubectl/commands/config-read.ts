import { readFile, stat } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { toYaml } from '../../formats/yaml-emit'
import { base64 } from '../data-sources'
import { CommandError, throwAll } from '../errors'
import { encode, structs, tidy, type Entry, type KubeConfig, type List, type Members } from '../kubeconfig-file'
import { absolute, loadKubeconfig } from '../kubeconfig-loading'
import { alignTable } from '../printers/table'
import { printerFor } from '../printers/printer'
import { out, usageError, type Command, type Kubectl } from '../session'

export const currentContext: Command = {
  *run(kubectl) {
    const { currentContext: name } = yield* loadKubeconfig(kubectl)
    if (!name) throw new CommandError('current-context is not set')
    yield* out(`${name}\n`)
  },
}

/** `config get-clusters` and `config get-users`: one name a line. */
const namesOf = (list: List): Command => ({
  *run(kubectl) {
    const config = yield* loadKubeconfig(kubectl)
    yield* out(`NAME\n${config[list].map(({ name }) => `${name}\n`).join('')}`)
  },
})
export const getClusters = namesOf('clusters')
export const getUsers = namesOf('users')

export const getContexts: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const output = flags.text('output')
    if (output !== '' && output !== 'name')
      throw new CommandError(`--output ${output} is not available in kubectl config get-contexts; resetting to default output format`)
    const { contexts, currentContext: current } = yield* loadKubeconfig(kubectl)
    const missing = args.filter((word) => !contexts.some(({ name }) => name === word))
    const chosen = args.length ? contexts.flatMap((context) => args.filter((word) => word === context.name).map(() => context)) : contexts
    if (output === 'name') yield* out(chosen.map(({ name }) => `${name}\n`).join(''))
    else {
      const lines = chosen.map(({ name, value }) =>
        [name === current ? '*' : '', name, value.cluster, value.user, value.namespace ?? ''].join('\t'),
      )
      const header = flags.bool('no-headers') ? [] : ['CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE']
      yield* out(alignTable([...header, ...lines].map((line) => `${line}\n`).join('')))
    }
    throwAll(missing.map((name) => new CommandError(`context ${name} not found`)))
  },
}

export const view: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    if (args.length) throw usageError(kubectl, `unexpected arguments: [${args.join(' ')}]`)
    const format = flags.text('output')
    const asYaml = format === 'yaml' && (flags.changed('output') || !flags.text('template'))
    const printer = asYaml ? undefined : yield* printerFor(kubectl, { struct: true, ...(flags.changed('output') ? {} : { format: '' }) })
    if (!flags.bool('merge') && !flags.text('kubeconfig')) throw new CommandError('if merge==false a precise file must be specified')
    const file = flags.text('kubeconfig')
    if (!flags.bool('merge') && !(yield* stat(file))) throw new CommandError(`open ${file}: no such file or directory`)
    let config = yield* loadKubeconfig(kubectl)
    if (flags.bool('minify')) config = minified(config, flags.text('context'))
    if (flags.bool('flatten')) config = yield* flattened(kubectl, config)
    else if (!flags.bool('raw')) config = redacted(config)
    const shown = encode(config)
    yield* out(printer ? printer(shown) : toYaml(shown))
  },
}

/** Only what the current context needs. Throws CommandError. */
function minified(config: KubeConfig, named: string): KubeConfig {
  const current = named || config.currentContext
  if (!current) throw new CommandError('current-context must exist in order to minify')
  const context = config.contexts.find(({ name }) => name === current)
  if (!context) throw new CommandError(`cannot locate context ${current}`)
  const needed = (list: List, word: string, wanted: unknown) => {
    if (!wanted) return []
    const found = config[list].filter(({ name }) => name === wanted)
    if (found.length === 0) throw new CommandError(`cannot locate ${word} ${wanted as string}`)
    return found
  }
  return {
    ...config,
    currentContext: current,
    contexts: [context],
    clusters: needed('clusters', 'cluster', context.value.cluster),
    users: needed('users', 'user', context.value.user),
  }
}

const mapEntries = (config: KubeConfig, change: (value: Members) => Members): KubeConfig => ({
  ...config,
  clusters: config.clusters.map((entry) => ({ ...entry, value: change(entry.value) })),
  users: config.users.map((entry) => ({ ...entry, value: change(entry.value) })),
})

const omitted = 'DATA+OMITTED'
const secrets: Readonly<Record<string, string>> = {
  'client-certificate-data': omitted,
  'client-key-data': omitted,
  'certificate-authority-data': omitted,
  token: 'REDACTED',
  password: 'REDACTED',
}
const redacted = (config: KubeConfig) =>
  mapEntries(config, (value) => Object.fromEntries(Object.entries(value).map(([name, member]) => [name, secrets[name] ?? member])))

/** The files that entries name are put in their place. Throws CommandError for a file that cannot be read. */
function* flattened(kubectl: Kubectl, config: KubeConfig): Proc<KubeConfig> {
  const users: Entry[] = []
  for (const entry of config.users) {
    const value = yield* embedded(kubectl, entry, 'client-certificate')
    users.push(tidied('users', { ...entry, value: yield* embedded(kubectl, { ...entry, value }, 'client-key') }))
  }
  const clusters: Entry[] = []
  for (const entry of config.clusters)
    clusters.push(tidied('clusters', { ...entry, value: yield* embedded(kubectl, entry, 'certificate-authority') }))
  return { ...config, users, clusters }
}

const tidied = (list: List, entry: Entry): Entry => ({ ...entry, value: tidy(structs[list], entry.value) })

function* embedded(kubectl: Kubectl, { value, origin = '' }: Entry, member: string): Proc<Members> {
  const { [member]: path, ...rest } = value
  if (typeof path !== 'string' || path === '') return value
  if (value[`${member}-data`]) throw new CommandError('cannot have values for both path and contents')
  const folder = absolute(origin, kubectl.self.cwd).replace(/\/[^/]*$/, '')
  const full = absolute(path, folder)
  try {
    return { ...rest, [`${member}-data`]: base64(yield* readFile(full)) }
  } catch (error) {
    if (error instanceof SyscallError) throw new CommandError(`open ${full}: ${error.message.toLowerCase()}`)
    throw error
  }
}
