import { resourceOf, storedOf, type Call, type Core } from './call'
import { readAs, readBody, readBodyAs, type ReadBody } from './decode'
import { fieldPath, type FieldError } from './field-path'
import { computedList, computedObject } from './computed'
import { deleteObject } from './delete'
import { deleteCollection, readDeleteOptions } from './delete-requests'
import { pageNotFound } from './edge-answer'
import type { RequestAttributes, User } from './hooks'
import { isStreamed, isUpgraded, type ApiRequest, type ApiResponse } from './http'
import { refusal } from './in-process-client'
import { listObjects, parseRevision, tooLargeRevision } from './list'
import { shown } from './managed-fields'
import type { AnyObject, KubeObject } from './object'
import { patchObject, patchTypeOf } from './patch'
import {
  type Wish,
  answer,
  answerInMemory,
  answerStatus,
  checkForm,
  contextOf,
  presentList,
  presentObjects,
  presentOne,
  warningHeader,
  wishOf,
} from './present'
import { requestAttributes } from './request-attributes'
import { readScale, scaleKind, writeScale, type Scale } from './scale'
import { deprecationWarning } from './schema/schema'
import { failure, forbidden, internalError, invalid, methodNotAllowed, notFound, StatusError, unknownPath, type Status } from './status'
import { askSubresource, isCall } from './subresource'
import { Waiting } from './waiting'
import { watchStream } from './late-formats'
import { createObject, updateObject } from './write'
import type { Stored } from './storage'

/*
 * The way of every request through the API server, from top to bottom:
 *
 *   route → authenticate → authorise → decode → default → mutating admission → validate → validating admission → store → present
 *
 * Routing to presenting can be read here; what happens to an object between decoding and storing is in write.ts and delete.ts, which
 * in-process clients share.
 */

/** What the request line and headers amount to, once it is known who asks. */
interface Asked {
  readonly core: Core
  readonly request: ApiRequest
  readonly attributes: RequestAttributes
  readonly user: User
  readonly warnings: string[]
  readonly annotations: Record<string, string>
}

/** What is found out of a request on its way, for whoever tells of it afterwards. */
export interface Trace {
  attributes?: RequestAttributes
  /** Unknown where authentication failed. */
  user?: User
  /** What the audit log says besides. */
  readonly annotations: Record<string, string>
}

/** Answers any request; what goes wrong is answered as a Status. Throws only Waiting, when somebody else has to be asked first. */
export function handle(core: Core, request: ApiRequest, trace: Trace): ApiResponse {
  const warnings: string[] = []
  try {
    const attributes = (trace.attributes = requestAttributes(request.method, request.url))
    const user = (trace.user = authenticated(core, request))
    authorise(core, user, attributes, trace)
    const { annotations } = trace
    const elsewhere = attributes.path.startsWith('/api/') ? undefined : core.options.aggregated?.(request, attributes, user, core)
    if (elsewhere) return elsewhere
    const response = attributes.resource
      ? handleResource({ core, request, attributes, user, warnings, annotations })
      : handlePath(core, request, attributes)
    return withWarnings(response, warnings)
  } catch (error) {
    if (error instanceof Waiting) throw error // nothing is decided yet: serve.ts comes back
    if (error instanceof StatusError) return answerStatus(error.status, warnings)
    // A bug of ours: the one request fails as a panic of a real server's handler would, the cluster goes on.
    return answerStatus(internalError(error instanceof Error ? error.message : String(error)).status, warnings)
  }
}

const ADMIN: User = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }

const authenticated = (core: Core, request: ApiRequest): User => core.options.authenticate?.(request, core) ?? ADMIN

function authorise(core: Core, user: User, attributes: RequestAttributes, { annotations }: Trace) {
  const decision = core.may(user, attributes)
  annotations['authorization.k8s.io/decision'] = decision.allowed ? 'allow' : 'forbid'
  annotations['authorization.k8s.io/reason'] = decision.reason ?? ''
  if (decision.allowed) return
  const why = refusal(user, attributes, decision.reason)
  const { resource } = attributes
  if (resource) throw forbidden(resource, resource.name ?? '', why)
  throw failure(403, 'Forbidden', `forbidden: ${why}`, {})
}

