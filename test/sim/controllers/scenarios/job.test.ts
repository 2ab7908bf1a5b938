import { expect, test } from 'vitest'
import type { Job } from '../../../../src/sim/api/types/batch-v1.gen'
import { resourceQuota as quotaAdmission } from '../../../../src/sim/api/admission/resource-quota'
import { resourceQuota } from '../../../../src/sim/kinds/core/resource-quota'
import { job } from '../../../../src/sim/kinds/batch/job'
import { event } from '../../../../src/sim/kinds/core/event'
import type { Pod } from '../../../../src/sim/api/types/core-v1.gen'
import { story, storyOf } from '../../story'
import { smallCluster, type Fate } from '../small-cluster'

const succeeds: Fate = { readyAfterMs: 500, ends: { afterMs: 3000, exitCode: 0 } }
const fails: Fate = { readyAfterMs: 500, ends: { afterMs: 1000, exitCode: 1 } }
const runs: Fate = { readyAfterMs: 500 }
const indexOf = (it: Pod) => Number(it.metadata.annotations!['batch.kubernetes.io/job-completion-index'])

/** A Job `pi`, and what is told of it from its creation on. */
function given(spec: Partial<Job['spec']>, fate: Fate | ((pod: Pod) => Fate) = succeeds) {
  const cluster = smallCluster({
    only: ['job-controller', 'resourcequota-controller', 'generic-garbage-collector', 'ttl-after-finished-controller'],
    admission: [quotaAdmission],
    fate: typeof fate === 'function' ? fate : () => fate,
  })
  const heard = storyOf(cluster, [job])
  cluster.create(job, {
    metadata: { name: 'pi' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'pi', image: 'perl:5.34' }] } }, ...spec },
  })
  const patch = (change: unknown) => cluster.client.patch(job, 'default', 'pi', 'merge', { spec: change })
  return { ...cluster, heard, patch }
}

test('given a Job whose Pod succeeds, then its criteria are met and it is complete', () => {
  const cluster = given({})
  cluster.advance(60_000)
  expect(cluster.heard.told()).toBe(story`
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-a
    3s  Job/pi  SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods
    3s  Job/pi  Complete=True CompletionsReached: Reached expected number of succeeded pods
    3s  Job/pi  job-controller: Normal Completed: Job completed
  `)
})

test('given completions and parallelism, then a Pod follows the other', () => {
  const cluster = given({ completions: 3, parallelism: 2 })
  cluster.advance(60_000)
  expect(cluster.heard.told()).toBe(story`
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-a
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-b
    3s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-c
    6s  Job/pi  SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods
    6s  Job/pi  Complete=True CompletionsReached: Reached expected number of succeeded pods
    6s  Job/pi  job-controller: Normal Completed: Job completed
  `)
})

test('given Pods that fail, when the back-off limit is exceeded, then the Job has failed', () => {
  const cluster = given({ backoffLimit: 2 }, fails)
  cluster.advance(300_000)
  expect(cluster.heard.told()).toBe(story`
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-a
    11s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-b
    32s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-c
    33s  Job/pi  FailureTarget=True BackoffLimitExceeded: Job has reached the specified backoff limit
    33s  Job/pi  Failed=True BackoffLimitExceeded: Job has reached the specified backoff limit
    33s  Job/pi  job-controller: Warning BackoffLimitExceeded: Job has reached the specified backoff limit
  `)
})

test('given a deadline, when it is over, then running Pods are deleted and the Job has failed', () => {
  const cluster = given({ activeDeadlineSeconds: 10, parallelism: 2 }, runs)
  cluster.advance(60_000)
  expect(cluster.heard.told()).toBe(story`
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-a
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-b
    10s  Job/pi  job-controller: Normal SuccessfulDelete: Deleted pod: pi-a
    10s  Job/pi  job-controller: Normal SuccessfulDelete: Deleted pod: pi-b
    10s  Job/pi  FailureTarget=True DeadlineExceeded: Job was active longer than specified deadline
    10s  Job/pi  Failed=True DeadlineExceeded: Job was active longer than specified deadline
    10s  Job/pi  job-controller: Warning DeadlineExceeded: Job was active longer than specified deadline
  `)
})

test('given a suspended Job, when it is resumed, suspended and resumed, then each is told and shows as a condition', () => {
  const cluster = given({ suspend: true }, (it) => (it.metadata.creationTimestamp! > '2026-01-01T00:00:30Z' ? succeeds : runs))
  cluster.advance(10_000)
  cluster.patch({ suspend: false })
  cluster.advance(10_000)
  cluster.patch({ suspend: true })
  cluster.advance(20_000)
  cluster.patch({ suspend: false })
  cluster.advance(60_000)
  expect(cluster.heard.told()).toBe(story`
    0s  Job/pi  job-controller: Normal Suspended: Job suspended
    0s  Job/pi  Suspended=True JobSuspended: Job suspended
    10s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-a
    10s  Job/pi  job-controller: Normal Resumed: Job resumed
    10s  Job/pi  Suspended=False JobResumed: Job resumed
    20s  Job/pi  job-controller: Normal SuccessfulDelete: Deleted pod: pi-a
    20s  Job/pi  job-controller: Normal Suspended: Job suspended (x2)
    20s  Job/pi  Suspended=True JobSuspended: Job suspended
    40s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-b
    40s  Job/pi  job-controller: Normal Resumed: Job resumed (x2)
    40s  Job/pi  Suspended=False JobResumed: Job resumed
    43s  Job/pi  SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods
    43s  Job/pi  Complete=True CompletionsReached: Reached expected number of succeeded pods
    43s  Job/pi  job-controller: Normal Completed: Job completed
  `)
})

