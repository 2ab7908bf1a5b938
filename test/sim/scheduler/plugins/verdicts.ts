import type { Client } from '../../../../src/sim/api/client'
import type { Node, Pod, PodSpec } from '../../../../src/sim/api/types/core-v1.gen'
import { createClusterView } from '../../../../src/sim/scheduler/cluster-view'
import { podInfo } from '../../../../src/sim/scheduler/node-info'
import { filterNode, prepareFilters } from '../../../../src/sim/scheduler/place-pod'
import { createProfile } from '../../../../src/sim/scheduler/profile'

type Labels = Readonly<Record<string, string>>
export interface PodLike {
  readonly on?: string
  readonly labels?: Labels
  readonly namespace?: string
  readonly spec?: Partial<PodSpec>
  readonly leaving?: boolean
}
export interface NodeLike {
  readonly labels?: Labels
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[]
  readonly allocatable?: Labels
}

let uid = 0
const podOf = ({ on, labels = {}, namespace = 'default', spec = {}, leaving }: PodLike): Pod =>
  ({
    metadata: {
      name: `pod-${++uid}`,
      namespace,
      uid: `uid-${uid}`,
      labels,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(leaving && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec, ...(on && { nodeName: on }) },
  }) as unknown as Pod // what scheduling looks at

const nodeOf = (name: string, { labels, taints, allocatable }: NodeLike): Node =>
  ({
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { ...(taints && { taints }) },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...allocatable } },
  }) as unknown as Node

export interface Situation {
  readonly nodes: Readonly<Record<string, NodeLike>>
  readonly running?: readonly PodLike[]
  readonly namespaces?: Readonly<Record<string, Labels>>
}

/** What each node's verdict on a Pod would be: `fits`, or the reasons against it. */
export function verdicts({ nodes, running = [], namespaces = {} }: Situation, pod: PodLike): Readonly<Record<string, string>> {
  const client = { list: () => [], get: () => undefined } as unknown as Client // no claims, no volumes
  const view = createClusterView(client, (name) => namespaces[name] ?? {})
  for (const [name, node] of Object.entries(nodes)) view.setNode(nodeOf(name, node))
  for (const each of running) view.setPod(podInfo(podOf(each)), each.on!)
  const info = podInfo(podOf(pod))
  const filters = prepareFilters(
    createProfile({}, () => undefined),
    info,
    view,
  )
  return Object.fromEntries(
    view.nodes.map((node) => {
      if (filters.refusal) return [node.name, filters.refusal.refusal.reasons.join(', ')]
      return [node.name, filterNode(filters, info, node, view)?.refusal.reasons.join(', ') ?? 'fits']
    }),
  )
}
