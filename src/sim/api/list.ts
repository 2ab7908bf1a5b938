import { resourceOf, type Call } from './call'
import { byPlace, byText, continueExpired } from './collection'
import type { ListMetadata } from './hooks'
import type { KindDefinition } from './kind'
import { readListOptions, type ListOptions } from './list-options'
import { selectionOf, select, type Selection } from './select'
import { badRequest, failure, internalError, isStatus } from './status'
import type { Storage, Stored } from './storage'

export interface ListResult {
  readonly items: readonly Stored[]
  readonly metadata: ListMetadata
}

/** Where a list goes on: the state it is a list of, and the first key that was not sent, below the namespace where the list is of one. */
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
  const options = readListOptions(query, false)
  checkReadable(call, selection)
  const { limit } = options
  const from = continuationOf(options, namespace)
  // Who goes on although the state is forgotten gets the rest of the newest one.
  const revision = from ? (from.rv === ANY_REVISION ? storage.revision : from.rv) : (wantedRevision(call, options) ?? storage.revision)
  const wanted = selectedAt(call, selection, revision, from)
  const rest = from ? wanted.filter((stored) => keyOf(stored) >= from.start) : wanted
  const metadata = { resourceVersion: String(revision) }
  if (limit <= 0 || rest.length <= limit) return { items: rest, metadata }
  const items = rest.slice(0, limit)
  const next: Continuation = { v: 'meta.k8s.io/v1', rv: revision, start: startAfter(items.at(-1)!, namespace) }
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
    throw from && isStatus(error, 'Expired')
      ? continueExpired(encode({ ...from, start: belowNamespace(from.start, namespace), rv: ANY_REVISION }))
      : error
  }
}

/** The exact revision asked for; undefined when the newest state will do. */
function wantedRevision(call: Call, { resourceVersion, match, limit }: ListOptions): number | undefined {
  if (resourceVersion === '') return undefined
  const revision = parseRevision(resourceVersion)
  if (revision > call.core.storage.revision) throw tooLargeRevision(call, revision)
  const exact = match === 'Exact' || (match === '' && limit > 0 && revision > 0)
  return exact ? revision : undefined
}

/** Reads a resourceVersion of a query. Throws for what is none: a server's storage complains, and nobody makes a better status of it. */
export function parseRevision(text: string): number {
  if (isRevision(text)) return Number(text)
  throw failure(500, '', `resourceVersion: Invalid value: ${JSON.stringify(text)}: ${notANumber(text)}`)
}

export const isRevision = (text: string) => /^\d{1,15}$/.test(text)

/** What Go says of a text that should be a resourceVersion. */
export const notANumber = (text: string) => `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`

/** A resourceVersion from the future: the server waits for it in vain and gives up. */
export const tooLargeRevision = (call: Call, revision: number) =>
  failure(504, 'Timeout', `Timeout: Too large resource version: ${revision}, current: ${call.core.storage.revision}`, {
    ...(resourceOf(call).group && { group: resourceOf(call).group }),
    kind: resourceOf(call).plural,
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })

const keyOf = ({ object: { metadata } }: Stored) => `${metadata.namespace ?? ''}/${metadata.name}`

function sortByKey(items: Stored[]): readonly Stored[] {
  return items.sort(
    (x, y) =>
      byPlace(x.object.metadata.namespace ?? '', y.object.metadata.namespace ?? '') ||
      byText(x.object.metadata.name, y.object.metadata.name),
  )
}

const encode = (value: Continuation) => btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

/** Keys of a list within a namespace begin below it. */
const belowNamespace = (key: string, namespace: string | undefined) => (namespace === undefined ? key : key.slice(namespace.length + 1))

/** The key right behind an object's: its own and a zero byte. */
const startAfter = (stored: Stored, namespace: string | undefined) => `${belowNamespace(keyOf(stored), namespace)}\0`

function continuationOf({ continue: text, resourceVersion }: ListOptions, namespace: string | undefined): Continuation | undefined {
  if (text === '') return undefined
  const refused = (why: string) => badRequest(`invalid continue token: continue key is not valid${why}`)
  const json = decode(text)
  if (json === undefined) throw refused(`: illegal base64 data at input byte ${illegalByte(text)}`)
  const value = parsed(json)
  if (value === undefined) throw refused(`: invalid character ${quoted(json)} looking for beginning of value`)
  if (value.v !== 'meta.k8s.io/v1') throw refused(`: server does not recognize this encoded version ${JSON.stringify(value.v ?? '')}`)
  if (typeof value.rv !== 'number' || value.rv === 0) throw refused(': incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
  if (typeof value.start !== 'string' || value.start === '') throw refused(': encoded start key empty (version meta.k8s.io/v1)')
  if (resourceVersion !== '' && resourceVersion !== '0') throw badRequest('specifying resource version is not allowed when using continue')
  const start = namespace === undefined ? value.start : `${namespace}/${value.start}`
  return { v: value.v, rv: value.rv, start }
}

function decode(text: string): string | undefined {
  if (/[^\w-]/.test(text)) return undefined
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return undefined // no text of this length: said so by the caller
  }
}

const illegalByte = (text: string) => (/[^\w-]/.test(text) ? text.search(/[^\w-]/) : text.length - (text.length % 4))

function parsed(json: string): Partial<Continuation> | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return undefined
  }
}

/** The first byte of a text as Go quotes it. */
function quoted(json: string): string {
  const code = json.charCodeAt(0)
  const isPlain = (code >= 0x20 && code < 0x7f) || code >= 0xa1
  return `'${isPlain ? json[0] : `\\x${code.toString(16).padStart(2, '0')}`}'`
}
