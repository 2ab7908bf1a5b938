import { lateCode } from '../../engine/late-code'
import type { KubeletSettings } from '../kubelet-configuration'
import type { HostFacts } from '../node-object'
import type { KubeletContext } from './context'
import type { PodState } from './pod-state'

/** Conditions of a node that runs short of something. */
export type Pressure = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure'

/** What the eviction manager of a node looks at, and what it keeps in mind. */
export interface WatchedNode {
  readonly facts: HostFacts
  readonly settings: () => KubeletSettings
  readonly context: KubeletContext
  readonly pods: () => Iterable<PodState>
  /** Taken by something outside of Pods: somebody fills a node up on purpose. */
  readonly ballast: { memoryBytes: number; diskBytes: number }
  /** When each threshold was last seen crossed. */
  readonly lastSeenMs: Map<Pressure, number>
}

/** Looks once, evicts what has to go, and answers the conditions that hold. Nothing runs short before the first prompt: the page loads it after that. */
export const lateEviction = lateCode<(node: WatchedNode) => ReadonlySet<Pressure>>('the eviction manager')
