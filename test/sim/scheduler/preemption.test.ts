import { describe, expect, test } from 'vitest'
import type { PodSpec } from '../../../src/sim/api/types/core-v1.gen'
import { node } from '../../../src/sim/kinds/core/node'
import { pod } from '../../../src/sim/kinds/core/pod'
import { podDisruptionBudget } from '../../../src/sim/kinds/policy/pod-disruption-budget'
import { asks, scheduling, workers } from './scheduling'

/** A Pod's spec: so much CPU, so important, and on a certain node if one is named. */
const needs = (cpu: string, priority: number, on?: string): Partial<PodSpec> =>
  ({ ...asks(cpu), priority, ...(on && { nodeSelector: { 'kubernetes.io/hostname': on } }) }) as Partial<PodSpec>

/** A cluster of two workers with four CPUs each; `running` are there when the important Pod comes. */
function besieged(running: readonly (readonly [name: string, cpu: string, priority: number, on: string])[], only: readonly string[] = []) {
  const cluster = scheduling(workers.slice(0, 2), undefined, only)
  for (const [name, cpu, priority, on] of running) {
    cluster.add(needs(cpu, priority, on), { app: name.replace(/\d/, '') }, name)
    cluster.advance(1500)
  }
  cluster.advance(2000)
  const victims = () => running.map(([name]) => name).filter((name) => cluster.events(name).some((it) => it.includes('Preempted')))
  const urgent = (spec: Partial<PodSpec> = needs('3', 100)) => {
    const created = cluster.add(spec, {}, 'urgent')
    cluster.advance(100)
    return created
  }
  return { ...cluster, victims, urgent }
}

describe('who has to make room', () => {
  test.each([
    ['the least important', [['a1', '3', 10, 'node01'], ['b1', '3', 5, 'node02']], ['b1']],
    ['of equals on a node as few as possible, the younger rather than the older', [['a1', '1', 5, 'node01'], ['a2', '1', 5, 'node01'], ['a3', '2', 5, 'node01'], ['b1', '3', 50, 'node02']], ['a2', 'a3']],
    ['one rather than two of the same importance', [['a1', '2', 5, 'node01'], ['a2', '2', 5, 'node01'], ['b1', '4', 5, 'node02']], ['b1']],
    ['the younger of two alike', [['a1', '3', 5, 'node01'], ['b1', '3', 5, 'node02']], ['b1']],
    ['nobody of the same or more importance', [['a1', '3', 100, 'node01'], ['b1', '3', 200, 'node02']], []],
    ['nobody, when there is room elsewhere', [['a1', '3', 5, 'node01']], []],
  ] as const)('%s', (_, running, expected) => {
    const { urgent, victims } = besieged(running)
    urgent()
    expect(victims()).toEqual(expected)
  }) // prettier-ignore

  test('whom no disruption budget protects, even if they matter more', () => {
    const cluster = besieged([['a1', '3', 5, 'node01'], ['b1', '3', 50, 'node02']], ['disruption-controller']) // prettier-ignore
    cluster.create(podDisruptionBudget, { metadata: { name: 'a' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'a' } } } })
    cluster.advance(2000)
    cluster.urgent()
    expect(cluster.victims()).toEqual(['b1'])
  })

  test('even the protected, when there is no other way: a budget is respected as far as possible', () => {
    const cluster = besieged([['a1', '3', 5, 'node01'], ['a2', '3', 5, 'node02']], ['disruption-controller']) // prettier-ignore
    cluster.create(podDisruptionBudget, { metadata: { name: 'a' }, spec: { minAvailable: 2, selector: { matchLabels: { app: 'a' } } } })
    cluster.advance(2000)
    cluster.urgent()
    expect(cluster.victims()).toHaveLength(1)
  })
})

describe('a Pod that preempts', () => {
  test('tells its victims why, is nominated for the node, and is bound when they have gone', () => {
    const cluster = besieged([['low1', '3', 5, 'node01'], ['high1', '4', 500, 'node02']]) // prettier-ignore
    const urgent = cluster.urgent()
    expect(cluster.events('low1').at(-1)).toBe(`Normal Preempted Preempted by pod ${urgent.metadata.uid} on node node01`)
    expect(cluster.client.get(pod, 'default', 'low1')!.status!.conditions).toContainEqual(
      expect.objectContaining({
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: 'default-scheduler: preempting to accommodate a higher priority pod',
      }),
    )
    expect(cluster.client.get(pod, 'default', 'urgent')!.status!.nominatedNodeName).toBe('node01')
    expect(cluster.why('urgent')).toBe('0/2 nodes are available: 2 Insufficient cpu.')
    cluster.advance(5000)
    expect(cluster.nodeOf('urgent')).toBe('node01')
    expect(cluster.client.get(pod, 'default', 'urgent')!.status!.nominatedNodeName).toBeUndefined() // since 1.35
  })

  test('keeps its room: who is less important does not slip in while the victims end', () => {
    const cluster = besieged([['low1', '3', 5, 'node01'], ['high1', '4', 500, 'node02']]) // prettier-ignore
    cluster.urgent()
    cluster.add(needs('2', 50), {}, 'sly')
    cluster.advance(20_000)
    expect([cluster.nodeOf('urgent'), cluster.nodeOf('sly')]).toEqual(['node01', undefined])
  })

  test('gives its room up to who is more important still, and looks for another', () => {
    const cluster = besieged([['low1', '3', 5, 'node01'], ['low2', '3', 6, 'node02']]) // prettier-ignore
    cluster.urgent()
    expect(cluster.client.get(pod, 'default', 'urgent')!.status!.nominatedNodeName).toBe('node01')
    cluster.add(needs('3', 1000, 'node01'), {}, 'emergency')
    cluster.advance(30_000)
    expect([cluster.nodeOf('emergency'), cluster.nodeOf('urgent')]).toEqual(['node01', 'node02'])
  })

  test('does not wait for a node that came meanwhile', () => {
    const cluster = besieged([['low1', '3', 5, 'node01'], ['high1', '4', 500, 'node02']]) // prettier-ignore
    cluster.urgent()
    const spare = workers[2]!
    cluster.client.updateStatus(node, { ...cluster.client.create(node, spare), status: spare.status })
    cluster.advance(1100)
    expect(cluster.nodeOf('urgent')).toMatch(/node0[13]/)
  })
})

test.each([
  ['never preempts by its own wish', { ...needs('3', 100), preemptionPolicy: 'Never' }, '2 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.'],
  ['would not fit even an empty node', needs('5', 100), '2 Insufficient cpu. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.'],
  ['finds nobody less important', needs('3', 1), '2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.'],
  ['fits one node only, where nobody is less important', needs('3', 7, 'node01'), "1 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling."],
  ['would not fit although the less important went', needs('4', 7), '2 Insufficient cpu. preemption: 0/2 nodes are available: 1 Insufficient cpu, 1 No preemption victims found for incoming pod.'],
])('what is said of a Pod that %s', (_, spec, message) => {
  const cluster = besieged([['a1', '1', 5, 'node02'], ['a2', '2', 8, 'node02'], ['b1', '3', 9, 'node01']]) // prettier-ignore
  cluster.urgent(spec as Partial<PodSpec>)
  expect(cluster.why('urgent')).toBe(`0/2 nodes are available: ${message}`)
}) // prettier-ignore
