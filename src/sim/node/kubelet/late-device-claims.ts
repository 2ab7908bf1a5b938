import type { ResourceClaim } from '../../api/types/resource-v1.gen'
import type { Container } from '../../api/types/core-v1.gen'
import { lateCode } from '../../engine/late-code'
import type { KubeletContext } from './context'
import type { PodState } from './pod-state'

/** A driver that has registered with the kubelet of its node. */
export interface DevicePlugin {
  /** Makes the devices of claims ready; answers variables by device for the containers that get them. */
  readonly prepare: (claims: readonly ResourceClaim[]) => void
  readonly unprepare: (claims: readonly ResourceClaim[]) => void
  /** What a container that gets some devices of a claim finds in its environment. */
  readonly environment: (claim: ResourceClaim, devices: readonly string[]) => Readonly<Record<string, string>>
}

/** The claims of a Pod whose devices are ready on its node. */
export type PreparedClaims = ReadonlyMap<string, ResourceClaim>

/** What a kubelet does about device claims. No Pod has any before the first prompt: the page loads it after that. */
export const lateDeviceClaims = lateCode<{
  /** The Pod's claims by their names in the Pod, prepared; or why they cannot be. */
  readonly prepareClaims: (context: KubeletContext, state: PodState) => PreparedClaims | string
  readonly unprepareClaims: (context: KubeletContext, claims: PreparedClaims) => void
  readonly deviceVariables: (context: KubeletContext, claims: PreparedClaims, container: Container) => Readonly<Record<string, string>>
}>('devices on nodes')
