import { withoutAbsent } from '../defaulting'
import type { AnyObject } from '../../api/object'
import type { Event } from '../../api/types/core-v1.gen'
import type { Event as EventsEvent } from '../../api/types/events-v1.gen'

/** An Event of events.k8s.io as core/v1 stores it: the same facts, most of them called otherwise. */
export function fromEventsV1(object: AnyObject): Event {
  const {
    regarding = {},
    note,
    reportingController,
    deprecatedSource,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    deprecatedCount,
    ...rest
  } = object as unknown as EventsEvent // decoded as this version's type
  return withoutAbsent<Event>({
    ...rest,
    apiVersion: 'v1',
    involvedObject: regarding,
    message: note,
    reportingComponent: reportingController,
    source: deprecatedSource,
    firstTimestamp: deprecatedFirstTimestamp,
    lastTimestamp: deprecatedLastTimestamp,
    count: deprecatedCount,
  })
}

/** An Event as a version of events.k8s.io shows it. */
export function toEventsV1(event: Event, version: 'v1' | 'v1beta1'): AnyObject {
  const { involvedObject, message, reportingComponent, source, firstTimestamp, lastTimestamp, count, ...rest } = event
  return withoutAbsent<AnyObject>({
    ...rest,
    apiVersion: `events.k8s.io/${version}`,
    regarding: involvedObject,
    note: message,
    reportingController: reportingComponent,
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
    deprecatedCount: count,
  })
}
