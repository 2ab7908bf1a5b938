import { toYaml } from '../formats/yaml-emit'
import type { Core } from './call'
import type { ListMetadata, Presentation, PresentationContext } from './hooks'
import type { BufferedResponse } from './http'
import { shown } from './managed-fields'
import type { AnyObject } from './object'
import type { Served } from './registry'
import { failure, type Status } from './status'
import type { Stored } from './storage'
import { presentations } from './table'

/** In which form and format a client wants its answer: what it says in `Accept`. */
export interface Wish {
  /** Undefined: the objects themselves. */
  readonly form: Presentation | undefined
  readonly metaVersion: string
  readonly media: 'application/json' | 'application/yaml'
}

const FORMATS: Readonly<Record<string, Wish['media']>> = {
  'application/json': 'application/json',
  'application/yaml': 'application/yaml',
  'application/*': 'application/json',
  '*/*': 'application/json',
}

/** Reads an `Accept` header: the first clause that can be served wins. Throws 406 when there is none. */
export function wishOf(accept: string | undefined): Wish {
  if (!accept) return { form: undefined, metaVersion: 'v1', media: 'application/json' }
  for (const clause of accept.split(',')) {
    const [mediaType = '', ...rest] = clause.split(';').map((part) => part.trim())
    const media = FORMATS[mediaType.toLowerCase()]
    if (!media) continue
    const parameters = new Map(rest.map((part) => part.split('=', 2) as [string, string]))
    const as = parameters.get('as')
    if (as === undefined) return { form: undefined, metaVersion: 'v1', media }
    const form = presentations.find((each) => each.as === as)
    const metaVersion = parameters.get('v') ?? ''
    if (form && parameters.get('g') === 'meta.k8s.io' && /^v1(beta1)?$/.test(metaVersion)) return { form, metaVersion, media }
  }
  throw failure(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  )
}

/** A list cannot be shown as one object, nor one object as a list. Throws 406 with the Go type that cannot be. */
export function checkForm({ form }: Wish, verb: string, { kind }: Served) {
  const goType = (name: string) =>
    kind.customSchema ? `*unstructured.Unstructured${name}` : `*${kind.group.split('.')[0] || 'core'}.${kind.kind}${name}`
  if (form?.as === 'PartialObjectMetadata' && verb === 'list')
    throw failure(406, 'NotAcceptable', `you requested PartialObjectMetadata, but the requested object is a list (${goType('List')})`)
  if (form?.as === 'PartialObjectMetadataList' && verb === 'get')
    throw failure(406, 'NotAcceptable', `you requested PartialObjectMetadataList, but the requested object is not a list (${goType('')})`)
}

export function contextOf(core: Core, served: Served, wish: Wish, query: URLSearchParams, following = false): PresentationContext {
  return { served, nowMs: core.engine.nowMs, release: core.release, version: wish.metaVersion, query, following }
}

/** One object in the form asked for. */
export const presentOne = (wish: Wish, object: AnyObject, context: PresentationContext): unknown =>
  wish.form ? wish.form.one(object, context) : object

/** A list in the form asked for. */
export const presentList = (wish: Wish, items: readonly Stored[], metadata: ListMetadata, context: PresentationContext): unknown =>
  presentObjects(
    wish,
    items.map((stored) => shown(context.served, stored)),
    metadata,
    context,
  )

/** The same for objects that are not stored. */
export function presentObjects(wish: Wish, objects: readonly AnyObject[], metadata: ListMetadata, context: PresentationContext): unknown {
  const { served } = context
  if (wish.form) return wish.form.list(objects, metadata, context)
  const items = served.kind.customSchema === undefined ? objects.map(withoutType) : objects
  return { kind: `${served.kind.kind}List`, apiVersion: served.apiVersion, metadata, items }
}

/** Items of a typed list do not say again what the list has said; custom resources, which have no Go type, do. */
function withoutType({ apiVersion: _version, kind: _kind, ...item }: AnyObject): object {
  return item
}

/** A complete answer. `warnings` become `Warning` headers (joined as HTTP joins repeated ones). */
export function answer(status: number, value: unknown, media: Wish['media'], warnings: readonly string[] = []): BufferedResponse {
  const headers = { 'content-type': media, ...warningHeader(warnings) }
  return { status, headers, body: media === 'application/yaml' ? toYaml(value) : `${JSON.stringify(value)}\n` }
}

/** A complete answer to be read by a client in the same memory as `value`, by any other as text, which is written when it is asked for. */
export function answerInMemory(value: unknown, whole: () => unknown, media: Wish['media']): BufferedResponse {
  let body: string | undefined
  return {
    status: 200,
    headers: { 'content-type': media },
    value,
    get body() {
      return (body ??= answer(200, whole(), media).body as string) // what `answer` writes is text
    },
  }
}

export const warningHeader = (warnings: readonly string[]): Readonly<Record<string, string>> =>
  warnings.length === 0 ? {} : { warning: [...new Set(warnings)].map((text) => `299 - ${JSON.stringify(text)}`).join(', ') }

export const answerStatus = (status: Status, warnings: readonly string[] = []) => {
  const answered = answer(status.code ?? 500, status, 'application/json', warnings)
  const wait = status.details?.retryAfterSeconds
  return wait === undefined ? answered : { ...answered, headers: { ...answered.headers, 'retry-after': String(wait) } }
}
