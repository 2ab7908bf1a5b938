import { describe, expect, test } from 'vitest'
import type { PodSpec } from '../../../src/sim/api/types/core-v1.gen'
import { event } from '../../../src/sim/kinds/core/event'
import { node } from '../../../src/sim/kinds/core/node'
import { pod } from '../../../src/sim/kinds/core/pod'
import { asks, scheduling, workers } from './scheduling'

describe('a Pod that fits', () => {
  test('is bound, and an event says where', () => {
    const { add, advance, nodeOf, events, client } = scheduling()
    add({}, {}, 'web')
    advance(100)
    expect(nodeOf('web')).toMatch(/^node0[123]$/)
    expect(events('web')).toEqual([`Normal Scheduled Successfully assigned default/web to ${nodeOf('web')}`])
    expect(client.get(pod, 'default', 'web')!.status!.conditions).toContainEqual(
      expect.objectContaining({ type: 'PodScheduled', status: 'True' }),
    )
  })

  test('leaves a record: each node, each plugin, its verdict or its points', () => {
    const { add, advance, nodeOf, scheduler } = scheduling()
    const { metadata } = add(asks('1'), {}, 'web')
    advance(100)
    const record = scheduler.explain(metadata.uid)!
    expect(record).toMatchObject({ pod: 'default/web', attempt: 1, chosen: nodeOf('web') })
    expect(record.nodes.find((it) => it.node === 'controlplane')).toMatchObject({
      refusedBy: 'TaintToleration',
      reasons: ['node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }'],
    })
    expect(record.nodes.find((it) => it.node === 'node01')!.scores).toMatchObject({
      NodeResourcesFit: expect.any(Number) as number,
      NodeResourcesBalancedAllocation: expect.any(Number) as number,
    })
  })
})

type Case = readonly [title: string, spec: Partial<PodSpec>, message: string]
const requiredNode = (key: string, value: string): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: [value] }] }],
      },
    },
  },
})
const TAINT = '1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }'
const cases: readonly Case[] = [
  [
    'asks for more CPU than any node has',
    asks('5'),
    `0/4 nodes are available: ${TAINT}, 3 Insufficient cpu. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.`,
  ],
  [
    'wants a label no node has',
    { nodeSelector: { disk: 'ssd' } },
    `0/4 nodes are available: ${TAINT}, 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.`,
  ],
  [
    'requires a zone that does not exist',
    requiredNode('topology.kubernetes.io/zone', 'zone-x'),
    `0/4 nodes are available: ${TAINT}, 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.`,
  ],
  [
    'asks for an extended resource',
    asksFor('example.com/gpu', '1'),
    `0/4 nodes are available: ${TAINT}, 3 Insufficient example.com/gpu. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.`,
  ],
  [
    'wants to be beside Pods that are not there',
    beside('cache'),
    `0/4 nodes are available: ${TAINT}, 3 node(s) didn't match pod affinity rules. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.`,
  ],
  [
    'uses a claim that does not exist',
    { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
    '0/4 nodes are available: persistentvolumeclaim "data" not found. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.',
  ],
  [
    'must never preempt',
    { ...asks('5'), preemptionPolicy: 'Never' },
    `0/4 nodes are available: ${TAINT}, 3 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.`,
  ],
]

function asksFor(resource: string, amount: string): Partial<PodSpec> {
  return { containers: [{ name: 'c', image: 'nginx', resources: { requests: { [resource]: amount }, limits: { [resource]: amount } } }] }
}
function beside(app: string): Partial<PodSpec> {
  return {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app } } },
        ],
      },
    },
  }
}
function apartFrom(app: string): Partial<PodSpec> {
  return {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app } } },
        ],
      },
    },
  }
}

describe('the scheduler says why a Pod is Pending that', () => {
  test.each(cases)('%s', (_title, spec, message) => {
    const { add, advance, why, client } = scheduling()
    add(spec, {}, 'web')
    advance(200)
    expect(why('web')).toBe(message)
    expect(client.get(pod, 'default', 'web')!.status!.conditions).toContainEqual(
      expect.objectContaining({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }),
    )
  })

  test('finds no node at all', () => {
    const { add, advance, why } = scheduling([])
    add({}, {}, 'web')
    advance(200)
    expect(why('web')).toBe('no nodes available to schedule pods')
  })

  test('finds every node full of its equals', () => {
    const { add, advance, why } = scheduling()
    for (let i = 0; i < 3; i++) add(asks('3'))
    advance(100)
    add(asks('2'), {}, 'late')
    advance(200)
    expect(why('late')).toBe(
      `0/4 nodes are available: ${TAINT}, 3 Insufficient cpu. preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod.`,
    )
  })

  test('finds a taken host port, a cordoned node and an unloved taint', () => {
    const { add, advance, why, client } = scheduling()
    const port: Partial<PodSpec> = { containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80, hostPort: 80 }] }] }
    client.patch(node, undefined, 'node01', 'merge', { spec: { unschedulable: true } })
    client.patch(node, undefined, 'node02', 'merge', { spec: { taints: [{ key: 'team', value: 'red', effect: 'NoExecute' }] } })
    add(port)
    advance(100)
    add(port, {}, 'late')
    advance(200)
    expect(why('late')).toBe(
      `0/4 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, ${TAINT}, 1 node(s) had untolerated taint {team: red}, 1 node(s) were unschedulable. preemption: 0/4 nodes are available: 1 No preemption victims found for incoming pod, 3 Preemption is not helpful for scheduling.`,
    )
  })
})

