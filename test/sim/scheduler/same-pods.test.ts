import { expect, test } from 'vitest'
import type { Client } from '../../../src/sim/api/client'
import type { Node, Pod } from '../../../src/sim/api/types/core-v1.gen'
import { createRandom } from '../../../src/sim/engine/random'
import { createClusterView } from '../../../src/sim/scheduler/cluster-view'
import { podInfo } from '../../../src/sim/scheduler/node-info'
import { placePod } from '../../../src/sim/scheduler/place-pod'
import { createProfile } from '../../../src/sim/scheduler/profile'

const aNode = (name: string, spec: Node['spec'], cpu: string) =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { size: cpu } },
    spec,
    status: { allocatable: { cpu, memory: '8Gi', pods: '20' }, images: [{ names: ['nginx:1.29'], sizeBytes: 70_000_000 }] },
  }) as unknown as Node // the scheduler asks for no more

const aPod = (name: string, sort: number) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, labels: { app: `sort-${sort}` } },
    spec: {
      containers: [{ name: 'c', image: 'nginx:1.29', resources: { requests: { cpu: `${100 * (sort + 1)}m` } } }],
      ...(sort === 1 && { tolerations: [{ key: 'slow', operator: 'Exists' }] }),
      ...(sort === 2 && { nodeSelector: { size: '4' } }),
    },
  }) as unknown as Pod // as above

test('what was found out about nodes for one Pod is never told of another after something has changed', () => {
  const client = { get: () => undefined, list: () => [] } as unknown as Client // nobody has Services or workloads here
  const view = createClusterView(client, () => ({}))
  const chance = createRandom(5)
  for (let i = 0; i < 12; i++) view.setNode(aNode(`node${i}`, {}, i % 2 ? '4' : '2'))
  const remembering = createProfile({}, () => undefined)
  let start = 0
  const placed: string[] = []
  for (let i = 0; i < 300; i++) {
    const pod = podInfo(aPod(`pod-${i}`, chance.int(3)))
    const placement = placePod(remembering, pod, view, createRandom(i), start)
    expect(placement).toEqual(
      placePod(
        createProfile({}, () => undefined),
        pod,
        view,
        createRandom(i),
        start,
      ),
    )
    start = placement.nextStart
    if (placement.node !== undefined) {
      view.setPod(pod, placement.node)
      placed.push(pod.uid)
    }
    const disturbed = `node${chance.int(12)}`
    if (chance.int(4) === 0) view.setNode(aNode(disturbed, { taints: [{ key: 'slow', effect: 'NoSchedule' }] }, '2'))
    if (chance.int(4) === 0) view.setNode(aNode(disturbed, { unschedulable: true }, '4'))
    if (chance.int(4) === 0) view.setNode(aNode(disturbed, {}, '4'))
    if (chance.int(2) === 0 && placed.length > 20) view.deletePod(placed.splice(chance.int(placed.length), 1)[0]!)
    if (chance.int(30) === 0) view.deleteNode(disturbed)
  }
  expect(placed.length).toBeGreaterThan(10)
})
