import type { Core } from './call'
import { generic } from './call'
import type { WatchEvent } from './client'
import type { KindDefinition } from './kind'
import { keyOf, type KubeObject } from './object'
import { select, type Selection } from './select'
import type { Stored, StorageEvent } from './storage'

/** A reflector's watch ends after five to ten minutes, and is begun anew: that is when somebody's rights are looked at again. */
const WATCH_MS = 450_000
/** A reflector that is refused asks again after 0.8 seconds, then after twice as long each time, up to 30 seconds. */
const FIRST_RETRY_MS = 800
const LAST_RETRY_MS = 30_000

/** Told of each watch that begins: whether it begins with all there is. Answers how to tell that it has ended, where anybody wants to know. */
export type Noted = (fromTheStart: boolean) => (() => void) | undefined

/**
 * Follows a kind for a component inside the process, as its reflector does: asks once whether it may list and watch when it begins, and again
 * each time a watch has run out. Refused, it hears nothing until it is allowed; then it is told what is different from what it knew. Returns
 * how to stop.
 */
export function followKind<T extends KubeObject>(
  core: Core,
  kind: KindDefinition<T>,
  selection: Selection,
  isAllowed: () => boolean,
  listener: (events: readonly WatchEvent<T>[]) => void,
  noted: Noted,
): () => void {
  const { engine, storage } = core
  let stopWatching: (() => void) | undefined
  /** What it knew when it was refused. */
  let known: ReadonlyMap<string, Stored> = new Map()
  let retryMs = FIRST_RETRY_MS
  let isFirst = true
  /** Tells the audit log that the watch has ended. */
  let ended: (() => void) | undefined
  let begunMs: number | undefined

  function begin() {
    begunMs = engine.nowMs
    ended?.()
    ended = noted(isFirst || !stopWatching)
    if (!isAllowed()) return refused()
    retryMs = FIRST_RETRY_MS
    if (!stopWatching) {
      const missed = isFirst ? [] : changesSince(known, listed())
      stopWatching = storage.watch(kind, selection, (events) => listener(events.map((event) => told<T>(event))))
      if (missed.length > 0) listener(missed as readonly WatchEvent<T>[]) // of the kind that is watched
    }
    isFirst = false
    timer = engine.after(WATCH_MS, begin, { background: true })
  }

  function refused() {
    if (stopWatching) {
      known = listed()
      stopWatching()
      stopWatching = undefined
    }
    isFirst = false
    timer = engine.after(retryMs, begin, { background: true })
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
  }

  const listed = () => new Map([...select(storage, generic(kind), selection)].map((stored) => [keyOf(stored.object), stored]))

  let timer: ReturnType<typeof engine.after> | undefined
  const anew = () => {
    if (begunMs === engine.nowMs) return
    if (timer) engine.cancel(timer)
    begin()
  }
  const followed = followedBy.get(core) ?? new Set()
  followedBy.set(core, followed.add(anew))
  begin()
  return () => {
    followed.delete(anew)
    ended?.()
    stopWatching?.()
    if (timer) engine.cancel(timer)
  }
}

/** All that components inside the process follow: each begins its watch anew. */
const followedBy = new WeakMap<Core, Set<() => void>>()

/** Has every component begin its watches anew, as after a restart of kube-apiserver. */
export function beginWatchesAnew(core: object) {
  for (const anew of followedBy.get(core as Core) ?? []) anew() // whoever has a server has its core
}

/** What a client has missed between two lists. */
function changesSince(before: ReadonlyMap<string, Stored>, now: ReadonlyMap<string, Stored>): readonly WatchEvent<KubeObject>[] {
  const gone = [...before].flatMap(([key, { object }]) => (now.has(key) ? [] : [{ type: 'DELETED' as const, object }]))
  const changed = [...now].flatMap(([key, { object, revision }]) => {
    const old = before.get(key)
    if (old?.revision === revision) return []
    return [old ? { type: 'MODIFIED' as const, object, old: old.object } : { type: 'ADDED' as const, object }]
  })
  return [...gone, ...changed]
}

const told = <T extends KubeObject>({ type, stored, previous }: StorageEvent): WatchEvent<T> => ({
  type,
  object: stored.object as unknown as T, // stored under the kind that is watched
  ...(previous && { old: previous.object as unknown as T }),
})
