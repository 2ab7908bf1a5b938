import type { Client } from '../../api/client'
import type { EventRecorder } from '../../api/event-recorder'
import type { Pod } from '../../api/types/core-v1.gen'
import type { Engine } from '../../engine/engine'
import type { Catalogue } from '../images/catalogue'
import type { NetworkNamespace } from '../os/network'
import type { ContainerRuntime } from '../runtime/container'
import type { Sandbox } from '../runtime/sandbox'
import type { Latency } from './latency'
import type { NodeImages } from './node-images'
import type { PodState } from './pod-state'
import type { VolumeContext } from './volumes'

/** What a kubelet works with: its node's runtime and images, and its way to the API server. */
export interface KubeletContext {
  readonly engine: Engine
  readonly client: Client
  readonly recorder: EventRecorder
  readonly latency: Latency
  readonly runtime: ContainerRuntime
  /** The node's own network stack, from which probes come. */
  readonly place: NetworkNamespace
  readonly catalogue: Catalogue
  readonly images: NodeImages
  readonly nodeName: string
  readonly hostIP: string
  /** Simulated release, `1.36`, for the kubelet's user agent. */
  readonly release: string
  readonly allocatable: () => Readonly<Record<string, string>>
  readonly volumes: Omit<VolumeContext, 'podIP'>
  /** Gives a Pod its place on the network, and takes it back. */
  readonly openSandbox: (pod: Pod) => Sandbox
  readonly closeSandbox: (sandbox: Sandbox) => void
  readonly dnsConfig: (pod: Pod) => string
  /** Something about this Pod has changed: look at it again now. */
  readonly look: (state: PodState) => void
  /** Its status may have changed: write it after the kubelet's usual delay. */
  readonly report: (state: PodState, delayMs?: number) => void
  /** Writes its status now. */
  readonly write: (state: PodState) => void
}

/** Where an event about a container points to. */
export const fieldPathOf = (role: 'init' | 'sidecar' | 'app' | 'ephemeral', name: string) =>
  `spec.${role === 'app' ? 'containers' : role === 'ephemeral' ? 'ephemeralContainers' : 'initContainers'}{${name}}`
