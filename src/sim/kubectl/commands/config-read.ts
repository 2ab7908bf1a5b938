import { toYaml } from '../../formats/yaml-emit'
import { CommandError, throwAll } from '../errors'
import { loadKubeconfig, type KubeConfig } from '../kubeconfig'
import { alignTable } from '../printers/table'
import { printerFor, type Printable } from '../printers/printer'
import { out, usageError, type Command, type Kubectl } from '../session'

const noMore = (kubectl: Kubectl) => {
  if (kubectl.args.length) throw usageError(kubectl, `unexpected arguments: [${kubectl.args.join(' ')}]`)
}

export const currentContext: Command = {
  *run(kubectl) {
    const config = yield* loadKubeconfig(kubectl)
    const name = kubectl.flags.text('context') || config['current-context']
    if (!name) throw new CommandError('current-context is not set')
    yield* out(`${name}\n`)
  },
}

/** `config get-clusters` and `config get-users`: one name a line. */
const namesOf = (title: string, member: 'clusters' | 'users'): Command => ({
  *run(kubectl) {
    noMore(kubectl)
    const config = yield* loadKubeconfig(kubectl)
    const names = (config[member] ?? []).map(({ name }) => name).sort()
    yield* out(`${title}\n${names.map((name) => `${name}\n`).join('')}`)
  },
})
export const getClusters = namesOf('NAME', 'clusters')
export const getUsers = namesOf('NAME', 'users')

export const getContexts: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const output = flags.text('output')
    if (!['', 'name'].includes(output)) throw new CommandError(`output must be one of '' or 'name': ${output}`)
    const config = yield* loadKubeconfig(kubectl)
    const all = [...(config.contexts ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))
    const missing = args
      .filter((name) => !all.some((context) => context.name === name))
      .map((name) => new CommandError(`context ${name} not found`))
    const chosen = args.length ? all.filter(({ name }) => args.includes(name)) : all
    if (output === 'name') {
      yield* out(chosen.map(({ name }) => `${name}\n`).join(''))
    } else {
      const current = flags.text('context') || config['current-context']
      const lines = chosen.map(({ name, context }) =>
        [name === current ? '*' : '', name, context?.cluster ?? '', context?.user ?? '', context?.namespace ?? ''].join('\t'),
      )
      const header = flags.bool('no-headers') ? [] : ['CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE']
      yield* out(alignTable([...header, ...lines].map((line) => `${line}\n`).join('')))
    }
    throwAll(missing)
  },
}

export const view: Command = {
  *run(kubectl) {
    noMore(kubectl)
    const { flags } = kubectl
    const merged = yield* loadKubeconfig(kubectl)
    const config = flags.bool('minify') ? minified(merged, flags.text('context')) : merged
    const shown = flags.bool('raw') ? config : redacted(config)
    const complete = {
      apiVersion: 'v1',
      clusters: shown.clusters?.length ? shown.clusters : null,
      contexts: shown.contexts?.length ? shown.contexts : null,
      'current-context': shown['current-context'] ?? '',
      kind: 'Config',
      preferences: shown.preferences ?? {},
      users: shown.users?.length ? shown.users : null,
    }
    const format = flags.text('output')
    if (!flags.changed('output') || format === 'yaml') return yield* out(toYaml(complete))
    const printer = yield* printerFor(kubectl, { struct: true })
    const { apiVersion, clusters, contexts, kind, preferences, users } = complete
    const named = (list: typeof clusters | typeof contexts | typeof users) => list?.map(({ name, ...rest }) => ({ name, ...rest })) ?? null
    yield* out(
      printer({
        kind,
        apiVersion,
        preferences,
        clusters: named(clusters),
        users: named(users),
        contexts: named(contexts),
        'current-context': complete['current-context'],
      } as Printable),
    )
  },
}

/** Only what the current context needs. Throws CommandError. */
function minified(config: KubeConfig, named: string): KubeConfig {
  const current = named || config['current-context'] || ''
  if (!current) throw new CommandError('current-context must exist in order to minify')
  const context = config.contexts?.find(({ name }) => name === current)
  if (!context) throw new CommandError(`cannot locate context ${current}`)
  return {
    ...config,
    'current-context': current,
    contexts: [context],
    clusters: config.clusters?.filter(({ name }) => name === context.context?.cluster),
    users: config.users?.filter(({ name }) => name === context.context?.user),
  }
}

const secrets: Readonly<Record<string, string>> = {
  'client-certificate-data': 'DATA+OMITTED',
  'client-key-data': 'DATA+OMITTED',
  'certificate-authority-data': 'DATA+OMITTED',
  token: 'REDACTED',
  password: 'REDACTED',
}

function redacted(config: KubeConfig): KubeConfig {
  const hide = <T extends object | null | undefined>(map: T): T =>
    map ? (Object.fromEntries(Object.entries(map).map(([key, value]) => [key, secrets[key] ?? value])) as T) : map
  return {
    ...config,
    clusters: config.clusters?.map((entry) => ({ ...entry, cluster: hide(entry.cluster) })),
    users: config.users?.map((entry) => ({ ...entry, user: hide(entry.user) })),
  }
}
