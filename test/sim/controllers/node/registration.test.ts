import { expect, test } from 'vitest'
import { node } from '../../../../src/sim/kinds/core/node'
import { aNode, smallCluster } from '../small-cluster'

test('given a node that joins and one that goes, then the node controller says so, and again of all when it starts anew', () => {
  const cluster = smallCluster({ only: ['node-controller'] })
  cluster.client.create(node, aNode('node04'))
  cluster.advance(1000)
  expect(cluster.events('node04')).toEqual(['Normal RegisteredNode Node node04 event: Registered Node node04 in Controller'])
  cluster.client.delete(node, undefined, 'node04')
  cluster.advance(1000)
  expect(cluster.events('node04').at(-1)).toBe('Normal RemovingNode Node node04 event: Removing Node node04 from Controller')
  const registered = 'Normal RegisteredNode Node node01 event: Registered Node node01 in Controller'
  expect(cluster.events('node01')).toEqual([registered])
  cluster.controllers.stop()
  cluster.controllers.start()
  cluster.advance(1000)
  expect(cluster.events('node01')).toEqual([registered, registered])
})
