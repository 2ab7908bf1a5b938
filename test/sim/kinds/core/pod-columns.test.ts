import { describe, expect, test } from 'vitest'
import type { ContainerStatus, Pod, PodSpec, PodStatus } from '../../../../src/sim/api/types/core-v1.gen'
import { podColumns } from '../../../../src/sim/kinds/core/pod-columns'
import { summarizePod } from '../../../../src/sim/kinds/core/pod-summary'

const image = { image: 'nginx', imageID: '' }
const container = (name: string, state: ContainerStatus['state'], more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  state,
  ready: state?.running !== undefined,
  restartCount: 0,
  ...image,
  ...more,
})
const running = { running: { startedAt: '2026-01-01T00:00:00Z' } }
const waiting = (reason: string) => ({ waiting: { reason } })
const ended = (exitCode: number, reason = '', signal?: number) => ({ terminated: { exitCode, reason, ...(signal && { signal }) } })
const ready = [{ type: 'Ready', status: 'True' }]

function podWith(status: PodStatus, spec: Partial<PodSpec> = {}, deletionTimestamp?: string): Pod {
  const metadata = { name: 'web', namespace: 'default', ...(deletionTimestamp && { deletionTimestamp }) }
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'c' }], ...spec }, status } as Pod // what the columns look at
}

const two = { containers: [{ name: 'c' }, { name: 'd' }] }
const init = { initContainers: [{ name: 'i' }, { name: 'j' }] }
const sidecar = { initContainers: [{ name: 's', restartPolicy: 'Always' }] }

describe('the STATUS and READY columns of a Pod', () => {
  test.each<[shown: string, readiness: string, pod: Pod]>([
    ['Pending', '0/1', podWith({ phase: 'Pending' })],
    ['ContainerCreating', '0/1', podWith({ phase: 'Pending', containerStatuses: [container('c', waiting('ContainerCreating'))] })],
    ['Running', '1/1', podWith({ phase: 'Running', conditions: ready, containerStatuses: [container('c', running)] })],
    ['CrashLoopBackOff', '0/1', podWith({ phase: 'Running', containerStatuses: [container('c', waiting('CrashLoopBackOff'))] })],
    [
      'ImagePullBackOff',
      '1/2',
      podWith({ phase: 'Pending', containerStatuses: [container('c', running), container('d', waiting('ImagePullBackOff'))] }, two),
    ],
    ['Completed', '0/1', podWith({ phase: 'Succeeded', containerStatuses: [container('c', ended(0, 'Completed'))] })],
    ['Error', '0/1', podWith({ phase: 'Failed', containerStatuses: [container('c', ended(1, 'Error'))] })],
    ['ExitCode:3', '0/1', podWith({ phase: 'Failed', containerStatuses: [container('c', ended(3))] })],
    ['Signal:9', '0/1', podWith({ phase: 'Failed', containerStatuses: [container('c', ended(137, '', 9))] })],
    ['OOMKilled', '0/1', podWith({ phase: 'Running', containerStatuses: [container('c', ended(137, 'OOMKilled'))] })],
    ['Evicted', '0/1', podWith({ phase: 'Failed', reason: 'Evicted' })],
    [
      'NotReady',
      '1/2',
      podWith({ phase: 'Running', containerStatuses: [container('c', ended(0, 'Completed')), container('d', running)] }, two),
    ],
    [
      'Running',
      '1/2',
      podWith(
        { phase: 'Running', conditions: ready, containerStatuses: [container('c', ended(0, 'Completed')), container('d', running)] },
        two,
      ),
    ],
    [
      'Init:0/2',
      '0/1',
      podWith({ phase: 'Pending', initContainerStatuses: [container('i', running), container('j', waiting('PodInitializing'))] }, init),
    ],
    [
      'Init:1/2',
      '0/1',
      podWith({ phase: 'Pending', initContainerStatuses: [container('i', ended(0, 'Completed')), container('j', running)] }, init),
    ],
    ['Init:Error', '0/1', podWith({ phase: 'Pending', initContainerStatuses: [container('i', ended(1, 'Error'))] }, init)],
    [
      'Init:CrashLoopBackOff',
      '0/1',
      podWith({ phase: 'Pending', initContainerStatuses: [container('i', waiting('CrashLoopBackOff'))] }, init),
    ],
    [
      'Running',
      '2/2',
      podWith(
        {
          phase: 'Running',
          conditions: [{ type: 'Initialized', status: 'True' }, ...ready],
          initContainerStatuses: [container('s', running, { started: true })],
          containerStatuses: [container('c', running)],
        },
        sidecar,
      ),
    ],
    ['Terminating', '1/1', podWith({ phase: 'Running', containerStatuses: [container('c', running)] }, {}, '2026-01-01T00:00:00Z')],
    [
      'Completed',
      '0/1',
      podWith({ phase: 'Succeeded', containerStatuses: [container('c', ended(0, 'Completed'))] }, {}, '2026-01-01T00:00:00Z'),
    ],
    ['Unknown', '0/1', podWith({ phase: 'Running', reason: 'NodeLost' }, {}, '2026-01-01T00:00:00Z')],
    [
      'SchedulingGated',
      '0/1',
      podWith({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
    ],
  ])('%s %s', (shown, readiness, pod) => {
    const { status, ready: now, total } = summarizePod(pod)
    expect([status, `${now}/${total}`]).toEqual([shown, readiness])
  })
})

test('the RESTARTS column tells how often and how long ago', () => {
  const lastState = { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:00:00Z' } }
  const pod = podWith({ phase: 'Running', containerStatuses: [container('c', running, { restartCount: 3, lastState })] })
  const [, restarts] = podColumns.find(([heading]) => heading === 'Restarts')!
  expect(restarts(pod, { nowMs: Date.UTC(2026, 0, 1, 0, 2, 5) })).toBe('3 (2m5s ago)')
  expect(restarts(podWith({ phase: 'Running' }), { nowMs: 0 })).toBe('0')
})
