import { ageSince } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { Event } from '../../api/types/core-v1.gen'

/** What may be written of an Event, and what `kubectl get` shows of it. */
export const eventRules: KindRules<Event> = {
  validate: ({ involvedObject, metadata }, at) => {
    const about = involvedObject?.namespace || 'default'
    return about === metadata.namespace
      ? []
      : [at('involvedObject', 'namespace').invalid(involvedObject?.namespace ?? '', 'does not match event.namespace')]
  },
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
