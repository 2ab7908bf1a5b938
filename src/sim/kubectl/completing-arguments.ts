import type { AnyObject } from '../api/object'
import { listDirectory } from '../node/os/calls'
import { SyscallError, type Proc } from '../node/os/syscalls'
import type { Completions } from './completing'
import { childrenOf, commandSpec, findCommand, ownsFlag } from './command-tree'
import { commandSummary } from './descriptions'
import { discover } from './discovery'
import { ApiError, CommandError, ConnectionError } from './errors'
import { clientConfig } from './kubeconfig'
import { loadKubeconfig } from './kubeconfig-loading'
import { qualifiedName } from './mapper'
import { fetchResource, parseTargets, requestList, type ObjectList } from './resources'
import type { Kubectl } from './session'

const noSpace = 2
const noFiles = 4

type Complete = (kubectl: Kubectl, typed: string) => Proc<Completions>

/** Candidates for a command's next argument; undefined when the command leaves it to the shell. */
export function* argumentCompletions(kubectl: Kubectl, typed: string): Proc<Completions | undefined> {
  const { spec } = commandSpec(kubectl.path)
  const complete = byCommand[kubectl.path]
  if (complete) return yield* complete(kubectl, typed)
  if (kubectl.path !== 'completion' || kubectl.args.length > 0) return undefined
  return { words: (spec.argCompletions ?? []).filter((word) => word.startsWith(typed)), directive: noFiles }
}

/** Candidates for a flag's value that have to be looked up; undefined for flags nobody knows more about. */
export function* flagCompletion(kubectl: Kubectl, flag: string, typed: string): Proc<string[] | undefined> {
  if (flag === 'namespace') return yield* namesOf(kubectl, 'namespaces', typed)
  if (flag === 'container' && kubectl.path === 'exec')
    return kubectl.args.length ? yield* containersOf(kubectl, kubectl.args[0]!, typed) : []
  if (flag === 'clusterrole' && kubectl.path === 'create clusterrolebinding') return yield* namesOf(kubectl, 'clusterroles', typed)
  if (ownsFlag(kubectl.path, flag)) return undefined
  if (flag === 'context' || flag === 'cluster' || flag === 'user') return yield* configured(kubectl, `${flag}s`, typed)
  return undefined
}

const plain = (words: readonly string[]): Completions => ({ words, directive: noFiles })

/** Any type, then its names; or `TYPE/NAME` again and again. */
const typeAndName: Complete = function* (kubectl, typed) {
  const { args } = kubectl
  if (args.length > 0 && !args[0]!.includes('/')) return plain(without(yield* namesOf(kubectl, args[0]!, typed), args.slice(1)))
  if (typed.includes('/')) return yield* qualified(kubectl, typed)
  const types = yield* typeWords(kubectl, typed)
  return args.length === 0 ? plain(types) : { words: types.map((type) => `${type}/`), directive: noFiles | noSpace }
}

/** The same for a few types only; `once` commands take a single object. */
const oneOf = (types: readonly string[], once = false): Complete =>
  function* (kubectl, typed) {
    const { args } = kubectl
    if (once && (args.length > 1 || args[0]?.includes('/'))) return plain([])
    if (args.length > 0 && !args[0]!.includes('/')) return plain(without(yield* namesOf(kubectl, args[0]!, typed), args.slice(1)))
    if (typed.includes('/')) return yield* qualified(kubectl, typed)
    const found = types.filter((type) => type.startsWith(typed))
    return args.length === 0 ? plain(found) : { words: found.map((type) => `${type}/`), directive: noFiles | noSpace }
  }

/** Names of one type, for a command that takes one. */
const nameOf = (type: string): Complete =>
  function* (kubectl, typed) {
    return plain(kubectl.args.length ? [] : yield* namesOf(kubectl, type, typed))
  }

/** A pod's name or `TYPE/NAME` of something with pods, then whatever `next` knows. */
const podThen = (next?: (kubectl: Kubectl, target: string, typed: string) => Proc<string[]>): Complete =>
  function* (kubectl, typed) {
    const [target, second] = kubectl.args
    if (target !== undefined) return plain(second === undefined && next ? yield* next(kubectl, target, typed) : [])
    if (typed.includes('/')) return yield* qualified(kubectl, typed)
    const pods = yield* namesOf(kubectl, 'pods', typed)
    const types = (commandSpec('logs').spec.argCompletions ?? []).filter((type) => type.startsWith(typed))
    return { words: [...pods, ...types], directive: pods.length ? noFiles : noFiles | noSpace }
  }

