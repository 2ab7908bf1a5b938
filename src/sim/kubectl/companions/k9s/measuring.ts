import type { Proc } from '../../../node/os/syscalls'
import { ApiError, CommandError } from '../../errors'
import { requestJson } from '../../rest'
import type { Kubectl } from '../../session'
import type { ClusterFacts } from './header'
import { percent, usageOf, type Metrics, type Usage } from './usage'

type Amounts = Readonly<Record<string, string>>

interface Measured {
  readonly metadata: { readonly name: string; readonly namespace?: string }
  /** Of a node. */
  readonly usage?: Amounts
  /** Of a pod. */
  readonly containers?: readonly { readonly name: string; readonly usage: Amounts }[] | null
}
interface NodeList {
  readonly items?: readonly { readonly metadata: { readonly name: string }; readonly status?: { readonly allocatable?: Amounts } }[]
}

const root = '/apis/metrics.k8s.io/v1beta1'

/** What pods and nodes use, and how much that is of the whole cluster; nothing without a metrics server, or for those who may not ask it. */
export function* measure(kubectl: Kubectl): Proc<{ metrics?: Metrics; share?: Pick<ClusterFacts, 'cpu' | 'memory'> }> {
  try {
    const nodes = yield* itemsAt(kubectl, `${root}/nodes`)
    const pods = yield* itemsAt(kubectl, `${root}/pods`)
    const metrics: Metrics = {
      nodes: new Map(nodes.map(({ metadata, usage }) => [metadata.name, usageOf(usage)])),
      pods: new Map(
        pods.map(({ metadata, containers }) => [
          `${metadata.namespace}/${metadata.name}`,
          Object.fromEntries((containers ?? []).map(({ name, usage }) => [name, usageOf(usage)])),
        ]),
      ),
    }
    const { items = [] } = yield* requestJson<NodeList>(kubectl, { path: '/api/v1/nodes' })
    const sum = (usages: Iterable<Usage>, of: 'cpu' | 'memory') => [...usages].reduce((total, usage) => total + usage[of], 0)
    const all = items.filter(({ metadata }) => metrics.nodes.has(metadata.name)).map(({ status }) => usageOf(status?.allocatable))
    const share = (of: 'cpu' | 'memory') => percent(sum(metrics.nodes.values(), of), sum(all, of))
    return { metrics, share: all.length > 0 ? { cpu: share('cpu'), memory: share('memory') } : {} }
  } catch (error) {
    if (error instanceof ApiError || error instanceof CommandError) return {}
    throw error
  }
}

function* itemsAt(kubectl: Kubectl, path: string): Proc<readonly Measured[]> {
  const { items } = yield* requestJson<{ readonly items?: readonly Measured[] | null }>(kubectl, { path })
  return items ?? []
}
