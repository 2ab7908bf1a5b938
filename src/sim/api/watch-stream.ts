import type { Timer } from '../engine/engine'
import type { Call } from './call'
import { fieldPath } from './field-path'
import type { StreamedResponse, StreamSink } from './http'
import { isRevision, notANumber } from './list'
import { readListOptions } from './list-options'
import { shown } from './managed-fields'
import { contextOf, presentOne, type Wish } from './present'
import type { Served } from './registry'
import { select, selectionOf, type Selection } from './select'
import { invalid, StatusError } from './status'
import type { Stored, StorageEvent } from './storage'
import { Waiting, type Answers } from './waiting'

/** How often a bookmark tells a quiet watch how far it is. */
const BOOKMARK_EVERY_MS = 60_000
/** A server ends watches after half an hour to an hour unless the client asks for less. */
const TIMEOUT_MIN_MS = 30 * 60_000

/** Answers a watch: a stream of `{"type":…,"object":…}` lines. */
export function watchObjects(call: Call, query: URLSearchParams, wish: Wish): StreamedResponse {
  const { core, served, namespace } = call
  const selection = selectionOf(
    { selectableFields: served.selectableFields, customSchema: served.kind.customSchema },
    namespace,
    query.get('labelSelector') ?? undefined,
    query.get('fieldSelector') ?? undefined,
  )
  const options = watchOptions(call, query)
  return {
    status: 200,
    headers: { 'content-type': wish.media, 'transfer-encoding': 'chunked' },
    stream: (sink) => startWatch({ call, query, wish, selection, options, sink, rowsSent: false }, core.engine.random.int(TIMEOUT_MIN_MS)),
  }
}

interface WatchOptions {
  readonly since: number | undefined
  readonly initial: boolean
  /** Whether the end of the initial state is marked by a bookmark. */
  readonly markEnd: boolean
  readonly bookmarks: boolean
  readonly timeoutMs: number | undefined
}

function watchOptions({ served }: Call, query: URLSearchParams): WatchOptions {
  const { resourceVersion, allowWatchBookmarks: bookmarks, sendInitialEvents, timeoutSeconds } = readListOptions(query, true)
  if (resourceVersion !== '' && !isRevision(resourceVersion)) {
    const complaint = fieldPath('resourceVersion').invalid(resourceVersion, notANumber(resourceVersion))
    throw invalid({ group: served.group, kind: served.kind.plural }, '', [complaint])
  }
  const since = Number(resourceVersion)
  const initial = sendInitialEvents ?? since === 0
  return {
    since: initial || since === 0 ? undefined : since,
    initial,
    markEnd: sendInitialEvents === true && bookmarks, // the mark is a bookmark: who does not know those is sent none
    bookmarks,
    timeoutMs: timeoutSeconds > 0 ? timeoutSeconds * 1000 : undefined,
  }
}

interface Watch {
  readonly call: Call
  readonly query: URLSearchParams
  readonly wish: Wish
  readonly selection: Selection
  readonly options: WatchOptions
  readonly sink: StreamSink
  rowsSent: boolean
  /** What waits to be sent, while a webhook is asked for another version of an object. */
  held?: (() => void)[] | undefined
}

function startWatch(watch: Watch, jitterMs: number): () => void {
  const { call, selection, options, sink } = watch
  const { core, served } = call
  const { engine, storage } = core
  let stopWatching = () => {}
  let bookmark: Timer | undefined
  const stop = () => {
    watch.held = undefined
    stopWatching()
    engine.cancel(bookmark)
    engine.cancel(timeout)
  }
  const timeout = engine.after(
    options.timeoutMs ?? TIMEOUT_MIN_MS + jitterMs,
    () => {
      stop()
      if (options.bookmarks) sendBookmark(watch)
      sink.end()
    },
    { background: true },
  )
  try {
    if (options.initial) {
      for (const stored of select(storage, served.kind, selection)) inOrder(watch, () => send(watch, 'ADDED', stored))
      if (options.markEnd) inOrder(watch, () => sendBookmark(watch, { 'k8s.io/initial-events-end': 'true' }))
    }
    stopWatching = storage.watch(served.kind, { ...selection, ...(options.since !== undefined && { since: options.since }) }, (events) =>
      sendAll(watch, events),
    )
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    stop()
    line(watch, 'ERROR', error.status)
    sink.end()
    return () => undefined
  }
  const remind = () => {
    inOrder(watch, () => sendBookmark(watch))
    bookmark = engine.after(BOOKMARK_EVERY_MS, remind, { background: true })
  }
  if (options.bookmarks) bookmark = engine.after(BOOKMARK_EVERY_MS, remind, { background: true })
  return stop
}

function sendAll(watch: Watch, events: readonly StorageEvent[]) {
  for (const { type, stored } of events) {
    if (watch.held) inOrder(watch, () => send(watch, type, stored))
    else trySending(watch, () => send(watch, type, stored))
  }
}

/** Sends something now, or after what is held back. */
function inOrder(watch: Watch, act: () => void) {
  if (watch.held) watch.held.push(act)
  else trySending(watch, act)
}

/** An object that a webhook has to convert first holds back everything behind it. */
function trySending(watch: Watch, act: () => void) {
  try {
    act()
  } catch (error) {
    if (!(error instanceof Waiting)) throw error
    watch.held = []
    sendWithAnswers(watch, act, new Map())
  }
}

function sendWithAnswers(watch: Watch, act: () => void, answers: Answers) {
  try {
    watch.call.core.questions.during(answers, act)
  } catch (error) {
    if (error instanceof Waiting) return error.whenKnown(() => watch.held && sendWithAnswers(watch, act, answers))
    // What cannot be converted is told in its place.
    if (!(error instanceof StatusError)) throw error
    line(watch, 'ERROR', error.status)
  }
  const held = watch.held ?? []
  watch.held = undefined
  for (const each of held) inOrder(watch, each)
}

/** The last objects sent as they are, as text: many watchers are told of the same few. */
const texts = new Map<Stored, { readonly served: Served; readonly text: string }>()
const MAX_TEXTS = 256

function textOf(stored: Stored, served: Served): string {
  const before = texts.get(stored)
  if (before?.served === served) return before.text
  const text = JSON.stringify(shown(served, stored))
  if (texts.size >= MAX_TEXTS) texts.clear()
  texts.set(stored, { served, text })
  return text
}

function send(watch: Watch, type: string, stored: Stored) {
  const { call, wish, query, sink } = watch
  if (!wish.form) return sink.data(`{"type":"${type}","object":${textOf(stored, call.served)}}\n`)
  const context = contextOf(call.core, call.served, wish, query, watch.rowsSent)
  line(watch, type, presentOne(wish, shown(call.served, stored), context))
  watch.rowsSent = true
}

function sendBookmark(watch: Watch, annotations?: Readonly<Record<string, string>>) {
  const { call, wish, query } = watch
  const { apiVersion, kind } = call.served
  const metadata = { resourceVersion: String(call.core.storage.revision), creationTimestamp: null, ...(annotations && { annotations }) }
  const empty = { kind: kind.kind, apiVersion, metadata } as never // a bookmark is an object of the kind with nothing in it
  line(watch, 'BOOKMARK', wish.form ? presentOne(wish, empty, contextOf(call.core, call.served, wish, query, watch.rowsSent)) : empty)
}

const line = ({ sink }: Watch, type: string, object: unknown) => sink.data(`${JSON.stringify({ type, object })}\n`)
