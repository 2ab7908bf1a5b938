import type { Client, WatchEvent } from '../api/client'
import type { KindDefinition } from '../api/kind'
import type { KubeObject } from '../api/object'
import { anyKind, type AnyKind } from './controller'
import { controllerOf } from '../api/owners'

type Listener = (event: WatchEvent<KubeObject>) => void

/** One watch per kind, shared by all controllers of a manager, and an index of what nobody owns. */
export interface Informers {
  /** Calls back for every change of a kind. Returns how to stop. */
  onChange(kind: AnyKind, listener: Listener): () => void
  /** Whether what is there of a kind may be known at all. */
  isKnown(kind: AnyKind): boolean
  /** Objects of a namespace without a controller, as they are now. */
  orphans<O extends KubeObject>(kind: KindDefinition<O>, namespace: string): readonly O[]
  stop(): void
}

interface Informer {
  readonly listeners: Set<Listener>
  readonly stop: () => void
  /** namespace → uid → object; made when somebody asks first. */
  orphans?: Map<string, Map<string, KubeObject>>
}

/** Shared watches through `client`; each begins when somebody asks for it. */
export function createInformers(client: Client): Informers {
  const informers = new Map<AnyKind, Informer>()

  function informerOf(kind: AnyKind): Informer {
    const known = informers.get(kind)
    if (known) return known
    const listeners = new Set<Listener>()
    const stop = client.watch(kind, (events) => {
      for (const event of events) {
        if (informer.orphans) follow(informer.orphans, event)
        for (const listener of listeners) listener(event)
      }
    })
    const informer: Informer = { listeners, stop }
    informers.set(kind, informer)
    return informer
  }

  return {
    onChange(kind, listener) {
      const { listeners } = informerOf(kind)
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    isKnown: (kind) => client.mayWatch(kind),
    orphans<O extends KubeObject>(kind: KindDefinition<O>, namespace: string) {
      const informer = informerOf(anyKind(kind))
      informer.orphans ??= indexed(client.list(anyKind(kind)))
      const known = informer.orphans.get(namespace)
      if (!known || known.size === 0) return []
      // The index follows the watch and may be one write behind: what it names is read again.
      return [...known.values()].flatMap((object) => {
        const current = client.get(kind, namespace, object.metadata.name)
        return current && current.metadata.uid === object.metadata.uid && !controllerOf(current) ? [current] : []
      })
    },
    stop() {
      for (const { stop } of informers.values()) stop()
      informers.clear()
    },
  }
}

function indexed(objects: readonly KubeObject[]): Map<string, Map<string, KubeObject>> {
  const orphans = new Map<string, Map<string, KubeObject>>()
  for (const object of objects) follow(orphans, { type: 'ADDED', object })
  return orphans
}

function follow(orphans: Map<string, Map<string, KubeObject>>, { type, object }: WatchEvent<KubeObject>) {
  const { namespace = '', uid } = object.metadata
  if (type !== 'DELETED' && !controllerOf(object)) {
    const siblings = orphans.get(namespace)
    if (siblings) siblings.set(uid, object)
    else orphans.set(namespace, new Map([[uid, object]]))
  } else orphans.get(namespace)?.delete(uid)
}
