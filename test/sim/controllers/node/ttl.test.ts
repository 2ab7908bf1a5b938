import { expect, test } from 'vitest'
import { node } from '../../../../src/sim/kinds/core/node'
import { aNode, smallCluster } from '../small-cluster'

const ttlOf = (cluster: ReturnType<typeof smallCluster>, name: string) =>
  cluster.client.get(node, undefined, name)?.metadata.annotations?.['node.alpha.kubernetes.io/ttl']

test('given few nodes, then kubelets may keep nothing in mind; given more than a hundred, fifteen seconds; back below ninety, nothing again', () => {
  const cluster = smallCluster({ only: ['ttl-controller'] })
  expect(ttlOf(cluster, 'node01')).toBe('0')
  const names = Array.from({ length: 98 }, (_, index) => `extra${index}`)
  for (const name of names) cluster.client.create(node, aNode(name))
  cluster.advance(1000)
  expect(ttlOf(cluster, 'extra97')).toBe('15')
  // Those that were there before are told with the next report of their kubelets.
  expect(ttlOf(cluster, 'node01')).toBe('0')
  cluster.client.patch(node, undefined, 'node01', 'merge', { metadata: { labels: { disk: 'ssd' } } })
  cluster.advance(1000)
  expect(ttlOf(cluster, 'node01')).toBe('15')

  for (const name of names.slice(0, 5)) cluster.client.delete(node, undefined, name)
  cluster.client.create(node, aNode('between'))
  cluster.advance(1000)
  expect(ttlOf(cluster, 'between')).toBe('15')
  for (const name of names.slice(5, 20)) cluster.client.delete(node, undefined, name)
  cluster.client.create(node, aNode('last'))
  cluster.advance(1000)
  expect(ttlOf(cluster, 'last')).toBe('0')
})