test('given a failure policy that fails the Job for an exit code, then it ends at the first such Pod', () => {
  const cluster = given(
    { podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }] } } as unknown as Job['spec'],
    fails,
  )
  cluster.advance(60_000)
  expect(cluster.heard.told()).toBe(story`
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-a
    1s  Job/pi  FailureTarget=True PodFailurePolicy: Container pi for pod default/pi-a failed with exit code 1 matching FailJob rule at index 0
    1s  Job/pi  Failed=True PodFailurePolicy: Container pi for pod default/pi-a failed with exit code 1 matching FailJob rule at index 0
    1s  Job/pi  job-controller: Warning PodFailurePolicy: Container pi for pod default/pi-a failed with exit code 1 matching FailJob rule at index 0
  `)
})

test('given a limit of failures for each index, when an index has failed too often, then the others go on and the Job fails in the end', () => {
  const cluster = given({ completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimitPerIndex: 0 }, (it) =>
    indexOf(it) === 0 ? fails : succeeds,
  )
  cluster.advance(60_000)
  expect(cluster.heard.told()).toBe(story`
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-0-a
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-1-a
    3s  Job/pi  FailureTarget=True FailedIndexes: Job has failed indexes
    3s  Job/pi  Failed=True FailedIndexes: Job has failed indexes
    3s  Job/pi  job-controller: Warning FailedIndexes: Job has failed indexes
  `)
})

test('given maxFailedIndexes, when there are more, then the Job fails at once', () => {
  const cluster = given(
    { completionMode: 'Indexed', completions: 3, parallelism: 3, backoffLimitPerIndex: 0, maxFailedIndexes: 1 },
    (it) => (indexOf(it) < 2 ? fails : runs),
  )
  cluster.advance(60_000)
  expect(cluster.heard.told()).toBe(story`
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-0-a
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-1-a
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-2-a
    1s  Job/pi  job-controller: Normal SuccessfulDelete: Deleted pod: pi-2-a
    1s  Job/pi  FailureTarget=True MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes
    1s  Job/pi  Failed=True MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes
    1s  Job/pi  job-controller: Warning MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes
  `)
})

test('given a success policy, when the leader has succeeded, then the other Pods are deleted and the Job is complete', () => {
  const cluster = given(
    { completionMode: 'Indexed', completions: 2, parallelism: 2, successPolicy: { rules: [{ succeededIndexes: '0' }] } },
    (it) => (indexOf(it) === 0 ? succeeds : runs),
  )
  cluster.advance(60_000)
  expect(cluster.heard.told()).toBe(story`
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-0-a
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-1-a
    3s  Job/pi  job-controller: Normal SuccessfulDelete: Deleted pod: pi-1-a
    3s  Job/pi  SuccessCriteriaMet=True SuccessPolicy: Matched rules at index 0
    3s  Job/pi  Complete=True SuccessPolicy: Matched rules at index 0
    3s  Job/pi  job-controller: Normal Completed: Job completed
  `)
})

test('given ttlSecondsAfterFinished, then the Job is gone that long after its end', () => {
  const cluster = given({ ttlSecondsAfterFinished: 20 })
  cluster.advance(60_000)
  expect(cluster.heard.told()).toBe(story`
    0s  Job/pi  job-controller: Normal SuccessfulCreate: Created pod: pi-a
    3s  Job/pi  SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods
    3s  Job/pi  Complete=True CompletionsReached: Reached expected number of succeeded pods
    3s  Job/pi  job-controller: Normal Completed: Job completed
    23s  Job/pi  is gone
  `)
})

test('given a quota without room, then Pods are tried again after pauses that double from a second; those that cannot be made do not count', () => {
  const cluster = given({ completions: 3, parallelism: 3, suspend: true }, runs)
  const { metadata } = cluster.create(resourceQuota, { metadata: { name: 'few' }, spec: { hard: { pods: '0' } } })
  const allow = (pods: string) => cluster.client.patch(resourceQuota, 'default', metadata.name, 'merge', { spec: { hard: { pods } } })
  cluster.advance(1000)
  const beganMs = cluster.engine.nowMs
  cluster.patch({ suspend: false })
  cluster.advance(8000)
  const failures = cluster.client.list(event).filter(({ reason }) => reason === 'FailedCreate')
  expect(failures.map(({ firstTimestamp }) => (Date.parse(firstTimestamp!) - beganMs) / 1000)).toEqual([0, 1, 3, 7])
  expect(cluster.client.get(job, 'default', 'pi')!.status!.active).toBeUndefined()
  allow('2')
  cluster.advance(30_000)
  expect(cluster.client.get(job, 'default', 'pi')!.status).toMatchObject({ active: 2, ready: 2 })
})
