import { expect, test } from 'vitest'
import type { CronJob } from '../../../../src/sim/api/types/batch-v1.gen'
import { cronJob } from '../../../../src/sim/kinds/batch/cron-job'
import { job } from '../../../../src/sim/kinds/batch/job'
import { story, storyOf } from '../../story'
import { smallCluster, type Fate } from '../small-cluster'

const succeeds: Fate = { readyAfterMs: 500, ends: { afterMs: 2000, exitCode: 0 } }
const fails: Fate = { readyAfterMs: 500, ends: { afterMs: 1000, exitCode: 1 } }
const MINUTE = 60_000

/** A CronJob `hello`, every minute unless told; the clock begins at 2026-01-01T00:00:00Z. */
function given(spec: Partial<CronJob['spec']> = {}, fate: Fate = succeeds) {
  const cluster = smallCluster({ only: ['cronjob-controller', 'job-controller', 'generic-garbage-collector'], fate: () => fate })
  const heard = storyOf(cluster)
  cluster.create(cronJob, {
    metadata: { name: 'hello' },
    spec: {
      schedule: '* * * * *',
      jobTemplate: {
        spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } } },
      },
      ...spec,
    },
  })
  const patch = (change: unknown) => cluster.client.patch(cronJob, 'default', 'hello', 'merge', { spec: change })
  return { ...cluster, heard, patch }
}

test('given a schedule and a history of one, then each Job is created, seen to complete, and deleted after the next', () => {
  const cluster = given({ successfulJobsHistoryLimit: 1 })
  cluster.advance(2.5 * MINUTE)
  expect(cluster.heard.told({ about: 'CronJob' })).toBe(story`
    60s  CronJob/hello  cronjob-controller: Normal SuccessfulCreate: Created job hello-29453761
    62s  CronJob/hello  cronjob-controller: Normal SawCompletedJob: Saw completed job: hello-29453761, condition: Complete
    120s  CronJob/hello  cronjob-controller: Normal SuccessfulCreate: Created job hello-29453762
    122s  CronJob/hello  cronjob-controller: Normal SawCompletedJob: Saw completed job: hello-29453762, condition: Complete
    122s  CronJob/hello  cronjob-controller: Normal SuccessfulDelete: Deleted job hello-29453761
  `)
})

test('given Jobs that fail, then that is seen too', () => {
  const cluster = given({}, fails)
  cluster.advance(1.5 * MINUTE)
  expect(cluster.heard.told({ about: 'CronJob' })).toBe(story`
    60s  CronJob/hello  cronjob-controller: Normal SuccessfulCreate: Created job hello-29453761
    61s  CronJob/hello  cronjob-controller: Normal SawCompletedJob: Saw completed job: hello-29453761, condition: Failed
  `)
})

test('given concurrencyPolicy Forbid, when a Job runs into the next time, then that is skipped, and made up for', () => {
  const cluster = given({ concurrencyPolicy: 'Forbid' }, { readyAfterMs: 500, ends: { afterMs: 80_000, exitCode: 0 } })
  cluster.advance(2.8 * MINUTE)
  expect(cluster.heard.told({ about: 'CronJob' })).toBe(story`
    60s  CronJob/hello  cronjob-controller: Normal SuccessfulCreate: Created job hello-29453761
    120s  CronJob/hello  cronjob-controller: Normal JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid
    140s  CronJob/hello  cronjob-controller: Normal SawCompletedJob: Saw completed job: hello-29453761, condition: Complete
    140s  CronJob/hello  cronjob-controller: Normal SuccessfulCreate: Created job hello-29453762
  `)
})

test('given concurrencyPolicy Replace, then the Job that still runs is deleted for the next', () => {
  const cluster = given({ concurrencyPolicy: 'Replace' }, { readyAfterMs: 500 })
  cluster.advance(2.5 * MINUTE)
  expect(cluster.heard.told({ about: 'CronJob' })).toBe(story`
    60s  CronJob/hello  cronjob-controller: Normal SuccessfulCreate: Created job hello-29453761
    120s  CronJob/hello  cronjob-controller: Normal SuccessfulDelete: Deleted job hello-29453761
    120s  CronJob/hello  cronjob-controller: Normal SuccessfulCreate: Created job hello-29453762
  `)
})

test('given a running Job, when somebody deletes it, then it is told as missing', () => {
  const cluster = given({ schedule: '0 0 * * *' }, { readyAfterMs: 500 })
  cluster.patch({ schedule: '1 * * * *' })
  cluster.advance(1.2 * MINUTE)
  cluster.client.delete(job, 'default', cluster.client.list(job)[0]!.metadata.name, { propagation: 'Background' })
  cluster.advance(MINUTE)
  expect(cluster.heard.told({ about: 'CronJob' })).toBe(story`
    60s  CronJob/hello  cronjob-controller: Normal SuccessfulCreate: Created job hello-29453761
    72s  CronJob/hello  cronjob-controller: Normal MissingJob: Active job went missing: hello-29453761
  `)
})

test('given a deadline that was missed while the controller was away, then the time is missed for good, without a word', () => {
  const cluster = given({ schedule: '1 * * * *', startingDeadlineSeconds: 30 })
  cluster.advance(0.5 * MINUTE)
  cluster.controllers.stop()
  cluster.advance(1.5 * MINUTE)
  cluster.controllers.start()
  cluster.advance(0.5 * MINUTE)
  expect(cluster.client.list(job)).toEqual([])
  expect(cluster.heard.told()).toBe('')
})

test('given a Job that somebody made from the CronJob by hand, then it is not one of the active ones, and each look says so while it runs', () => {
  const cluster = given({ schedule: '0 0 * * *' }, { readyAfterMs: 500, ends: { afterMs: 5000, exitCode: 0 } })
  cluster.advance(1000)
  const { metadata, spec } = cluster.client.get(cronJob, 'default', 'hello')!
  cluster.create(job, {
    metadata: {
      name: 'by-hand',
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'hello', uid: metadata.uid, controller: true }],
    },
    spec: spec.jobTemplate.spec!,
  })
  cluster.advance(20_000)
  expect(cluster.heard.told({ about: 'CronJob' })).toBe(story`
    1s  CronJob/hello  cronjob-controller: Warning UnexpectedJob: Saw a job that the controller did not create or forgot: by-hand
    1s  CronJob/hello  cronjob-controller: Warning UnexpectedJob: Saw a job that the controller did not create or forgot: by-hand (x2)
    1s  CronJob/hello  cronjob-controller: Warning UnexpectedJob: Saw a job that the controller did not create or forgot: by-hand (x3)
  `)
})

test('given more than a hundred missed times without a deadline, then one Job is made up for all, with a warning', () => {
  const cluster = given()
  cluster.advance(0.5 * MINUTE)
  cluster.controllers.stop()
  cluster.advance(120 * MINUTE)
  cluster.controllers.start()
  cluster.advance(0.2 * MINUTE)
  expect(cluster.heard.told({ about: 'CronJob' })).toBe(story`
    7230s  CronJob/hello  cronjob-controller: Warning TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew
    7230s  CronJob/hello  cronjob-controller: Normal SuccessfulCreate: Created job hello-29453880
    7232s  CronJob/hello  cronjob-controller: Normal SawCompletedJob: Saw completed job: hello-29453880, condition: Complete
  `)
})
