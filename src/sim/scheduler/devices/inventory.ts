import type { Node, NodeSelector } from '../../api/types/core-v1.gen'
import type { Device, ResourceSlice } from '../../api/types/resource-v1.gen'
import { quantityValue } from '../../formats/quantity'
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

/** What is left of the counters that devices of a pool share, by pool, set and counter: partitions of one card take from what the card has. */
export type Counters = Map<string, number>

/** The counters of all pools after the devices in use have taken theirs; undefined when no pool has any, as most have not. */
export function countersOf(slices: readonly ResourceSlice[], inUse: ReadonlySet<string>): Counters | undefined {
  if (!slices.some(({ spec }) => spec.sharedCounters?.length)) return undefined
  const left: Counters = new Map()
  const pools = poolsOf(slices).map((pool) => pool.map(({ spec }) => spec))
  for (const { driver, pool, sharedCounters = [] } of pools.flat())
    for (const { name: set, counters } of sharedCounters)
      for (const [counter, { value }] of Object.entries(counters))
        left.set(`${driver}/${pool.name}/${set}/${counter}`, quantityValue(value))
  for (const { driver, pool, devices = [] } of pools.flat())
    for (const device of devices) {
      const id = `${driver}/${pool.name}/${device.name}`
      if (inUse.has(id))
        for (const [counter, amount] of consumptionOf({ driver, pool: pool.name, device }))
          left.set(counter, (left.get(counter) ?? 0) - amount)
    }
  return left
}

/** What a device takes from the counters of its pool. */
export const consumptionOf = ({
  driver,
  pool,
  device,
}: Pick<KnownDevice, 'driver' | 'pool' | 'device'>): readonly (readonly [string, number])[] =>
  (device.consumesCounters ?? []).flatMap(({ counterSet, counters }) =>
    Object.entries(counters).map(([counter, { value }]) => [`${driver}/${pool}/${counterSet}/${counter}`, quantityValue(value)] as const),
  )
