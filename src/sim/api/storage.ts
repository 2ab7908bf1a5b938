import type { Engine } from '../engine/engine'
import type { KindDefinition } from './kind'
import { unchangedBy, type ManagedFields } from './managed-fields'
import { keyOf, type AnyObject } from './object'
import { createCollection, type Collection } from './collection'
import { gone } from './status'

/** Who made a revision, and why if the writer said so. */
export interface Writer {
  readonly user: string
  readonly manager: string
  /** For instance the reconciled object and the step a controller took. */
  readonly because?: string
}

/** One version of one object at rest. `object` is deeply frozen and carries no managedFields: they lie beside it, see managed-fields.ts. */
export interface Stored {
  readonly object: AnyObject
  readonly revision: number
  /** When it was written. */
  readonly timeMs: number
  readonly fields: ManagedFields
  readonly writer: Writer
}

export interface StorageEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly revision: number
  readonly timeMs: number
  /** For DELETED the last state, with the revision of the deletion. */
  readonly stored: Stored
  readonly previous: Stored | undefined
}

/** What a watch wants to hear of. `only` are the dimensions that are looked up, `accepts` is asked for what remains. */
export interface WatchInterest {
  readonly namespace?: string
  readonly name?: string
  readonly nodeName?: string
  readonly accepts?: (object: AnyObject) => boolean
  /** Everything after this revision is delivered first; now unless told. */
  readonly since?: number
}

/** The object store: what etcd and the watch cache are to a real API server. One revision counter for everything. */
export interface Storage {
  readonly revision: number
  get(kind: KindDefinition<never>, namespace: string | undefined, name: string): Stored | undefined
  /** In the order of creation; `namespace` undefined means everywhere. */
  list(kind: KindDefinition<never>, namespace?: string): Iterable<Stored>
  count(kind: KindDefinition<never>, namespace?: string): number
  /** The revision of the last change of any object of the kind; 0 when there was none. */
  latest(kind: KindDefinition<never>): number
  /** Sorted by namespace and name, as an API server lists. */
  sorted(kind: KindDefinition<never>, namespace?: string): readonly Stored[]
  /** The state at an earlier revision, sorted; throws 410 when that has been compacted away. */
  sortedAt(kind: KindDefinition<never>, revision: number, namespace?: string): readonly Stored[]
  owned(kind: KindDefinition<never>, uid: string): Iterable<Stored>
  onNode(kind: KindDefinition<never>, nodeName: string): Iterable<Stored>
  labelled(kind: KindDefinition<never>, label: string, value: string): Iterable<Stored>
  /** Stores a new object or a new state of one. Freezes it and gives it its resourceVersion. */
  put(kind: KindDefinition<never>, object: AnyObject, fields: ManagedFields, writer: Writer): Stored
  /** A new state of a stored object by a handler that answers for its validity (binding, eviction); managed fields stay as they are. */
  replace(kind: KindDefinition<never>, object: AnyObject, writer: Writer): Stored
  remove(kind: KindDefinition<never>, stored: Stored, writer: Writer): Stored
  /** Calls back with batches of changes, never from inside a write. Returns how to stop. Throws 410 when `since` has been compacted away. */
  watch(kind: KindDefinition<never>, interest: WatchInterest, listener: (events: readonly StorageEvent[]) => void): () => void
  /** Who wrote a revision; undefined for revisions that nobody remembers any more. */
  writerOf(revision: number): Writer | undefined
  /** Forgets the history of every collection up to a revision; watches and lists from before it are answered 410. */
  compact(revision: number): void
}

/** At most so many changes are told in one event of the engine's queue: who deletes a thousand objects at once must not stop the page. */
const TOLD_AT_ONCE = 64

/** How often history is looked through, as often as a real API server has etcd compacted. */
const FORGET_MS = 5 * 60_000
/** How many revisions back `writerOf` remembers. */
const WRITERS_KEPT = 100_000

