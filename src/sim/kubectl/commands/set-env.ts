import type { AnyObject } from '../../api/object'
import { parseQuantity } from '../../formats/quantity'
import type { Container, EnvVar, PodSpec } from '../../api/types/core-v1.gen'
import { environmentNameProblems } from '../env-names'
import { builtInResource } from '../built-in-resource'
import { asReported, CommandError } from '../errors'
import { fileOptions } from '../manifests'
import { mapContainers, matchesWildcard, withPodSpec } from '../pod-template'
import { fetchResource, parseTargets } from '../resources'
import { noLocalServerDryRun, ObjectError, podSpecFor, setOn, type Setting } from '../setting'
import { readAll } from '../../node/os/calls'
import { clientConfig } from '../kubeconfig'
import { err, out, type Command, type Kubectl } from '../session'
import { dryRunOf } from '../writing'
import type { Proc } from '../../node/os/syscalls'

export const setEnv: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const files = fileOptions(kubectl)
    const isEnv = (arg: string) => (arg.includes('=') && !arg.startsWith('=')) || (arg.endsWith('-') && arg !== '-') || arg === '-'
    const firstEnv = args.findIndex(isEnv)
    const words = firstEnv < 0 ? args : args.slice(0, firstEnv)
    const pairs = firstEnv < 0 ? [] : args.slice(firstEnv)
    const given = [...flags.list('env'), ...pairs]
    if (pairs.some((arg) => !isEnv(arg)))
      throw new CommandError(`all resources must be specified before environment changes: ${args.join(' ')}`)
    yield* dryRunOf(kubectl)
    // A kustomization does not count, as in the real client.
    if (words.length === 0 && files.names.length === 0)
      throw new CommandError('one or more resources must be specified as <resource> <name> or <resource>/<name>')
    if (flags.bool('all') && flags.text('selector')) throw new CommandError('cannot set --all and --selector at the same time')
    if (flags.bool('local') && flags.text('dry-run') === 'server') throw new CommandError(noLocalServerDryRun)
    const unknown = given.find((arg) => !isEnv(arg))
    if (unknown !== undefined) throw new CommandError(`unknown environment variable: ${unknown}`)
    if (flags.list('keys').length && !flags.text('from'))
      throw new CommandError('when specifying --keys, a configmap or secret must be provided with --from')
    const listing = flags.bool('list')
    if (listing && flags.text('output')) throw new CommandError('--list and --output may not be specified together')
    const from = flags.text('from') ? yield* envFrom(kubectl) : []
    const { set, remove } = yield* parseEnv(given)
    const wanted = [...from, ...set].map((variable) => ({ ...variable, name: flags.text('prefix') + variable.name }))
    const overwrite = flags.bool('overwrite')
    const pattern = flags.text('containers')
    const warnings: string[] = []
    const changed: AnyObject[] = []
    const setting: Setting = {
      words,
      done: 'env updated',
      manager: 'kubectl-set',
      failure: 'failed to patch env update to pod template:',
      wordsWithLocal: true,
      silent: listing,
      change: (object) => {
        const spec = podSpecFor(object)
        if (!chosenContainers(spec, pattern).length) {
          warnings.push(
            `Warning: ${object.kind}/${object.metadata.name} does not have any containers matching ${JSON.stringify(pattern)}\n`,
          )
          return object
        }
        if (!overwrite) refuseOverwriting(spec, pattern, wanted)
        const after = wanted.length + remove.length > 0 ? withPodSpec(object, changeContainers(spec, pattern, wanted, remove)) : object
        changed.push(after)
        return after
      },
    }
    try {
      yield* setOn(kubectl, setting)
    } finally {
      for (const warning of warnings) yield* err(warning)
      if (listing) for (const object of changed) yield* listEnv(kubectl, object, pattern)
    }
  },
}

const chosenContainers = (spec: PodSpec, pattern: string): Container[] =>
  [...(spec.containers ?? []), ...(spec.initContainers ?? [])].filter(({ name }) => matchesWildcard(pattern, name))

function changeContainers(spec: PodSpec, pattern: string, wanted: readonly EnvVar[], remove: readonly string[]): PodSpec {
  const edit = (container: Container): Container =>
    matchesWildcard(pattern, container.name) ? withEnv(container, updated(container.env ?? [], wanted, remove)) : container
  return mapContainers(spec, edit)
}

const withEnv = (container: Container, env: readonly EnvVar[]): Container =>
  env.length === 0 && !container.env ? container : { ...container, env: [...env] }

/** Known variables keep their place, new ones follow at the end. */
function updated(env: readonly EnvVar[], wanted: readonly EnvVar[], remove: readonly string[]): EnvVar[] {
  const kept = env.filter(({ name }) => !remove.includes(name)).map((old) => wanted.find(({ name }) => name === old.name) ?? old)
  const added = new Map<string, EnvVar>()
  // Of two values for one new name the first counts.
  for (const variable of wanted)
    if (!kept.some(({ name }) => name === variable.name) && !added.has(variable.name)) added.set(variable.name, variable)
  return [...kept, ...added.values()]
}

function refuseOverwriting(spec: PodSpec, pattern: string, wanted: readonly EnvVar[]): void {
  const clashes = new Set<string>()
  for (const container of chosenContainers(spec, pattern)) {
    for (const { name: key, value } of wanted) {
      const old = container.env?.find((known) => known.name === key)
      if (old && old.value !== value) clashes.add(`'${key}' already has a value (${old.value ?? ''}), and --overwrite is false`)
    }
  }
  if (clashes.size) throw new ObjectError([...clashes].join('\n '))
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
  if (both.length) throw new CommandError('can not both modify and remove the same environment variable in the same command')
  return { set, remove }
}