function handlePath(core: Core, request: ApiRequest, attributes: RequestAttributes): ApiResponse {
  for (const handler of core.options.pathHandlers ?? []) {
    const response = handler(request, attributes, core)
    if (response) return response
  }
  return nothingAt(core, attributes.path)
}

/** Below the built-in groups a Status says that there is nothing; everywhere else, custom groups included, a line of text. */
function nothingAt({ registry }: Core, path: string): ApiResponse {
  const [, root, group] = path.split('/')
  const isBuiltIn = root === 'apis' && registry.all().some((served) => served.group === group && served.kind.customSchema === undefined)
  if (root === 'api' || isBuiltIn) throw unknownPath()
  return pageNotFound
}

function handleResource(asked: Asked): ApiResponse {
  const { core, attributes, request } = asked
  const resource = attributes.resource!
  const served = core.registry.find(resource.group, resource.version, resource.plural)
  if (!served) return nothingAt(core, attributes.path)
  const { kind } = served
  if (!kind.namespaced && resource.namespace !== undefined && !(resource.plural === 'namespaces' && resource.group === ''))
    throw unknownPath()
  const { query, verb } = attributes
  // One object of a namespaced kind has no place outside a namespace.
  if (kind.namespaced && resource.namespace === undefined && resource.name && !['list', 'watch'].includes(verb)) throw unknownPath()
  const call: Call = {
    core,
    served,
    namespace: kind.namespaced ? resource.namespace : undefined,
    name: resource.name ?? '',
    subresource: resource.subresource,
    user: asked.user,
    manager: managerOf(request, query),
    dryRun: query.getAll('dryRun').includes('All'),
    options: optionsOf(query),
    warn: (text) => void asked.warnings.push(text),
    annotate: (key, value) => void (asked.annotations[key] = value),
  }
  checkOptions(verb, query)
  const deprecated = served.deprecationWarning ?? deprecationWarning(core.release, served.group, served.version, kind.kind)
  if (deprecated !== undefined) call.warn(deprecated)
  if (resource.subresource !== undefined) return handleSubresource(asked, call)
  if (!kind.verbs.includes(verb) || !fitsPath(verb, call)) throw methodNotAllowed()
  const wish = wishOf(request.headers.accept)
  checkForm(wish, verb, served)
  switch (verb) {
    case 'get':
      return getObject(asked, call, wish)
    case 'list':
      return showList(asked, call, wish)
    case 'watch':
      return watchStream.code(call, query, wish)
    case 'create':
      if (kind.answer) {
        const asker = { user: asked.user, namespace: call.namespace, server: core }
        return answerObject(asked, served.fromStorage(kind.answer(served.toStorage(decoded(asked, call)), asker) as AnyObject), 201)
      }
      return show(asked, call, wish, createObject(call, served.toStorage(decoded(asked, call))), 201)
    case 'update':
      return show(asked, call, wish, updateObject(call, served.toStorage(decoded(asked, call))))
    case 'patch':
      return patch(asked, call, wish)
    case 'delete':
      return remove(asked, call, wish)
    case 'deletecollection':
      return removeAll(asked, call, wish)
    default:
      throw methodNotAllowed()
  }
}

/** Collections are created in, single objects are written to; a namespaced object is in a namespace. */
function fitsPath(verb: string, { name, namespace, served: { kind } }: Call): boolean {
  if (verb === 'list' || verb === 'watch') return true
  const onCollection = verb === 'create' || verb === 'deletecollection'
  return onCollection === (name === '') && (!kind.namespaced || namespace !== undefined)
}

