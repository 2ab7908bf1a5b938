import type { CronJob, Job, JobTemplateSpec } from '../../api/types/batch-v1.gen'
import { parseTimestamp } from '../../engine/time'
import { humanDuration } from '../../formats/duration'
import { closeWithEvents, describing, queryOf, writeController } from './describer'
import { writePodTemplate } from './pod-template'
import { longTime, writeAnnotations, writeLabels, type Description } from './writer'

export const describeJob = describing<Job>(function* (d, { metadata, spec, status }, around) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  write(0, `Namespace:\t${metadata.namespace}`)
  write(0, `Selector:\t${queryOf(spec!.selector)}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  writeController(d, metadata)
  if (spec!.parallelism !== undefined) write(0, `Parallelism:\t${spec!.parallelism}`)
  write(0, `Completions:\t${spec!.completions ?? '<unset>'}`)
  if (spec!.completionMode) write(0, `Completion Mode:\t${spec!.completionMode}`)
  if (spec!.suspend !== undefined) write(0, `Suspend:\t${spec!.suspend}`)
  if (spec!.backoffLimit !== undefined) write(0, `Backoff Limit:\t${spec!.backoffLimit}`)
  if (spec!.ttlSecondsAfterFinished !== undefined) write(0, `TTL Seconds After Finished:\t${spec!.ttlSecondsAfterFinished}`)
  const { startTime, completionTime } = status ?? {}
  if (startTime) write(0, `Start Time:\t${longTime(startTime)}`)
  if (completionTime) write(0, `Completed At:\t${longTime(completionTime)}`)
  if (startTime && completionTime) write(0, `Duration:\t${humanDuration(parseTimestamp(completionTime) - parseTimestamp(startTime))}`)
  if (spec!.activeDeadlineSeconds !== undefined) write(0, `Active Deadline Seconds:\t${spec!.activeDeadlineSeconds}s`)
  const ready = status?.ready === undefined ? '' : ` (${status.ready} Ready)`
  write(0, `Pods Statuses:\t${status?.active ?? 0} Active${ready} / ${status?.succeeded ?? 0} Succeeded / ${status?.failed ?? 0} Failed`)
  if (spec!.completionMode === 'Indexed') write(0, `Completed Indexes:\t${cappedIndexes(status?.completedIndexes ?? '')}`)
  writePodTemplate(d, spec!.template)
  yield* closeWithEvents(d, around)
})

const indexesShown = 50

/** `1-3,5`, cut after the first comma behind fifty characters. */
function cappedIndexes(indexes: string): string {
  const comma = indexes.indexOf(',', indexesShown)
  return comma < 0 ? indexes || '<none>' : `${indexes.slice(0, comma + 1)}...`
}

const optional = (value: number | string | undefined, unit = '') => (value === undefined ? '<unset>' : `${value}${unit}`)

export const describeCronJob = describing<CronJob>(function* (d, { metadata, spec, status }, around) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  write(0, `Namespace:\t${metadata.namespace}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  write(0, `Schedule:\t${spec!.schedule}`)
  write(0, `Concurrency Policy:\t${spec!.concurrencyPolicy ?? ''}`)
  write(0, `Suspend:\t${spec!.suspend === undefined ? '<unset>' : spec!.suspend ? 'True' : 'False'}`)
  write(0, `Successful Job History Limit:\t${optional(spec!.successfulJobsHistoryLimit)}`)
  write(0, `Failed Job History Limit:\t${optional(spec!.failedJobsHistoryLimit)}`)
  write(0, `Starting Deadline Seconds:\t${optional(spec!.startingDeadlineSeconds, 's')}`)
  writeJobTemplate(d, spec!.jobTemplate)
  write(0, `Last Schedule Time:\t${status?.lastScheduleTime ? longTime(status.lastScheduleTime) : '<unset>'}`)
  write(0, `Active Jobs:\t${(status?.active ?? []).map(({ name }) => name).join(', ') || '<none>'}`)
  yield* closeWithEvents(d, around)
})

function writeJobTemplate(d: Description, { spec }: JobTemplateSpec): void {
  const { write } = d
  write(0, `Selector:\t${spec?.selector ? queryOf(spec.selector) : '<unset>'}`)
  write(0, `Parallelism:\t${optional(spec?.parallelism)}`)
  write(0, `Completions:\t${optional(spec?.completions)}`)
  if (spec?.activeDeadlineSeconds !== undefined) write(0, `Active Deadline Seconds:\t${spec.activeDeadlineSeconds}s`)
  writePodTemplate(d, spec?.template)
}
