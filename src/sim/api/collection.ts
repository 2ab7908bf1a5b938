import type { AnyObject } from './object'
import { gone, StatusError } from './status'
import { nodeNameOf, tooOld, type Stored, type StorageEvent, type WatchInterest } from './storage'

/** Everything stored of one kind, with its indexes, its history and who watches it. */
export interface Collection<W> {
  readonly watchers: Watchers<W>
  get(namespace: string | undefined, name: string): Stored | undefined
  list(namespace: string | undefined): Iterable<Stored>
  count(namespace: string | undefined): number
  /** The revision of the last change; 0 when there was none. */
  readonly latest: number
  sorted(namespace: string | undefined): readonly Stored[]
  sortedAt(revision: number, namespace: string | undefined): readonly Stored[]
  owned(uid: string): Iterable<Stored>
  onNode(nodeName: string): Iterable<Stored>
  labelled(label: string, value: string): Iterable<Stored>
  /** Changes after a revision, oldest first; throws 410 when some of them have been forgotten. */
  since(revision: number): readonly StorageEvent[]
  apply(event: StorageEvent): void
  compact(revision: number): void
  /** Drops changes that are old enough for nobody to ask about them. */
  forget(nowMs: number): void
}

type Bucket = Map<string, Stored>
type Index = Map<string, Bucket>

/** etcd is compacted every five minutes, and what is younger than that is kept; the count bounds memory when a lot happens. */
const HISTORY_MS = 5 * 60_000
const HISTORY_EVENTS = 20_000
/** So many more are let in before the oldest are dropped in one go. */
const HISTORY_SLACK = 1024

const NOTHING: Bucket = new Map()

/** An empty collection. What happened up to revision `compacted` is not known any more. */
export function createCollection<W>(compacted: number): Collection<W> {
  const byNamespace: Index = new Map()
  const byOwner: Index = new Map()
  const byNode: Index = new Map()
  /** Label key → value → objects; a key is indexed from the first question about it on. */
  const byLabel = new Map<string, Index>()
  const sortedKeys = new Map<string, readonly string[]>()
  let total = 0
  let latest = 0
  let history: StorageEvent[] = []

  const bucketOf = (index: Index, key: string): Bucket => {
    let bucket = index.get(key)
    if (!bucket) index.set(key, (bucket = new Map()))
    return bucket
  }
  const remove = (index: Index, key: string, id: string) => {
    const bucket = index.get(key)
    if (bucket?.delete(id) && bucket.size === 0) index.delete(key)
  }
  const idOf = ({ metadata }: AnyObject) => (metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name)

  function enter(stored: Stored) {
    const { object } = stored
    const id = idOf(object)
    bucketOf(byNamespace, object.metadata.namespace ?? '').set(object.metadata.name, stored)
    for (const owner of object.metadata.ownerReferences ?? []) bucketOf(byOwner, owner.uid).set(id, stored)
    const node = nodeNameOf(object)
    if (node) bucketOf(byNode, node).set(id, stored)
    for (const [label, index] of byLabel) {
      const value = object.metadata.labels?.[label]
      if (value !== undefined) bucketOf(index, value).set(id, stored)
    }
  }

  function leave({ object }: Stored, next: AnyObject | undefined) {
    const id = idOf(object)
    const { ownerReferences, labels } = object.metadata
    if (ownerReferences !== next?.metadata.ownerReferences) for (const owner of ownerReferences ?? []) remove(byOwner, owner.uid, id)
    const node = nodeNameOf(object)
    if (node && (!next || nodeNameOf(next) !== node)) remove(byNode, node, id)
    for (const [label, index] of byLabel) {
      const value = labels?.[label]
      if (value !== undefined && next?.metadata.labels?.[label] !== value) remove(index, value, id)
    }
    if (!next) remove(byNamespace, object.metadata.namespace ?? '', object.metadata.name)
  }

  function* everywhere(): Iterable<Stored> {
    for (const bucket of byNamespace.values()) yield* bucket.values()
  }

  function labelIndex(label: string): Index {
    let index = byLabel.get(label)
    if (index) return index
    index = new Map()
    byLabel.set(label, index)
    for (const stored of everywhere()) {
      const value = stored.object.metadata.labels?.[label]
      if (value !== undefined) bucketOf(index, value).set(idOf(stored.object), stored)
    }
    return index
  }

  /** Names of a namespace in order; remembered until one comes or goes. */
  function namesIn(namespace: string): readonly string[] {
    let names = sortedKeys.get(namespace)
    if (!names) sortedKeys.set(namespace, (names = [...(byNamespace.get(namespace) ?? NOTHING).keys()].sort(byText)))
    return names
  }

  function forget(nowMs: number) {
    const tooMany = history.length - HISTORY_EVENTS
    let drop = 0
    while (drop < history.length && (drop < tooMany || history[drop]!.timeMs < nowMs - HISTORY_MS)) drop++
    if (drop === 0) return
    compacted = history[drop - 1]!.revision
    history = history.slice(drop)
  }

  const collection: Collection<W> = {
    watchers: createWatchers<W>(),
    get: (namespace, name) => byNamespace.get(namespace ?? '')?.get(name),
    list: (namespace) => (namespace === undefined ? everywhere() : (byNamespace.get(namespace) ?? NOTHING).values()),
    count: (namespace) => (namespace === undefined ? total : (byNamespace.get(namespace)?.size ?? 0)),
    get latest() {
      return latest
    },
    sorted(namespace) {
      const namespaces = namespace === undefined ? [...byNamespace.keys()].sort(byPlace) : [namespace]
      return namespaces.flatMap((each) => {
        const bucket = byNamespace.get(each) ?? NOTHING
        return namesIn(each).map((name) => bucket.get(name)!)
      })
    },
    sortedAt(at, namespace) {
      const state = new Map(collection.sorted(namespace).map((stored) => [idOf(stored.object), stored]))
      const undo = collection.since(at)
      if (undo.length === 0) return [...state.values()]
      for (const event of undo.toReversed()) {
        if (namespace !== undefined && (event.stored.object.metadata.namespace ?? '') !== namespace) continue
        const id = idOf(event.stored.object)
        if (event.previous) state.set(id, event.previous)
        else state.delete(id)
      }
      return [...state.values()].sort(
        (x, y) =>
          byPlace(x.object.metadata.namespace ?? '', y.object.metadata.namespace ?? '') ||
          byText(x.object.metadata.name, y.object.metadata.name),
      )
    },
    owned: (uid) => (byOwner.get(uid) ?? NOTHING).values(),
    onNode: (nodeName) => (byNode.get(nodeName) ?? NOTHING).values(),
    labelled: (label, value) => (labelIndex(label).get(value) ?? NOTHING).values(),
    since(at) {
      if (at < compacted) throw tooOld(at, compacted)
      // Most watches ask for the last few changes: search from the end.
      let from = history.length
      while (from > 0 && history[from - 1]!.revision > at) from--
      return history.slice(from)
    },
    apply(event) {
      latest = event.revision
      if (event.previous) leave(event.previous, event.type === 'DELETED' ? undefined : event.stored.object)
      if (event.type !== 'DELETED') enter(event.stored)
      if (event.type !== 'MODIFIED') {
        total += event.type === 'ADDED' ? 1 : -1
        sortedKeys.delete(event.stored.object.metadata.namespace ?? '')
      }
      history.push(event)
      if (history.length > HISTORY_EVENTS + HISTORY_SLACK) forget(event.timeMs)
    },
    compact(at) {
      compacted = Math.max(compacted, at)
      history = history.filter((event) => event.revision > compacted)
    },
    forget,
  }
  return collection
}

