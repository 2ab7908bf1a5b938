import type { ReplicaSet } from '../api/types/apps-v1.gen'
import type { Pod } from '../api/types/core-v1.gen'
import { controllerOf } from '../api/owners'
import { matches, selectorOf } from '../formats/selector'
import { isFinished, isReady } from './pod-state'

/** What one look at the Pods of a ReplicaSet amounts to. */
export interface PodCount {
  /** Those that it owns and selects. */
  readonly mine: number
  readonly active: number
  readonly terminating: number
  /** Of the active ones. */
  readonly ready: number
  readonly fullyLabeled: number
}

/** What is so of a Pod, as bits. */
const MINE = 1
const ACTIVE = 2
const TERMINATING = 4
const READY = 8
const FULLY_LABELED = 16

interface Look {
  readonly uid: string
  readonly pods: readonly Pod[]
  readonly found: Uint8Array
}

/** The last look at each ReplicaSet's Pods, by its specification. */
const lastLooks = new WeakMap<ReplicaSet['spec'], Look>()

/**
 * Counts the Pods of a ReplicaSet. A large one is counted again for each of its Pods, and from one time to the next few are another object in their
 * place: only those are looked into.
 */
export function countPods({ spec, metadata: { uid } }: ReplicaSet, pods: readonly Pod[]): PodCount {
  const known = lastLooks.get(spec)
  const last = known?.uid === uid ? known : undefined
  const look = looker(spec, uid)
  const found = new Uint8Array(pods.length)
  let mine = 0
  let active = 0
  let terminating = 0
  let ready = 0
  let fullyLabeled = 0
  for (let i = 0; i < pods.length; i++) {
    const bits = (found[i] = last !== undefined && pods[i] === last.pods[i] ? last.found[i]! : look(pods[i]!))
    if ((bits & MINE) === 0) continue
    mine++
    if (bits & TERMINATING) terminating++
    if ((bits & ACTIVE) === 0) continue
    active++
    if (bits & READY) ready++
    if (bits & FULLY_LABELED) fullyLabeled++
  }
  lastLooks.set(spec, { uid, pods, found })
  return { mine, active, terminating, ready, fullyLabeled }
}

/** Looks into one Pod after the other. Those of one template have the same labels, most even the same object. */
function looker({ selector: labelSelector, template }: ReplicaSet['spec'], uid: string): (pod: Pod) => number {
  const selector = selectorOf(labelSelector)
  const wanted = Object.entries(template?.metadata?.labels ?? {})
  let asked: Pod['metadata']['labels']
  let ofLabels: number | undefined
  return (pod) => {
    const { labels, deletionTimestamp } = pod.metadata
    if (ofLabels === undefined || labels !== asked) {
      asked = labels
      const isFull = wanted.every(([key, value]) => labels?.[key] === value)
      ofLabels = (matches(selector, labels ?? {}) ? MINE : 0) | (isFull ? FULLY_LABELED : 0)
    }
    const ofOwner = controllerOf(pod)?.uid === uid ? ofLabels : ofLabels & ~MINE
    if (isFinished(pod)) return ofOwner
    return ofOwner | (deletionTimestamp === undefined ? ACTIVE : TERMINATING) | (isReady(pod) ? READY : 0)
  }
}
