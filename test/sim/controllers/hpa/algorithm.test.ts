import { describe, expect, test } from 'vitest'
import type { HorizontalPodAutoscaler, HPAScalingRules, MetricSpec } from '../../../../src/sim/api/types/autoscaling-v2.gen'
import type { Pod } from '../../../../src/sim/api/types/core-v1.gen'
import { limitChange } from '../../../../src/sim/controllers/hpa/behavior'
import { emptyMemory } from '../../../../src/sim/controllers/hpa/memory'
import { propose, type Question } from '../../../../src/sim/controllers/hpa/metrics'
import { timestamp } from '../../../../src/sim/engine/time'

const NOW = 1_767_225_600_000
const MINUTE = 60_000

/** A Pod that asks for 100m of CPU, and what is known of it: its use in thousandths of a core, or nothing. */
interface Case {
  readonly use?: number
  readonly phase?: string
  readonly ready?: boolean
  readonly deleted?: boolean
  readonly startedAgoMs?: number
  readonly readyChangedAgoMs?: number
}
const podOf = (it: Case, index: number): Pod =>
  ({
    metadata: { name: `web-${index}`, namespace: 'default', uid: `uid-${index}`, ...(it.deleted && { deletionTimestamp: timestamp(NOW) }) },
    spec: { containers: [{ name: 'web', resources: { requests: { cpu: '100m' } } }] },
    status: {
      phase: it.phase ?? 'Running',
      startTime: timestamp(NOW - (it.startedAgoMs ?? 60 * MINUTE)),
      conditions: [
        {
          type: 'Ready',
          status: (it.ready ?? true) ? 'True' : 'False',
          lastTransitionTime: timestamp(NOW - (it.readyChangedAgoMs ?? 59 * MINUTE)),
        },
      ],
    },
  }) as unknown as Pod // what the autoscaler looks at

const cpuAt = (percent: number): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percent } },
})

function ask(metric: MetricSpec, cases: readonly Case[], more: Partial<Question> = {}) {
  const pods = cases.map(podOf)
  const uses = new Map(pods.map((pod, index) => [pod, cases[index]!.use]))
  const usage = (pod: Pod) => (uses.get(pod) === undefined ? undefined : new Map([['web', uses.get(pod)!]]))
  const autoscaler = { metadata: { namespace: 'default' } } as unknown as HorizontalPodAutoscaler // its namespace is all that matters here
  return propose(metric, {
    autoscaler,
    pods,
    current: cases.length,
    tolerance: { up: 0.1, down: 0.1 },
    source: { podUsage: usage, measuredSinceMs: () => NOW - 20_000 },
    nowMs: NOW,
    ...more,
  })
}
const many = (count: number, it: Case) => Array.from({ length: count }, () => it)

describe('Pods at a target of 50% of their requests', () => {
  test.each([
    ['at 100% are doubled', many(3, { use: 100 }), 6],
    ['at 55% are left alone, for that is within ten percent', many(3, { use: 55 }), 3],
    ['at 56% are not', many(3, { use: 56 }), 4],
    ['at 45% are left alone', many(4, { use: 45 }), 4],
    ['at 25% are halved', many(4, { use: 25 }), 2],
    ['that are busy grow less when some have no metrics: those are taken for idle', [...many(3, { use: 100 }), {}], 6],
    ['that are hardly busy do not grow when those without metrics could be idle', [...many(2, { use: 60 }), ...many(2, {})], 4],
    ['that are idle shrink less when some have no metrics: those are taken to use all they ask for', [...many(3, { use: 5 }), {}], 3],
    ['that are idle do not shrink when those without metrics could be busy', [...many(3, { use: 25 }), {}, {}], 5],
    ['that are busy grow less when some have not started: those are taken for idle', [...many(3, { use: 100 }), { phase: 'Pending' }], 6],
    ['that are idle shrink as if those that have not started were not there', [...many(3, { use: 25 }), { phase: 'Pending' }], 2],
    ['count neither those that have failed nor those that are being deleted', [...many(2, { use: 100 }), { use: 0, phase: 'Failed' }, { use: 0, deleted: true }], 4],
    ['do not count a Pod that started a minute ago and is not ready', [...many(2, { use: 100 }), { use: 900, ready: false, startedAgoMs: MINUTE, readyChangedAgoMs: MINUTE }], 4],
    ['do not count a Pod that became ready within the interval that was measured', [...many(2, { use: 100 }), { use: 900, startedAgoMs: MINUTE, readyChangedAgoMs: 10_000 }], 4],
    ['count a Pod that was ready before that', [...many(2, { use: 100 }), { use: 100, startedAgoMs: MINUTE, readyChangedAgoMs: 30_000 }], 6],
    ['count a Pod that has been ready before and is no more, five minutes after its start', [...many(2, { use: 100 }), { use: 100, ready: false, startedAgoMs: 10 * MINUTE, readyChangedAgoMs: MINUTE }], 6],
    ['do not count one that never was', [...many(2, { use: 100 }), { use: 100, ready: false, startedAgoMs: 10 * MINUTE, readyChangedAgoMs: 10 * MINUTE - 5000 }], 4],
  ])('%s', (_, cases, replicas) => {
    expect(ask(cpuAt(50), cases)).toMatchObject({ replicas })
  }) // prettier-ignore

  test('missing metrics count with the target where that is above 100%', () => {
    // 3 × 20 and 2 × 150 of 500 are 72%: 72 / 150 × 5 = 2.4.
    expect(ask(cpuAt(150), [...many(3, { use: 20 }), {}, {}])).toMatchObject({ replicas: 3 })
  })

  test('show their average use, by share and by amount, rounded down', () => {
    expect(ask(cpuAt(50), [{ use: 33 }, { use: 34 }])).toMatchObject({
      status: { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 33, averageValue: '33m' } } },
    })
  })
})

