import type { Client } from '../api/client'
import { StatusError } from '../api/status'
import type { Node } from '../api/types/core-v1.gen'
import type { Engine, Timer } from '../engine/engine'
import { persistentVolume } from '../kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../kinds/core/persistent-volume-claim'
import { claimsOf, matchingVolume, SELECTED_NODE } from './volumes'
import type { PodInfo } from './node-info'

/** A Pod whose claims are not bound within this time is given up and scheduled anew. */
const BIND_TIMEOUT_MS = 600_000

/** Sees to it that a Pod's claims are bound before the Pod is. */
export interface VolumeBinder {
  /** Reserves or asks for volumes on a node and calls back when all claims are bound (at once when there is nothing to do), or with what went wrong. */
  prepare(pod: PodInfo, node: Node, done: (result: true | Error) => void): void
  /** Looks again at the Pods that wait. */
  look(): void
  cancel(uid: string): void
  clear(): void
}

interface Waiting {
  readonly pod: PodInfo
  readonly done: (result: true | Error) => void
  readonly timeout: Timer
}

/** A binder; it leaves the binding itself to the volume controller, which acts on the reservation or the selected node. */
export function createVolumeBinder({ engine, client }: { readonly engine: Engine; readonly client: Client }): VolumeBinder {
  const waiting = new Map<string, Waiting>()

  function claimVolumes(pod: PodInfo, node: Node) {
    const taken = new Set<string>()
    for (const claim of claimsOf(client, pod).delayed) {
      const { namespace, name, uid } = claim.metadata
      const volume = matchingVolume(client.list(persistentVolume), claim, node, taken)
      if (volume) {
        taken.add(volume.metadata.name)
        const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid }
        client.patch(persistentVolume, undefined, volume.metadata.name, 'merge', {
          spec: { claimRef },
          metadata: { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } },
        })
      } else
        client.patch(persistentVolumeClaim, namespace, name, 'merge', {
          metadata: { annotations: { [SELECTED_NODE]: node.metadata.name } },
        })
    }
  }

  function finish(uid: string, result: true | Error) {
    const entry = waiting.get(uid)
    if (!entry) return
    waiting.delete(uid)
    engine.cancel(entry.timeout)
    entry.done(result)
  }

  return {
    prepare(pod, node, done) {
      if (pod.claims.length === 0) return done(true)
      try {
        claimVolumes(pod, node)
      } catch (error) {
        if (!(error instanceof StatusError)) throw error
        return done(error)
      }
      if (isReady(client, pod)) return done(true)
      const timeout = engine.after(BIND_TIMEOUT_MS, () => finish(pod.uid, new Error('binding volumes: context deadline exceeded')), {
        background: true,
      })
      waiting.set(pod.uid, { pod, done, timeout })
    },
    look() {
      for (const { pod } of [...waiting.values()]) if (isReady(client, pod)) finish(pod.uid, true)
    },
    cancel(uid) {
      engine.cancel(waiting.get(uid)?.timeout)
      waiting.delete(uid)
    },
    clear() {
      for (const { timeout } of waiting.values()) engine.cancel(timeout)
      waiting.clear()
    },
  }
}

function isReady(client: Client, pod: PodInfo): boolean {
  const { missing, delayed, unboundImmediate } = claimsOf(client, pod)
  return missing.length === 0 && delayed.length === 0 && unboundImmediate.length === 0
}
