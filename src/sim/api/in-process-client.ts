import { generic, unheard, type Call, type Core } from './call'
import type { Client, DeleteOptions, Identity, ListOptions, WatchEvent, WriteOptions } from './client'
import { deleteObject } from './delete'
import type { RequestAttributes, User } from './hooks'
import type { KindDefinition } from './kind'
import { lateHttp } from './late-http'
import { apiVersionOf, type AnyObject, type KubeObject, type NewObject } from './object'
import { patchObject } from './patch'
import type { Served } from './registry'
import { select, selectionOf } from './select'
import { failure, forbidden, type StatusError } from './status'
import type { Stored } from './storage'
import { followKind } from './in-process-watch'
import { createPatience } from './patience'
import { Waiting } from './waiting'
import { createObject, updateObject } from './write'
import { askSubresource } from './subresource'

const NO_QUERY = new URLSearchParams()

/** What the API server itself writes as: its own parts do not reach it over the network. */
const OWN = 'kube-apiserver'

/** What a client hears while nobody listens on the API server's port. */
function unreachable(verb: string, { apiVersion, kind, group }: Served, namespace = '', name = '', subresource?: string): StatusError {
  const path = [group === '' ? 'api' : 'apis', apiVersion, ...(namespace ? ['namespaces', namespace] : []), kind.plural, name, subresource]
  const url = `https://172.30.1.2:6443/${path.filter(Boolean).join('/')}`
  const method = { create: 'Post', update: 'Put', patch: 'Patch', delete: 'Delete' }[verb] ?? 'Get'
  return failure(503, 'ServiceUnavailable', `${method} ${JSON.stringify(url)}: dial tcp 172.30.1.2:6443: connect: connection refused`)
}

/** A client inside the process: the same pipeline as over HTTP from authorisation on, without any text in between. */
export function createClient(core: Core, identity: Identity): Client {
  const user: User = { name: identity.user, groups: [...(identity.groups ?? []), 'system:authenticated'] }

  function callOf(
    verb: string,
    kind: KindDefinition<never>,
    namespace: string | undefined,
    name: string,
    options: WriteOptions = {},
  ): Call {
    const served = core.registry.ofKind(kind)
    const isCutOff = core.options.isServing?.() === false || identity.reaches?.() === false
    if (identity.manager !== OWN && !options.local && isCutOff) throw unreachable(verb, served, namespace, name, options.subresource)
    authorise(verb, served, namespace, name, options.subresource)
    return {
      core,
      served,
      namespace,
      name,
      subresource: options.subresource,
      user,
      manager: options.fieldManager ?? identity.manager,
      because: options.because,
      dryRun: options.dryRun === true,
      options: {},
      warn: unheard,
      annotate: unheard,
    }
  }

  /** Only writes are asked about one by one: what a component reads comes from its reflectors, which ask when a watch begins (in-process-watch.ts). */
  function authorise(
    verb: string,
    { group, version, kind }: Served,
    namespace: string | undefined,
    name: string,
    subresource: string | undefined,
  ) {
    const resource = {
      group,
      version,
      plural: kind.plural,
      ...(namespace !== undefined && { namespace }),
      ...(name && { name }),
      ...(subresource !== undefined && { subresource }),
    }
    const attributes: RequestAttributes = { verb, path: '', query: NO_QUERY, resource }
    const decision = core.may(user, attributes)
    if (!decision.allowed) throw forbidden({ group, plural: kind.plural }, name, refusal(user, attributes, decision.reason))
  }

  const patiently = createPatience(core.questions, () => core.engine.nowMs)
  /** Writes, at once or by and by, and tells the audit log of it where there is one. */
  function patient<T extends KubeObject>(call: Call, verb: string, body: unknown, key: () => string, write: (call: Call) => T): T {
    const tell = core.options.told?.()
    if (!tell) return patiently(key, () => write(call))
    return patiently(key, () => {
      const noted: Record<string, string> = {}
      try {
        const written = write({ ...call, annotate: (name, text) => void (noted[name] = text) })
        tell(call, verb, body, written, noted)
        return written
      } catch (error) {
        if (!(error instanceof Waiting)) tell(call, verb, body, error, noted) // what waits is told when it is decided
        throw error
      }
    })
  }
  const keyOf = (
    verb: string,
    { plural, group }: KindDefinition<never>,
    metadata: { namespace?: string; name?: string; generateName?: string },
    subresource = '',
  ) => [verb, `${plural}.${group}/${subresource}`, metadata.namespace ?? '', metadata.name ?? metadata.generateName ?? ''].join(' ')

  const client: Client = {
    get: <T extends KubeObject>(kind: KindDefinition<T>, namespace: string | undefined, name: string) =>
      core.storage.get(kind, namespace, name)?.object as T | undefined, // stored under this kind
    list: (kind, options = {}) =>
      options.labelSelector || options.fieldSelector
        ? objects(selected(core, generic(kind), options))
        : objectsIn(core.storage.list(kind, options.namespace), options.namespace),
    owned: (kind, namespace, uid) => objectsIn(core.storage.owned(kind, uid), namespace),
    onNode: (kind, nodeName) => objects(core.storage.onNode(kind, nodeName)),
    create(kind, object, options = {}) {
      if (options.subresource !== undefined) return ask(kind, object.metadata.namespace, object.metadata.name ?? '', object, options)
      const call = callOf('create', kind, object.metadata.namespace, '', options)
      return patient(
        call,
        'create',
        object,
        () => keyOf('create', kind, object.metadata),
        (call) => createObject(call, complete(kind, object)).object,
      ) as never // of the kind just created
    },
    update(kind, object, options = {}) {
      const { namespace, name } = object.metadata
      const call = callOf('update', kind, namespace, name, options)
      return patient(
        call,
        'update',
        object,
        () => keyOf('update', kind, object.metadata, options.subresource),
        (call) => updateObject(call, complete(kind, object)).object,
      ) as never
    },
    updateStatus: (kind, object) => client.update(kind, object, { subresource: 'status' }),
    patch(kind, namespace, name, type, patch, options = {}) {
      const call = callOf('patch', kind, namespace, name, options)
      return patient(
        call,
        'patch',
        patch,
        () => keyOf('patch', kind, { namespace, name }, options.subresource),
        (call) => patchObject(call, type, patch, { force: options.force === true }).stored.object,
      ) as never
    },
    scale(kind, namespace, name, replicas, options = {}) {
      const call = callOf('update', kind, namespace, name, { ...options, subresource: 'scale' })
      const scale = { kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name, namespace }, spec: { replicas } }
      patient(
        call,
        'update',
        scale,
        () => keyOf('update', kind, { namespace, name }, 'scale'),
        (call) => lateHttp.code.writeScale(call, 'update', scale),
      )
    },
    delete(kind, namespace, name, options: DeleteOptions = {}) {
      const call = callOf('delete', kind, namespace, name, {
        ...(options.because !== undefined && { because: options.because }),
        ...(options.local && { local: true }),
      })
      patient(
        call,
        'delete',
        undefined,
        () => keyOf('delete', kind, { namespace, name }),
        (call) => deleteObject(call, options).stored.object,
      )
    },
    watch<T extends KubeObject>(kind: KindDefinition<T>, listener: (events: readonly WatchEvent<T>[]) => void, options: ListOptions = {}) {
      const selection = selectionOf(generic(kind), options.namespace, options.labelSelector, options.fieldSelector)
      const asked = { core, served: core.registry.ofKind(kind), namespace: options.namespace, selector: options.labelSelector, user, manager: identity.manager } // prettier-ignore
      const noted = (fromTheStart: boolean) => core.options.toldOfWatches?.()?.({ ...asked, fromTheStart })
      return followKind(core, kind, selection, () => client.mayWatch(kind, options.namespace), listener, noted)
    },
    mayWatch(kind, namespace) {
      const {
        group,
        version,
        kind: { plural },
      } = core.registry.ofKind(kind)
      const resource = { group, version, plural, ...(namespace !== undefined && { namespace }) }
      return ['list', 'watch'].every((verb) => core.may(user, { verb, path: '', query: NO_QUERY, resource }).allowed)
    },
  }

  function ask<T extends KubeObject>(
    kind: KindDefinition<T>,
    namespace: string | undefined,
    name: string,
    body: NewObject<T>,
    options: WriteOptions,
  ): T {
    const call = callOf('create', kind, namespace, name, options)
    return patient(
      call,
      'create',
      body,
      () => keyOf('create', kind, { namespace, name }, options.subresource),
      (call) => askSubresource(call, 'create', body as unknown as AnyObject, NO_QUERY, '', undefined) as AnyObject, // whatever the handler answers
    ) as never
  }

  return client
}

