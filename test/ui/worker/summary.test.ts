import { expect, test } from 'vitest'
import { stageOf } from '../../../src/ui/worker/summary'

const metadata = { name: 'web', uid: '1', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' }
const pod = (nodeName: string | undefined, deletionTimestamp?: string) => ({
  metadata: { ...metadata, deletionTimestamp },
  spec: { nodeName },
})

test.each([
  ['Pending', undefined, false, 'pending'],
  ['SchedulingGated', undefined, false, 'pending'],
  ['Pending', 'node01', false, 'starting'],
  ['ContainerCreating', 'node01', false, 'starting'],
  ['Init:0/2', 'node01', false, 'starting'],
  ['PodInitializing', 'node01', false, 'starting'],
  ['Running', 'node01', true, 'running'],
  ['Running', 'node01', false, 'unready'],
  ['ErrImagePull', 'node01', false, 'failing'],
  ['ImagePullBackOff', 'node01', false, 'failing'],
  ['CrashLoopBackOff', 'node01', false, 'failing'],
  ['Init:CrashLoopBackOff', 'node01', false, 'failing'],
  ['Init:Error', 'node01', false, 'failing'],
  ['OOMKilled', 'node01', false, 'failing'],
  ['CreateContainerConfigError', 'node01', false, 'failing'],
  ['Error', 'node01', false, 'failing'],
  ['Evicted', 'node01', false, 'failing'],
  ['Completed', 'node01', false, 'done'],
] as const)('a Pod whose STATUS is %s on node %s, ready %s, is drawn as %s', (status, node, ready, stage) => {
  expect(stageOf(pod(node), status, ready)).toBe(stage)
})

test('a Pod that is being deleted is drawn so whatever its status', () => {
  expect(stageOf(pod('node01', '2026-01-01T00:00:00Z'), 'Terminating', true)).toBe('ending')
})
