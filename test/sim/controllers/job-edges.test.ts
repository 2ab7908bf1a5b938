import { describe, expect, test } from 'vitest'
import type { Job } from '../../../src/sim/api/types/batch-v1.gen'
import type { Pod } from '../../../src/sim/api/types/core-v1.gen'
import { job } from '../../../src/sim/kinds/batch/job'
import { pod } from '../../../src/sim/kinds/core/pod'
import { smallCluster, type Fate } from './small-cluster'

const succeeds: Fate = { readyAfterMs: 500, ends: { afterMs: 3000, exitCode: 0 } }
const fails: Fate = { readyAfterMs: 500, ends: { afterMs: 1000, exitCode: 1 } }
const runs: Fate = { readyAfterMs: 500, stopsAfterMs: 5000 }
const indexOf = (it: Pod) => Number(it.metadata.annotations?.['batch.kubernetes.io/job-completion-index'])

function running(spec: Partial<Job['spec']>, fate: (pod: Pod) => Fate = () => succeeds) {
  const cluster = smallCluster({ only: ['job-controller', 'generic-garbage-collector', 'ttl-after-finished-controller'], fate })
  cluster.create(job, {
    metadata: { name: 'work' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] } }, ...spec },
  })
  const work = () => cluster.client.get(job, 'default', 'work')
  const status = () => work()!.status!
  const conditions = () => (status().conditions ?? []).filter((it) => it.status === 'True').map(({ type, reason }) => `${type} ${reason}`)
  const ended = () => conditions().some((it) => /^(Complete|Failed) /.test(it))
  const patch = (change: unknown) => cluster.client.patch(job, 'default', 'work', 'merge', { spec: change })
  const what = () => cluster.events('work').map((it) => it.replace(/work-[-a-z0-9]+/, 'POD'))
  return { ...cluster, work, status, conditions, ended, patch, what }
}

describe('a Pod that is deleted while its Job runs', () => {
  const start = (podReplacementPolicy: string) => {
    const cluster = running({ podReplacementPolicy }, () => runs)
    cluster.advance(2000)
    cluster.client.delete(pod, 'default', cluster.pods()[0]!.metadata.name)
    return cluster
  }
  test('is replaced at once with podReplacementPolicy TerminatingOrFailed', () => {
    const cluster = start('TerminatingOrFailed')
    cluster.advance(1000)
    expect(cluster.status()).toMatchObject({ failed: 1, terminating: 1 })
    cluster.advance(11_000)
    expect(cluster.status()).toMatchObject({ active: 1, failed: 1, terminating: 0 })
  })
  test('is replaced when it has really ended with podReplacementPolicy Failed', () => {
    const cluster = start('Failed')
    cluster.advance(4000)
    expect(cluster.status()).toMatchObject({ terminating: 1 })
    expect(cluster.status().failed).toBeUndefined()
    expect(cluster.pods()).toHaveLength(1)
    cluster.advance(20_000)
    expect(cluster.status()).toMatchObject({ active: 1, failed: 1 })
  })
})

test('given a work queue, then no new Pods start once one has succeeded, and the Job is over when the last has ended', () => {
  let born = 0
  const slow = new Map<string, number>()
  const cluster = running({ parallelism: 3 }, (it) => {
    if (!slow.has(it.metadata.uid)) slow.set(it.metadata.uid, ++born)
    return { readyAfterMs: 300, ends: { afterMs: 2000 * slow.get(it.metadata.uid)!, exitCode: 0 } }
  })
  cluster.advance(3500)
  expect(cluster.status()).toMatchObject({ active: 2, succeeded: 1 })
  cluster.until(cluster.ended)
  expect(cluster.status()).toMatchObject({ succeeded: 3 })
  expect(cluster.what().at(-1)).toBe('Normal Completed Job completed')
})

test.each([
  ['parallelism 0 runs nothing', { parallelism: 0, completions: 2 }, undefined, 0],
  ['parallelism above what is left to do is cut to it', { parallelism: 10, completions: 2 }, 2, 2],
])('%s', (_, spec, active, pods) => {
  const cluster = running(spec, () => runs)
  cluster.advance(3000)
  expect(cluster.status().active).toBe(active)
  expect(cluster.pods()).toHaveLength(pods)
})

