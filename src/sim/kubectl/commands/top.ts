import { parseFieldSelector, parseSelector } from '../../formats/selector'
import type { AnyObject } from '../../api/object'
import { milliValue, quantityValue } from '../../formats/quantity'
import type { Proc } from '../../node/os/syscalls'
import { builtInResource } from '../built-in-resource'
import { CommandError } from '../errors'
import { clientConfig } from '../kubeconfig'
import { listResources, type ResourceQuery, whole } from '../resources'
import { request, requestJson } from '../rest'
import { alignTable } from '../printers/table'
import { err, out, usageError, type Command, type Kubectl } from '../session'
import { pathOf } from '../mapper'

type Amounts = Readonly<Record<string, string>>

interface NodeMetrics {
  readonly metadata: { readonly name: string }
  readonly usage: Amounts
}
interface PodMetrics {
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly containers?: readonly { readonly name: string; readonly usage: Amounts }[] | null
}
interface Usage {
  readonly cpuMilli: number
  readonly memoryBytes: number
}

const metricsRoot = '/apis/metrics.k8s.io/v1beta1'
const nodes = builtInResource({ apiVersion: 'v1', kind: 'Node' })
const pods = builtInResource({ apiVersion: 'v1', kind: 'Pod' })

const usageOf = (amounts: Amounts): Usage => ({
  cpuMilli: milliValue(amounts.cpu ?? '0'),
  memoryBytes: quantityValue(amounts.memory ?? '0'),
})
const sum = (usages: readonly Usage[]): Usage => ({
  cpuMilli: usages.reduce((total, { cpuMilli }) => total + cpuMilli, 0),
  memoryBytes: usages.reduce((total, { memoryBytes }) => total + memoryBytes, 0),
})
const cpuText = ({ cpuMilli }: Usage) => `${cpuMilli}m`
const memoryText = ({ memoryBytes }: Usage) => `${Math.floor(memoryBytes / 2 ** 20)}Mi`

/** By use, the greatest first, or by name. */
const order =
  <T extends { readonly key: string; readonly usage: Usage }>(sortBy: string) =>
  (a: T, b: T) => {
    if (sortBy === 'cpu') return b.usage.cpuMilli - a.usage.cpuMilli
    if (sortBy === 'memory') return b.usage.memoryBytes - a.usage.memoryBytes
    return a.key < b.key ? -1 : a.key > b.key ? 1 : 0
  }

function* checked(kubectl: Kubectl, what: 'node' | 'pod', clash: string): Proc<string | undefined> {
  const { flags, args } = kubectl
  if (args.length > 1) throw usageError(kubectl, `${what} [NAME | -l label]`)
  if (!['', 'cpu', 'memory'].includes(flags.text('sort-by'))) throw new CommandError('--sort-by accepts only cpu or memory')
  if (args.length > 0 && (flags.text('selector') || (flags.has('field-selector') && flags.text('field-selector'))))
    throw new CommandError(clash)
  yield* requestJson(kubectl, { path: '/api' })
  // Asked anew each time: a metrics server comes and goes.
  const { groups = [] } = yield* requestJson<{ readonly groups?: readonly { readonly name: string }[] }>(kubectl, { path: '/apis' })
  if (!groups.some(({ name }) => name === 'metrics.k8s.io')) throw new CommandError('Metrics API not available')
  return args[0]
}

/** Refuses selectors that cannot be read, before anybody is asked. Throws CommandError. */
function checkSelectors(selector: string, fieldSelector = ''): void {
  try {
    parseSelector(selector)
    parseFieldSelector(fieldSelector)
  } catch (error) {
    throw new CommandError((error as Error).message) // the parsers throw nothing else
  }
}

/** Metrics of one object, or of all that the selectors let through. */
function* metricsOf<T>(
  kubectl: Kubectl,
  path: string,
  name: string | undefined,
  query: Pick<ResourceQuery, 'selector' | 'fieldSelector'>,
): Proc<readonly T[]> {
  // prettier-ignore
  if (name !== undefined) return [yield* requestJson<T>(kubectl, { path: `${path}/${name}` })]
  const list = yield* requestJson<{ readonly items?: readonly T[] | null }>(kubectl, {
    path,
    query: { labelSelector: query.selector || undefined, fieldSelector: query.fieldSelector || undefined },
  })
  return list.items ?? []
}

