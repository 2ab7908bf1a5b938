import type { Engine } from '../engine/engine'
import { microTimestamp, timestamp } from '../engine/time'
import { flat } from '../formats/flat-text'
import type { Client } from './client'
import type { KindDefinition } from './kind'
import type { KubeObject, NewObject, Writable } from './object'
import { isStatus, StatusError } from './status'
import type { Event, ObjectReference } from './types/core-v1.gen'

export interface EventRecorderOptions {
  readonly engine: Engine
  /** The definition of Event: this layer knows no kinds by name. */
  readonly kind: KindDefinition<Event>
  /** `kubelet`, `deployment-controller`, `default-scheduler`, … */
  readonly component: string
  /** The node's name, for components that run on one. */
  readonly host?: string
  /** `events.k8s.io/v1` events carry `eventTime`, `action` and a `series` instead of a count: the scheduler writes those. */
  readonly style?: 'core' | 'events.k8s.io'
}

export interface EventDetails {
  /** The part of the object concerned: `spec.containers{web}`. */
  readonly fieldPath?: string
  /** What was done or tried (`Binding`); only the `events.k8s.io` style has it. */
  readonly action?: string
  readonly related?: ObjectReference
}

/** Tells the story of an object as Events, the way client-go's recorder does: repetitions are counted, floods are cut. */
export interface EventRecorder {
  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, details?: EventDetails): void
  /** Begins anew, as a component does that was started again: what is told from now on repeats nothing. */
  forget(): void
}

/** How many differently worded events of one sort are kept apart within the interval before they are combined. */
const MAX_SIMILAR = 10
const SIMILAR_INTERVAL_MS = 600_000
/** Spam filter: a burst of 25 events about one object, then one more every five minutes. */
const SPAM_BURST = 25
const SPAM_REFILL_MS = 300_000
/** A series is written again at most this often. */
const SERIES_REFRESH_MS = 360_000
/** Objects remembered, and events about each; the oldest are forgotten first. */
const REMEMBERED = 4096
const MOST_TOLD = 64

/** What a recorder remembers of one object. Its times are whole milliseconds since the recorder began: such numbers take no room of their own. */
interface Story {
  /** Events it may still write about the object before the spam filter holds it back. */
  allowed: number
  allowedMs: number
  latest: Told | undefined
}

/** An event that has been written, to be counted on. Those about one object are a chain, the latest first: every Pod has a few. */
interface Told {
  earlier: Told | undefined
  readonly type: string
  readonly reason: string
  /** Undefined for the one that stands for many with different texts. */
  readonly message: string | undefined
  readonly fieldPath: string | undefined
  name: string
  count: number
  writtenMs: number
  seenMs: number
  /** Since when events of its type and reason have come without a long pause, when it was seen. */
  sinceMs: number
}

