import { defineKind } from '../../api/kind'
import type { Event } from '../../api/types/core-v1.gen'
import { rulesOf } from '../late-rules'
import { fromEventsV1, toEventsV1 } from './event-conversion'

const REFERENCE_FIELDS = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const

const referenceFields = (prefix: string): Record<string, (object: Event) => string> =>
  Object.fromEntries(REFERENCE_FIELDS.map((field) => [`${prefix}.${field}`, (object: Event) => object.involvedObject?.[field] ?? '']))

/** Events of core/v1 and of events.k8s.io/v1 are the same objects under two names for their fields. */
export const event = defineKind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  otherVersions: (['v1', 'v1beta1'] as const).map((version) => ({
    group: 'events.k8s.io',
    version,
    toStorage: fromEventsV1,
    fromStorage: (object: Event) => toEventsV1(object, version),
    selectableFields: {
      ...referenceFields('regarding'),
      reason: ({ reason }: Event) => reason ?? '',
      reportingController: ({ reportingComponent }: Event) => reportingComponent ?? '',
      type: ({ type }: Event) => type ?? '',
    },
  })),
  selectableFields: {
    ...referenceFields('involvedObject'),
    reason: ({ reason }) => reason ?? '',
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
    source: ({ source, reportingComponent }) => source?.component || reportingComponent || '',
    type: ({ type }) => type ?? '',
  },
  rules: rulesOf('event'),
})
