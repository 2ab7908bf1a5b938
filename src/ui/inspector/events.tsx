import { useShallow } from 'zustand/react/shallow'
import { humanDuration } from '../../sim/formats/duration'
import { useTranslate } from '../i18n/i18n'
import { useCluster, type ClusterState } from '../state/cluster-store'
import type { EventSummary, Summary } from '../worker/summary'

const eventsAbout = (cluster: ClusterState, object: Summary) =>
  (cluster.byKind.Event ?? []).filter((key) => {
    const event = cluster.objects.get(key)
    if (event?.kind !== 'Event') return false
    const { about } = event
    return about.uid === object.uid || (about.kind === object.kind && about.name === object.name && object.kind === 'Node')
  })

/** The events about an object, the newest first. */
export function Events({ object }: { object: Summary }) {
  const t = useTranslate()
  const keys = useCluster(useShallow((cluster) => eventsAbout(cluster, object)))
  return (
    <section className="inspector-part">
      {keys.length === 0 && <p className="quiet">{t('inspector.noEvents')}</p>}
      <ol role="list" className="events">
        {keys.toReversed().map((key) => (
          <EventLine key={key} eventKey={key} />
        ))}
      </ol>
    </section>
  )
}

function EventLine({ eventKey }: { eventKey: string }) {
  const event = useCluster((cluster) => cluster.objects.get(eventKey)) as EventSummary | undefined // keys of Events lead to Events
  const age = useCluster((cluster) => (event ? humanDuration(Math.max(0, cluster.nowMs - event.lastMs)) : ''))
  if (!event) return null
  return (
    <li data-type={event.type}>
      <b>
        {event.type === 'Warning' ? '⚠ ' : ''}
        {event.reason}
      </b>
      <span className="quiet">
        {age}
        {event.count > 1 ? ` ×${event.count}` : ''} · {event.source}
      </span>
      <p>{event.message}</p>
    </li>
  )
}
