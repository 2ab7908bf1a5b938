import { describe, expect, test } from 'vitest'
import type { PodSpec } from '../../../src/sim/api/types/core-v1.gen'
import { node } from '../../../src/sim/kinds/core/node'
import { pod } from '../../../src/sim/kinds/core/pod'
import { aNode } from '../controllers/small-cluster'
import { asks, scheduling, workers } from './scheduling'

type Cluster = ReturnType<typeof scheduling>
type Event = (cluster: Cluster) => void

const patchNode =
  (name: string, body: object): Event =>
  ({ client }) =>
    void client.patch(node, undefined, name, 'merge', body)
const addNode =
  (name: string, overrides: Parameters<typeof aNode>[1] = {}): Event =>
  ({ client }) => {
    const it = aNode(name, overrides)
    client.updateStatus(node, { ...client.create(node, it), status: it.status })
  }
const deletePod =
  (name: string): Event =>
  ({ client }) =>
    client.delete(pod, 'default', name, { gracePeriodSeconds: 0 })
const addPod =
  (labels: Record<string, string>, spec: Partial<PodSpec> = {}): Event =>
  ({ add }) =>
    void add(spec, labels, 'newcomer')
const allocatable =
  (name: string, resources: Record<string, string>): Event =>
  ({ client }) =>
    void client.patch(node, undefined, name, 'merge', { status: { allocatable: resources } }, { subresource: 'status' })

const hostPort: Partial<PodSpec> = { containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80, hostPort: 80 }] }] }
const near = (app: string): Partial<PodSpec> => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app } } }] } },
}) // prettier-ignore
const apart = (app: string): Partial<PodSpec> => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app } } }] } },
}) // prettier-ignore

/** Two nodes with four CPUs; `big` (three CPUs, app=db, port 80) on each. */
function full() {
  const cluster = scheduling(workers.slice(0, 2))
  for (const [index, name] of ['node01', 'node02'].entries())
    cluster.add(
      { ...asks('3'), nodeSelector: { 'kubernetes.io/hostname': name }, containers: [{ ...asks('3').containers![0]!, ports: hostPort.containers![0]!.ports }] } as Partial<PodSpec>,
      { app: 'db' },
      `big-${index}`,
    ) // prettier-ignore
  cluster.advance(1000)
  return cluster
}

const tooBig = asks('2')
test.each(([
  ['wants more than is left', tooBig, 'when somebody goes who held enough', deletePod('big-0'), true],
  ['wants more than is left', tooBig, 'when a node comes that has enough', addNode('node09'), true],
  ['wants more than is left', tooBig, 'when a node grows', allocatable('node01', { cpu: '8' }), true],
  ['wants more than is left', tooBig, 'when a node comes that is too small', addNode('node09', { allocatable: { cpu: '1' } }), false],
  ['wants more than is left', tooBig, 'when a node gets a label', patchNode('node01', { metadata: { labels: { disk: 'ssd' } } }), false],
  ['wants more than is left', tooBig, 'when somebody else is placed', addPod({ app: 'web' }), false],
  ['wants a label', { nodeSelector: { disk: 'ssd' } }, 'when a node gets it', patchNode('node01', { metadata: { labels: { disk: 'ssd' } } }), true],
  ['wants a label', { nodeSelector: { disk: 'ssd' } }, 'when a node gets another', patchNode('node01', { metadata: { labels: { disk: 'hdd' } } }), false],
  ['wants a label', { nodeSelector: { disk: 'ssd' } }, 'when somebody goes', deletePod('big-0'), false],
  ['wants a port of the host', hostPort, 'when somebody goes who had it', deletePod('big-0'), true],
  ['wants to be with others', near('cache'), 'when one of them comes', addPod({ app: 'cache' }), true],
  ['wants to be with others', near('cache'), 'when somebody else comes', addPod({ app: 'web' }), false],
  ['wants to be away from others', apart('db'), 'when one of them goes', deletePod('big-0'), true],
] as readonly (readonly [string, Partial<PodSpec>, string, Event, boolean])[]).map(([who, spec, when, event, helps]) => [who, helps ? 'is' : 'is not', when, spec, event, helps] as const))('a Pod that %s %s tried again %s', (_who, _is, _when, spec, event, expected) => {
  const cluster = full()
  const { metadata } = cluster.add(spec, {}, 'waiting')
  cluster.advance(15_000)
  expect(cluster.nodeOf('waiting')).toBeUndefined()
  const attempts = () => cluster.scheduler.explain(metadata.uid)!.attempt
  const before = attempts()
  event(cluster)
  cluster.advance(11_000)
  expect(attempts() > before || cluster.nodeOf('waiting') !== undefined).toBe(expected)
}) // prettier-ignore

describe('between two attempts a Pod', () => {
  test('waits a second, then two, four, eight and from then on ten, however often something seems to help', () => {
    const cluster = full()
    cluster.add({ ...tooBig, nodeSelector: { disk: 'ssd' } }, {}, 'waiting')
    const times: number[] = []
    const uid = cluster.client.get(pod, 'default', 'waiting')!.metadata.uid
    let seen = 0
    for (let tick = 0; tick < 500; tick++) {
      // A label that comes and goes looks like help each time; the node has no room all the same.
      patchNode('node01', { metadata: { labels: { disk: tick % 2 === 0 ? 'ssd' : null } } })(cluster)
      cluster.advance(100)
      const attempt = cluster.scheduler.explain(uid)?.attempt ?? 0
      if (attempt > seen) times.push(cluster.engine.nowMs)
      seen = attempt
    }
    const pauses = times.slice(1).map((at, index) => Math.round((at - times[index]!) / 1000))
    expect(pauses.slice(0, 6)).toEqual([1, 2, 4, 8, 10, 10])
  })

  test('waits five minutes at most, even if nothing happens', () => {
    const cluster = full()
    const { metadata } = cluster.add(tooBig, {}, 'waiting')
    cluster.advance(290_000)
    expect(cluster.scheduler.explain(metadata.uid)!.attempt).toBe(1)
    cluster.advance(60_000)
    expect(cluster.scheduler.explain(metadata.uid)!.attempt).toBe(2)
  })
})

test('the more important Pod is tried first, and of equals the one that came first', () => {
  const cluster = scheduling([aNode('node01', { allocatable: { pods: '2' } })])
  for (const [name, priority] of [['a', 0], ['b', 5], ['c', 9], ['d', 5]] as const) cluster.add({ priority, preemptionPolicy: 'Never' } as Partial<PodSpec>, {}, name) // prettier-ignore
  cluster.advance(1000)
  expect(['a', 'b', 'c', 'd'].filter((name) => cluster.nodeOf(name))).toEqual(['b', 'c'])
})

test('a gated Pod says so, and is tried when its last gate is lifted', () => {
  const cluster = scheduling()
  cluster.add({ schedulingGates: [{ name: 'example.com/foo' }, { name: 'example.com/bar' }] }, {}, 'gated')
  cluster.advance(1000)
  expect(cluster.scheduler.pending()).toMatchObject([{ pod: 'default/gated', state: 'gated' }])
  cluster.client.patch(pod, 'default', 'gated', 'merge', { spec: { schedulingGates: [{ name: 'example.com/foo' }] } })
  cluster.advance(1000)
  expect(cluster.nodeOf('gated')).toBeUndefined()
  cluster.client.patch(pod, 'default', 'gated', 'merge', { spec: { schedulingGates: null } })
  cluster.advance(1000)
  expect(cluster.nodeOf('gated')).toBeDefined()
})
