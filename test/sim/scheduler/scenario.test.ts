import { expect, test } from 'vitest'
import { node } from '../../../src/sim/kinds/core/node'
import { pod } from '../../../src/sim/kinds/core/pod'
import { priorityClass } from '../../../src/sim/kinds/scheduling/priority-class'
import { aNode } from '../controllers/small-cluster'
import { story, storyOf } from '../story'
import { asks, scheduling } from './scheduling'

/** One node, and what is told of Pods; the pretended kubelet is silent until it says that they are ready. */
function given() {
  const cluster = scheduling([aNode('node01')])
  const heard = storyOf(cluster, [pod])
  const told = () =>
    heard
      .told()
      .split('\n')
      .filter((line) => /PodScheduled|default-scheduler|DisruptionTarget|is gone|unscheduled/.test(line))
      .join('\n')
  return { ...cluster, told }
}

test('given a Pod that fits, then it is scheduled, which its condition and one event tell', () => {
  const cluster = given()
  cluster.add({}, {}, 'web')
  cluster.advance(5000)
  expect(cluster.told()).toBe(story`
    0s  Pod/web  PodScheduled=True
    0s  Pod/web  default-scheduler: Normal Scheduled: Successfully assigned default/web to node01
  `)
})

test('given a Pod that fits nowhere, then it is unschedulable; when a node that fits comes, it is scheduled', () => {
  const cluster = given()
  cluster.add(asks('6'), {}, 'web')
  cluster.advance(60_000)
  const large = aNode('node02', { allocatable: { cpu: '8' } })
  cluster.client.updateStatus(node, { ...cluster.client.create(node, large), status: large.status })
  cluster.advance(10_000)
  expect(cluster.told()).toBe(story`
    0s  Pod/web  default-scheduler: Warning FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.
    0s  Pod/web  PodScheduled=False Unschedulable: 0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.
    60s  Pod/web  PodScheduled=True
    60s  Pod/web  default-scheduler: Normal Scheduled: Successfully assigned default/web to node02
  `)
})

test('given a Pod that still waits, when it is looked at again after something has changed, then the same refusal is counted in a series', () => {
  const cluster = given()
  cluster.add({ nodeSelector: { disk: 'ssd' } }, {}, 'web')
  cluster.advance(10_000)
  for (const disk of ['hdd', 'tape']) {
    cluster.client.patch(node, undefined, 'node01', 'merge', { metadata: { labels: { disk } } })
    cluster.advance(30_000)
  }
  cluster.advance(400_000)
  expect(cluster.told()).toBe(story`
    0s  Pod/web  default-scheduler: Warning FailedScheduling: 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.
    0s  Pod/web  PodScheduled=False Unschedulable: 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.
    300s  Pod/web  default-scheduler: Warning FailedScheduling: 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling. (x2)
  `)
})

test('given scheduling gates, then the scheduler does not even look before they are gone', () => {
  const cluster = given()
  cluster.add({ schedulingGates: [{ name: 'example.com/wait' }] }, {}, 'web')
  cluster.advance(10_000)
  cluster.client.patch(pod, 'default', 'web', 'merge', { spec: { schedulingGates: [] } })
  cluster.advance(10_000)
  expect(cluster.told()).toBe(story`
    0s  Pod/web  PodScheduled=False SchedulingGated: Scheduling is blocked due to non-empty scheduling gates
    10s  Pod/web  PodScheduled=True
    10s  Pod/web  default-scheduler: Normal Scheduled: Successfully assigned default/web to node01
  `)
})

test('given a full node and a Pod that matters more, then another is preempted for it', () => {
  const cluster = given()
  cluster.create(priorityClass, { metadata: { name: 'high' }, value: 1000 } as never)
  cluster.add(asks('3'), {}, 'low')
  cluster.advance(5000)
  cluster.add({ ...asks('3'), priorityClassName: 'high', priority: 1000 }, {}, 'high')
  cluster.advance(30_000)
  expect(cluster.told().replaceAll(/[0-9a-f]{8}-[-0-9a-f]{27}/g, 'UID')).toBe(story`
    0s  Pod/low  PodScheduled=True
    0s  Pod/low  default-scheduler: Normal Scheduled: Successfully assigned default/low to node01
    5s  Pod/high  default-scheduler: Warning FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu.
    5s  Pod/high  PodScheduled=False Unschedulable: 0/1 nodes are available: 1 Insufficient cpu.
    5s  Pod/low  DisruptionTarget=True PreemptionByScheduler: default-scheduler: preempting to accommodate a higher priority pod
    5s  Pod/low  default-scheduler: Normal Preempted: Preempted by pod UID on node node01
    5s  Pod/low  is gone
    6s  Pod/high  PodScheduled=True
    6s  Pod/high  default-scheduler: Normal Scheduled: Successfully assigned default/high to node01
  `)
})
