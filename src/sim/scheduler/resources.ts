import type { Container, Pod } from '../api/types/core-v1.gen'
import { milliValue, quantityValue } from '../formats/quantity'

/** Amounts of resources: CPU in thousandths of a core, all others in their own unit (bytes, pieces). */
export type Amounts = ReadonlyMap<string, number>

const known = new Map<string, number>()

/** A quantity's number, remembered: the same few texts occur in every Pod. */
export function amountOf(resource: string, quantity: string): number {
  const key = resource === 'cpu' ? `m${quantity}` : quantity
  let amount = known.get(key)
  if (amount === undefined) {
    if (known.size > 10_000) known.clear()
    amount = resource === 'cpu' ? milliValue(quantity) : quantityValue(quantity)
    known.set(key, amount)
  }
  return amount
}

/** A resource list such as `requests` or `allocatable` in numbers. */
export function amountsOf(list: Readonly<Record<string, string>> | undefined): Map<string, number> {
  const amounts = new Map<string, number>()
  for (const resource in list) amounts.set(resource, amountOf(resource, list[resource]!))
  return amounts
}

const add = (total: Map<string, number>, more: Amounts) => {
  for (const [resource, amount] of more) total.set(resource, (total.get(resource) ?? 0) + amount)
}
const raise = (total: Map<string, number>, to: Amounts) => {
  for (const [resource, amount] of to) total.set(resource, Math.max(total.get(resource) ?? 0, amount))
}

const isSidecar = (container: Container) => container.restartPolicy === 'Always'

/**
 * What a Pod needs: its containers and sidecars together, or its hungriest moment of initialisation if that is more, plus the sandbox's
 * overhead. Requests of the Pod as a whole replace those of its containers. See "Resource sharing within containers" in the documentation.
 */
export function podRequests(
  pod: Pod,
  requestsOf: (container: Container) => Amounts = (container) => amountsOf(container.resources?.requests),
): Map<string, number> {
  const { containers = [], initContainers = [], overhead, resources } = pod.spec ?? {}
  const total = new Map<string, number>()
  for (const container of containers) add(total, requestsOf(container))
  if (initContainers.length > 0) {
    const sidecars = new Map<string, number>()
    const peak = new Map<string, number>()
    for (const container of initContainers) {
      const requests = requestsOf(container)
      if (isSidecar(container)) {
        add(total, requests)
        add(sidecars, requests)
        raise(peak, sidecars)
      } else {
        const moment = new Map(sidecars)
        add(moment, requests)
        raise(peak, moment)
      }
    }
    raise(total, peak)
  }
  for (const [resource, amount] of amountsOf(resources?.requests)) total.set(resource, amount)
  add(total, amountsOf(overhead))
  return total
}

/** A container that asks for nothing is scored as if it asked for this: a tenth of a core and 200 MB. */
const ASSUMED_MILLI_CPU = 100
const ASSUMED_MEMORY = 200 * 1024 * 1024

/** CPU and memory for scoring, where asking for nothing does not count as needing nothing. */
export function assumedRequests(pod: Pod): { readonly cpu: number; readonly memory: number } {
  const amounts = podRequests(pod, (container) => {
    const requests = amountsOf(container.resources?.requests)
    if (!requests.has('cpu')) requests.set('cpu', ASSUMED_MILLI_CPU)
    if (!requests.has('memory')) requests.set('memory', ASSUMED_MEMORY)
    return requests
  })
  return { cpu: amounts.get('cpu') ?? 0, memory: amounts.get('memory') ?? 0 }
}