/** A recorder that writes as `component` on `host`. An event the server refuses (a namespace being deleted, say) is dropped: nobody may fail over an event. */
export function createEventRecorder(client: Client, options: EventRecorderOptions): EventRecorder {
  const { engine, kind, component, host = '', style = 'core' } = options
  const stories = new Map<string, Story>()
  const order: string[] = []
  let next = 0
  const instance = `${component}-${host}`
  const beganMs = engine.nowMs
  const sinceThen = () => Math.round(engine.nowMs - beganMs)
  const source = Object.freeze({ component, ...(host && { host }) })

  function storyOf(uid: string): Story {
    const known = stories.get(uid)
    if (known) return known
    // Who came first is known by a ring: a Map looks for its first entry among all that were deleted before it.
    const forgotten = order[next]
    if (forgotten !== undefined) stories.delete(forgotten)
    order[next] = uid
    next = (next + 1) % REMEMBERED
    const story: Story = { allowed: SPAM_BURST, allowedMs: sinceThen(), latest: undefined }
    stories.set(uid, story)
    return story
  }

  function isSpam(story: Story): boolean {
    story.allowed = Math.min(SPAM_BURST, story.allowed + (sinceThen() - story.allowedMs) / SPAM_REFILL_MS)
    story.allowedMs = sinceThen()
    if (story.allowed < 1) return true
    story.allowed--
    return false
  }

  function write(about: ObjectReference, type: string, reason: string, message: string, details: EventDetails): string {
    const namespace = about.namespace ?? 'default'
    const name = [about.name, '.', nanoseconds(engine)].join('') // flat: see timestamp()
    const now = style === 'core' ? timestamp(engine.nowMs) : undefined
    // One literal, with the nulls that the server would add: tens of thousands of these are kept.
    const event: NewObject<Event> = now
      ? {
          kind: 'Event',
          apiVersion: 'v1',
          metadata: { name, namespace },
          involvedObject: about,
          reason,
          message,
          source,
          firstTimestamp: now,
          lastTimestamp: now,
          count: 1,
          type,
          eventTime: null as never, // as the server shows it
          reportingComponent: component,
          reportingInstance: host,
        }
      : {
          kind: 'Event',
          apiVersion: 'v1',
          metadata: { name, namespace },
          involvedObject: about,
          reason,
          message,
          type,
          eventTime: microTimestamp(engine.nowMs),
          action: details.action ?? reason,
          reportingComponent: component,
          reportingInstance: instance,
        }
    if (details.related) Object.assign(event, { related: details.related })
    client.create(kind, event)
    return name
  }

  /** Counts a repetition on the event already stored; false when that event has expired meanwhile. */
  function repeat(event: Told, namespace: string | undefined, message: string): boolean {
    event.count++
    const core = { count: event.count, lastTimestamp: timestamp(engine.nowMs), message }
    const series = { series: { count: event.count, lastObservedTime: microTimestamp(engine.nowMs) } }
    if (style !== 'core' && event.count > 2 && sinceThen() - event.writtenMs < SERIES_REFRESH_MS) return true
    event.writtenMs = sinceThen()
    try {
      client.patch(kind, namespace ?? 'default', event.name, 'merge', style === 'core' ? core : series)
      return true
    } catch (error) {
      if (isStatus(error, 'NotFound')) return false
      throw error
    }
  }

  return {
    forget() {
      stories.clear()
      order.length = next = 0
    },
    event(about, type, reason, message, details = {}) {
      const { uid, name, namespace, resourceVersion } = about.metadata
      const story = storyOf(uid || `${about.kind}/${namespace ?? ''}/${name}`)
      if (isSpam(story)) return
      const nowMs = sinceThen()
      const similar = similarTo(story.latest, type, reason)
      const last = similar.reduce<Told | undefined>((last, each) => (last && last.seenMs >= each.seenMs ? last : each), undefined)
      const sinceMs = last && nowMs - last.seenMs <= SIMILAR_INTERVAL_MS ? last.sinceMs : nowMs
      const { fieldPath } = details
      const combined = isOneTooMany(similar, sinceMs, message)
      const text = flat(combined ? `(combined from similar events): ${message}` : message)
      const known = similar.find((each) =>
        combined ? each.message === undefined : each.message === message && each.fieldPath === fieldPath,
      )
      const { kind: ofKind, apiVersion } = about
      const reference: Writable<ObjectReference> = namespace
        ? { kind: ofKind, namespace, name, uid, apiVersion, resourceVersion }
        : { kind: ofKind, name, uid, apiVersion, resourceVersion }
      if (fieldPath) reference.fieldPath = fieldPath
      try {
        if (known) Object.assign(known, { seenMs: nowMs, sinceMs })
        if (known && repeat(known, namespace, text)) return
        const written = write(reference, type, reason, text, details)
        if (known) Object.assign(known, { name: written, count: 1, writtenMs: nowMs })
        else {
          const told = { type, reason, message: combined ? undefined : text, fieldPath, name: written, count: 1 }
          story.latest = { earlier: story.latest, ...told, writtenMs: nowMs, seenMs: nowMs, sinceMs }
          forgetOldest(story.latest)
        }
      } catch (error) {
        if (!(error instanceof StatusError)) throw error
      }
    },
  }
}

const NOTHING: readonly never[] = []

function similarTo(latest: Told | undefined, type: string, reason: string): readonly Told[] {
  let similar: Told[] | undefined
  for (let told = latest; told; told = told.earlier) if (told.type === type && told.reason === reason) (similar ??= []).push(told)
  return similar ?? NOTHING
}

/** After ten different texts for the same reason, the rest share one event. */
function isOneTooMany(similar: readonly Told[], sinceMs: number, message: string): boolean {
  if (similar.length < MAX_SIMILAR) return false
  const texts = new Set(similar.filter(({ seenMs }) => seenMs >= sinceMs).map((each) => each.message))
  texts.delete(undefined)
  return texts.size >= MAX_SIMILAR && !texts.has(message)
}

function forgetOldest(latest: Told) {
  let last = latest
  for (let count = 1; last.earlier; count++, last = last.earlier) {
    if (count < MOST_TOLD) continue
    last.earlier = undefined
    return
  }
}

const lastNames = new WeakMap<Engine, { ms: number; nanos: number }>()

/** The moment in nanoseconds since the epoch as hexadecimal, different at each call: what ends an Event's name. Later events sort later. */
function nanoseconds(engine: Engine): string {
  const last = lastNames.get(engine)
  const nanos = (last?.ms === engine.nowMs ? last.nanos : 0) + 1 + engine.random.int(5000)
  lastNames.set(engine, { ms: engine.nowMs, nanos })
  return (BigInt(Math.floor(engine.nowMs)) * 1_000_000n + BigInt(nanos)).toString(16)
}
