import type { Pod } from '../../api/types/core-v1.gen'
import { memoryBytesOf, milliCoresAtRest } from '../runtime/memory'
import type { Kubelet } from './kubelet'

/** What one container uses: CPU time since its start, and memory now. */
export interface ContainerUsage {
  readonly name: string
  readonly cpuMs: number
  /** What it takes besides, all the time. */
  readonly idleMilliCores: number
  readonly memoryBytes: number
  readonly startedMs: number
}

export interface PodUsage {
  readonly pod: Pod
  readonly containers: readonly ContainerUsage[]
}

/** Resource use of a node's Pods, as a kubelet's `/metrics/resource` reports it: the source of `kubectl top` and of autoscaling. */
export function usageOf(kubelet: Kubelet): readonly PodUsage[] {
  return [...kubelet.pods.values()].map(({ pod, containers }) => ({
    pod,
    containers: [...containers.values()].flatMap(({ spec, running }) =>
      running
        ? [
            {
              name: spec.name,
              cpuMs: running.machine.cpuMs,
              idleMilliCores: milliCoresAtRest(running),
              memoryBytes: memoryBytesOf(running),
              startedMs: running.startedMs,
            },
          ]
        : [],
    ),
  }))
}
