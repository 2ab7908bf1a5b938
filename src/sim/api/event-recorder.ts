import type { Engine } from '../engine/engine'
import { microTimestamp, timestamp } from '../engine/time'
import type { Client } from './client'
import type { KindDefinition } from './kind'
import type { KubeObject, NewObject } from './object'
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
}

/** How many differently worded events of one sort are kept apart within the interval before they are combined. */
const MAX_SIMILAR = 10
const SIMILAR_INTERVAL_MS = 600_000
/** Spam filter: a burst of 25 events about one object, then one more every five minutes. */
const SPAM_BURST = 25
const SPAM_REFILL_MS = 300_000
/** A series is written again at most this often. */
const SERIES_REFRESH_MS = 360_000
/** Entries remembered of each sort; the oldest is forgotten first. */
const REMEMBERED = 4096

interface Written {
  readonly namespace: string
  readonly name: string
  count: number
  writtenMs: number
}
interface Similar {
  readonly messages: Set<string>
  lastMs: number
}
interface Allowance {
  tokens: number
  lastMs: number
}

/** A recorder that writes as `component` on `host`. An event the server refuses (a namespace being deleted, say) is dropped: nobody may fail over an event. */
export function createEventRecorder(client: Client, options: EventRecorderOptions): EventRecorder {
  const { engine, kind, component, host = '', style = 'core' } = options
  const written = new Map<string, Written>()
  const similar = new Map<string, Similar>()
  const allowances = new Map<string, Allowance>()

  /** After ten different texts for the same reason, the rest share one event whose text says so. */
  function combined(key: string, message: string): string | undefined {
    const seen = recall(similar, key, () => ({ messages: new Set<string>(), lastMs: engine.nowMs }))
    if (engine.nowMs - seen.lastMs > SIMILAR_INTERVAL_MS) seen.messages.clear()
    seen.lastMs = engine.nowMs
    if (seen.messages.size < MAX_SIMILAR || seen.messages.has(message)) {
      seen.messages.add(message)
      return undefined
    }
    return `(combined from similar events): ${message}`
  }

  function isSpam(key: string): boolean {
    const allowance = recall(allowances, key, () => ({ tokens: SPAM_BURST, lastMs: engine.nowMs }))
    allowance.tokens = Math.min(SPAM_BURST, allowance.tokens + (engine.nowMs - allowance.lastMs) / SPAM_REFILL_MS)
    allowance.lastMs = engine.nowMs
    if (allowance.tokens < 1) return true
    allowance.tokens--
    return false
  }

  function write(about: ObjectReference, type: string, reason: string, message: string, details: EventDetails): Written {
    const namespace = about.namespace ?? 'default'
    const name = `${about.name}.${nanoseconds(engine)}`
    const event: NewObject<Event> = {
      metadata: { name, namespace },
      involvedObject: about,
      reason,
      message,
      type,
      ...(style === 'core'
        ? {
            source: { component, ...(host && { host }) },
            firstTimestamp: timestamp(engine.nowMs),
            lastTimestamp: timestamp(engine.nowMs),
            count: 1,
          }
        : { eventTime: microTimestamp(engine.nowMs), action: details.action ?? reason }),
      ...(details.related && { related: details.related }),
      reportingComponent: component,
      reportingInstance: style === 'core' ? host : `${component}-${host}`,
    }
    client.create(kind, event)
    return { namespace, name, count: 1, writtenMs: engine.nowMs }
  }

  /** Counts a repetition on the event already stored; false when that event has expired meanwhile. */
  function repeat(event: Written, message: string): boolean {
    event.count++
    const core = { count: event.count, lastTimestamp: timestamp(engine.nowMs), message }
    const series = { series: { count: event.count, lastObservedTime: microTimestamp(engine.nowMs) } }
    if (style !== 'core' && event.count > 2 && engine.nowMs - event.writtenMs < SERIES_REFRESH_MS) return true
    event.writtenMs = engine.nowMs
    try {
      client.patch(kind, event.namespace, event.name, 'merge', style === 'core' ? core : series)
      return true
    } catch (error) {
      if (isStatus(error, 'NotFound')) return false
      throw error
    }
  }

  return {
    event(about, type, reason, message, details = {}) {
      const { uid, name, namespace, resourceVersion } = about.metadata
      const object = `${about.kind}/${namespace ?? ''}/${name}/${uid}`
      if (isSpam(object)) return
      const sort = `${object}/${type}/${reason}`
      const shared = combined(sort, message)
      const key = shared ? sort : `${sort}/${details.fieldPath ?? ''}/${message}`
      const { fieldPath } = details
      const reference: ObjectReference = {
        kind: about.kind,
        ...(namespace && { namespace }),
        name,
        uid,
        apiVersion: about.apiVersion,
        resourceVersion,
        ...(fieldPath && { fieldPath }),
      }
      try {
        const known = written.get(key)
        if (known && repeat(known, shared ?? message)) return
        remember(written, key, write(reference, type, reason, shared ?? message, details))
      } catch (error) {
        if (!(error instanceof StatusError)) throw error
      }
    },
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

function recall<T>(memory: Map<string, T>, key: string, fresh: () => T): T {
  const known = memory.get(key)
  if (known) return known
  return remember(memory, key, fresh())
}

function remember<T>(memory: Map<string, T>, key: string, value: T): T {
  if (memory.size >= REMEMBERED) memory.delete(memory.keys().next().value!)
  memory.set(key, value)
  return value
}
