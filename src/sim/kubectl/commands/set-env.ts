import type { Container, EnvVar, PodSpec } from '../../api/types/core-v1.gen'
import { environmentNameProblems } from '../env-names'
import { CommandError } from '../errors'
import { fileOptions } from '../manifests'
import { mapContainers, matchesWildcard, podSpecOf, withPodSpec } from '../pod-template'
import { fetchResource, findResources, parseTargets, type Resource } from '../resources'
import { noLocalServerDryRun, setOn } from '../setting'
import { readAll } from '../../node/os/calls'
import { clientConfig } from '../kubeconfig'
import { err, out, type Command, type Kubectl } from '../session'
import type { Proc } from '../../node/os/syscalls'

export const setEnv: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const files = fileOptions(kubectl)
    const isEnv = (arg: string) => (arg.includes('=') && !arg.startsWith('=')) || (arg.endsWith('-') && arg !== '-') || arg === '-'
    const firstEnv = args.findIndex(isEnv)
    const words = firstEnv < 0 ? args : args.slice(0, firstEnv)
    const pairs = firstEnv < 0 ? [] : args.slice(firstEnv)
    const given = [...pairs, ...flags.list('env')]
    if (pairs.some((arg) => !isEnv(arg)))
      throw new CommandError(`all resources must be specified before environment changes: ${args.join(' ')}`)
    if (words.length === 0 && files.names.length === 0 && !files.kustomize)
      throw new CommandError('one or more resources must be specified as <resource> <name> or <resource>/<name>')
    if (flags.bool('all') && flags.text('selector')) throw new CommandError('cannot set --all and --selector at the same time')
    if (flags.bool('local') && flags.text('dry-run') === 'server') throw new CommandError(noLocalServerDryRun)
    const unknown = given.find((arg) => !isEnv(arg))
    if (unknown !== undefined) throw new CommandError(`unknown environment variable: ${unknown}`)
    if (flags.list('keys').length && !flags.text('from'))
      throw new CommandError('when specifying --keys, a configmap or secret must be provided with --from')
    const from = flags.text('from') ? yield* envFrom(kubectl) : []
    const { set, remove } = yield* parseEnv(given)
    const wanted = [...from, ...set]
    if (flags.bool('list')) return yield* listEnv(kubectl, words)
    const overwrite = flags.bool('overwrite')
    const warnings: string[] = []
    yield* setOn(kubectl, {
      words,
      done: 'env updated',
      manager: 'kubectl-set',
      wordsWithLocal: true,
      change: (object, resource) => {
        const spec = podSpecOf(object)
        if (!spec) throw new CommandError(`${object.kind}/${object.metadata.name} is not a pod or does not have a pod template`)
        const pattern = flags.text('containers')
        if (![...(spec.containers ?? []), ...(spec.initContainers ?? [])].some(({ name }) => matchesWildcard(pattern, name))) {
          warnings.push(
            `Warning: ${object.kind}/${object.metadata.name} does not have any containers matching ${JSON.stringify(pattern)}\n`,
          )
          return object
        }
        if (!overwrite) refuseOverwriting(spec, pattern, wanted, resource)
        if (wanted.length === 0 && remove.length === 0) return object
        return withPodSpec(object, changeContainers(spec, pattern, wanted, remove))
      },
    })
    for (const warning of warnings) yield* err(warning)
  },
}

function changeContainers(spec: PodSpec, pattern: string, wanted: readonly EnvVar[], remove: readonly string[]): PodSpec {
  const edit = (container: Container): Container =>
    matchesWildcard(pattern, container.name) ? { ...container, env: updated(container.env ?? [], wanted, remove) } : container
  return mapContainers(spec, edit)
}

/** Known variables keep their place, new ones follow at the end. */
function updated(env: readonly EnvVar[], wanted: readonly EnvVar[], remove: readonly string[]): EnvVar[] {
  const kept = env.filter(({ name }) => !remove.includes(name)).map((old) => wanted.find(({ name }) => name === old.name) ?? old)
  return [...kept, ...wanted.filter(({ name }) => !kept.some((known) => known.name === name))]
}

function refuseOverwriting(spec: PodSpec, pattern: string, wanted: readonly EnvVar[], { type, name }: Resource): void {
  const clashes = new Set<string>()
  for (const container of spec.containers ?? []) {
    if (!matchesWildcard(pattern, container.name)) continue
    for (const { name: key, value } of wanted) {
      const old = container.env?.find((known) => known.name === key)
      if (old && old.value !== value) clashes.add(`'${key}' already has a value (${old.value ?? ''}), and --overwrite is false`)
    }
  }
  if (clashes.size)
    throw new CommandError(
      `${type.kind.toLowerCase()}${type.group ? `.${type.group}` : ''}/${name}\n${[...clashes].map((clash) => ` ${clash}`).join('\n')}`,
    )
}

