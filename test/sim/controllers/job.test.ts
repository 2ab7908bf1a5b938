import { describe, expect, test } from 'vitest'
import type { Job } from '../../../src/sim/api/types/batch-v1.gen'
import type { Pod } from '../../../src/sim/api/types/core-v1.gen'
import { formatIndexes, parseIndexes } from '../../../src/sim/controllers/job/indexes'
import { job } from '../../../src/sim/kinds/batch/job'
import { pod } from '../../../src/sim/kinds/core/pod'
import { smallCluster, type Fate } from './small-cluster'

const only = ['job-controller', 'generic-garbage-collector']
const succeeds: Fate = { readyAfterMs: 500, ends: { afterMs: 3000, exitCode: 0 } }
const fails: Fate = { readyAfterMs: 500, ends: { afterMs: 1000, exitCode: 1 } }

function jobCluster(spec: Partial<Job['spec']>, fate: (pod: Pod) => Fate = () => succeeds) {
  const cluster = smallCluster({ only, fate })
  cluster.create(job, {
    metadata: { name: 'pi' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'pi', image: 'perl:5.34' }] } }, ...spec },
  })
  const status = () => cluster.client.get(job, 'default', 'pi')!.status!
  const condition = (type: string) => status().conditions?.find((it) => it.type === type && it.status === 'True')
  const ended = () => condition('Complete') !== undefined || condition('Failed') !== undefined
  return { cluster, status, condition, ended }
}

const indexOf = (it: Pod) => Number(it.metadata.annotations!['batch.kubernetes.io/job-completion-index'])