test('given less parallelism than before, then the surplus Pods are deleted, those that are not ready first', () => {
  let count = 0
  const order = new Map<string, number>()
  const cluster = running({ parallelism: 3, completions: 6 }, ({ metadata: { uid } }) => {
    if (!order.has(uid)) order.set(uid, ++count)
    return order.get(uid) === 3 ? {} : runs
  })
  cluster.advance(3000)
  cluster.patch({ parallelism: 2 })
  cluster.advance(1000)
  expect(cluster.status()).toMatchObject({ active: 2, ready: 2 })
  expect(cluster.what().at(-1)).toBe('Normal SuccessfulDelete Deleted pod: POD')
})

test('given a Job that is made suspended, then it starts nothing and has no start time until it is resumed', () => {
  const cluster = running({ suspend: true, completions: 1 })
  cluster.advance(5000)
  expect(cluster.conditions()).toEqual(['Suspended JobSuspended'])
  expect(cluster.status().startTime).toBeUndefined()
  cluster.patch({ suspend: false })
  cluster.until(cluster.ended)
  expect(cluster.what()).toEqual([
    'Normal Suspended Job suspended',
    'Normal SuccessfulCreate Created pod: POD',
    'Normal Resumed Job resumed',
    'Normal Completed Job completed',
  ])
})

test('Pods that are stopped because the Job is suspended or has less to run at a time have not failed, and resuming waits for nothing', () => {
  const cluster = running({ parallelism: 3, completions: 3, backoffLimit: 1 }, () => runs)
  cluster.advance(2000)
  cluster.patch({ parallelism: 2 })
  cluster.advance(1000)
  expect(cluster.status()).toMatchObject({ active: 2, terminating: 1 })
  cluster.patch({ suspend: true })
  cluster.advance(1000)
  expect(cluster.status().failed).toBeUndefined()
  cluster.patch({ suspend: false })
  cluster.advance(1000)
  expect(cluster.status()).toMatchObject({ active: 2 })
  cluster.advance(60_000)
  expect(cluster.status().failed).toBeUndefined()
  expect(cluster.conditions()).toEqual([])
})

test('given restarts in place beyond the limit, then the Job fails', () => {
  const cluster = running(
    { backoffLimit: 2, template: { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'main', image: 'busybox' }] } } },
    () => runs,
  )
  cluster.advance(2000)
  const restarted = (restartCount: number) => {
    const [it] = cluster.pods()
    const containerStatuses = [{ name: 'main', image: '', imageID: '', ready: true, restartCount }]
    cluster.client.patch(pod, 'default', it!.metadata.name, 'strategic', { status: { containerStatuses } }, { subresource: 'status' })
    cluster.advance(1000)
  }
  restarted(1)
  expect(cluster.conditions()).toEqual([])
  restarted(2)
  cluster.until(cluster.ended)
  expect(cluster.conditions()).toEqual(['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded'])
})

const policy = (...rules: readonly unknown[]) => ({ podFailurePolicy: { rules } }) as unknown as Partial<Job['spec']>
const onExit = (action: string, operator: string, ...values: number[]) => ({ action, onExitCodes: { operator, values } })
describe('a Pod failure policy', () => {
  test.each([
    ['gives the Job up for an exit code', policy(onExit('FailJob', 'In', 42)), 42, ['FailureTarget PodFailurePolicy', 'Failed PodFailurePolicy'], 1],
    ['counts what no rule names', { ...policy(onExit('FailJob', 'In', 42)), backoffLimit: 0 }, 1, ['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded'], 1],
    ['gives the Job up for any other exit code', policy(onExit('FailJob', 'NotIn', 40, 41)), 3, ['FailureTarget PodFailurePolicy', 'Failed PodFailurePolicy'], 1],
    ['obeys the first rule that fits', { ...policy(onExit('Count', 'In', 42), onExit('FailJob', 'In', 42)), backoffLimit: 0 }, 42, ['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded'], 1],
  ])('%s', (_, spec, exitCode, conditions, failed) => {
    const cluster = running(spec, () => ({ readyAfterMs: 300, ends: { afterMs: 1000, exitCode } }))
    cluster.until(cluster.ended)
    expect(cluster.conditions()).toEqual(conditions)
    expect(cluster.status().failed).toBe(failed)
  }) // prettier-ignore

  test('does not count a disruption that it ignores', () => {
    let first = true
    const cluster = running({ backoffLimit: 0, ...policy({ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }) }, () => (first ? runs : succeeds))
    cluster.advance(2000)
    first = false
    const [it] = cluster.pods()
    const conditions = [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }]
    cluster.client.patch(pod, 'default', it!.metadata.name, 'strategic', { status: { conditions } }, { subresource: 'status' })
    cluster.client.delete(pod, 'default', it!.metadata.name)
    cluster.until(cluster.ended)
    expect(cluster.conditions()).toEqual(['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached'])
    expect(cluster.status().failed).toBeUndefined()
  }) // prettier-ignore

  test('with FailIndex gives an index up without trying again', () => {
    const cluster = running(
      { completions: 3, parallelism: 3, completionMode: 'Indexed', backoffLimitPerIndex: 5, ...policy(onExit('FailIndex', 'In', 42)) },
      (it) => (indexOf(it) === 1 ? { readyAfterMs: 300, ends: { afterMs: 1000, exitCode: 42 } } : succeeds),
    )
    cluster.until(cluster.ended)
    expect(cluster.status()).toMatchObject({ completedIndexes: '0,2', failedIndexes: '1', failed: 1 })
    expect(cluster.conditions()).toEqual(['FailureTarget FailedIndexes', 'Failed FailedIndexes'])
  })
})

