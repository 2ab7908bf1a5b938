import { microTimestamp } from '../engine/time'
import { auditOrder, type AuditPolicy, type AuditStage } from './audit-policy'
import type { ApiServer, Authenticate, RequestAttributes, User } from './hooks'
import {
  isStreamed,
  isUpgraded,
  type ApiRequest,
  type ApiResponse,
  type ChannelPeer,
  type StreamedResponse,
  type UpgradedResponse,
} from './http'

/** One request as the audit log sees it when it is answered. */
export interface Audited {
  readonly request: ApiRequest
  readonly attributes: RequestAttributes | undefined
  /** Whoever it was made in the name of. */
  readonly user: User | undefined
  readonly annotations: Readonly<Record<string, string>>
  readonly auditId: string
  readonly startMs: number
  readonly response: ApiResponse
}

/**
 * The audit log of an API server: one line of JSON a stage of a request, as its policy orders. See
 * https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/
 */
export function auditLog(policy: AuditPolicy, write: (line: string) => void, authenticate: Authenticate) {
  return (audited: Audited, server: ApiServer): ApiResponse => {
    const { request, attributes, user, response, startMs } = audited
    if (!attributes) return response
    const order = auditOrder(policy, user, attributes)
    if (order.level === 'None') return response
    const isLong = isLongRunning(attributes)
    const common = eventOf(audited, server, authenticate)
    const strip = (value: unknown) => (order.omitManagedFields ? withoutManagedFields(value) : value)
    const sent = order.level === 'Metadata' ? undefined : strip(jsonOf(request.body))
    const tell = (stage: AuditStage, more: object) => {
      if (order.omitStages.includes(stage)) return
      const stageMs = stage === 'RequestReceived' ? startMs : server.engine.nowMs
      const { head, tail } = common
      const event = { kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: order.level, ...head, stage, ...tail, ...more }
      const times = { requestReceivedTimestamp: microTimestamp(startMs), stageTimestamp: microTimestamp(stageMs) }
      const keys = Object.keys(audited.annotations).filter((key) => order.level !== 'Metadata' || !key.startsWith(PATCHES)).sort() // prettier-ignore
      const annotations = Object.fromEntries(keys.map((key) => [key, audited.annotations[key]]))
      const noted = stage !== 'RequestReceived' && keys.length > 0 ? { annotations } : {}
      write(`${JSON.stringify({ ...event, ...times, ...noted })}\n`)
    }
    tell('RequestReceived', {})
    const isRead = isStreamed(response) || isUpgraded(response)
    const received = isRead || order.level !== 'RequestResponse' ? undefined : strip(jsonOf(response.body))
    const outcome = {
      responseStatus: statusOf(response),
      ...(sent !== undefined && { requestObject: sent }),
      ...(received !== undefined && { responseObject: received }),
    }
    if (isLong) tell('ResponseStarted', outcome)
    if (isRead) return heardToTheEnd(response, () => tell('ResponseComplete', outcome))
    tell('ResponseComplete', outcome)
    return response
  }
}

/** Requests that last: watches, and what is done in a container or through a proxy. */
const isLongRunning = ({ verb, resource }: RequestAttributes) =>
  verb === 'watch' || ['attach', 'exec', 'proxy', 'log', 'portforward'].includes(resource?.subresource ?? '')

/** The same answer; `ended` is called once, when either side has done with it. */
function heardToTheEnd(response: StreamedResponse | UpgradedResponse, ended: () => void): ApiResponse {
  let isOver = false
  const over = () => {
    if (!isOver) ended()
    isOver = true
  }
  if (isStreamed(response))
    return {
      ...response,
      stream(sink) {
        const stop = response.stream({ data: (chunk) => sink.data(chunk), end: () => (over(), sink.end()) })
        return () => (over(), stop())
      },
    }
  const watched = (peer: ChannelPeer): ChannelPeer => ({
    data: (channel, text) => peer.data(channel, text),
    close(channel) {
      if (channel === undefined) over()
      peer.close(channel)
    },
  })
  return { ...response, connect: (peer) => watched(response.connect(watched(peer))) }
}

/** What a webhook's patch was is told from the level Request on. */
const PATCHES = 'patch.webhook.'

/** What of an event is the same at every stage: before the stage's name, and after it. */
function eventOf({ request, attributes, user, auditId }: Audited, server: ApiServer, authenticate: Authenticate) {
  const { verb, resource } = attributes!
  const { 'impersonate-user': impersonated, 'user-agent': userAgent } = request.headers
  const sender = impersonated ? senderOf(request, server, authenticate) : user
  const name = resource?.name ?? (verb === 'create' ? nameIn(jsonOf(request.body)) : undefined)
  return {
    head: { auditID: auditId },
    tail: {
      requestURI: request.url,
      verb,
      user: sender ? userText(sender) : {},
      ...(impersonated && user && { impersonatedUser: userText(user) }),
      sourceIPs: [request.from ?? '172.30.1.2'],
      ...(userAgent && { userAgent }),
      ...(resource && {
        objectRef: {
          resource: resource.plural,
          ...(resource.namespace && { namespace: resource.namespace }),
          ...(name && { name }),
          ...(resource.group && { apiGroup: resource.group }),
          apiVersion: resource.version,
          ...(resource.subresource && { subresource: resource.subresource }),
        },
      }),
    },
  }
}

function nameIn(body: unknown): string | undefined {
  const { metadata } = (body ?? {}) as { readonly metadata?: { readonly name?: unknown } }
  return typeof metadata?.name === 'string' ? metadata.name : undefined
}

function senderOf(request: ApiRequest, server: ApiServer, authenticate: Authenticate): User | undefined {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !name.startsWith('impersonate-')))
  try {
    return authenticate({ ...request, headers }, server)
  } catch {
    return undefined // whoever it is was refused: the event says so in its status
  }
}

const userText = ({ name, uid, groups, extra }: User) => ({
  username: name,
  ...(uid && { uid }),
  ...(groups.length > 0 && { groups }),
  ...(extra && { extra }),
})

function statusOf(response: ApiResponse): object {
  const value = response.status >= 400 && !isStreamed(response) && !isUpgraded(response) ? jsonOf(response.body) : undefined
  if (typeof value !== 'object' || value === null) return { metadata: {}, code: response.status }
  const { status, message, reason, details } = value as Readonly<Record<string, unknown>>
  return { metadata: {}, status, message, reason, details, code: response.status }
}

function jsonOf(body: string | Uint8Array | undefined): unknown {
  if (body === undefined || body.length === 0) return undefined
  try {
    return JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body)) as unknown
  } catch {
    return undefined // a log, YAML or protobuf: told as nothing
  }
}

function withoutManagedFields(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { metadata, items, ...rest } = value as Readonly<Record<string, unknown>>
  const { managedFields: _fields, ...kept } = (metadata ?? {}) as Readonly<Record<string, unknown>>
  return {
    ...rest,
    ...(metadata !== undefined && { metadata: kept }),
    ...(Array.isArray(items) && { items: items.map(withoutManagedFields) }),
  }
}
