import type {
  AdmissionOperation,
  AdmissionPlugin,
  AdmissionRequest,
  ApiServer,
  ApiServerOptions,
  GroupVersionKind,
  Rounds,
  SubresourceHandler,
  User,
} from './hooks'
import type { KindContext, KindDefinition } from './kind'
import type { Manager, Writing } from './managed-fields'
import type { AnyObject, KubeObject } from './object'
import type { Served } from './registry'
import { internalError, type ResourceRef } from './status'
import type { Stored, Writer } from './storage'

/** The API server as its own parts see it: what everybody may use, and what it was put together from. */
export interface Core extends ApiServer {
  readonly options: ApiServerOptions
  readonly context: KindContext
  handlerOf(kind: KindDefinition, subresource: string): SubresourceHandler | undefined
  /** The admission plugins that have anything to say about a kind, in order. */
  pluginsFor(kind: KindDefinition): PluginsOfKind
}

export interface PluginsOfKind {
  readonly mutating: readonly NonNullable<AdmissionPlugin['mutate']>[]
  readonly validating: readonly NonNullable<AdmissionPlugin['validate']>[]
}

/** Looks through the plugins of a server for those that have anything to say about a kind; asked once a kind. */
export function pluginsAbout(plugins: readonly AdmissionPlugin[]): Core['pluginsFor'] {
  const known = new WeakMap<KindDefinition, PluginsOfKind>()
  return (kind) => {
    let found = known.get(kind)
    if (!found) {
      const name = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`
      const concerned = plugins.filter(({ about }) => about?.includes(name) ?? true)
      const mutating = concerned.flatMap(({ mutate }) => mutate ?? [])
      known.set(kind, (found = { mutating, validating: concerned.flatMap(({ validate }) => validate ?? []) }))
    }
    return found
  }
}

/** One request on its way through the pipeline, whichever way it came in. */
export interface Call {
  readonly core: Core
  readonly served: Served
  readonly namespace: string | undefined
  /** Empty for a create. */
  readonly name: string
  readonly subresource: string | undefined
  readonly user: User
  readonly manager: string
  readonly because?: string | undefined
  readonly dryRun: boolean
  /** Create-, Update-, Patch- or DeleteOptions. */
  readonly options: Readonly<Record<string, unknown>>
  /** What the request's body is where it is no object of the resource's own kind: a Scale, an Eviction, a Binding. */
  readonly body?: GroupVersionKind | undefined
  warn(text: string): void
  annotate(key: string, value: string): void
}

/** The `warn` of a client inside the process, which reads no warnings: nobody need work any out for it. */
export const unheard = () => undefined

export const resourceOf = ({ served: { group, kind } }: Call): ResourceRef => ({ group, plural: kind.plural })

const writers = new WeakMap<User, Writer>()
const reasons = new WeakMap<User, Writer>()

/** Who makes this write. A component that says no reason is the same writer each time: revisions remember it for long. */
export function writerOf({ user, manager, because }: Call): Writer {
  if (because !== undefined) {
    // One round of a controller writes much for one reason.
    const last = reasons.get(user)
    if (last?.because === because && last.manager === manager) return last
    const writer = { user: user.name, manager, because }
    reasons.set(user, writer)
    return writer
  }
  let writer = writers.get(user)
  if (writer?.manager !== manager) writers.set(user, (writer = { user: user.name, manager }))
  return writer
}

const managers = new WeakMap<Served, Manager[]>()

/** How managedFields call who makes this write: the same object each time, as thousands of writes refer to it. */
export function managerOf({ served, manager, subresource }: Call): Manager {
  let known = managers.get(served)
  if (!known) managers.set(served, (known = []))
  for (const each of known) if (each.manager === manager && each.subresource === subresource) return each
  const one: Manager = { manager, operation: 'Update', apiVersion: served.apiVersion, subresource }
  if (known.length < MANAGERS_KEPT) known.push(one)
  return one
}

/** Anybody may call himself anything: beyond so many of a kind each write has its own. */
const MANAGERS_KEPT = 50

/** What is stored of the object that a request names. Throws when it cannot be read, as what was encrypted with a key that is not there any more. */
export function storedOf({ core, served: { kind }, namespace, name }: Call): Stored | undefined {
  const stored = core.storage.get(kind, namespace, name)
  const problem = stored && core.options.atRest?.()?.problem(kind, stored)
  if (problem !== undefined) throw internalError(problem)
  return stored
}

/** How managedFields call this write. */
export const writingOf = (call: Call): Writing => ({ ...managerOf(call), timeMs: call.core.engine.nowMs })

const admissionRequest = (
  call: Call,
  operation: AdmissionOperation,
  object: AnyObject | undefined,
  old: AnyObject | undefined,
  rounds: Rounds,
): AdmissionRequest => ({
  rounds,
  operation,
  kind: call.served.kind,
  served: call.served,
  body: call.body,
  subresource: call.subresource,
  namespace: call.namespace,
  name: call.name || (object?.metadata.name ?? ''),
  object,
  old,
  user: call.user,
  dryRun: call.dryRun,
  options: call.options,
  server: call.core,
  warn: call.warn,
  annotate: call.annotate,
})

/** Mutating admission: every plugin in order, each on what the one before it made; all of them twice where one of them asks for it. */
export function mutate(call: Call, operation: 'CREATE' | 'UPDATE', object: AnyObject, old?: AnyObject): AnyObject {
  const rounds: Rounds = { isSecond: false, again: false, memory: {} }
  const once = mutated(call, admissionRequest(call, operation, object, old, rounds))
  if (!rounds.again) return once
  rounds.isSecond = true
  return mutated(call, admissionRequest(call, operation, once, old, rounds))
}

function mutated(call: Call, asked: AdmissionRequest): AnyObject {
  let request = asked
  for (const change of call.core.pluginsFor(call.served.kind).mutating) {
    const result = change(request)
    if (result !== request.object) request = { ...request, object: result }
  }
  return request.object!
}

/** What validating plugins are asked in: they change nothing. */
const NO_ROUNDS: Rounds = { isSecond: false, again: false, memory: {} }

/** Validating admission. */
export function admit(call: Call, operation: AdmissionOperation, object: AnyObject | undefined, old?: AnyObject) {
  const { validating } = call.core.pluginsFor(call.served.kind)
  if (validating.length === 0) return
  const request = admissionRequest(call, operation, object, old, NO_ROUNDS)
  for (const validate of validating) validate(request)
}

/** Reads a kind's functions as functions on any object: the pipeline hands them nothing but the kind's own. */
export const generic = <T extends KubeObject>(kind: KindDefinition<T> | KindDefinition<never>) => kind as unknown as KindDefinition
