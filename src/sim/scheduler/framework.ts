import type { Pod } from '../api/types/core-v1.gen'
import type { ClusterView } from './cluster-view'
import type { NodeInfo, PodInfo } from './node-info'

/** Why a plugin says no. `resolvable`: deleting Pods from the node could change its mind, so preemption may try. */
export interface Refusal {
  readonly reasons: readonly string[]
  readonly resolvable: boolean
}

/** What a filter answers when it has nothing against a node. */
export const fits = undefined

/** A no that could become a yes if Pods went away. */
export const unschedulable = (...reasons: readonly string[]): Refusal => ({ reasons, resolvable: true })

/** A no that no preemption can change. */
export const unresolvable = (...reasons: readonly string[]): Refusal => ({ reasons, resolvable: false })

/** What a plugin found out about the Pod as a whole, before any node is looked at. */
export interface PreFilterResult {
  /** Handed to this plugin's `filter`. */
  readonly state?: unknown
  /** Only these nodes can come into question. */
  readonly nodes?: ReadonlySet<string>
  /** No node at all will do. */
  readonly refusal?: Refusal
  /** There is nothing to filter for this Pod. */
  readonly skip?: boolean
}

/** What a plugin prepares for scoring; `skip` leaves the plugin out for this Pod. */
export interface PreScoreResult {
  readonly state?: unknown
  readonly skip?: boolean
}

/** A change in the cluster after which asking again can make sense. */
export interface ClusterEvent {
  readonly resource:
    | 'Pod'
    | 'Node'
    | 'PersistentVolumeClaim'
    | 'PersistentVolume'
    | 'StorageClass'
    | 'CSINode'
    | 'CSIDriver'
    | 'CSIStorageCapacity'
    | 'Namespace'
    | 'Service'
    | 'ResourceClaim'
    | 'ResourceSlice'
    | 'DeviceTaintRule'
    | 'DeviceClass'
  readonly action: 'added' | 'updated' | 'deleted'
  /** The Pod that came or went, for events about assigned Pods. */
  readonly pod?: PodInfo
  /** The node as it is after the event. */
  readonly node?: NodeInfo
}

export interface Hint {
  readonly resource: ClusterEvent['resource']
  readonly action: ClusterEvent['action']
  /** Whether this very event can help this very Pod; yes unless told. */
  readonly helps?: (pod: PodInfo, event: ClusterEvent) => boolean
}

/** After a change of this kind it makes sense to ask again. */
export const on = (resource: Hint['resource'], action: Hint['action'], helps?: Hint['helps']): Hint => ({
  resource,
  action,
  ...(helps && { helps }),
})

/** One reason to say no or to prefer, in the real scheduler's words. Every member but the name is optional. */
export interface Plugin {
  readonly name: string
  /**
   * Its filter and its score look at nothing but what the Pod asks for (same-pods.ts says what that is) and the one node: they say the same again
   * of Pods that ask for the same, until the node changes.
   */
  readonly local?: boolean
  /** Keeps a Pod out of the queue; answers why. */
  readonly gate?: (pod: Pod) => string | undefined
  readonly preFilter?: (pod: PodInfo, view: ClusterView) => PreFilterResult | undefined
  readonly filter?: (pod: PodInfo, node: NodeInfo, state: unknown, view: ClusterView) => Refusal | undefined
  /** Runs once for a Pod, over the nodes that fit. */
  readonly preScore?: (pod: PodInfo, nodes: readonly NodeInfo[], view: ClusterView) => PreScoreResult | undefined
  readonly score?: (pod: PodInfo, node: NodeInfo, state: unknown, view: ClusterView) => number
  /** Brings raw scores to 0…100. */
  readonly normalize?: (scores: number[], state: unknown) => void
  readonly retryOn?: readonly Hint[]
}

/** A plugin; the types of its parts are all it takes to be one. */
export const definePlugin = (plugin: Plugin): Plugin => plugin

export const MAX_SCORE = 100

/** Scales scores so that the highest becomes 100; `reverse` makes few better than many. */
export function normalizeToMax(scores: number[], reverse = false) {
  const max = Math.max(0, ...scores)
  for (let i = 0; i < scores.length; i++) {
    const scaled = max === 0 ? 0 : Math.floor((scores[i]! * MAX_SCORE) / max)
    scores[i] = reverse ? MAX_SCORE - scaled : scaled
  }
}