/** `User "x" cannot create resource "pods" in API group "" in the namespace "default"`. */
export function refusal(user: User, { verb, path, resource }: RequestAttributes, reason?: string): string {
  if (!resource) return `User ${JSON.stringify(user.name)} cannot ${verb} path ${JSON.stringify(path)}${reason ? `: ${reason}` : ''}`
  const { group, plural, subresource, namespace } = resource
  const what = subresource === undefined ? plural : `${plural}/${subresource}`
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope'
  return `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}${reason ? `: ${reason}` : ''}`
}

function complete<T extends KubeObject>({ group, version, kind }: KindDefinition<T>, object: NewObject<T>): AnyObject {
  const typed =
    object.apiVersion !== undefined && object.kind !== undefined
      ? object
      : { apiVersion: apiVersionOf({ group, version }), kind, ...object }
  return typed as unknown as AnyObject // what metadata still lacks is filled in by the pipeline
}

function selected(core: Core, kind: KindDefinition, { namespace, labelSelector, fieldSelector }: ListOptions): Iterable<Stored> {
  return select(core.storage, kind, selectionOf(kind, namespace, labelSelector, fieldSelector))
}

/** What an owner or a namespace has is read again and again: a plain loop over its index. */
function objectsIn<T>(items: Iterable<Stored>, namespace: string | undefined): readonly T[] {
  const result: T[] = []
  for (const { object } of items)
    if (namespace === undefined || object.metadata.namespace === namespace) result.push(object as unknown as T) // stored under the kind asked for
  return result
}

function objects<T>(items: Iterable<Stored>): readonly T[] {
  const result: T[] = []
  for (const { object } of items) result.push(object as unknown as T) // stored under the kind asked for
  return result
}
