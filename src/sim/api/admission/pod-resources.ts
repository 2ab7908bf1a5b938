import { addQuantities, compareQuantities } from '../../formats/quantity'
import type { Container, PodSpec } from '../types/core-v1.gen'

export type Quantities = Readonly<Record<string, string>>

/** What a Pod asks for as a whole: containers together, init containers one after another, sidecars throughout, and its overhead. */
export function podTotals(spec: PodSpec, which: 'requests' | 'limits'): Quantities {
  const own = spec.resources?.[which] ?? {}
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  const running = [...spec.containers, ...sidecars].map((container) => of(container, which)).reduce<Quantities>(sum, {})
  let beside: Quantities = {}
  let starting: Quantities = {}
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') beside = sum(beside, of(container, which))
    else starting = highest(starting, sum(beside, of(container, which)))
  }
  const total = { ...highest(running, starting), ...own }
  const overhead = which === 'limits' ? pick(spec.overhead ?? {}, Object.keys(total)) : (spec.overhead ?? {})
  return sum(total, overhead)
}

/** A container's requests or limits; a limit without a request is a request as well. */
function of({ resources }: Container, which: 'requests' | 'limits'): Quantities {
  return which === 'limits' ? (resources?.limits ?? {}) : { ...resources?.limits, ...resources?.requests }
}

export function sum(a: Quantities, b: Quantities): Quantities {
  const out: Record<string, string> = { ...a }
  for (const [name, quantity] of Object.entries(b)) out[name] = out[name] === undefined ? quantity : addQuantities(out[name], quantity)
  return out
}

function highest(a: Quantities, b: Quantities): Quantities {
  const out: Record<string, string> = { ...a }
  for (const [name, quantity] of Object.entries(b)) {
    if (out[name] === undefined || compareQuantities(quantity, out[name]) > 0) out[name] = quantity
  }
  return out
}

const pick = (all: Quantities, names: readonly string[]): Quantities =>
  Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))
