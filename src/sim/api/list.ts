import { resourceOf, type Call } from './call'
import { continueExpired } from './collection'
import { fieldPath } from './field-path'
import type { ListMetadata } from './hooks'
import type { KindDefinition } from './kind'
import { selectionOf, select, type Selection } from './select'
import { badRequest, failure, internalError, invalid, isStatus } from './status'
import type { Storage, Stored } from './storage'

export interface ListResult {
  readonly items: readonly Stored[]
  readonly metadata: ListMetadata
}

/** Where a list goes on: the state it is a list of, and the last name that was sent. */
interface Continuation {
  readonly v: 'meta.k8s.io/v1'
  readonly rv: number
  readonly start: string
}

/** Stands for no state in particular. */
const ANY_REVISION = -1

/** Lists objects as a `GET` of a collection does: selectors, paging, and which state is wanted. */
export function listObjects(call: Call, query: URLSearchParams): ListResult {
  const { core, served, namespace } = call
  const { storage } = core
  const selection = selectionOf(
    { selectableFields: served.selectableFields, customSchema: served.kind.customSchema },
    namespace,
    query.get('labelSelector') ?? undefined,
    query.get('fieldSelector') ?? undefined,
  )
  checkReadable(call, selection)
  const limit = numberOf(query, 'limit')
  const from = continuationOf(query)
  // Who goes on although the state is forgotten gets the rest of the newest one.
  const revision = from ? (from.rv === ANY_REVISION ? storage.revision : from.rv) : (wantedRevision(call, query) ?? storage.revision)
  const wanted = selectedAt(call, selection, revision, from)
  const rest = from ? wanted.filter((stored) => keyOf(stored) > from.start) : wanted
  const metadata = { resourceVersion: String(revision) }
  if (limit <= 0 || rest.length <= limit) return { items: rest, metadata }
  const items = rest.slice(0, limit)
  const next: Continuation = { v: 'meta.k8s.io/v1', rv: revision, start: keyOf(items.at(-1)!) }
  // Counting what remains would mean reading everything when selectors are given, so a real server leaves it out then.
  const counted = selection.accepts === undefined ? { remainingItemCount: rest.length - limit } : {}
  return { items, metadata: { ...metadata, continue: encode(next), ...counted } }
}

/** A list in which one object cannot be read is none. */
function checkReadable({ core: { storage, options }, served: { kind } }: Call, { namespace }: Selection) {
  const atRest = options.atRest?.()
  if (!atRest) return
  for (const stored of storage.sorted(kind, namespace)) {
    const problem = atRest.problem(kind, stored)
    if (problem !== undefined) throw internalError(`unable to transform key "/registry/${kind.plural}/${keyOf(stored)}": ${problem}`)
  }
}

/** The objects of a selection in order, as they were at a revision. */
function selectedAt(
  { core: { storage }, served: { kind } }: Call,
  selection: Selection,
  revision: number,
  from: Continuation | undefined,
): readonly Stored[] {
  if (revision === storage.revision) {
    // Where no index narrows the choice down, the order that the store remembers is cheaper than sorting.
    return selection.accepts === undefined ? storage.sorted(kind, selection.namespace) : sortByKey([...select(storage, kind, selection)])
  }
  const { namespace, accepts } = selection
  const state = stateAt(storage, kind, revision, namespace, from)
  return accepts === undefined ? state : state.filter(({ object }) => accepts(object))
}

function stateAt(
  storage: Storage,
  kind: KindDefinition,
  revision: number,
  namespace: string | undefined,
  from: Continuation | undefined,
): readonly Stored[] {
  try {
    return storage.sortedAt(kind, revision, namespace)
  } catch (error) {
    throw from && isStatus(error, 'Expired') ? continueExpired(encode({ ...from, rv: ANY_REVISION })) : error
  }
}

/** The exact revision asked for; undefined when the newest state will do. */
function wantedRevision(call: Call, query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion')
  const match = query.get('resourceVersionMatch')
  if (match !== null && match !== 'Exact' && match !== 'NotOlderThan') {
    throw listOptionsInvalid(fieldPath('resourceVersionMatch').notSupported(match, ['Exact', 'NotOlderThan', '']))
  }
  if (!text) {
    if (match)
      throw listOptionsInvalid(
        fieldPath('resourceVersionMatch').forbidden('resourceVersionMatch is forbidden unless resourceVersion is provided'),
      )
    return undefined
  }
  const revision = parseRevision(text)
  if (match === 'Exact' && revision === 0)
    throw listOptionsInvalid(
      fieldPath('resourceVersionMatch').forbidden('resourceVersionMatch "Exact" is forbidden for resourceVersion "0"'),
    )
  if (revision > call.core.storage.revision) throw tooLargeRevision(call, revision)
  const exact = match === 'Exact' || (match === null && numberOf(query, 'limit') > 0 && revision > 0)
  return exact ? revision : undefined
}

const listOptionsInvalid = (error: ReturnType<ReturnType<typeof fieldPath>['forbidden']>) =>
  invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [error])

/** Reads a resourceVersion of a query. Throws 400 for what is none. */
export function parseRevision(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw badRequest(`Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`)
}

/** A resourceVersion from the future: the server waits for it in vain and gives up. */
export const tooLargeRevision = (call: Call, revision: number) =>
  failure(504, 'Timeout', `Timeout: Too large resource version: ${revision}, current: ${call.core.storage.revision}`, {
    ...(resourceOf(call).group && { group: resourceOf(call).group }),
    kind: resourceOf(call).plural,
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })

function numberOf(query: URLSearchParams, name: string): number {
  const text = query.get(name)
  if (!text) return 0
  if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

const keyOf = ({ object: { metadata } }: Stored) => `${metadata.namespace ?? ''}/${metadata.name}`

function sortByKey(items: Stored[]): readonly Stored[] {
  const byText = (x: string, y: string) => (x < y ? -1 : x > y ? 1 : 0)
  return items.sort(
    (x, y) =>
      byText(x.object.metadata.namespace ?? '', y.object.metadata.namespace ?? '') ||
      byText(x.object.metadata.name, y.object.metadata.name),
  )
}

const encode = (value: Continuation) => btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

function continuationOf(query: URLSearchParams): Continuation | undefined {
  const text = query.get('continue')
  if (!text) return undefined
  const value = decode(text)
  if (!value || value.v !== 'meta.k8s.io/v1' || typeof value.rv !== 'number' || typeof value.start !== 'string') {
    throw badRequest(
      `continue key is not valid: ${value ? 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)' : 'illegal base64 data at input byte 0'}`,
    )
  }
  if (query.get('resourceVersion') && query.get('resourceVersion') !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue')
  }
  return value as Continuation
}

function decode(text: string): Partial<Continuation> | undefined {
  try {
    return JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/'))) as Partial<Continuation>
  } catch {
    return undefined // not a token of ours: said so by the caller
  }
}
