import { expect, test } from 'vitest'
import type { Node } from '../../../../src/sim/api/types/core-v1.gen'
import { evictionPauseMs, zoneStates } from '../../../../src/sim/controllers/node/zones'
import { timestamp } from '../../../../src/sim/engine/time'

const NOW = 1_767_225_600_000
const a = (zone: string, ready: boolean, evictedSecondsAgo?: number): Node =>
  ({
    metadata: { name: 'n', labels: { 'topology.kubernetes.io/region': 'r', 'topology.kubernetes.io/zone': zone } },
    spec: {
      taints:
        evictedSecondsAgo === undefined
          ? []
          : [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: timestamp(NOW - evictedSecondsAgo * 1000) }],
    },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] },
  }) as unknown as Node // what the judgement looks at
const many = (count: number, node: Node) => Array.from({ length: count }, () => node)

test.each([
  ['one node of three is ill', [...many(2, a('x', true)), a('x', false)], 'normal'],
  ['two of two are ill', many(2, a('x', false)), 'full disruption'],
  ['two of three are ill: two are too few to judge by', [a('x', true), ...many(2, a('x', false))], 'normal'],
  ['three of five are ill', [...many(2, a('x', true)), ...many(3, a('x', false))], 'partial disruption'],
  ['three of six are ill: 50% is less than 55%', [...many(3, a('x', true)), ...many(3, a('x', false))], 'normal'],
])('a zone in which %s', (_, nodes, state) => {
  expect(zoneStates(nodes).get('r:x')).toBe(state)
})

test('a node that is excluded from disruption checks does not count', () => {
  const excluded = a('x', true)
  const labels = { ...excluded.metadata.labels, 'node.kubernetes.io/exclude-disruption': '' }
  expect(zoneStates([{ ...excluded, metadata: { ...excluded.metadata, labels } }, a('x', false)]).get('r:x')).toBe('full disruption')
})

const ill = a('x', false)
test.each([
  ['the first ill node of a zone at once', [ill, a('x', true)], 0],
  ['the second ten seconds after the first', [ill, a('x', false, 4), a('x', true)], 6000],
  ['a node whose zone has no ready node left, but others have', [ill, a('x', false, 4), a('y', true)], 6000],
  ['none of a zone of a small cluster that is mostly ill', [...many(3, ill), ...many(2, a('x', true))], Infinity],
  [
    'one every hundred seconds of such a zone in a cluster of more than fifty nodes',
    [...many(29, ill), a('x', false, 30), ...many(21, a('x', true))],
    70_000,
  ],
  ['none, and takes taints back, when no node of the cluster is ready', [ill, a('y', false)], 'never'],
])('gives up %s', (_, nodes, pause) => {
  expect(evictionPauseMs(ill, nodes, NOW)).toBe(pause)
})