const fromConfig = (list: string): Complete =>
  function* (kubectl, typed) {
    return plain(kubectl.args.length ? [] : yield* configured(kubectl, list, typed))
  }

/** `NAMESPACE/POD:` or a file of ours. */
const copySource: Complete = function* (kubectl, typed) {
  const answer = (words: readonly string[]): Completions => ({ words, directive: noSpace })
  if (kubectl.args.length > 0 || /^[./~]/.test(typed) || typed.includes(':')) return answer([])
  const slash = typed.indexOf('/')
  if (slash >= 0) {
    const namespace = typed.slice(0, slash)
    const pods = yield* namesOf(kubectl, 'pods', typed.slice(slash + 1), namespace)
    return answer(pods.map((pod) => `${namespace}/${pod}:`))
  }
  const namespaces = (yield* namesOf(kubectl, 'namespaces', typed)).map((name) => `${name}/`)
  const pods = (yield* namesOf(kubectl, 'pods', typed)).map((name) => `${name}:`)
  const files = typed === '' ? ['./', '/'] : yield* filesHere(typed)
  return answer([...namespaces, ...pods, ...files])
}

const helpTopics: Complete = function* ({ args }, typed) {
  const { path, unknown } = findCommand(args)
  if (unknown !== undefined) return plain([])
  const children = [...childrenOf(path), ...(path === '' ? ['help', 'options'] : [])].toSorted().filter((name) => name.startsWith(typed))
  return plain(children.map((name) => `${name}\t${commandSummary(path ? `${path} ${name}` : name)}`))
}

const scalable = oneOf(['deployment', 'replicaset', 'replicationcontroller', 'statefulset'])
const rolled = ['deployment', 'daemonset', 'statefulset']

const byCommand: Readonly<Record<string, Complete>> = {
  annotate: typeAndName,
  'apply edit-last-applied': typeAndName,
  'apply view-last-applied': typeAndName,
  attach: podThen(),
  autoscale: scalable,
  'config delete-cluster': fromConfig('clusters'),
  'config delete-context': fromConfig('contexts'),
  'config delete-user': fromConfig('users'),
  'config rename-context': fromConfig('contexts'),
  'config set-context': fromConfig('contexts'),
  'config use-context': fromConfig('contexts'),
  cordon: nameOf('nodes'),
  cp: copySource,
  'create token': nameOf('serviceaccounts'),
  debug: typeAndName,
  delete: typeAndName,
  describe: typeAndName,
  drain: nameOf('nodes'),
  edit: typeAndName,
  exec: podThen(),
  expose: oneOf(['pod', 'service', 'replicationcontroller', 'deployment', 'replicaset']),
  get: typeAndName,
  help: helpTopics,
  label: typeAndName,
  logs: podThen(containersOf),
  patch: typeAndName,
  'port-forward': podThen(portsOf),
  'rollout history': oneOf(rolled),
  'rollout pause': oneOf(['deployment']),
  'rollout restart': oneOf(rolled),
  'rollout resume': oneOf(['deployment']),
  'rollout status': oneOf(rolled, true),
  'rollout undo': oneOf(rolled),
  scale: scalable,
  'set image': oneOf(['daemonsets', 'deployments', 'pods', 'cronjobs', 'replicasets', 'replicationcontrollers', 'statefulsets'], true),
  taint: oneOf(['node']),
  'top node': nameOf('nodes'),
  'top pod': nameOf('pods'),
  uncordon: nameOf('nodes'),
}

const without = (words: readonly string[], taken: readonly string[]) => words.filter((word) => !taken.includes(word))

/** `deploy/we`: names of that type, those already there left out. */
function* qualified(kubectl: Kubectl, typed: string): Proc<Completions> {
  const slash = typed.indexOf('/')
  const type = typed.slice(0, slash)
  const names = yield* namesOf(kubectl, type, typed.slice(slash + 1))
  return plain(without(names.map((name) => `${type}/${name}`), kubectl.args)) // prettier-ignore
}