describe('waiting Pods are tried again', () => {
  test('when a Pod goes and leaves room, and only as many as fit', () => {
    const { add, advance, client, pods } = scheduling()
    for (let i = 0; i < 3; i++) add(asks('4'), {}, `big-${i}`)
    advance(100)
    for (let i = 0; i < 5; i++) add(asks('2'), {}, `small-${i}`)
    advance(20_000)
    client.delete(pod, 'default', 'big-0', { gracePeriodSeconds: 0 })
    advance(20_000)
    const tries = client
      .list(event)
      .filter((it) => it.reason === 'FailedScheduling')
      .map((it) => it.series?.count ?? it.count ?? 1)
    expect(pods().filter((it) => it.metadata.name.startsWith('small') && it.spec.nodeName)).toHaveLength(2)
    expect(Math.max(...tries)).toBe(1)
  })

  test('when a node is uncordoned, added, or gets the label they want', () => {
    const { add, advance, client, nodeOf } = scheduling()
    add({ nodeSelector: { disk: 'ssd' } }, {}, 'wants-ssd')
    advance(20_000)
    expect(nodeOf('wants-ssd')).toBeUndefined()
    client.patch(node, undefined, 'node02', 'merge', { metadata: { labels: { disk: 'ssd' } } })
    advance(20_000)
    expect(nodeOf('wants-ssd')).toBe('node02')
  })

  test('not because of heartbeats', () => {
    const { add, advance, client, scheduler } = scheduling()
    const { metadata } = add(asks('5'))
    advance(20_000)
    for (let i = 0; i < 5; i++) {
      client.patch(
        node,
        undefined,
        'node01',
        'strategic',
        { status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: `2026-01-01T00:10:0${i}Z` }] } },
        { subresource: 'status' },
      )
      advance(15_000)
    }
    expect(scheduler.explain(metadata.uid)!.attempt).toBe(1)
  })

  test('as soon as the last scheduling gate is lifted', () => {
    const { add, advance, client, nodeOf } = scheduling()
    add({ schedulingGates: [{ name: 'example.com/ready' }] }, {}, 'gated')
    advance(20_000)
    expect(nodeOf('gated')).toBeUndefined()
    client.patch(pod, 'default', 'gated', 'merge', { spec: { schedulingGates: [] } })
    advance(1000)
    expect(nodeOf('gated')).toBeDefined()
  })
})

describe('a more important Pod', () => {
  test('has less important ones deleted, waits for the room, and gets it', () => {
    const { add, advance, nodeOf, events, client } = scheduling([workers[0]!])
    add({ ...asks('3'), priority: 0 }, {}, 'low')
    advance(2000)
    const high = add({ ...asks('3'), priority: 1000 } as Partial<PodSpec>, {}, 'high')
    advance(100)
    expect(events('low').at(-1)).toBe(`Normal Preempted Preempted by pod ${high.metadata.uid} on node node01`)
    expect(client.get(pod, 'default', 'high')!.status!.nominatedNodeName).toBe('node01')
    advance(20_000)
    expect(nodeOf('high')).toBe('node01')
    expect(client.get(pod, 'default', 'low')).toBeUndefined()
  })
})

describe('Pods are put', () => {
  test('on different nodes when they must keep apart, and one too many stays Pending', () => {
    const { add, advance, placement, why } = scheduling()
    for (let i = 0; i < 3; i++) add(apartFrom('db'), { app: 'db' })
    add(apartFrom('db'), { app: 'db' }, 'fourth')
    advance(200)
    expect(new Set(placement())).toEqual(new Set(['node01', 'node02', 'node03', undefined]))
    expect(why('fourth')).toBe(
      `0/4 nodes are available: ${TAINT}, 3 node(s) didn't match pod anti-affinity rules. preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod.`,
    )
  })

  test('together when they want each other, wherever the first went', () => {
    const { add, advance, placement } = scheduling()
    for (let i = 0; i < 4; i++) add(beside('cache'), { app: 'cache' })
    advance(200)
    expect(new Set(placement()).size).toBe(1)
  })

  test('evenly over zones under a topology spread constraint', () => {
    const { add, advance, placement } = scheduling()
    const spread: Partial<PodSpec> = {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'web' } },
        },
      ],
    }
    for (let i = 0; i < 7; i++) add(spread, { app: 'web' })
    advance(200)
    const counts = workers.map((it) => placement().filter((name) => name === it.metadata.name).length).sort()
    expect(counts).toEqual([2, 2, 3])
  })

  test('on the emptiest nodes, or with MostAllocated on the fullest', () => {
    const spreadOut = scheduling()
    for (let i = 0; i < 3; i++) spreadOut.add(asks('500m'))
    spreadOut.advance(200)
    expect(new Set(spreadOut.placement()).size).toBe(3)
    const resources = [{ name: 'cpu', weight: 1 }]
    const packed = scheduling(undefined, [
      {
        schedulerName: 'default-scheduler',
        scoringStrategy: { type: 'MostAllocated', resources },
        disabled: ['NodeResourcesBalancedAllocation', 'PodTopologySpread'],
      },
    ])
    for (let i = 0; i < 3; i++) packed.add(asks('500m'))
    packed.advance(200)
    expect(new Set(packed.placement()).size).toBe(1)
  })

  test('nowhere when they name a scheduler that does not run', () => {
    const { add, advance, nodeOf, events } = scheduling()
    add({ schedulerName: 'other' }, {}, 'web')
    advance(20_000)
    expect(nodeOf('web')).toBeUndefined()
    expect(events('web')).toEqual([])
  })
})

test('a scheduler that was stopped catches up when it starts again', () => {
  const { add, advance, nodeOf, scheduler } = scheduling()
  scheduler.stop()
  add({}, {}, 'web')
  advance(60_000)
  expect(nodeOf('web')).toBeUndefined()
  scheduler.start()
  advance(1000)
  expect(nodeOf('web')).toBeDefined()
})