/** `kubectl top node`. */
export const topNode: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    checkSelectors(flags.text('selector'))
    const name = yield* checked(kubectl, 'node', 'only one of NAME or --selector can be provided')
    const selector = flags.text('selector')
    const metrics = yield* metricsOf<NodeMetrics>(kubectl, `${metricsRoot}/nodes`, name, { selector })
    if (metrics.length === 0) throw new CommandError('metrics not available yet')
    const known: readonly AnyObject[] =
      name === undefined
        ? (yield* listResources(kubectl, nodes, '', { selector, listQuery: whole })).map(({ object }) => object!)
        : [yield* requestJson<AnyObject>(kubectl, { path: pathOf(nodes, '', name) })]
    const capacity = (node: AnyObject) => {
      const status = (node.status ?? {}) as { allocatable?: Amounts; capacity?: Amounts } // a node's status
      return usageOf((flags.bool('show-capacity') ? status.capacity : status.allocatable) ?? {})
    }
    const available = new Map(known.map((node) => [node.metadata.name, capacity(node)]))
    const rows = metrics
      .map(({ metadata, usage }) => ({ key: metadata.name, usage: usageOf(usage) }))
      .toSorted(order(flags.text('sort-by')))
    const percent = (used: number, all: number | undefined) => (all ? `${Math.floor((used / all) * 100)}%` : '<unknown>')
    let text = flags.bool('no-headers') ? '' : 'NAME\tCPU(cores)\tCPU(%)\tMEMORY(bytes)\tMEMORY(%)\t\n'
    for (const { key, usage } of rows) {
      const all = available.get(key)
      text += `${[key, cpuText(usage), percent(usage.cpuMilli, all?.cpuMilli), memoryText(usage), percent(usage.memoryBytes, all?.memoryBytes)].join('\t')}\t\n`
      available.delete(key)
    }
    for (const key of available.keys()) text += `${[key, '<unknown>', '<unknown>', '<unknown>', '<unknown>'].join('\t')}\t\n`
    yield* out(alignTable(text))
  },
}

/** `kubectl top pod`. */
export const topPod: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    checkSelectors(flags.text('selector'), flags.text('field-selector'))
    const name = yield* checked(kubectl, 'pod', 'only one of NAME or selector can be provided')
    const everywhere = flags.bool('all-namespaces')
    const { namespace } = yield* clientConfig(kubectl)
    const query = { selector: flags.text('selector'), fieldSelector: flags.text('field-selector') }
    const path = everywhere ? `${metricsRoot}/pods` : `${metricsRoot}/namespaces/${namespace}/pods`
    const metrics = yield* metricsOf<PodMetrics>(kubectl, path, name, query)
    if (metrics.length === 0) return yield* nothing(kubectl, name, everywhere ? '' : namespace, query)
    const each = flags.bool('containers')
    const rows = metrics
      .map(({ metadata, containers }) => {
        const parts = (containers ?? []).map((container) => ({ key: container.name, usage: usageOf(container.usage) }))
        return { key: everywhere ? `${metadata.namespace}/${metadata.name}` : metadata.name, metadata, parts, usage: sum(parts.map(({ usage }) => usage)) } // prettier-ignore
      })
      .toSorted(order(flags.text('sort-by')))
    const lead = everywhere ? ['NAMESPACE'] : []
    const header = [...lead, ...(each ? ['POD'] : []), 'NAME', 'CPU(cores)', 'MEMORY(bytes)']
    let text = flags.bool('no-headers') ? '' : `${header.join('\t')}\t\n`
    for (const { metadata, parts, usage } of rows) {
      const before = everywhere ? [metadata.namespace] : []
      const lines = each
        ? parts
            .toSorted(order(flags.text('sort-by')))
            .map((part) => [...before, metadata.name, part.key, cpuText(part.usage), memoryText(part.usage)])
        : [[...before, metadata.name, cpuText(usage), memoryText(usage)]]
      for (const line of lines) text += `${line.join('\t')}\t\n`
    }
    if (flags.bool('sum')) {
      const all = sum(rows.map(({ usage }) => usage))
      const gap = [...lead, ...(each ? ['POD'] : [])].map(() => '')
      text += `${[...gap, '', '________', '________'].join('\t')}\t\n${[...gap, '', cpuText(all), memoryText(all)].join('\t')}\t\n`
    }
    yield* out(alignTable(text))
  },
}

/** No metrics: because there are no pods, or because they are too young. */
function* nothing(
  kubectl: Kubectl,
  name: string | undefined,
  namespace: string,
  query: Pick<ResourceQuery, 'selector' | 'fieldSelector'>,
): Proc {
  // prettier-ignore
  const found =
    name === undefined
      ? yield* listResources(kubectl, pods, namespace, query)
      : [yield* request(kubectl, { path: pathOf(pods, namespace, name) })]
  if (found.length === 0) return yield* err(namespace ? `No resources found in ${namespace} namespace.\n` : 'No resources found\n')
  throw new CommandError('metrics not available yet')
}