/** `--from=configmap/conf`: a reference for each key. */
function* envFrom(kubectl: Kubectl): Proc<EnvVar[]> {
  const { flags } = kubectl
  // Without a server the files are looked at, and what wants to be changed is no source.
  if (flags.bool('local')) throw new CommandError('unsupported resource specified in --from')
  const { namespace } = yield* clientConfig(kubectl)
  const [target] = yield* parseTargets(kubectl, { words: [flags.text('from')] })
  if (!target || target.by !== 'name') throw new CommandError('unsupported resource specified in --from')
  const { object } = yield* fetchResource(kubectl, { type: target.type, namespace, name: target.names[0]! })
  if (!['ConfigMap', 'Secret'].includes(object!.kind)) throw new CommandError(`unsupported resource specified in --from`)
  const keys = flags.list('keys')
  const ref = object!.kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef'
  const variables: EnvVar[] = []
  for (const key of Object.keys((object!.data ?? {}) as object).sort()) {
    if (keys.length > 0 && !keys.includes(key)) continue
    const name = key.replace(/[^A-Za-z0-9_]/g, '_').toUpperCase()
    if (name !== key) yield* err(`Warning: key ${key} transferred to ${name}\n`)
    variables.push({ name, valueFrom: { [ref]: { name: object!.metadata.name, key } } })
  }
  return variables
}

/** Prints the variables as they would be then; what cannot be resolved is told after its container. */
function* listEnv(kubectl: Kubectl, object: AnyObject, pattern: string): Proc {
  for (const container of chosenContainers(podSpecFor(object), pattern)) {
    yield* out(`# ${object.kind} ${object.metadata.name}, container ${container.name}\n`)
    const failures = new Map<string, string[]>()
    for (const variable of container.env ?? []) {
      try {
        yield* out(`${yield* envLine(kubectl, object, container, variable)}\n`)
      } catch (error) {
        const { message } = asReported(error)
        failures.set(message, [...(failures.get(message) ?? []), variable.name])
        yield* out(`${reference(variable)}\n`)
      }
    }
    const told = [...failures].map(([message, names]) => `error retrieving reference for ${names.sort().join(', ')}: ${message}`)
    if (told.length) yield* err(`${told.sort().join('\n')}\n`)
  }
}

function* envLine(kubectl: Kubectl, object: AnyObject, container: Container, variable: EnvVar): Proc<string> {
  const { name, value, valueFrom } = variable
  if (!valueFrom) return `${name}=${value ?? ''}`
  return kubectl.flags.bool('resolve') ? `${name}=${yield* resolve(kubectl, object, container, valueFrom)}` : reference(variable)
}

/** `# NAME from configmap settings, key color`. */
function reference({ name, valueFrom = {} }: EnvVar): string {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom
  if (configMapKeyRef) return `# ${name} from configmap ${configMapKeyRef.name}, key ${configMapKeyRef.key}`
  if (secretKeyRef) return `# ${name} from secret ${secretKeyRef.name}, key ${secretKeyRef.key}`
  if (fieldRef) return `# ${name} from field path ${fieldRef.fieldPath}`
  const container = resourceFieldRef?.containerName ? `${resourceFieldRef.containerName}/` : ''
  return `# ${name} from resource field ${container}${resourceFieldRef?.resource ?? ''}`
}

/** The value behind a reference, as far as it can be known before the container runs. Throws CommandError. */
function* resolve(kubectl: Kubectl, object: AnyObject, container: Container, from: NonNullable<EnvVar['valueFrom']>): Proc<string> {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = from
  if (fieldRef) return fieldOf(object, fieldRef.fieldPath)
  if (resourceFieldRef) {
    const [list = '', resource = ''] = resourceFieldRef.resource.split('.')
    const { limits = {}, requests = {} } = container.resources ?? {}
    const amount = (list === 'limits' ? limits : requests)[resource] ?? '0'
    const divisor = Number(resourceFieldRef.divisor ?? 0) === 0 ? '1' : resourceFieldRef.divisor!
    return String(Math.ceil(numberOf(amount) / numberOf(divisor)))
  }
  const ref = (configMapKeyRef ?? secretKeyRef)!
  const type = builtInResource({ apiVersion: 'v1', kind: configMapKeyRef ? 'ConfigMap' : 'Secret' })
  const { namespace } = yield* clientConfig(kubectl)
  const { data = {} } = (yield* fetchResource(kubectl, { type, namespace, name: ref.name! })).object as { data?: Record<string, string> } // both hold data
  const value = data[ref.key]
  if (value === undefined) throw new CommandError(`key ${ref.key} not found in ${configMapKeyRef ? 'config map' : 'secret'} ${ref.name}`)
  return configMapKeyRef ? value : atob(value)
}

const numberOf = (quantity: string) => Number(parseQuantity(quantity)?.nano ?? 0n)

/** `metadata.name`, `metadata.labels['app']`. Throws CommandError for what is not known of an object. */
function fieldOf({ metadata }: AnyObject, path: string): string {
  const [, member, key] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path) ?? []
  if (member) return metadata[member as 'labels' | 'annotations']?.[key!] ?? ''
  const lines = (map: Readonly<Record<string, string>> = {}) =>
    Object.entries(map)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join('\n')
  const known: Readonly<Record<string, string | undefined>> = {
    'metadata.labels': lines(metadata.labels),
    'metadata.annotations': lines(metadata.annotations),
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace ?? '',
    'metadata.uid': metadata.uid ?? '',
  }
  const value = known[path]
  if (value === undefined) throw new CommandError(`unsupported fieldPath: ${path}`)
  return value
}