/** The order of namespaces in a list: that of etcd's keys, in which a slash follows them (`web-old/` comes before `web/`). */
export const byPlace = (x: string, y: string) => (x === y ? 0 : byText(`${x}/`, `${y}/`))

export const byText = (x: string, y: string) => (x < y ? -1 : x > y ? 1 : 0)

/** Who watches a collection, found by what they are interested in so that a change costs only those whom it may concern. */
export interface Watchers<W> {
  add(interest: WatchInterest, watcher: W): void
  remove(interest: WatchInterest, watcher: W): void
  concerned(event: StorageEvent, visit: (watcher: W) => void): void
}

function createWatchers<W>(): Watchers<W> {
  const groups = new Map<string, Set<W>>()
  /** The narrowest dimension decides where a watcher is found. */
  const groupOf = ({ nodeName, name, namespace }: WatchInterest) =>
    nodeName !== undefined
      ? `node ${nodeName}`
      : name !== undefined
        ? `name ${name}`
        : namespace !== undefined
          ? `namespace ${namespace}`
          : 'all'
  return {
    add(interest, watcher) {
      const key = groupOf(interest)
      const group = groups.get(key)
      if (group) group.add(watcher)
      else groups.set(key, new Set([watcher]))
    },
    remove(interest, watcher) {
      const key = groupOf(interest)
      const group = groups.get(key)
      if (group?.delete(watcher) && group.size === 0) groups.delete(key)
    },
    concerned({ stored, previous }, visit) {
      if (groups.size === 0) return
      const { name, namespace } = stored.object.metadata
      const node = nodeNameOf(stored.object)
      const nodeBefore = previous && nodeNameOf(previous.object)
      groups.get('all')?.forEach(visit)
      groups.get(`namespace ${namespace ?? ''}`)?.forEach(visit)
      groups.get(`name ${name}`)?.forEach(visit)
      if (node) groups.get(`node ${node}`)?.forEach(visit)
      if (nodeBefore && nodeBefore !== node) groups.get(`node ${nodeBefore}`)?.forEach(visit)
    },
  }
}

/** What a client hears whose `continue` token names a state that is no longer known. */
export function continueExpired(token: string): StatusError {
  const { status } = gone(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  )
  return new StatusError({ ...status, metadata: { continue: token } })
}
