import type { ResourceClaim } from '../../api/types/resource-v1.gen'
import { lateCode } from '../../engine/late-code'
import type { ClusterView } from '../cluster-view'
import type { PreFilterResult, Refusal } from '../framework'
import type { NodeInfo, PodInfo } from '../node-info'

/** What the scheduler does about device claims. No Pod has any before the first prompt: the page loads it after that. */
export const lateDevices = lateCode<{
  readonly preFilter: (pod: PodInfo, view: ClusterView) => PreFilterResult
  readonly filter: (node: NodeInfo, state: unknown) => Refusal | undefined
  /** What the claims of a Pod are to be written as before it is bound to a node; or why that cannot be. */
  readonly reserved: (pod: PodInfo, node: NodeInfo, view: ClusterView) => readonly ResourceClaim[] | string
}>('the allocation of devices')