interface Watcher {
  readonly interest: WatchInterest
  readonly listener: (events: readonly StorageEvent[]) => void
  pending: StorageEvent[]
  stopped: boolean
}

/** An empty store. Its first revision is 1, as in a fresh etcd. */
export function createStorage(engine: Engine): Storage {
  let revision = 1
  let writers: Writer[] = []
  let firstWriter = 2
  const collections = new Map<string, Collection<Watcher>>()
  const byKind = new WeakMap<KindDefinition<never>, Collection<Watcher>>()
  let waiting: Watcher[] = []
  let drains = false
  let compacted = 0

  /** Found by the kind's definition; definitions of one kind that follow each other (a custom resource's) share a collection by name. */
  function collectionOf(kind: KindDefinition<never>): Collection<Watcher> {
    const known = byKind.get(kind)
    if (known) return known
    const key = `${kind.group}/${kind.plural}`
    const collection = collections.get(key) ?? createCollection<Watcher>(compacted)
    collections.set(key, collection)
    byKind.set(kind, collection)
    return collection
  }

  /** The revision is taken and the writer remembered in one step, so that `writers` has no holes. */
  function nextRevision(writer: Writer): number {
    revision++
    writers.push(writer)
    if (writers.length > 2 * WRITERS_KEPT) {
      writers = writers.slice(WRITERS_KEPT)
      firstWriter += WRITERS_KEPT
    }
    return revision
  }

  function record(collection: Collection<Watcher>, event: StorageEvent) {
    collection.apply(event)
    collection.watchers.concerned(event, (watcher) => deliver(watcher, event))
  }

  function deliver(watcher: Watcher, event: StorageEvent) {
    const seen = asSeen(event, watcher.interest)
    if (seen) queue(watcher, seen)
  }

  /** All watchers hear of what has happened from one event of the engine's queue, in the order in which they have something to hear. */
  function queue(watcher: Watcher, event: StorageEvent) {
    watcher.pending.push(event)
    if (watcher.pending.length > 1) return
    waiting.push(watcher)
    drainSoon()
  }

  function drainSoon() {
    if (!drains) engine.after(0, drain)
    drains = true
  }

  function drain() {
    drains = false
    const batch = waiting
    waiting = []
    let told = 0
    for (const [at, watcher] of batch.entries()) {
      if (told >= TOLD_AT_ONCE) {
        // What happened meanwhile is told after what these still have to hear.
        waiting = [...batch.slice(at), ...waiting]
        break
      }
      const events = watcher.pending
      const now = events.length > TOLD_AT_ONCE ? events.slice(0, TOLD_AT_ONCE) : events
      watcher.pending = now === events ? [] : events.slice(TOLD_AT_ONCE)
      told += now.length
      if (watcher.pending.length > 0) waiting.push(watcher)
      if (!watcher.stopped) watcher.listener(now)
    }
    if (waiting.length > 0) drainSoon()
  }

  const storage: Storage = {
    get revision() {
      return revision
    },
    get: (kind, namespace, name) => collectionOf(kind).get(namespace, name),
    list: (kind, namespace) => collectionOf(kind).list(namespace),
    count: (kind, namespace) => collectionOf(kind).count(namespace),
    latest: (kind) => collectionOf(kind).latest,
    sorted: (kind, namespace) => collectionOf(kind).sorted(namespace),
    sortedAt: (kind, at, namespace) => collectionOf(kind).sortedAt(at, namespace),
    owned: (kind, uid) => collectionOf(kind).owned(uid),
    onNode: (kind, nodeName) => collectionOf(kind).onNode(nodeName),
    labelled: (kind, label, value) => collectionOf(kind).labelled(label, value),
    put(kind, object, fields, writer) {
      const collection = collectionOf(kind)
      const previous = collection.get(object.metadata.namespace, object.metadata.name)
      const next = nextRevision(writer)
      const managed = previous && fields === previous.fields ? unchangedBy(fields, previous.object) : fields
      const stored: Stored = { object: freeze(withRevision(object, next)), revision: next, timeMs: engine.nowMs, fields: managed, writer }
      record(collection, { type: previous ? 'MODIFIED' : 'ADDED', revision: next, timeMs: engine.nowMs, stored, previous })
      return stored
    },
    replace(kind, object, writer) {
      const previous = collectionOf(kind).get(object.metadata.namespace, object.metadata.name)
      if (!previous) throw new Error(`replace: ${kind.plural} ${keyOf(object)} is not stored`)
      return storage.put(kind, object, previous.fields, writer)
    },
    remove(kind, last, writer) {
      const next = nextRevision(writer)
      const stored: Stored = {
        object: freeze(withRevision(last.object, next)),
        revision: next,
        timeMs: engine.nowMs,
        fields: last.fields,
        writer,
      }
      const collection = collectionOf(kind)
      const previous = collection.get(last.object.metadata.namespace, last.object.metadata.name)
      record(collection, { type: 'DELETED', revision: next, timeMs: engine.nowMs, stored, previous })
      return stored
    },
    watch(kind, interest, listener) {
      const collection = collectionOf(kind)
      const watcher: Watcher = { interest, listener, pending: [], stopped: false }
      if (interest.since !== undefined) for (const event of collection.since(interest.since)) deliver(watcher, event)
      collection.watchers.add(interest, watcher)
      return () => {
        watcher.stopped = true
        collection.watchers.remove(interest, watcher)
      }
    },
    writerOf: (at) => writers[at - firstWriter],
    compact(at) {
      compacted = Math.max(compacted, at)
      for (const collection of collections.values()) collection.compact(at)
    },
  }
  /** Old history goes although nothing is written: a collection that has come to rest would keep every state it went through. */
  function forgetRegularly() {
    for (const collection of collections.values()) collection.forget(engine.nowMs)
    engine.after(FORGET_MS, forgetRegularly, { background: true })
  }
  forgetRegularly()
  return storage
}