function handleSubresource(asked: Asked, call: Call): ApiResponse {
  const { core, request, attributes } = asked
  const { kind } = call.served
  const { subresource = '' } = call
  const { verb, query } = attributes
  if (!kind.subresources.includes(subresource)) throw unknownPath()
  const handler = core.handlerOf(kind, subresource)
  if (handler && isCall(handler)) {
    const body = handler.body && request.body?.length ? readBodyAs(bodyOf(asked, handler.body).value, handler.body) : undefined
    const result = askSubresource(call, verb, body, query, attributes.resource?.subpath ?? '', request)
    return isResponse(result) ? result : answerObject(asked, result, verb === 'create' ? 201 : 200)
  }
  if (subresource === 'scale') return handleScale(asked, call)
  const wish = wishOf(request.headers.accept)
  switch (verb) {
    case 'get':
      return getObject(asked, call, wish)
    case 'update':
      return show(asked, call, wish, updateObject(call, call.served.toStorage(decoded(asked, call))))
    case 'patch':
      return patch(asked, call, wish)
    default:
      throw methodNotAllowed()
  }
}

function handleScale(asked: Asked, call: Call): ApiResponse {
  const { attributes, request } = asked
  const shownAs = (scale: Scale) => showScale(asked, scale)
  if (attributes.verb === 'get') return shownAs(readScale(call))
  if (attributes.verb === 'update') return shownAs(writeScale(call, 'update', bodyOf(asked, SCALE).value))
  if (attributes.verb === 'patch') {
    const type = patchTypeOf(call, request.headers['content-type'])
    return shownAs(writeScale(call, type, bodyOf(asked, SCALE, PATCH_BODIES).value))
  }
  throw methodNotAllowed()
}

function showScale({ core, request, attributes: { query } }: Asked, scale: Scale): ApiResponse {
  const wish = wishOf(request.headers.accept)
  return answer(200, presentOne(wish, scale, contextOf(core, core.registry.ofKind(scaleKind), wish, query)), wish.media)
}

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' }

const isResponse = (result: KubeObject | Status | ApiResponse): result is ApiResponse => 'headers' in result

function answerObject(asked: Asked, value: KubeObject | Status, status: number): ApiResponse {
  const code = 'code' in value && typeof value.code === 'number' ? value.code : status
  return answer(code, value, wishOf(asked.request.headers.accept).media)
}

function getObject({ core, attributes: { query } }: Asked, call: Call, wish: Wish): ApiResponse {
  if (call.served.kind.compute)
    return answer(200, presentOne(wish, computedObject(call), contextOf(core, call.served, wish, query)), wish.media)
  const stored = storedOf(call)
  const revision = parseRevision(query.get('resourceVersion') || '0')
  if (revision > core.storage.revision) throw tooLargeRevision(call, revision)
  if (!stored) throw notFound(resourceOf(call), call.name)
  return answer(200, presentOne(wish, shown(call.served, stored), contextOf(core, call.served, wish, query)), wish.media)
}

function showList({ core, attributes: { query } }: Asked, call: Call, wish: Wish): ApiResponse {
  if (call.served.kind.compute) {
    const context = contextOf(core, call.served, wish, query)
    return answer(200, presentObjects(wish, computedList(call, query), { resourceVersion: '' }, context), wish.media)
  }
  const { items, metadata } = listObjects(call, query)
  const context = contextOf(core, call.served, wish, query)
  const whole = () => presentList(wish, items, metadata, context)
  if (wish.form?.as !== 'Table' || query.has('includeObject')) return answer(200, whole(), wish.media)
  // Rows carry metadata along of which `kubectl get` reads names and labels: who manages which field is not worked out for that.
  const plain = items.map(({ object }) => call.served.fromStorage(object))
  return answerInMemory(wish.form.list(plain, metadata, context), whole, wish.media)
}

function show({ core, attributes: { query } }: Asked, { served }: Call, wish: Wish, stored: Stored, status = 200): ApiResponse {
  return answer(status, presentOne(wish, shown(served, stored), contextOf(core, served, wish, query)), wish.media)
}

function patch(asked: Asked, call: Call, wish: Wish): ApiResponse {
  const { request, attributes } = asked
  const type = patchTypeOf(call, request.headers['content-type'])
  if (type === 'apply' && !attributes.query.get('fieldManager')) throw managerMissing()
  const { value, duplicates } = bodyOf(asked, kindOf(call), PATCH_BODIES)
  const { stored, created } = patchObject(call, type, value, { force: attributes.query.get('force') === 'true', duplicates })
  return show(asked, call, wish, stored, created ? 201 : 200)
}

