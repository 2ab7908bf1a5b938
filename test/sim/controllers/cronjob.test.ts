import { describe, expect, test } from 'vitest'
import type { CronJob } from '../../../src/sim/api/types/batch-v1.gen'
import { nextTimeMs, parseSchedule } from '../../../src/sim/controllers/cronjob/schedule'
import { parseTimestamp, timestamp } from '../../../src/sim/engine/time'
import { cronJob } from '../../../src/sim/kinds/batch/cron-job'
import { job } from '../../../src/sim/kinds/batch/job'
import { smallCluster, type Fate } from './small-cluster'

test.each([
  ['* * * * *', undefined, '2026-01-01T00:00:30Z', '2026-01-01T00:01:00Z'],
  ['*/15 * * * *', undefined, '2026-01-01T00:14:59Z', '2026-01-01T00:15:00Z'],
  ['30 8 * * 1-5', undefined, '2026-01-02T09:00:00Z', '2026-01-05T08:30:00Z'],
  ['0 0 13 * 5', undefined, '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
  ['@monthly', undefined, '2026-01-31T12:00:00Z', '2026-02-01T00:00:00Z'],
  ['@every 90s', undefined, '2026-01-01T00:00:10Z', '2026-01-01T00:01:40Z'],
  ['0 9 * * *', 'Asia/Tokyo', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
  ['0 9 * * *', 'America/New_York', '2026-07-01T00:00:00Z', '2026-07-01T13:00:00Z'],
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-30T00:30:00Z'],
  ['0 0 30 2 *', undefined, '2026-01-01T00:00:00Z', undefined],
])('%s in %s comes after %s at %s', (schedule, timeZone, after, expected) => {
  const next = nextTimeMs(parseSchedule(schedule)!, parseTimestamp(after), timeZone)
  expect(next === undefined ? undefined : timestamp(next)).toBe(expected)
})

function cron(spec: Partial<CronJob['spec']> = {}, fate: Fate = { readyAfterMs: 500, ends: { afterMs: 3000, exitCode: 0 } }) {
  const cluster = smallCluster({ only: ['cronjob-controller', 'job-controller', 'generic-garbage-collector'], fate: () => fate })
  cluster.create(cronJob, {
    metadata: { name: 'hello' },
    spec: {
      schedule: '* * * * *',
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'hello', image: 'busybox' }] } } } },
      ...spec,
    },
  })
  const jobs = () => cluster.client.list(job, { namespace: 'default' })
  return { ...cluster, jobs, hello: () => cluster.client.get(cronJob, 'default', 'hello')! }
}

describe('a CronJob', () => {
  test('makes a Job named after its minute, and tells of it', () => {
    const cluster = cron()
    cluster.advance(70_000)
    const [only] = cluster.jobs()
    expect(only!.metadata.name).toBe(`hello-${(cluster.engine.nowMs / 60_000) | 0}`)
    expect(only!.metadata.annotations).toEqual({ 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T00:01:00Z' })
    expect(cluster.hello().status).toMatchObject({
      lastScheduleTime: '2026-01-01T00:01:00Z',
      lastSuccessfulTime: expect.any(String) as string,
    })
    expect(cluster.events('hello')).toEqual([
      `Normal SuccessfulCreate Created job ${only!.metadata.name}`,
      `Normal SawCompletedJob Saw completed job: ${only!.metadata.name}, condition: Complete`,
    ])
  })

  test('keeps three finished Jobs and no more', () => {
    const cluster = cron()
    cluster.advance(6 * 60_000 + 10_000)
    expect(cluster.jobs()).toHaveLength(3)
  })

  test.each([
    ['Allow', 3],
    ['Forbid', 1],
    ['Replace', 1],
  ])('with concurrencyPolicy %s has %i of three long Jobs running', (concurrencyPolicy, running) => {
    const cluster = cron({ concurrencyPolicy }, { readyAfterMs: 500 })
    cluster.advance(200_000)
    expect(cluster.jobs().filter((it) => !it.metadata.deletionTimestamp)).toHaveLength(running)
    expect(cluster.hello().status!.active).toHaveLength(running)
    expect(cluster.events('hello').some((it) => it.startsWith('Normal JobAlreadyActive'))).toBe(concurrencyPolicy === 'Forbid')
  })

  test('that is suspended makes none', () => {
    const cluster = cron({ suspend: true })
    cluster.advance(300_000)
    expect(cluster.jobs()).toHaveLength(0)
  })
})