/** `A=1`, `B-`, and `-` for lines from standard input. Throws CommandError. */
function* parseEnv(given: readonly string[]): Proc<{ set: EnvVar[]; remove: string[] }> {
  const set: EnvVar[] = []
  const remove: string[] = []
  for (const arg of given) {
    const lines = arg === '-' ? (yield* readAll(0)).split('\n').filter((line) => line && !line.startsWith('#')) : [arg]
    for (const line of lines) {
      const equals = line.indexOf('=')
      if (equals > 0) {
        const name = line.slice(0, equals)
        const wrong = environmentNameProblems(name)
        if (wrong.length) throw new CommandError(`${JSON.stringify(name)} is not a valid key name: ${wrong.join(';')}`)
        set.push({ name, value: line.slice(equals + 1) })
      } else remove.push(line.slice(0, -1))
    }
  }
  const both = remove.filter((key) => set.some(({ name }) => name === key))
  if (both.length) throw new CommandError('can not both modify and remove an environment variable in the same command')
  return { set, remove }
}

/** `--from=configmap/conf`: a reference for each key. */
function* envFrom(kubectl: Kubectl): Proc<EnvVar[]> {
  const { flags } = kubectl
  const { namespace } = yield* clientConfig(kubectl)
  const [target] = yield* parseTargets(kubectl, { words: [flags.text('from')] })
  if (!target || target.by !== 'name') throw new CommandError('unsupported resource specified in --from')
  const { object } = yield* fetchResource(kubectl, { type: target.type, namespace, name: target.names[0]! })
  if (!['ConfigMap', 'Secret'].includes(object!.kind)) throw new CommandError(`unsupported resource specified in --from`)
  const keys = flags.list('keys')
  const ref = object!.kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef'
  return Object.keys((object!.data ?? {}) as object)
    .filter((key) => keys.length === 0 || keys.includes(key))
    .sort()
    .map(
      (key) =>
        ({
          name: (flags.text('prefix') + key).toUpperCase().replace(/[^A-Za-z0-9_]/g, '_'),
          valueFrom: { [ref]: { name: object!.metadata.name, key } },
        }) as EnvVar,
    )
}

function* listEnv(kubectl: Kubectl, words: readonly string[]): Proc {
  const { flags } = kubectl
  const { resources } = yield* findResources(kubectl, {
    words,
    files: fileOptions(kubectl),
    local: flags.bool('local'),
    fetch: true,
    selector: flags.text('selector'),
    bareTypes: flags.bool('all'),
  })
  for (const { object } of resources) {
    const spec = podSpecOf(object!)
    if (!spec) continue
    for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
      if (!matchesWildcard(flags.text('containers'), container.name)) continue
      yield* out(`# ${object!.kind} ${object!.metadata.name}, container ${container.name}\n`)
      for (const variable of container.env ?? []) yield* out(`${yield* envLine(kubectl, variable)}\n`)
    }
  }
}

function* envLine(kubectl: Kubectl, { name, value, valueFrom }: EnvVar): Proc<string> {
  if (!valueFrom) return `${name}=${value ?? ''}`
  if (kubectl.flags.bool('resolve')) {
    const resolved = yield* resolve(kubectl, valueFrom)
    if (resolved !== undefined) return `${name}=${resolved}`
  }
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom
  if (configMapKeyRef) return `# ${name} from configmap ${configMapKeyRef.name}, key ${configMapKeyRef.key}`
  if (secretKeyRef) return `# ${name} from secret ${secretKeyRef.name}, key ${secretKeyRef.key}`
  if (fieldRef) return `# ${name} from field path ${fieldRef.fieldPath}`
  return `# ${name} from resource field ${resourceFieldRef?.containerName ?? ''}, ${resourceFieldRef?.resource ?? ''}`
}

function* resolve(kubectl: Kubectl, { configMapKeyRef, secretKeyRef }: NonNullable<EnvVar['valueFrom']>): Proc<string | undefined> {
  const ref = configMapKeyRef ?? secretKeyRef
  if (!ref) return undefined
  const [resource] = (yield* findResources(kubectl, { words: [`${configMapKeyRef ? 'configmaps' : 'secrets'}/${ref.name}`], fetch: true }))
    .resources
  const data = (resource?.object?.data ?? {}) as Readonly<Record<string, string>>
  return configMapKeyRef ? data[ref.key] : data[ref.key] === undefined ? undefined : atob(data[ref.key]!)
}