describe('a Job', () => {
  test('runs one Pod to completion and says so', () => {
    const { cluster, status, condition, ended } = jobCluster({})
    cluster.until(ended)
    expect(status()).toMatchObject({
      succeeded: 1,
      ready: 0,
      terminating: 0,
      uncountedTerminatedPods: {},
      completionTime: expect.any(String) as string,
      startTime: expect.any(String) as string,
    })
    expect(status().active).toBeUndefined()
    expect(condition('SuccessCriteriaMet')).toMatchObject({
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    })
    expect(condition('Complete')).toMatchObject({ reason: 'CompletionsReached' })
    expect(cluster.events('pi')).toEqual([
      expect.stringMatching(/^Normal SuccessfulCreate Created pod: pi-[a-z0-9]{5}$/),
      'Normal Completed Job completed',
    ])
    expect(cluster.pods()[0]!.metadata.finalizers).toBeUndefined()
  })

  test('runs no more than parallelism Pods at once', () => {
    const { cluster, status, ended } = jobCluster({ completions: 7, parallelism: 3 })
    let most = 0
    cluster.until(() => {
      most = Math.max(most, cluster.pods().filter((it) => !['Succeeded', 'Failed'].includes(it.status?.phase ?? '')).length)
      return ended()
    })
    expect(most).toBe(3)
    expect(status().succeeded).toBe(7)
  })

  test('gives up after backoffLimit retries, waiting 10 s, 20 s, 40 s between them', () => {
    const { cluster, status, condition, ended } = jobCluster({ backoffLimit: 3 }, () => fails)
    cluster.until(ended, 'the end', 300_000)
    expect(condition('Failed')).toMatchObject({ reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' })
    expect(status().failed).toBe(4)
    const born = cluster
      .pods()
      .map((it) => Date.parse(it.metadata.creationTimestamp))
      .sort((a, b) => a - b)
    expect(born.slice(1).map((at, i) => Math.round((at - born[i]!) / 1000))).toEqual([11, 21, 41])
    expect(cluster.events('pi').at(-1)).toBe('Warning BackoffLimitExceeded Job has reached the specified backoff limit')
  })

  test('that is Indexed gives each index a Pod, a host name and an environment variable', () => {
    const { cluster, status, ended } = jobCluster({ completions: 5, parallelism: 2, completionMode: 'Indexed' })
    cluster.until(ended)
    expect(status()).toMatchObject({ succeeded: 5, completedIndexes: '0-4' })
    expect(cluster.pods().map(indexOf).sort()).toEqual([0, 1, 2, 3, 4])
    const [first] = cluster.pods()
    expect(first!.spec).toMatchObject({
      hostname: 'pi-0',
      containers: [
        {
          env: [
            {
              name: 'JOB_COMPLETION_INDEX',
              valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" } },
            },
          ],
        },
      ],
    })
    expect(first!.metadata.name).toMatch(/^pi-0-[a-z0-9]{5}$/)
  })

  test('with backoffLimitPerIndex fails some indexes and finishes the others', () => {
    const { cluster, status, condition, ended } = jobCluster(
      { completions: 4, parallelism: 4, completionMode: 'Indexed', backoffLimitPerIndex: 1 },
      (it) => (indexOf(it) % 2 === 0 ? fails : succeeds),
    )
    cluster.until(ended)
    expect(status()).toMatchObject({ completedIndexes: '1,3', failedIndexes: '0,2', succeeded: 2, failed: 4 })
    expect(condition('Failed')).toMatchObject({ reason: 'FailedIndexes', message: 'Job has failed indexes' })
  })

  test('fails at once by its Pod failure policy', () => {
    const rules = [{ action: 'FailJob', onExitCodes: { containerName: 'pi', operator: 'In', values: [42] } }]
    const { cluster, condition, ended } = jobCluster({ backoffLimit: 6, podFailurePolicy: { rules } }, () => ({
      ends: { afterMs: 500, exitCode: 42 },
    }))
    cluster.until(ended)
    const [it] = cluster.pods()
    expect(condition('Failed')).toMatchObject({
      reason: 'PodFailurePolicy',
      message: `Container pi for pod default/${it!.metadata.name} failed with exit code 42 matching FailJob rule at index 0`,
    })
    expect(cluster.pods()).toHaveLength(1)
  })

  test('succeeds early by its success policy and stops the other Pods', () => {
    const { cluster, status, condition, ended } = jobCluster(
      {
        completions: 5,
        parallelism: 5,
        completionMode: 'Indexed',
        successPolicy: { rules: [{ succeededIndexes: '0', succeededCount: 1 }] },
      },
      (it) => (indexOf(it) === 0 ? succeeds : { readyAfterMs: 100 }),
    )
    cluster.until(ended)
    expect(condition('SuccessCriteriaMet')).toMatchObject({ reason: 'SuccessPolicy', message: 'Matched rules at index 0' })
    expect(status()).toMatchObject({ succeeded: 1, completedIndexes: '0' })
    expect(cluster.pods().filter((it) => it.status?.phase === 'Running')).toHaveLength(0)
  })

  test('that is suspended stops its Pods, and starts anew when resumed', () => {
    const { cluster, status, ended } = jobCluster({ suspend: true })
    cluster.advance(5000)
    expect(cluster.pods()).toHaveLength(0)
    expect(status().conditions).toMatchObject([{ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }])
    expect(status().startTime).toBeUndefined()
    cluster.client.patch(job, 'default', 'pi', 'merge', { spec: { suspend: false } })
    cluster.until(ended)
    expect(cluster.events('pi')).toEqual([
      'Normal Suspended Job suspended',
      expect.stringMatching('SuccessfulCreate'),
      'Normal Resumed Job resumed',
      'Normal Completed Job completed',
    ])
  })

  test('fails when it is active for longer than its deadline', () => {
    const { cluster, condition, ended } = jobCluster({ activeDeadlineSeconds: 10 }, () => ({ readyAfterMs: 500 }))
    cluster.until(ended)
    expect(condition('Failed')).toMatchObject({ reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' })
    cluster.advance(5000)
    expect(cluster.pods()).toHaveLength(0)
  })

  test('that is deleted takes its Pods along', () => {
    const { cluster } = jobCluster({ completions: 3, parallelism: 3 }, () => ({ readyAfterMs: 100 }))
    cluster.advance(3000)
    expect(cluster.pods()).toHaveLength(3)
    cluster.client.delete(job, 'default', 'pi', { propagation: 'Background' })
    cluster.until(() => cluster.client.list(pod).length === 0, 'that all Pods are gone')
  })
})

test.each([
  ['', []],
  ['0', [0]],
  ['0,1', [0, 1]],
  ['1,3-5,7', [1, 3, 4, 5, 7]],
])('completed indexes %j are %j', (text, indexes) => {
  expect([...parseIndexes(text)]).toEqual(indexes)
  expect(formatIndexes(new Set(indexes))).toBe(text)
})
