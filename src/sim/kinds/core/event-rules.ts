import { ageSince } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { Event } from '../../api/types/core-v1.gen'
import { qualifiedName } from '../../formats/names'
import { invalidName } from '../field-checks'

/** What may be written of an Event, and what `kubectl get` shows of it. */
export const eventRules: KindRules<Event> = {
  validate: eventErrors,
  columns: [
    ['Last Seen', (object, { nowMs }) => ageSince(lastSeen(object), nowMs)],
    ['Type', ({ type }) => type ?? ''],
    ['Reason', ({ reason }) => reason ?? ''],
    ['Object', ({ involvedObject: { kind = '', name } = {} }) => (name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase())],
    ['Subobject', ({ involvedObject }) => involvedObject?.fieldPath ?? '', { wide: true }],
    ['Source', sourceText, { wide: true }],
    ['Message', ({ message }) => (message ?? '').trim()],
    ['First Seen', (object, { nowMs }) => ageSince(object.firstTimestamp ?? object.eventTime, nowMs), { wide: true }],
    ['Count', ({ series, count }) => series?.count ?? (count || 1), { wide: true }],
    ['Name', ({ metadata }) => metadata.name, { wide: true, format: 'name' }],
  ],
}

const lastSeen = ({ series, lastTimestamp, firstTimestamp, eventTime }: Event) =>
  series ? series.lastObservedTime : (lastTimestamp ?? firstTimestamp ?? eventTime)

function sourceText({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || ''
  const instance = source?.host || reportingInstance
  return instance ? `${component}, ${instance}` : component
}

/** An event of the newer sort, which tells when it happened, must tell who saw what and why; an older one only lies with what it is about. */
function eventErrors(event: Event, at: FieldPath): FieldError[] {
  const { involvedObject, metadata, eventTime, reportingComponent = '' } = event
  const about = involvedObject?.namespace ?? ''
  const isElsewhere = at('involvedObject', 'namespace').invalid(about, 'does not match event.namespace')
  if (!eventTime) return (about || 'default') === metadata.namespace ? [] : [isElsewhere]
  const errors = !about && !['default', 'kube-system'].includes(metadata.namespace ?? '') ? [isElsewhere] : []
  if (!reportingComponent) errors.push(at('reportingComponent').required())
  errors.push(...invalidName(reportingComponent, at('reportingComponent'), qualifiedName))
  for (const field of ['reportingInstance', 'action', 'reason'] as const) {
    if (!event[field]) errors.push(at(field).required())
    else if (event[field].length > 128) errors.push(at(field).invalid('', 'can have at most 128 characters'))
  }
  if ((event.message ?? '').length > 1024) errors.push(at('message').invalid('', 'can have at most 1024 characters'))
  return errors
}
