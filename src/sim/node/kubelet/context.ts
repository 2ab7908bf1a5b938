import type { Client } from '../../api/client'
import type { EventRecorder } from '../../api/event-recorder'
import type { Pod } from '../../api/types/core-v1.gen'
import { atLeast, parseRelease } from '../../api/schema/schema'
import type { Engine } from '../../engine/engine'
import type { Catalogue } from '../images/catalogue'
import type { NetworkNamespace } from '../os/network'
import type { ContainerRuntime } from '../runtime/container'
import type { Sandbox } from '../runtime/sandbox'
import type { Latency } from './latency'
import type { Killed } from '../journal'
import type { NodeImages } from './node-images'
import type { DevicePlugin } from './late-device-claims'
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
  /** Simulated release, `1.36`: probes name it, and some events have other words since 1.35. */
  readonly release: string
  readonly allocatable: () => Readonly<Record<string, string>>
  /** What the node runs short of now: MemoryPressure and the like. */
  readonly pressures: () => Iterable<string>
  readonly volumes: VolumeContext
  /** Drivers of devices that have registered here, by their names. */
  readonly devicePlugins: Map<string, DevicePlugin>
  /** Every Pod of the node that the kubelet knows of. */
  readonly pods: () => Iterable<PodState>
  /** Gives a Pod its place on the network, and takes it back. */
  readonly openSandbox: (pod: Pod) => Sandbox
  readonly closeSandbox: (sandbox: Sandbox) => void
  readonly dnsConfig: (pod: Pod) => string
  /** Something about this Pod has changed: look at it again now. */
  readonly look: (state: PodState) => void
  /** Its status may have changed: write it after the kubelet's usual delay. */
  readonly report: (state: PodState, delayMs?: number) => void
  /** The node's kernel has killed a container's processes, and says so: `dmesg`. */
  readonly outOfMemory: (killed: Killed) => void
  /** Writes its status now. */
  readonly write: (state: PodState) => void
}

/** Where an event about a container points to. */
export function fieldPathOf(role: 'init' | 'sidecar' | 'app' | 'ephemeral', name: string): string {
  const known = fieldPaths[role]
  let path = known.get(name)
  if (path !== undefined) return path
  path = `spec.${role === 'app' ? 'containers' : role === 'ephemeral' ? 'ephemeralContainers' : 'initContainers'}{${name}}`
  if (known.size >= MAX_FIELD_PATHS) known.clear()
  known.set(name, path)
  return path
}

/** Every event about a container has one of these: containers of one name share it. */
const fieldPaths = {
  init: new Map<string, string>(),
  sidecar: new Map<string, string>(),
  app: new Map<string, string>(),
  ephemeral: new Map<string, string>(),
}
const MAX_FIELD_PATHS = 1000

/** What the kubelet tells of a container and its image, in the words of its release: since 1.35 the container is named by the event's field path alone. */
export function eventTexts(release: string) {
  const isNew = atLeast(parseRelease(release), '1.35')
  return {
    created: (name: string) => (isNew ? 'Container created' : `Created container: ${name}`),
    started: (name: string) => (isNew ? 'Container started' : `Started container ${name}`),
    present: (image: string) => `Container image "${image}" already present on machine${isNew ? ' and can be accessed by the pod' : ''}`,
  }
}
