import type { Node, NodeSelectorTerm } from '../../api/types/core-v1.gen'
import type { AllocationResult, DeviceClass, DeviceConstraint, ExactDeviceRequest, ResourceClaim, ResourceSlice } from '../../api/types/resource-v1.gen' // prettier-ignore
import { toleratesDeviceTaint } from '../../kinds/resource/device-taints'
import { consumptionOf, countersOf, devicesFor, type KnownDevice } from './inventory'
import { SelectorError, selects } from './device-selector'

export { SelectorError }

/** What there is: device classes by name, the slices that drivers have published, and the devices that are somebody's. */
export interface Inventory {
  readonly classes: ReadonlyMap<string, DeviceClass>
  readonly slices: readonly ResourceSlice[]
  readonly inUse: ReadonlySet<string>
}

/** One way in which a request can be met. */
interface Alternative {
  /** `gpu`, or `gpu/large` for one of several that are tried in order. */
  readonly name: string
  readonly asked: ExactDeviceRequest
}

interface Request {
  readonly claim: number
  readonly alternatives: readonly Alternative[]
}

interface Taken {
  readonly claim: number
  readonly alternative: Alternative
  readonly known: KnownDevice
}

/** Constraints can make the search long; then the claims count as impossible. */
const MOST_STEPS = 20_000

/**
 * Devices of a node for every request of some claims, the first that can be had, in the order of the requests; undefined when they cannot all be met there. Throws SelectorError.
 */
export function allocate(claims: readonly ResourceClaim[], node: Node, inventory: Inventory): readonly AllocationResult[] | undefined {
  const requests = claims.flatMap((claim, index) => requestsOf(claim, index))
  const devices = devicesFor(node, inventory.slices)
  const taken: Taken[] = []
  const mine = new Set<string>()
  const counters = countersOf(inventory.slices, inventory.inUse)
  const offers = new Map<Alternative, readonly KnownDevice[]>()
  let steps = 0

  const offersFor = (alternative: Alternative, claim: number) => {
    let known = offers.get(alternative)
    if (!known) offers.set(alternative, (known = devices.filter((device) => suits(device, alternative, claims[claim]!, inventory))))
    return known
  }
  const isFree = (device: KnownDevice, { asked }: Alternative) =>
    asked.adminAccess || device.device.allowMultipleAllocations || (!mine.has(device.id) && !inventory.inUse.has(device.id))

  function take(claim: number, alternative: Alternative, known: KnownDevice): boolean {
    const entry = { claim, alternative, known }
    if (!isFree(known, alternative) || !leavesEnough(entry) || !agrees(entry, taken, claims[claim]!.spec.devices?.constraints ?? []))
      return false
    taken.push(entry)
    if (!alternative.asked.adminAccess) mine.add(known.id)
    count(entry, -1)
    return true
  }
  function giveBack(howMany: number) {
    for (const entry of taken.splice(taken.length - howMany)) {
      mine.delete(entry.known.id)
      count(entry, 1)
    }
  }
  /** Whether the counters of the pool, if it has any, still hold what a device takes from them. */
  const leavesEnough = ({ known, alternative }: Taken) =>
    counters === undefined ||
    alternative.asked.adminAccess ||
    consumptionOf(known).every(([counter, amount]) => (counters.get(counter) ?? 0) >= amount)
  function count({ known, alternative }: Taken, sign: 1 | -1) {
    if (!counters || alternative.asked.adminAccess) return
    for (const [counter, amount] of consumptionOf(known)) counters.set(counter, (counters.get(counter) ?? 0) + sign * amount)
  }

  /** Meets the requests from one on. */
  function meet(at: number): boolean {
    const request = requests[at]
    if (!request) return true
    return request.alternatives.some((alternative) => {
      const offered = offersFor(alternative, request.claim)
      return alternative.asked.allocationMode === 'All'
        ? takeAll(at, request.claim, alternative, offered)
        : takeSome(at, request.claim, alternative, offered, 0, alternative.asked.count ?? 1)
    })
  }
  function takeAll(at: number, claim: number, alternative: Alternative, offered: readonly KnownDevice[]): boolean {
    const before = taken.length
    if (offered.length > 0 && offered.every((known) => take(claim, alternative, known)) && meet(at + 1)) return true
    giveBack(taken.length - before)
    return false
  }
  function takeSome(at: number, claim: number, alternative: Alternative, offered: readonly KnownDevice[], from: number, left: number): boolean {
    if (left === 0) return meet(at + 1)
    for (let index = from; index < offered.length; index++) {
      if (++steps > MOST_STEPS) return false
      if (!take(claim, alternative, offered[index]!)) continue
      if (takeSome(at, claim, alternative, offered, index + 1, left - 1)) return true
      giveBack(1)
    }
    return false
  } // prettier-ignore

  return meet(0) ? claims.map((claim, index) => resultFor(claim, taken.filter((entry) => entry.claim === index), inventory)) : undefined // prettier-ignore
}

