import { expect, test } from 'vitest'
import { createEventRecorder } from '../../../src/sim/api/event-recorder'
import type { Client } from '../../../src/sim/api/client'
import { defineKind } from '../../../src/sim/api/kind'
import { notFound } from '../../../src/sim/api/status'
import type { Event, Pod } from '../../../src/sim/api/types/core-v1.gen'
import { createEngine } from '../../../src/sim/engine/engine'

const eventKind = defineKind<Event>({ group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true })
const web: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '7', creationTimestamp: '' },
  spec: { containers: [] },
}

/** A recorder on a stand-in server that keeps what it is sent. */
function recording(style?: 'events.k8s.io') {
  const engine = createEngine({ seed: 1, startMs: 1_700_000_000_000 })
  const stored = new Map<string, Event>()
  const client = {
    create: (_: unknown, event: Event) => stored.set(event.metadata.name, event),
    patch(_: unknown, namespace: string, name: string, _type: string, patch: object) {
      const old = stored.get(name)
      if (!old) throw notFound({ group: '', plural: 'events' }, `${namespace}/${name}`)
      stored.set(name, { ...old, ...patch })
    },
  } as unknown as Client
  const recorder = createEventRecorder(client, { engine, kind: eventKind, component: 'kubelet', host: 'node01', style })
  return { engine, recorder, stored, events: () => [...stored.values()] }
}

test('an event names its object, its writer and the moment', () => {
  const { recorder, events } = recording()
  recorder.event(web, 'Normal', 'Pulled', 'pulled it', { fieldPath: 'spec.containers{web}' })
  expect(events()).toHaveLength(1)
  expect(events()[0]).toMatchObject({
    metadata: { name: expect.stringMatching(/^web\.[0-9a-f]{16}$/), namespace: 'shop' },
    involvedObject: {
      kind: 'Pod',
      namespace: 'shop',
      name: 'web',
      uid: 'u1',
      apiVersion: 'v1',
      resourceVersion: '7',
      fieldPath: 'spec.containers{web}',
    },
    source: { component: 'kubelet', host: 'node01' },
    reportingComponent: 'kubelet',
    reportingInstance: 'node01',
    count: 1,
    firstTimestamp: '2023-11-14T22:13:20Z',
    lastTimestamp: '2023-11-14T22:13:20Z',
  })
})

test('a repeated event is counted, not written again', () => {
  const { engine, recorder, events } = recording()
  for (let i = 0; i < 3; i++) {
    recorder.event(web, 'Warning', 'BackOff', 'Back-off')
    engine.advanceTo(engine.nowMs + 60_000)
  }
  expect(events()).toHaveLength(1)
  expect(events()[0]).toMatchObject({ count: 3, firstTimestamp: '2023-11-14T22:13:20Z', lastTimestamp: '2023-11-14T22:15:20Z' })
})

test('an event that has expired on the server is written anew', () => {
  const { recorder, stored, events } = recording()
  recorder.event(web, 'Warning', 'BackOff', 'Back-off')
  stored.clear()
  recorder.event(web, 'Warning', 'BackOff', 'Back-off')
  expect(events()[0]).toMatchObject({ count: 1 })
})

test('from the eleventh wording on, events of one sort are combined', () => {
  const { recorder, events } = recording()
  for (let i = 1; i <= 13; i++) recorder.event(web, 'Warning', 'Unhealthy', `probe ${i} failed`)
  expect(events()).toHaveLength(11)
  expect(events().at(-1)).toMatchObject({ count: 3, message: '(combined from similar events): probe 13 failed' })
})

test('one object may cause 25 events at once and one more every five minutes', () => {
  const { engine, recorder, events } = recording()
  const count = () => events().reduce((sum, event) => sum + (event.count ?? 0), 0)
  for (let i = 0; i < 40; i++) recorder.event(web, 'Warning', 'BackOff', 'Back-off')
  expect(count()).toBe(25)
  engine.advanceTo(engine.nowMs + 300_000)
  for (let i = 0; i < 5; i++) recorder.event(web, 'Warning', 'BackOff', 'Back-off')
  expect(count()).toBe(26)
})

test('names of later events sort after those of earlier ones, within one millisecond too', () => {
  const { recorder, events } = recording()
  for (const reason of ['Pulled', 'Created', 'Started']) recorder.event(web, 'Normal', reason, reason)
  const names = events().map((event) => event.metadata.name)
  expect([...names].sort()).toEqual(names)
})

test('an events.k8s.io recorder keeps a series instead of a count', () => {
  const { recorder, events } = recording('events.k8s.io')
  recorder.event(web, 'Warning', 'FailedScheduling', 'no', { action: 'Scheduling' })
  recorder.event(web, 'Warning', 'FailedScheduling', 'no', { action: 'Scheduling' })
  expect(events()[0]).toMatchObject({ action: 'Scheduling', eventTime: '2023-11-14T22:13:20.000000Z', series: { count: 2 } })
  expect(events()[0]!.count).toBeUndefined()
})