const failureOf = (metric: MetricSpec, cases: readonly Case[], more?: Partial<Question>) => {
  const answer = ask(metric, cases, more)
  return 'failure' in answer ? `${answer.failure.reason}: ${answer.failure.message}` : 'no failure'
}
const container = (name: string): MetricSpec => ({
  type: 'ContainerResource',
  containerResource: { name: 'cpu', container: name, target: { type: 'Utilization', averageUtilization: 50 } },
})
const value: MetricSpec = { type: 'Resource', resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: '50m' } } }

test.each([
  ['nobody serves the metrics API', cpuAt(50), many(1, {}), { source: undefined }, 'FailedGetResourceMetric: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)'],
  ['no Pod has metrics', cpuAt(50), many(1, {}), {}, 'FailedGetResourceMetric: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API'],
  ['an amount was asked for', value, many(1, {}), {}, 'FailedGetResourceMetric: failed to get cpu usage: unable to get metrics for resource cpu: no metrics returned from resource metrics API'],
  ['no Pod with metrics is ready', cpuAt(50), [{ use: 5, ready: false, startedAgoMs: MINUTE, readyChangedAgoMs: MINUTE }], {}, 'FailedGetResourceMetric: failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)'],
  ['the Pods have no such container', container('app'), many(1, { use: 5 }), {}, 'FailedGetContainerResourceMetric: failed to get cpu utilization: unable to get metrics for resource cpu: container app not present in metrics for pod default/web-0'],
  ['it can be told', container('web'), many(1, { use: 5 }), {}, 'no failure'],
])('what is said when %s', (_, metric, cases, more, words) => {
  expect(failureOf(metric, cases, more)).toBe(words)
}) // prettier-ignore

test('amounts are compared with the average, whatever the requests are', () => {
  expect(ask(value, many(2, { use: 100 }))).toMatchObject({ replicas: 4, name: 'cpu resource' })
})

/** The sizes that come of recommendations, one every 15 seconds, each carried out. */
function sizes(first: number, recommended: readonly number[], behavior?: { scaleUp?: HPAScalingRules; scaleDown?: HPAScalingRules }) {
  const autoscaler = { spec: { minReplicas: 1, maxReplicas: 100, ...(behavior && { behavior }) } } as unknown as HorizontalPodAutoscaler
  const memory = emptyMemory()
  memory.recommendations = [{ atMs: NOW, replicas: first }]
  let current = first
  const limits = new Set<string>()
  const reached = recommended.map((replicas, index) => {
    const nowMs = NOW + (index + 1) * 15_000
    const limited = limitChange(autoscaler, current, replicas, memory, nowMs)
    if (limited.limit) limits.add(limited.limit.reason)
    if (limited.replicas !== current) memory.changes = [...memory.changes, { atMs: nowMs, by: limited.replicas - current }]
    return (current = limited.replicas)
  })
  return { reached, limits: [...limits] }
}
const again = (count: number, replicas: number) => Array.from({ length: count }, () => replicas)
const policy = (type: string, value: number, periodSeconds: number) => ({ type, value, periodSeconds })

test.each([
  ['without a behaviour grows to four at first, then to the double each time', 1, again(5, 30), undefined, [4, 8, 16, 30, 30], ['ScaleUpLimit']],
  ['without a behaviour shrinks five minutes after the last high recommendation', 10, again(22, 2), undefined, [...again(20, 10), 2, 2], []],
  ['goes no higher than its maximum', 60, again(2, 300), undefined, [100, 100], ['TooManyReplicas']],
  ['with one Pod a minute takes its time', 1, again(6, 30), { scaleUp: { policies: [policy('Pods', 1, 60)] } }, [2, 2, 2, 2, 3, 3], ['ScaleUpLimit']],
  ['with several policies takes the one that changes most', 10, again(1, 30), { scaleUp: { policies: [policy('Pods', 4, 60), policy('Percent', 10, 60)] } }, [14], ['ScaleUpLimit']],
  ['with selectPolicy Min takes the one that changes least', 10, again(1, 30), { scaleUp: { selectPolicy: 'Min', policies: [policy('Pods', 4, 60), policy('Percent', 10, 60)] } }, [11], ['ScaleUpLimit']],
  ['with selectPolicy Disabled never grows', 10, again(2, 30), { scaleUp: { selectPolicy: 'Disabled' } }, [10, 10], ['ScaleUpLimit']],
  ['with a window for growth waits until all recommendations of it are higher', 2, again(5, 6), { scaleUp: { stabilizationWindowSeconds: 60 } }, [2, 2, 2, 6, 6], []],
  ['without a window for shrinking shrinks at once, by a tenth a minute if its policy says so', 50, again(5, 1), { scaleDown: { stabilizationWindowSeconds: 0, policies: [policy('Percent', 10, 60)] } }, [45, 45, 45, 45, 40], ['ScaleDownLimit']],
  ['with selectPolicy Disabled never shrinks', 10, again(2, 1), { scaleDown: { stabilizationWindowSeconds: 0, selectPolicy: 'Disabled' } }, [10, 10], ['ScaleDownLimit']],
  ['shrinks to its minimum and no further', 3, [0], { scaleDown: { stabilizationWindowSeconds: 0 } }, [1], ['TooFewReplicas']],
])('an autoscaler %s', (_, first, recommended, behavior, expected, limits) => {
  expect(sizes(first, recommended, behavior)).toEqual({ reached: expected, limits })
}) // prettier-ignore
