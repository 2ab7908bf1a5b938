import { describe, expect, test } from 'vitest'
import type { CronJob } from '../../../src/sim/api/types/batch-v1.gen'
import { cronJob } from '../../../src/sim/kinds/batch/cron-job'
import { job } from '../../../src/sim/kinds/batch/job'
import { smallCluster, type Fate } from './small-cluster'

const succeeds: Fate = { readyAfterMs: 500, ends: { afterMs: 2000, exitCode: 0 } }
const fails: Fate = { readyAfterMs: 500, ends: { afterMs: 1000, exitCode: 1 } }
const runs: Fate = { readyAfterMs: 500 }
const MINUTE = 60_000

/** A CronJob, every minute unless told; the clock begins at 2026-01-01T00:00:00Z. */
function cron(spec: Partial<CronJob['spec']> = {}, fate: Fate = succeeds, jobSpec: object = {}) {
  const cluster = smallCluster({ only: ['cronjob-controller', 'job-controller', 'generic-garbage-collector'], fate: () => fate })
  cluster.create(cronJob, {
    metadata: { name: 'hello' },
    spec: {
      schedule: '* * * * *',
      jobTemplate: { spec: { ...jobSpec, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } } } },
      ...spec,
    },
  })
  const times = () =>
    cluster.client
      .list(job, { namespace: 'default' })
      .map((it) => it.metadata.annotations!['batch.kubernetes.io/cronjob-scheduled-timestamp']!.slice(11, 16))
      .sort()
  const what = () => cluster.events('hello').map((it) => it.replaceAll(/hello-\d+/g, 'JOB'))
  const status = () => cluster.client.get(cronJob, 'default', 'hello')!.status!
  const patch = (change: unknown) => cluster.client.patch(cronJob, 'default', 'hello', 'merge', { spec: change })
  return { ...cluster, times, what, status, patch }
}

test('given concurrencyPolicy Forbid and a long Job, then the next time is skipped and told, and made up for when the Job is over', () => {
  const cluster = cron({ concurrencyPolicy: 'Forbid' }, { readyAfterMs: 500, ends: { afterMs: 90_000, exitCode: 0 } })
  cluster.advance(2.2 * MINUTE)
  expect(cluster.times()).toEqual(['00:01'])
  expect(cluster.what().slice(0, 2)).toEqual([
    'Normal SuccessfulCreate Created job JOB',
    'Normal JobAlreadyActive Not starting job because prior execution is running and concurrency policy is Forbid',
  ])
  cluster.advance(0.6 * MINUTE)
  expect(cluster.times()).toEqual(['00:01', '00:02'])
})

test('given concurrencyPolicy Replace, then the running Job is deleted for the next', () => {
  const cluster = cron({ concurrencyPolicy: 'Replace' }, runs)
  cluster.advance(2.2 * MINUTE)
  expect(cluster.times()).toEqual(['00:02'])
  expect(cluster.what()).toEqual([
    'Normal SuccessfulCreate Created job JOB',
    'Normal SuccessfulDelete Deleted job JOB',
    'Normal SuccessfulCreate Created job JOB',
  ])
  expect(cluster.status().active).toHaveLength(1)
})

describe('a CronJob whose controller was away', () => {
  const away = (spec: Partial<CronJob['spec']>, forMs: number) => {
    const cluster = cron(spec)
    cluster.advance(0.5 * MINUTE)
    cluster.controllers.stop()
    cluster.advance(forMs)
    cluster.controllers.start()
    cluster.advance(2000)
    return cluster
  }
  test('starts the latest of the runs it has missed, and no other', () => {
    expect(away({ schedule: '*/10 * * * *' }, 45 * MINUTE).times()).toEqual(['00:40'])
  })
  test('does not start it when its deadline has passed', () => {
    expect(away({ schedule: '*/10 * * * *', startingDeadlineSeconds: 60 }, 45 * MINUTE).times()).toEqual([])
  })
  test('starts it within its deadline', () => {
    expect(away({ schedule: '*/10 * * * *', startingDeadlineSeconds: 600 }, 45 * MINUTE).times()).toEqual(['00:40'])
  })
  test('warns when it has missed more than a hundred, and starts the latest all the same', () => {
    const cluster = away({}, 150.3 * MINUTE)
    expect(cluster.what()[0]).toBe(
      'Warning TooManyMissedTimes too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
    )
    expect(cluster.times()).toEqual(['02:30'])
  })
})

test.each([
  ['Asia/Tokyo', '0 9 * * *', '00:00'],
  ['America/New_York', '0 19 * * *', '00:00'],
  ['Europe/Paris', '30 1 * * *', '00:30'],
  [undefined, '15 0 * * *', '00:15'],
])('a time zone (%s) says what %s means', (timeZone, schedule, at) => {
  const cluster = cron({ schedule, ...(timeZone && { timeZone }) })
  cluster.advance(24.9 * 60 * MINUTE)
  expect(cluster.times()).toContain(at)
})

test('histories are kept apart: three that succeeded, one that failed, or as many as it says', () => {
  const failing = cron({}, fails, { backoffLimit: 0 })
  failing.advance(3.5 * MINUTE)
  expect(failing.times()).toEqual(['00:03'])
  const forgetful = cron({ successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 0 })
  forgetful.advance(2.5 * MINUTE)
  expect(forgetful.times()).toEqual([])
  expect(forgetful.what().slice(0, 3)).toEqual([
    'Normal SuccessfulCreate Created job JOB',
    'Normal SawCompletedJob Saw completed job: JOB, condition: Complete',
    'Normal SuccessfulDelete Deleted job JOB',
  ])
})

test('given its Job is deleted by somebody, then it misses it', () => {
  const cluster = cron({}, runs)
  cluster.advance(1.2 * MINUTE)
  const [only] = cluster.client.list(job, { namespace: 'default' })
  cluster.client.delete(job, 'default', only!.metadata.name, { propagation: 'Background' })
  cluster.advance(3000)
  expect(cluster.what()).toContain('Normal MissingJob Active job went missing: JOB')
  expect(cluster.status().active).toBeUndefined()
})

test('given it is suspended and resumed with a deadline, then what was missed meanwhile is not made up for', () => {
  const cluster = cron({ schedule: '*/5 * * * *', startingDeadlineSeconds: 30, suspend: true })
  cluster.advance(12 * MINUTE)
  cluster.patch({ suspend: false })
  cluster.advance(MINUTE)
  expect(cluster.times()).toEqual([])
  cluster.advance(3 * MINUTE)
  expect(cluster.times()).toEqual(['00:15'])
})