/** A change as somebody sees it who is interested in some objects only: entering his view is ADDED, leaving it DELETED. */
function asSeen(event: StorageEvent, interest: WatchInterest): StorageEvent | undefined {
  const { namespace, name, nodeName, accepts } = interest
  const visible = ({ object }: Stored) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    (nodeName === undefined || nodeNameOf(object) === nodeName) &&
    (accepts === undefined || accepts(object))
  const before = event.previous !== undefined && visible(event.previous)
  const after = event.type !== 'DELETED' && visible(event.stored)
  if (after) return before || event.type === 'ADDED' ? event : { ...event, type: 'ADDED', previous: undefined }
  if (!before) return undefined
  if (event.type === 'DELETED') return event
  // The last state that was in view, with the revision at which it left it, is what a real watch cache sends.
  const { previous } = event
  return {
    ...event,
    type: 'DELETED',
    stored: { ...previous!, object: freeze(withRevision(previous!.object, event.revision)), revision: event.revision },
  }
}

/** `spec.nodeName`, the one field besides names that a store keeps an index of. */
export function nodeNameOf(object: AnyObject): string | undefined {
  const spec = object.spec as { readonly nodeName?: string } | undefined // absent in kinds without a spec; anything else there has no nodeName
  return spec?.nodeName
}

const withRevision = (object: AnyObject, revision: number): AnyObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(revision) },
})

/** Freezes a plain JSON value all the way down; a part that is frozen already is taken to be frozen throughout. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  if (Array.isArray(value)) for (const item of value) freeze(item)
  else for (const key in value) freeze(value[key])
  return value
}

/** 410 with the text of a watch or a list from before the history that is kept. */
export const tooOld = (asked: number, oldest: number) => gone(`too old resource version: ${asked} (${oldest})`)
