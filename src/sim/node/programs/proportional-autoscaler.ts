import { milliValue } from '../../formats/quantity'
import type { ConfigMap, Node } from '../../api/types/core-v1.gen'
import { nowMs, onSignal, pendingSignals, sleep, write } from '../os/calls'
import { SyscallError, type Proc, type Program, type Self } from '../os/syscalls'
import { klogHead } from './dates'
import { ask, Refused } from './in-cluster'

/** How many replicas are right: by so many for each node and core, or by steps. */
interface Linear {
  readonly coresPerReplica?: number
  readonly nodesPerReplica?: number
  readonly min?: number
  readonly max?: number
  readonly preventSinglePointFailure?: boolean
  readonly includeUnschedulableNodes?: boolean
}
type Steps = readonly (readonly [atLeast: number, replicas: number])[]
interface Ladder {
  readonly coresToReplicas?: Steps
  readonly nodesToReplicas?: Steps
  readonly includeUnschedulableNodes?: boolean
}

interface Size {
  readonly nodes: number
  readonly cores: number
}

/** What a person has written into the ConfigMap. Throws Refused when it is no JSON object. */
function parameters<T extends object>(text: string): T {
  try {
    const value = JSON.parse(text) as unknown
    if (typeof value === 'object' && value !== null) return value as T // fields of another type count as they come
  } catch {
    // told below
  }
  throw new Refused(`Error parsing the autoscaling parameters: ${text}`)
}

/** The replicas that a cluster of this size should have; at least one. Throws Refused when nobody can read what is wanted. */
export function replicasFor(data: Readonly<Record<string, string>>, sizeOf: (withUnschedulable: boolean) => Size): number {
  if (data.ladder !== undefined) {
    const { coresToReplicas = [], nodesToReplicas = [], includeUnschedulableNodes = false } = parameters<Ladder>(data.ladder)
    const { nodes, cores } = sizeOf(includeUnschedulableNodes)
    const step = (steps: Steps, amount: number) => steps.filter(([atLeast]) => atLeast <= amount).at(-1)?.[1] ?? 0
    return Math.max(step(coresToReplicas, cores), step(nodesToReplicas, nodes))
  }
  const linear = parameters<Linear>(data.linear ?? '{}')
  const { nodes, cores } = sizeOf(linear.includeUnschedulableNodes ?? false)
  const by = (amount: number, each: number | undefined) => (each ? Math.ceil(amount / each) : 0)
  const wanted = Math.max(by(cores, linear.coresPerReplica), by(nodes, linear.nodesPerReplica), 1)
  const least = Math.max(linear.min ?? 1, linear.preventSinglePointFailure && nodes > 1 ? 2 : 1)
  return Math.min(Math.max(wanted, least), linear.max ?? Infinity)
}

/** cluster-proportional-autoscaler: keeps the replicas of one workload in proportion to the cluster, as the service account of its Pod. */
export const proportionalAutoscaler: Program = function* (self) {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) yield* onSignal(signal, 'catch')
  const period = Number(flagOf(self, 'poll-period-seconds') ?? 10)
  for (;;) {
    try {
      yield* round(self)
      yield* sleep(period * 1000)
    } catch (error) {
      if (error instanceof Refused) yield* say('E', 'autoscaler_server.go:153', error.message)
      else if (!(error instanceof SyscallError)) throw error
      if ((yield* pendingSignals()).length > 0) return 0
      if (!(error instanceof SyscallError && error.code === 'EINTR')) yield* sleep(period * 1000)
    }
  }
}

const flagOf = ({ argv }: Self, name: string) => argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)

function* say(level: 'I' | 'E', source: string, text: string): Proc {
  yield* write(2, `${klogHead(yield* nowMs(), level)}${source}] ${text}\n`)
}

function* round(self: Self): Proc {
  const namespace = flagOf(self, 'namespace') ?? 'default'
  const name = flagOf(self, 'configmap') ?? ''
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  let map = yield* ask<ConfigMap>(self, 'GET', `${maps}/${name}`)
  if (!map) {
    yield* say('I', 'autoscaler_server.go:157', `ConfigMap not found: configmaps "${name}" not found, will create one with default params`)
    const params = parameters<Readonly<Record<string, unknown>>>(flagOf(self, 'default-params') ?? '{}') // a map of modes, by the flag's help
    const data = Object.fromEntries(Object.entries(params).map(([mode, value]) => [mode, JSON.stringify(value)]))
    map = yield* ask<ConfigMap>(self, 'POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data })
    yield* say('I', 'k8sclient.go:147', `Created ConfigMap ${name} in namespace ${namespace}`)
  }
  const nodes = (yield* ask<{ readonly items: readonly Node[] }>(self, 'GET', '/api/v1/nodes'))?.items ?? []
  const wanted = replicasFor(map?.data ?? {}, (withUnschedulable) => sizeOf(nodes, withUnschedulable))
  const [kind = '', target = ''] = (flagOf(self, 'target') ?? '').split('/')
  const group = kind.toLowerCase() === 'replicationcontroller' ? '/api/v1' : '/apis/apps/v1'
  const path = `${group}/namespaces/${namespace}/${kind.toLowerCase()}s/${target}/scale`
  const scale = yield* ask<{ readonly spec?: { readonly replicas?: number } }>(self, 'GET', path)
  if (!scale) throw new Refused(`Update failure: ${kind.toLowerCase()}s "${target}" not found`)
  const before = scale.spec?.replicas ?? 0
  if (before === wanted) return
  yield* say('I', 'k8sclient.go:272', `Cluster status: SchedulableNodes[${sizeOf(nodes, false).nodes}], TotalNodes[${nodes.length}]`)
  yield* say('I', 'k8sclient.go:273', `Replicas are not as expected : updating replicas from ${before} to ${wanted}`)
  yield* ask(self, 'PUT', path, { ...scale, spec: { ...scale.spec, replicas: wanted } })
}

function sizeOf(nodes: readonly Node[], withUnschedulable: boolean): Size {
  const counted = nodes.filter(({ spec }) => withUnschedulable || !spec?.unschedulable)
  return {
    nodes: counted.length,
    cores: counted.reduce((sum, { status }) => sum + milliValue(String(status?.allocatable?.cpu ?? 0)) / 1000, 0),
  }
}
