import {
  celEnvironment,
  celQuantity,
  celValue,
  compile,
  CompilationError,
  EvaluationError,
  type Expression,
} from '../../api/cel/expression'
import { celVersion } from '../../api/cel/kubernetes-functions'
import type { DeviceAttribute } from '../../api/types/resource-v1.gen'
import type { KnownDevice } from './inventory'

/** Why a selector says neither yes nor no of a device. */
export class SelectorError extends Error {}

let environment: ReturnType<typeof celEnvironment> | undefined
const compiled = new Map<string, Expression>()
const MOST_COMPILED = 200

/** The selectors of all claims are few; each is compiled once. */
function expressionOf(source: string): Expression {
  const known = compiled.get(source)
  if (known) return known
  if (compiled.size >= MOST_COMPILED) compiled.clear()
  environment ??= celEnvironment({ device: 'dyn' })
  const expression = compile(environment, source)
  compiled.set(source, expression)
  return expression
}

/** Whether a CEL expression is true of a device. Throws SelectorError when it cannot be evaluated, or yields something else. */
export function selects(source: string, known: KnownDevice): boolean {
  try {
    const value = expressionOf(source).evaluate({ device: deviceValue(known, source) })
    if (typeof value !== 'boolean') throw new SelectorError(`CEL result of type ${typeof value} could not be converted to bool`)
    return value
  } catch (error) {
    if (error instanceof CompilationError || error instanceof EvaluationError) throw new SelectorError(error.message)
    throw error
  }
}

/** What `device` is in an expression: attributes and capacity by domain and then by name; names without a domain are the driver's. */
function deviceValue({ driver, device }: KnownDevice, source: string) {
  const byDomain = <V>(values: Readonly<Record<string, V>> | undefined, valueOf: (value: V) => unknown) => {
    // A domain that the device does not have holds nothing, instead of being an error.
    const domains: Record<string, Record<string, unknown>> = Object.fromEntries(domainsIn(source).map((domain) => [domain, {}]))
    for (const [name, value] of Object.entries(values ?? {})) {
      const slash = name.indexOf('/')
      const domain = slash < 0 ? driver : name.slice(0, slash)
      ;(domains[domain] ??= {})[name.slice(slash + 1)] = valueOf(value)
    }
    return domains
  }
  return {
    driver,
    attributes: byDomain(device.attributes, attributeValue),
    capacity: byDomain(device.capacity, ({ value }) => celQuantity(value)),
    allowMultipleAllocations: device.allowMultipleAllocations ?? false,
  }
}

const domainsIn = (source: string) => [...source.matchAll(/\[\s*(?:"([^"]+)"|'([^']+)')\s*\]/g)].map((match) => (match[1] ?? match[2])!)

const attributeValue = ({ version, ...plain }: DeviceAttribute) =>
  version === undefined ? celValue(Object.values(plain)[0]) : celVersion(version)