/** Types whose objects can be read, by full name; after a comma the next one of a list. */
function* typeWords(kubectl: Kubectl, typed: string): Proc<string[]> {
  const comma = typed.lastIndexOf(',') + 1
  const types = yield* orNothing(function* () {
    return (yield* discover(kubectl)).types
  })
  const preferred = types.filter((type) => types.find((other) => other.group === type.group && other.plural === type.plural) === type)
  return preferred
    .filter((type) => type.verbs.includes('get'))
    .toSorted((a, b) => (a.group === b.group ? (a.plural < b.plural ? -1 : 1) : a.group < b.group ? -1 : 1))
    .map((type) => typed.slice(0, comma) + qualifiedName(type))
    .filter((word) => word.startsWith(typed))
}

/** Names alone are asked for: a cluster may hold many large objects. */
const namesOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'

/** Names of a type's objects (`pods`, `svc,deploy`, `all`) that begin with what has been typed. */
function* namesOf(kubectl: Kubectl, type: string, typed: string, inNamespace?: string): Proc<string[]> {
  return yield* orNothing(function* () {
    const namespace = inNamespace ?? (yield* clientConfig(kubectl)).namespace
    const names: string[] = []
    for (const target of yield* parseTargets(kubectl, { words: [type], bareTypes: true })) {
      const scope = target.type.namespaced ? namespace : ''
      const list = yield* requestList<ObjectList>(kubectl, target.type, scope, { listQuery: { limit: undefined } }, {}, namesOnly)
      for (const { metadata } of list.items ?? []) if (metadata.name?.startsWith(typed)) names.push(metadata.name)
    }
    return names
  })
}

/** Completion says nothing about what goes wrong: it offers nothing. */
function* orNothing<T>(work: () => Proc<readonly T[]>): Proc<T[]> {
  try {
    return [...(yield* work())]
  } catch (error) {
    if (error instanceof CommandError || error instanceof ApiError || error instanceof ConnectionError) return []
    throw error
  }
}

interface PodSpec {
  readonly initContainers?: readonly { readonly name: string }[]
  readonly containers?: readonly { readonly name: string; readonly ports?: readonly { readonly containerPort: number }[] }[]
}

/** A pod, or the thing with a pod template, that a word names. */
function* targetOf(kubectl: Kubectl, word: string): Proc<AnyObject | undefined> {
  const [found] = yield* orNothing(function* () {
    const [target] = yield* parseTargets(kubectl, { words: [word], defaultType: word.includes('/') ? undefined : 'pods' })
    if (target?.by !== 'name') return []
    const { namespace } = yield* clientConfig(kubectl)
    const { object } = yield* fetchResource(kubectl, { type: target.type, namespace, name: target.names[0]! })
    return [object!]
  })
  return found
}

const podSpecOf = (object: AnyObject): PodSpec => {
  const spec = (object.spec ?? {}) as PodSpec & { readonly template?: { readonly spec?: PodSpec } } // members are all optional
  return spec.template?.spec ?? spec
}

function* containersOf(kubectl: Kubectl, word: string, typed: string): Proc<string[]> {
  const object = yield* targetOf(kubectl, word)
  if (!object) return []
  const { initContainers = [], containers = [] } = podSpecOf(object)
  return [...initContainers, ...containers].map(({ name }) => name).filter((name) => name.startsWith(typed))
}

/** `LOCAL:REMOTE` for each port there is; the local one as typed, or the same. */
function* portsOf(kubectl: Kubectl, word: string, typed: string): Proc<string[]> {
  const object = yield* targetOf(kubectl, word)
  if (!object) return []
  const service = (object.spec ?? {}) as { readonly ports?: readonly { readonly port: number }[] } // a Service's ports, if it is one
  const ports =
    object.kind === 'Service'
      ? (service.ports ?? []).map(({ port }) => port)
      : (podSpecOf(object).containers ?? []).flatMap((container) => (container.ports ?? []).map((port) => port.containerPort))
  return ports.map((port) => `${typed.split(':')[0] || port}:${port}`).filter((pair) => pair.startsWith(typed))
}

function* configured(kubectl: Kubectl, list: string, typed: string): Proc<string[]> {
  return yield* orNothing(function* () {
    const config = yield* loadKubeconfig(kubectl)
    const entries = list === 'contexts' ? config.contexts : list === 'clusters' ? config.clusters : config.users
    return entries.map(({ name }) => name).filter((name) => name.startsWith(typed)).toSorted() // prettier-ignore
  })
}

function* filesHere(typed: string): Proc<string[]> {
  try {
    return [...(yield* listDirectory('.'))].filter((name) => name.startsWith(typed)).toSorted()
  } catch (error) {
    if (error instanceof SyscallError) return []
    throw error
  }
}
