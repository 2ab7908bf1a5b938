import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'
import { node } from '../../../../src/sim/kinds/core/node'
import { hostNumbered } from '../../../../src/sim/bootstrap/hosts'
import { story, storyOf } from '../../story'

test('given a machine that joins, then kubelet, controllers and kube-proxy tell in turn how it becomes a node', () => {
  const cluster = createCluster({ workers: 1 })
  const heard = storyOf({ engine: cluster.engine, client: cluster.client() }, [node])
  cluster.machines.add()
  cluster.advance('2m')
  const { name } = hostNumbered(2)
  expect(heard.told({ about: `Node/${name}` })).toBe(story`
    0s  Node/node02  NetworkUnavailable=False CalicoIsUp: Calico is running on this node
    0s  Node/node02  MemoryPressure=False KubeletHasSufficientMemory: kubelet has sufficient memory available
    0s  Node/node02  DiskPressure=False KubeletHasNoDiskPressure: kubelet has no disk pressure
    0s  Node/node02  PIDPressure=False KubeletHasSufficientPID: kubelet has sufficient PID available
    0s  Node/node02  Ready=True KubeletReady: kubelet is posting ready status
    0s  Node/node02  kubelet: Normal Starting: Starting kubelet.
    0s  Node/node02  kubelet: Normal NodeHasSufficientMemory: Node node02 status is now: NodeHasSufficientMemory
    0s  Node/node02  kubelet: Normal NodeHasNoDiskPressure: Node node02 status is now: NodeHasNoDiskPressure
    0s  Node/node02  kubelet: Normal NodeHasSufficientPID: Node node02 status is now: NodeHasSufficientPID
    0s  Node/node02  kubelet: Normal NodeAllocatableEnforced: Updated Node Allocatable limit across pods
    0s  Node/node02  kubelet: Normal NodeReady: Node node02 status is now: NodeReady
    0s  Node/node02  node-controller: Normal RegisteredNode: Node node02 event: Registered Node node02 in Controller
  `)
})

test('given a node whose kubelet stops and starts again, then it is not ready meanwhile', () => {
  const cluster = createCluster({ workers: 1 })
  const heard = storyOf({ engine: cluster.engine, client: cluster.client() }, [node])
  cluster.run('ssh node01 systemctl stop kubelet')
  cluster.advance('90s')
  cluster.run('ssh node01 systemctl start kubelet')
  cluster.advance('60s')
  expect(heard.told({ about: 'Node/node01' })).toBe(story`
    50s  Node/node01  MemoryPressure=Unknown NodeStatusUnknown: Kubelet stopped posting node status.
    50s  Node/node01  DiskPressure=Unknown NodeStatusUnknown: Kubelet stopped posting node status.
    50s  Node/node01  PIDPressure=Unknown NodeStatusUnknown: Kubelet stopped posting node status.
    50s  Node/node01  Ready=Unknown NodeStatusUnknown: Kubelet stopped posting node status.
    50s  Node/node01  node-controller: Normal NodeNotReady: Node node01 status is now: NodeNotReady
    90s  Node/node01  kubelet: Normal Starting: Starting kubelet.
    90s  Node/node01  kubelet: Normal NodeHasSufficientMemory: Node node01 status is now: NodeHasSufficientMemory
    90s  Node/node01  kubelet: Normal NodeHasNoDiskPressure: Node node01 status is now: NodeHasNoDiskPressure
    90s  Node/node01  kubelet: Normal NodeHasSufficientPID: Node node01 status is now: NodeHasSufficientPID
    90s  Node/node01  kubelet: Normal NodeAllocatableEnforced: Updated Node Allocatable limit across pods
    90s  Node/node01  MemoryPressure=False KubeletHasSufficientMemory: kubelet has sufficient memory available
    90s  Node/node01  DiskPressure=False KubeletHasNoDiskPressure: kubelet has no disk pressure
    90s  Node/node01  PIDPressure=False KubeletHasSufficientPID: kubelet has sufficient PID available
    90s  Node/node01  Ready=True KubeletReady: kubelet is posting ready status
    90s  Node/node01  kubelet: Normal NodeReady: Node node01 status is now: NodeReady
  `)
})

test('given a node that is cordoned for a while, then its kubelet tells when it looks next', () => {
  const cluster = createCluster({ workers: 1 })
  const heard = storyOf({ engine: cluster.engine, client: cluster.client() }, [node])
  cluster.run('kubectl cordon node01')
  cluster.advance('15s')
  cluster.run('kubectl uncordon node01')
  cluster.advance('30s')
  expect(heard.told({ about: 'Node/node01' })).toBe(story`
    10s  Node/node01  kubelet: Normal NodeNotSchedulable: Node node01 status is now: NodeNotSchedulable
    20s  Node/node01  kubelet: Normal NodeSchedulable: Node node01 status is now: NodeSchedulable
  `)
})
