import type { Client } from '../api/client'
import type { EventRecorder } from '../api/event-recorder'
import { keyOf, withFields, type KubeObject } from '../api/object'
import { Waiting } from '../api/waiting'
import type { Engine } from '../engine/engine'
import { applySteps, type Outcome } from './apply-steps'
import type { AnyController, Circumstances, Find, ObjectKey, Refusal, Step } from './controller'
import type { Informers } from './informers'
import { msPerObjectOf, reactionMsOf } from './latency'
import { createWorkQueue } from './work-queue'

/** What a runner is given: the clock, and the way to the API server as the controller's own service account. */
export interface RunnerOptions {
  readonly engine: Engine
  readonly client: Client
  readonly recorder: EventRecorder
  readonly informers: Informers
  /** Told about every round in which something was done or refused: the causality view reads it. */
  readonly note?: (note: Note) => void
  /**
   * Told about an error that only a bug can cause. With it one object's bad round is logged and tried again later, as a real controller
   * recovers from a panic; without it the error is thrown, which is what tests want.
   */
  readonly onBug?: (controller: string, key: string, error: unknown) => void
}

/** One round of one controller: what woke it and what it did about it. */
export interface Note {
  readonly atMs: number
  readonly controller: string
  readonly key: string
  /** The changes that woke it, the latest last. */
  readonly wokenBy: readonly Cause[]
  readonly outcomes: readonly Outcome[]
}

export interface Cause {
  readonly kind: string
  readonly key: string
  readonly resourceVersion: string
}

export interface Runner {
  start(): void
  stop(): void
}

/** More causes than this explain nothing. */
const MAX_CAUSES = 8

/** Runs one controller: wakes it by key, applies what it wants, comes back later when it was refused. Starting again catches up by listing. */
export function createRunner(options: RunnerOptions, controller: AnyController): Runner {
  const { engine, client, recorder, informers, note, onBug } = options
  const { name, reconciles } = controller
  const watches = Object.entries(controller.watches)
  const find = findThrough(client, informers, controller)
  const sizes = new Map<string, number>()
  const refusals = new Map<string, readonly Refusal[]>()
  const causes = new Map<string, Cause[]>()
  const ownWrites = new Map<string, string>()
  const pauses: Circumstances['pauses'] = new Map()
  let unsubscribe: (() => void)[] = []

  const reactionMs = (key: string) => reactionMsOf(name) + (sizes.get(key) ?? 0) * msPerObjectOf(name)
  const queue = createWorkQueue(engine, look, reactionMs, controller.retries)

  function wake(key: string, cause: KubeObject) {
    if (note) {
      const known = causes.get(key)
      const entry = { kind: cause.kind, key: keyOf(cause), resourceVersion: cause.metadata.resourceVersion }
      if (!known) causes.set(key, [entry])
      else if (known.length < MAX_CAUSES) known.push(entry)
    }
    queue.add(key)
  }

  function look(key: string) {
    try {
      handle(key)
    } catch (error) {
      if (error instanceof Waiting) {
        error.whenKnown(() => queue.add(key))
        return
      }
      if (!onBug) throw error
      onBug(name, key, error)
      queue.retry(key)
    }
  }

  function handle(key: string) {
    const target = parseKey(key, reconciles.namespaced)
    const object = client.get(reconciles, target.namespace, target.name)
    if (!object) {
      finish(key, target)
      return
    }
    const seen: Record<string, unknown> = {}
    let size = 0
    for (const [field, watch] of watches) {
      const read = (seen[field] = watch.read(object, find))
      if (Array.isArray(read)) size += read.length
    }
    if (size > 0) sizes.set(key, size)
    const circumstances: Circumstances = {
      nowMs: engine.nowMs,
      refused: refusals.get(key) ?? [],
      suffix: (length) => engine.random.suffix(length),
      pauses,
    }
    perform(key, object, controller.reconcile(object, withFields(seen, circumstances)))
  }

  function finish(key: string, target: ObjectKey) {
    for (const memory of [sizes, refusals, ownWrites]) memory.delete(key)
    queue.forget(key)
    perform(key, undefined, controller.deleted?.(target, find) ?? [])
  }

  function perform(key: string, object: KubeObject | undefined, wanted: readonly (Step | undefined)[]) {
    const steps = wanted.filter((step) => step !== undefined)
    const outcomes = applySteps({ client, recorder, kind: reconciles, object, ownWrite: (version) => ownWrites.set(key, version) }, steps)
    const refused = outcomes.flatMap(({ step, refused: error }) => (error ? [{ step, error }] : []))
    for (const step of steps) if (step.do === 'again') queue.addAfter(key, step.afterMs, step)
    if (refused.length > 0) {
      refusals.set(key, refused)
      queue.retry(key)
    } else {
      queue.forget(key)
      // A refusal that shows in a status is taken back in one more look.
      if (refusals.delete(key)) queue.add(key)
    }
    if (note && outcomes.length > 0) note({ atMs: engine.nowMs, controller: name, key, wokenBy: causes.get(key) ?? [], outcomes })
    causes.delete(key)
  }

  function resync(everyMs: number) {
    let timer = engine.after(everyMs, tick, { background: true })
    function tick() {
      for (const object of find.all()) queue.add(keyOf(object))
      timer = engine.after(everyMs, tick, { background: true })
    }
    return () => engine.cancel(timer)
  }

  return {
    start() {
      if (unsubscribe.length > 0) return
      unsubscribe = [
        informers.onChange(reconciles, ({ object }) => {
          const key = keyOf(object)
          // The echo of a status this controller has just written itself tells it nothing.
          if (ownWrites.get(key) !== object.metadata.resourceVersion) wake(key, object)
        }),
        ...watches.map(([, watch]) =>
          informers.onChange(watch.kind, ({ object, old, type }) => {
            for (const key of watch.concerns(object, old, find, type)) wake(key, object)
          }),
        ),
        ...(controller.resyncMs === undefined ? [] : [resync(controller.resyncMs)]),
      ]
      if (informers.isKnown(reconciles)) for (const object of find.all()) wake(keyOf(object), object)
    },
    stop() {
      for (const stop of unsubscribe) stop()
      unsubscribe = []
      queue.clear()
      for (const memory of [sizes, refusals, causes, ownWrites]) memory.clear()
    },
  }
}

function parseKey(key: string, namespaced: boolean): ObjectKey {
  const slash = key.indexOf('/')
  return namespaced ? { namespace: key.slice(0, slash), name: key.slice(slash + 1) } : { namespace: undefined, name: key }
}

/** What a controller's watches may ask, answered by the API server's indexes and the informers'. */
export function findThrough(client: Client, informers: Informers, { reconciles }: AnyController): Find<KubeObject> {
  return {
    all: (namespace) => client.list(reconciles, namespace === undefined ? {} : { namespace }),
    one: (namespace, name) => client.get(reconciles, namespace, name),
    list: (kind, namespace, labelSelector) =>
      client.list(kind, { ...(namespace !== undefined && { namespace }), ...(labelSelector !== undefined && { labelSelector }) }),
    get: (kind, namespace, name) => client.get(kind, namespace, name),
    owned: (kind, namespace, uid) => client.owned(kind, namespace, uid),
    onNode: (kind, nodeName) => client.onNode(kind, nodeName),
    orphans: (kind, namespace) => informers.orphans(kind, namespace),
  }
}
