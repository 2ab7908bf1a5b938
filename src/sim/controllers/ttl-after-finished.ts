import { parseTimestamp } from '../engine/time'
import { job as jobKind } from '../kinds/batch/job'
import { defineController } from './controller'
import { conditionOf } from './job/job'
import { again, remove } from './steps'

/** Deletes finished Jobs when their ttlSecondsAfterFinished have passed. */
export const ttlAfterFinishedController = defineController({
  name: 'ttl-after-finished-controller',
  reconciles: jobKind,
  watches: {},
  reconcile(job, { nowMs }) {
    const ttl = job.spec.ttlSecondsAfterFinished
    const ended = (conditionOf(job, 'Complete') ?? conditionOf(job, 'Failed'))?.lastTransitionTime
    if (ttl === undefined || !ended || job.metadata.deletionTimestamp) return []
    const left = parseTimestamp(ended) + ttl * 1000 - nowMs
    return left > 0 ? [again(left, { background: true })] : [remove(jobKind, job, undefined, { propagation: 'Foreground' })]
  },
})