test('given more failed indexes than allowed, then the Job is given up and stops the others', () => {
  const cluster = running(
    { completions: 4, parallelism: 4, completionMode: 'Indexed', backoffLimitPerIndex: 0, maxFailedIndexes: 1 },
    (it) => (indexOf(it) < 2 ? fails : runs),
  )
  cluster.until(cluster.ended)
  expect(cluster.conditions()).toEqual(['FailureTarget MaxFailedIndexesExceeded', 'Failed MaxFailedIndexesExceeded'])
  expect(cluster.what().at(-1)).toBe('Warning MaxFailedIndexesExceeded Job has exceeded the specified maximal number of failed indexes')
})

test.each([
  ['the leader alone', { rules: [{ succeededIndexes: '0' }] }, [0], 'Matched rules at index 0'],
  ['so many of some indexes', { rules: [{ succeededIndexes: '0-2', succeededCount: 2 }] }, [0, 2], 'Matched rules at index 0'],
  ['so many of all', { rules: [{ succeededIndexes: '3' }, { succeededCount: 2 }] }, [1, 2], 'Matched rules at index 1'],
])('a success policy is content with %s', (_, successPolicy, good, message) => {
  const cluster = running({ completions: 4, parallelism: 4, completionMode: 'Indexed', successPolicy }, (it) =>
    good.includes(indexOf(it)) ? succeeds : runs,
  )
  cluster.until(cluster.ended)
  expect(cluster.conditions()).toEqual(['SuccessCriteriaMet SuccessPolicy', 'Complete SuccessPolicy'])
  expect(cluster.status().conditions!.find(({ type }) => type === 'Complete')!.message).toBe(message)
  expect(cluster.pods().filter(({ status }) => status?.phase === 'Running')).toEqual([])
})

test('given another controller in managedBy, then this one leaves the Job alone', () => {
  const cluster = running({ managedBy: 'example.com/queue' })
  cluster.advance(20_000)
  expect(cluster.pods()).toEqual([])
  expect(cluster.work()!.status).toEqual({})
})

test('given more completions of an Indexed Job under way, then it goes on to them', () => {
  const cluster = running({ completions: 2, parallelism: 2, completionMode: 'Indexed' })
  cluster.advance(1000)
  cluster.patch({ completions: 4, parallelism: 4 })
  cluster.until(cluster.ended)
  expect(cluster.status()).toMatchObject({ succeeded: 4, completedIndexes: '0-3' })
})

test('given ttlSecondsAfterFinished, then the Job goes that long after its end, its Pods before it', () => {
  const cluster = running({ ttlSecondsAfterFinished: 30 })
  cluster.until(cluster.ended)
  cluster.advance(29_000)
  expect(cluster.work()).toBeDefined()
  cluster.advance(4000)
  expect(cluster.work()).toBeUndefined()
  expect(cluster.pods()).toEqual([])
})

test('given a running Job, when it is deleted without its Pods, then they are nobody’s and no finalizer holds them', () => {
  const cluster = running({ parallelism: 2, completions: 2 }, () => runs)
  cluster.advance(2000)
  cluster.client.delete(job, 'default', 'work', { propagation: 'Orphan' })
  cluster.advance(2000)
  expect(cluster.pods().map(({ metadata }) => [metadata.ownerReferences, metadata.finalizers])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
  ])
})