const managerMissing = () =>
  invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [fieldPath('fieldManager').required('is required for apply patch')])

const PATCH_BODIES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

function remove(asked: Asked, call: Call, wish: Wish): ApiResponse {
  const options = deleteOptionsOf(asked)
  const dryRun = call.dryRun || options.dryRun
  const { stored, gone } = deleteObject({ ...call, dryRun }, options)
  const { kind, group } = call.served
  if (!gone || kind.returnsDeleted) return show(asked, call, wish, stored)
  const { name, uid } = stored.object.metadata
  const details = { name, ...(group && { group }), kind: kind.plural, uid }
  return answer(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }, wish.media)
}

function removeAll(asked: Asked, call: Call, wish: Wish): ApiResponse {
  const options = deleteOptionsOf(asked)
  const deleted = deleteCollection({ ...call, dryRun: call.dryRun || options.dryRun }, asked.attributes.query, options)
  const { core, attributes } = asked
  return answer(
    200,
    presentList(wish, deleted, { resourceVersion: String(core.storage.revision) }, contextOf(core, call.served, wish, attributes.query)),
    wish.media,
  )
}

function deleteOptionsOf(asked: Asked) {
  const given = asked.request.body?.length ? readBodyAs(bodyOf(asked, DELETE_OPTIONS).value, DELETE_OPTIONS) : undefined
  return readDeleteOptions(given, asked.attributes.query)
}

const DELETE_OPTIONS = { group: '', version: 'v1', kind: 'DeleteOptions' }

const kindOf = ({ served }: Call) => ({ group: served.group, version: served.version, kind: served.kind.kind })

function decoded(asked: Asked, call: Call): AnyObject {
  const { value, duplicates } = bodyOf(asked, kindOf(call))
  return readAs(call, value, duplicates)
}

const BODIES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

function bodyOf(
  { core, request }: Asked,
  as: { readonly group: string; readonly version: string; readonly kind: string },
  accepted = BODIES,
): ReadBody {
  return readBody(request.body, request.headers['content-type'], accepted, core.options.bodyReaders ?? [], as)
}

/** The field manager: what the client says, or the first word of its user agent. */
function managerOf({ headers }: ApiRequest, query: URLSearchParams): string {
  return query.get('fieldManager') || headers['user-agent']?.split('/')[0] || 'unknown'
}

const optionsOf = (query: URLSearchParams): Readonly<Record<string, unknown>> => ({
  ...(query.has('fieldValidation') && { fieldValidation: query.get('fieldValidation') }),
  ...(query.has('fieldManager') && { fieldManager: query.get('fieldManager') }),
  ...(query.has('dryRun') && { dryRun: query.getAll('dryRun') }),
})

const OPTIONS_OF: Readonly<Record<string, string>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
}

function checkOptions(verb: string, query: URLSearchParams) {
  const kind = OPTIONS_OF[verb]
  if (kind === undefined) return
  const [manager, validation] = [query.get('fieldManager') ?? '', query.get('fieldValidation') ?? '']
  const dryRun = query.getAll('dryRun').filter((each) => each !== '')
  const errors: FieldError[] = []
  if (manager.length > 128) errors.push(fieldPath('fieldManager').tooLong(128))
  // eslint-disable-next-line no-control-regex
  if (/[\0-\x1f\x7f]/.test(manager)) errors.push(fieldPath('fieldManager').invalid(manager, 'should only contain printable characters'))
  if (dryRun.some((each) => each !== 'All')) errors.push(fieldPath('dryRun').notSupported(dryRun, ['All']))
  if (!VALIDATIONS.includes(validation)) errors.push(fieldPath('fieldValidation').notSupported(validation, VALIDATIONS))
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', errors)
}

const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn']

function withWarnings(response: ApiResponse, warnings: readonly string[]): ApiResponse {
  if (warnings.length === 0 || isUpgraded(response)) return response
  const headers = { ...response.headers, ...warningHeader(warnings) }
  return isStreamed(response) ? { ...response, headers } : { ...response, headers }
}
