import type { Node, NodeSelector } from '../../api/types/core-v1.gen'
import type { Device, ResourceSlice } from '../../api/types/resource-v1.gen'
import { matchesNodeSelector } from '../../kinds/core/node-selector'

/** A device as the scheduler knows it: where it is from, and which nodes reach it. */
export interface KnownDevice {
  readonly id: string
  readonly driver: string
  readonly pool: string
  readonly device: Device
  /** Reached from this node alone, from those of a selector, or from everywhere. */
  readonly nodeName?: string | undefined
  readonly nodeSelector?: NodeSelector | undefined
}

/** The devices within reach of a node, pool by pool. A pool of which slices are missing, or that is being published anew, offers nothing. */
export function devicesFor(node: Node, slices: readonly ResourceSlice[]): readonly KnownDevice[] {
  return poolsOf(slices).flatMap((pool) => pool.flatMap((slice) => (slice.spec.devices ?? []).flatMap((device) => reached(node, slice, device) ?? [])))
} // prettier-ignore

/** Slices by their pool, newest generation only, complete ones only. */
function poolsOf(slices: readonly ResourceSlice[]): readonly (readonly ResourceSlice[])[] {
  const pools = new Map<string, ResourceSlice[]>()
  for (const slice of slices) {
    const key = `${slice.spec.driver}/${slice.spec.pool.name}`
    const known = pools.get(key)
    const generation = known?.[0]?.spec.pool.generation ?? -1
    if (slice.spec.pool.generation > generation) pools.set(key, [slice])
    else if (slice.spec.pool.generation === generation) known!.push(slice)
  }
  return [...pools.values()].filter((pool) => pool.length >= pool[0]!.spec.pool.resourceSliceCount)
}

function reached(node: Node, { spec }: ResourceSlice, device: Device): KnownDevice | undefined {
  const { nodeName, nodeSelector } = spec.perDeviceNodeSelection ? device : spec
  const isReached = nodeName ? nodeName === node.metadata.name : !nodeSelector || matchesNodeSelector(nodeSelector, node)
  if (!isReached) return undefined
  const { driver, pool } = spec
  return { id: `${driver}/${pool.name}/${device.name}`, driver, pool: pool.name, device, nodeName, nodeSelector }
}
