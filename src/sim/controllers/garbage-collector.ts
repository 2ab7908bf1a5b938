import type { Client, WatchEvent } from '../api/client'
import { keyOf, parseApiVersion, type KubeObject } from '../api/object'
import type { Registry } from '../api/registry'
import type { OwnerReference } from '../api/types/meta-v1.gen'
import type { Component } from './component'
import { anyKind, type AnyKind } from './controller'
import { attempt } from './component'
import { reactionMsOf } from './latency'
import { same } from '../formats/same'
import { createWorkQueue, type WorkQueue } from './work-queue'

const ORPHAN = 'orphan'
const FOREGROUND = 'foregroundDeletion'
const NAME = 'generic-garbage-collector'

/**
 * Deletes what has lost its last owner, holds back owners that are deleted in the foreground until their dependents are gone, and sets
 * dependents free where the owner was deleted with `--cascade=orphan`. It watches every kind that there is.
 */
export const garbageCollector: Component = {
  name: NAME,
  source: 'garbage-collector-controller',
  start({ engine, client, registry, recorder }) {
    const watching = new Map<string, () => void>()
    const kinds = () => kindsOf(registry)
    const queue: WorkQueue = createWorkQueue(
      engine,
      (key) => process(key),
      () => reactionMsOf(NAME),
    )
    const keyFor = (kind: AnyKind, object: KubeObject) => `${kind.group}|${kind.plural}|${keyOf(object)}`

    /** An owner in another namespace is none: whoever wrote the reference is told. */
    function tellOfStrangers(object: KubeObject) {
      const { namespace, ownerReferences = [] } = object.metadata
      for (const reference of ownerReferences) {
        const { apiVersion, kind, name, uid } = reference
        const ownerKind = kindFor(registry, reference)
        if (namespace === undefined || !ownerKind?.namespaced || ownerOf(client, registry, object, reference) !== 'absent') continue
        const isElsewhere = client.list(ownerKind).some(({ metadata }) => metadata.uid === uid && metadata.namespace !== namespace)
        const owner = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`
        if (isElsewhere)
          recorder.event(
            object,
            'Warning',
            'OwnerRefInvalidNamespace',
            `ownerRef ${owner} does not exist in namespace ${JSON.stringify(namespace)}`,
          )
      }
    }

    function process(key: string) {
      const [group, plural, name] = key.split('|') as [string, string, string] // as keyFor made it
      const kind = kinds().find((it) => it.group === group && it.plural === plural)
      const slash = name.indexOf('/')
      const object = kind && client.get(kind, slash < 0 ? undefined : name.slice(0, slash), name.slice(slash + 1))
      if (!kind || !object) return queue.forget(key)
      tellOfStrangers(object)
      if (
        attempt(() =>
          collect(client, registry, kinds(), kind, object, (dependentKind, dependent) => queue.add(keyFor(dependentKind, dependent))),
        )
      )
        queue.retry(key)
      else queue.forget(key)
    }

    function onChange(kind: AnyKind, { type, object, old }: WatchEvent<KubeObject>) {
      if (type === 'DELETED') {
        for (const { kind: dependentKind, object: dependent } of dependentsOf(client, kinds(), object))
          queue.add(keyFor(dependentKind, dependent))
        wakeOwners(object)
        return
      }
      const { ownerReferences, deletionTimestamp, finalizers } = object.metadata
      const changedOwners = ownerReferences !== undefined && (!old || !same(old.metadata.ownerReferences, ownerReferences))
      const isLeaving = deletionTimestamp !== undefined && (finalizers?.includes(FOREGROUND) || finalizers?.includes(ORPHAN))
      // What has just been created has its owner, in all but a few cases; those are found out here.
      if (isLeaving || (changedOwners && ownerReferences.some((reference) => !isSolid(ownerOf(client, registry, object, reference)))))
        queue.add(keyFor(kind, object))
      if (old && !same(old.metadata.ownerReferences, ownerReferences)) wakeOwners(old)
    }

    /** An owner that waits for its dependents looks again when one of them has gone or been set free. */
    function wakeOwners(dependent: KubeObject) {
      for (const reference of dependent.metadata.ownerReferences ?? []) {
        const owner = ownerOf(client, registry, dependent, reference)
        if (typeof owner === 'object' && isForeground(owner)) queue.add(keyFor(kindFor(registry, reference)!, owner))
      }
    }

    function watchAll() {
      const wanted = new Map(kinds().map((kind) => [`${kind.group}/${kind.plural}`, kind]))
      for (const [key, stop] of watching) {
        if (wanted.has(key)) continue
        stop()
        watching.delete(key)
      }
      for (const [key, kind] of wanted) {
        if (watching.has(key)) continue
        watching.set(
          key,
          client.watch(kind, (events) => events.forEach((event) => onChange(kind, event))),
        )
        for (const object of client.list(kind))
          if (object.metadata.ownerReferences || object.metadata.deletionTimestamp) onChange(kind, { type: 'ADDED', object })
      }
    }

    watchAll()
    const stopRegistry = registry.onChange(watchAll)
    return () => {
      stopRegistry()
      for (const stop of watching.values()) stop()
      queue.clear()
    }
  },
}

const kindsOf = (registry: Registry): readonly AnyKind[] =>
  registry
    .all()
    .filter(({ stored, kind }) => stored && kind.verbs.includes('watch') && kind.verbs.includes('delete') && !(kind.plural === 'events'))
    .map(({ kind }) => anyKind(kind))

function kindFor(registry: Registry, { apiVersion, kind }: OwnerReference): AnyKind | undefined {
  const { group, version } = parseApiVersion(apiVersion)
  const served = registry.findKind(group, version, kind)
  return served && anyKind(served.kind)
}

/** The owner a reference names; `absent` when it is gone, `unknown` when its kind is not served (which proves nothing). */
function ownerOf(client: Client, registry: Registry, object: KubeObject, reference: OwnerReference): KubeObject | 'absent' | 'unknown' {
  const kind = kindFor(registry, reference)
  if (!kind) return 'unknown'
  const owner = client.get(kind, kind.namespaced ? object.metadata.namespace : undefined, reference.name)
  return owner?.metadata.uid === reference.uid ? owner : 'absent'
}

const isForeground = ({ metadata }: KubeObject) =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(FOREGROUND) ?? false)
const isSolid = (owner: ReturnType<typeof ownerOf>) => owner === 'unknown' || (owner !== 'absent' && !isForeground(owner))

interface Dependent {
  readonly kind: AnyKind
  readonly object: KubeObject
}

function dependentsOf(client: Client, kinds: readonly AnyKind[], owner: KubeObject): readonly Dependent[] {
  const { uid, namespace } = owner.metadata
  return kinds.flatMap((kind) => client.owned(kind, namespace, uid).map((object) => ({ kind, object })))
}

/** Decides what is to become of one object: as an owner that is leaving, and as a dependent whose owners have left. */
function collect(
  client: Client,
  registry: Registry,
  kinds: readonly AnyKind[],
  kind: AnyKind,
  object: KubeObject,
  look: (kind: AnyKind, object: KubeObject) => void,
) {
  const { deletionTimestamp, finalizers } = object.metadata
  if (deletionTimestamp && finalizers?.includes(ORPHAN)) return setFree(client, kinds, kind, object)
  if (deletionTimestamp && finalizers?.includes(FOREGROUND)) return holdBack(client, kinds, kind, object, look)
  if (!deletionTimestamp) judgeDependent(client, registry, kinds, kind, object)
}

function setFree(client: Client, kinds: readonly AnyKind[], kind: AnyKind, owner: KubeObject) {
  for (const { kind: dependentKind, object } of dependentsOf(client, kinds, owner))
    withoutOwners(client, dependentKind, object, [owner.metadata.uid])
  dropFinalizer(client, kind, owner, ORPHAN)
}

function holdBack(
  client: Client,
  kinds: readonly AnyKind[],
  kind: AnyKind,
  owner: KubeObject,
  look: (kind: AnyKind, object: KubeObject) => void,
) {
  const dependents = dependentsOf(client, kinds, owner)
  const blocks = ({ object }: Dependent) =>
    object.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid && reference.blockOwnerDeletion)
  for (const dependent of dependents) if (!dependent.object.metadata.deletionTimestamp) look(dependent.kind, dependent.object)
  if (!dependents.some(blocks)) dropFinalizer(client, kind, owner, FOREGROUND)
}

function judgeDependent(client: Client, registry: Registry, kinds: readonly AnyKind[], kind: AnyKind, object: KubeObject) {
  const { ownerReferences = [], namespace, name, uid, finalizers } = object.metadata
  if (ownerReferences.length === 0) return
  const owners = ownerReferences.map((reference) => ({ reference, owner: ownerOf(client, registry, object, reference) }))
  const gone = owners.filter(({ owner }) => !isSolid(owner))
  if (gone.length === 0) return
  if (gone.length < owners.length)
    return withoutOwners(
      client,
      kind,
      object,
      gone.map(({ reference }) => reference.uid),
    )
  // An owner that waits for this object waits for what this object owns, too.
  const isAwaited = gone.some(({ owner }) => owner !== 'absent')
  const propagation = finalizers?.includes(ORPHAN)
    ? 'Orphan'
    : finalizers?.includes(FOREGROUND) || (isAwaited && dependentsOf(client, kinds, object).length > 0)
      ? 'Foreground'
      : 'Background'
  client.delete(kind, namespace, name, { propagation, preconditions: { uid } })
}

function withoutOwners(client: Client, kind: AnyKind, { metadata }: KubeObject, uids: readonly string[]) {
  const left = metadata.ownerReferences!.filter((reference) => !uids.includes(reference.uid))
  client.patch(kind, metadata.namespace, metadata.name, 'merge', {
    metadata: { uid: metadata.uid, ownerReferences: left.length > 0 ? left : null },
  })
}

function dropFinalizer(client: Client, kind: AnyKind, { metadata }: KubeObject, finalizer: string) {
  const left = metadata.finalizers!.filter((it) => it !== finalizer)
  client.patch(kind, metadata.namespace, metadata.name, 'merge', {
    metadata: { uid: metadata.uid, finalizers: left.length > 0 ? left : null },
  })
}