const requestsOf = ({ spec }: ResourceClaim, claim: number): Request[] =>
  (spec.devices?.requests ?? []).map(({ name, exactly, firstAvailable = [] }) => ({
    claim,
    alternatives: exactly ? [{ name, asked: exactly }] : firstAvailable.map((asked) => ({ name: `${name}/${asked.name}`, asked })),
  }))

/** Whether a device is of the class, as the request selects, and has no taint that is not tolerated. */
function suits(known: KnownDevice, { asked }: Alternative, claim: ResourceClaim, { classes }: Inventory): boolean {
  const holds = (selectors: ExactDeviceRequest['selectors'], whose: string) =>
    (selectors ?? []).every(({ cel }, index) => {
      try {
        return cel === undefined || selects(cel.expression, known)
      } catch (error) {
        if (!(error instanceof SelectorError)) throw error
        throw new SelectorError(`${whose}: selector #${index}: ${error.message}`)
      }
    })
  const name = asked.deviceClassName
  return (
    holds(classes.get(name)?.spec.selectors, `class ${name}`) &&
    holds(asked.selectors, `claim ${claim.metadata.namespace}/${claim.metadata.name}`) &&
    (known.device.taints ?? []).every(
      (taint) => taint.effect === 'None' || asked.tolerations?.some((each) => toleratesDeviceTaint(each, taint)),
    )
  )
}

/** Whether a device goes together with those that its claim has got already. */
function agrees(entry: Taken, taken: readonly Taken[], constraints: readonly DeviceConstraint[]): boolean {
  return constraints.every(({ requests = [], matchAttribute, distinctAttribute }) => {
    const name = matchAttribute ?? distinctAttribute
    const concerns = ({ alternative }: Taken) =>
      requests.length === 0 || requests.includes(alternative.name) || requests.includes(alternative.name.split('/')[0]!)
    if (name === undefined || !concerns(entry)) return true
    const value = attributeOf(entry.known, name)
    if (value === undefined) return false
    const others = taken.filter((other) => other.claim === entry.claim && concerns(other)).map(({ known }) => attributeOf(known, name))
    return matchAttribute === undefined ? !others.includes(value) : others.every((other) => other === value)
  })
}

function attributeOf({ driver, device }: KnownDevice, name: string): string | undefined {
  const [domain, id] = name.split('/')
  const value = device.attributes?.[name] ?? (domain === driver && id ? device.attributes?.[id] : undefined)
  return value && JSON.stringify(value)
}

/** What is written into the claim. */
function resultFor({ spec }: ResourceClaim, taken: readonly Taken[], { classes }: Inventory): AllocationResult {
  const results = taken.map(({ alternative: { name, asked }, known: { driver, pool, device } }) => ({
    request: name,
    driver,
    pool,
    device: device.name,
    ...(asked.adminAccess && { adminAccess: true }),
    ...(asked.tolerations && { tolerations: asked.tolerations }),
  }))
  const alternatives = new Map(taken.map(({ alternative }) => [alternative.name, alternative]))
  const config = [
    ...[...alternatives.values()].flatMap(({ name, asked }) =>
      (classes.get(asked.deviceClassName)?.spec.config ?? []).map((each) => ({ source: 'FromClass', requests: [name], ...each })),
    ),
    ...(spec.devices?.config ?? []).map((each) => ({ source: 'FromClaim', ...each })),
  ]
  const nodeSelectorTerms = termsOf(taken)
  return {
    devices: { results, ...(config.length > 0 && { config }) },
    ...(nodeSelectorTerms && { nodeSelector: { nodeSelectorTerms } }),
  }
}

/** Where the devices can be used: on their node, or where all their selectors hold. */
function termsOf(taken: readonly Taken[]): readonly NodeSelectorTerm[] | undefined {
  const local = taken.find(({ known }) => known.nodeName)?.known.nodeName
  if (local) return [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [local] }] }]
  const terms = taken.flatMap(({ known }) => known.nodeSelector?.nodeSelectorTerms.slice(0, 1) ?? [])
  if (terms.length === 0) return undefined
  const merged = <K extends 'matchExpressions' | 'matchFields'>(key: K) => {
    const all = [...new Map(terms.flatMap((term) => term[key] ?? []).map((each) => [JSON.stringify(each), each])).values()]
    return all.length > 0 ? { [key]: all } : {}
  }
  return [{ ...merged('matchExpressions'), ...merged('matchFields') }]
}
