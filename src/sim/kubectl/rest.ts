import type { Status } from '../api/status'
import { close, fetch, nowMs, poll, readLine, upgrade } from '../node/os/calls'
import { parseGoDuration } from '../formats/duration'
import { SyscallError, type FetchResponse, type Proc } from '../node/os/syscalls'
import { ApiError, CommandError, ConnectionError } from './errors'
import { clientConfig, requestHeaders } from './kubeconfig'
import { err, log, verbosity, type Kubectl } from './session'
import { traceClient, traceRequest, traceResponse } from './tracing'

/** What the client calls itself; field managers are named after the first word. */
export const version = { major: '1', minor: '36', gitVersion: 'v1.36.0', gitCommit: '9f1b3e2c7d5a48806b1c9d0e4f7a2b3c5d6e8f90' }
export const userAgent = `kubectl/${version.gitVersion} (linux/amd64) kubernetes/${version.gitCommit.slice(0, 7)}`

export interface ApiCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the API's root: `/api/v1/namespaces/default/pods`. */
  readonly path: string
  /** Left out where the value is undefined; repeated for lists. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
  readonly body?: unknown
  readonly accept?: string
  readonly contentType?: string
  readonly timeoutMs?: number
  /** The path is what somebody typed, not that of a resource. */
  readonly isRaw?: boolean
  /** Which part of the client asks, for its log. */
  readonly place?: string
}

/** Sends a request and gives the answer's text. Throws ApiError with the server's Status, ConnectionError when nobody answers. */
export function* request(kubectl: Kubectl, call: ApiCall): Proc<FetchResponse> {
  return yield* send(kubectl, call, false)
}

/** The same with the answer read as JSON. The cast is the caller's: it knows which object it asked for. */
export function* requestJson<T>(kubectl: Kubectl, call: ApiCall): Proc<T> {
  const response = yield* request(kubectl, call)
  if (response.value !== undefined) return response.value as T
  const { body, headers } = response
  try {
    return JSON.parse(body) as T
  } catch {
    const [type = ''] = (headers['content-type'] ?? '').split(';')
    if (type === 'text/plain') throw new CommandError(`serializer for ${type} doesn't exist`)
    throw new CommandError(
      `couldn't get version/kind; json parse error: invalid character ${JSON.stringify(body[0] ?? '')} looking for beginning of value`,
    )
  }
}

/** Opens a streamed answer: read `fd` to its end, then close it. */
export function* requestStream(kubectl: Kubectl, call: ApiCall): Proc<number> {
  const response = yield* send(kubectl, call, true)
  return response.fd!
}

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: T
}

/** Reads a watch until `visit` answers true or the server ends it; answers whether `visit` did. */
export function* watch<T>(kubectl: Kubectl, call: ApiCall, visit: (event: WatchEvent<T>) => Proc<boolean>): Proc<boolean> {
  const fd = yield* requestStream(kubectl, { ...call, query: { ...call.query, watch: true } })
  const endMs = (yield* nowMs()) + requestTimeoutMs(kubectl)
  try {
    for (;;) {
      // `--request-timeout` ends a watch without a word.
      if (Number.isFinite(endMs) && (yield* poll([fd], Math.max(0, endMs - (yield* nowMs())))) < 0) return false
      const line = yield* readLine(fd)
      if (line === '') return false
      if (line.trim() !== '' && (yield* visit(JSON.parse(line) as WatchEvent<T>))) return true // the server's own words
    }
  } finally {
    yield* close(fd)
  }
}

/**
 * Opens numbered channels (exec, attach, port-forward): with a GET as WebSockets begin and, where that is refused, once more with the POST of the
 * older protocol, which asks for another permission. Throws the second refusal.
 */
export function* openChannels(kubectl: Kubectl, call: ApiCall): Proc<NonNullable<FetchResponse['channel']>> {
  try {
    return yield* upgraded(kubectl, call, 'GET')
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof CommandError)) throw error
    const why = `unable to upgrade streaming request: ${error.message.replace(/^unable to upgrade connection: /, '')}`
    const [place, text] = call.path.endsWith('/portforward')
      ? ['fallback_dialer.go:53', `fallback to secondary dialer from primary dialer err: ${why}`]
      : ['fallback.go:56', `RemoteCommand fallback: ${why}`]
    if (verbosity(kubectl) >= 4) yield* log(kubectl, 'I', place, text)
    return yield* upgraded(kubectl, call, 'POST')
  }
}

function* upgraded(kubectl: Kubectl, call: ApiCall, method: 'GET' | 'POST'): Proc<NonNullable<FetchResponse['channel']>> {
  const config = yield* clientConfig(kubectl)
  const url = config.server + call.path + encodeQuery(call.query)
  const caller = yield* callerHeaders(kubectl, method, url)
  const traced = {
    method,
    url,
    headers: { 'sec-websocket-protocol': 'v5.channel.k8s.io', 'user-agent': userAgent, ...caller },
    place: '',
  }
  yield* traceClient(kubectl)
  try {
    const startedMs = yield* nowMs()
    yield* traceRequest(kubectl, traced)
    const response = yield* upgrade({ method, url, headers: { 'user-agent': userAgent, ...caller } })
    yield* traceResponse(kubectl, traced, response, (yield* nowMs()) - startedMs)
    if (response.channel) {
      if (verbosity(kubectl) >= 4) yield* log(kubectl, 'I', 'websocket.go:133', 'The subprotocol is v5.channel.k8s.io')
      return response.channel
    }
    // The kubelet's own refusals reach the client as plain text.
    if (!response.body.startsWith('{')) throw new CommandError(`unable to upgrade connection: ${response.body.trim()}`)
    throw statusError(response, call)
  } catch (error) {
    throw asConnectionError(error, method, url)
  }
}

/** Which line of the client's own code each method comes from, as its log tells. */
const tracedPlaces: Readonly<Record<string, string>> = { GET: 'helper.go:105', POST: 'helper.go:246', PATCH: 'helper.go:269', PUT: 'helper.go:319', DELETE: 'helper.go:202' } // prettier-ignore

function* send(kubectl: Kubectl, call: ApiCall, stream: boolean): Proc<FetchResponse> {
  const config = yield* clientConfig(kubectl)
  const method = call.method ?? 'GET'
  const url = config.server + call.path + encodeQuery({ ...call.query, ...requestTimeout(kubectl) })
  const body = call.body === undefined ? undefined : typeof call.body === 'string' ? call.body : JSON.stringify(call.body)
  const headers: Record<string, string> = {
    accept: call.accept ?? 'application/json',
    ...(body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
    'user-agent': userAgent,
    ...(yield* callerHeaders(kubectl, method, url)),
  }
  const traces = verbosity(kubectl) >= 6
  const place = call.place ?? tracedPlaces[method] ?? 'helper.go:105'
  yield* traceClient(kubectl)
  const startedMs = traces ? yield* nowMs() : 0
  if (traces) yield* traceRequest(kubectl, { method, url, headers, body, place })
  let response: FetchResponse
  try {
    response = yield* fetch({ method, url, headers, body, stream, ...(call.timeoutMs ? { timeoutMs: call.timeoutMs } : {}) })
  } catch (error) {
    throw asConnectionError(error, method, url)
  }
  if (traces) yield* traceResponse(kubectl, { method, url, headers, place }, response, (yield* nowMs()) - startedMs)
  yield* showWarnings(kubectl, response)
  if (response.status < 400) return response
  throw statusError(stream && response.fd !== undefined ? { ...response, body: yield* drain(response.fd) } : response, call)
}

/** Who asks. A credential plugin that fails is told as a server that cannot be reached. */
function* callerHeaders(kubectl: Kubectl, method: string, url: string): Proc<Readonly<Record<string, string>>> {
  try {
    return yield* requestHeaders(kubectl)
  } catch (error) {
    if (error instanceof CommandError) throw new ConnectionError(method, url, `getting credentials: ${error.message}`)
    throw error
  }
}

function* drain(fd: number): Proc<string> {
  let text = ''
  for (let line = yield* readLine(fd); line !== ''; line = yield* readLine(fd)) text += line
  yield* close(fd)
  return text
}

/** `--request-timeout` travels with every request. */
function requestTimeout({ flags }: Kubectl): Record<string, string> {
  const text = flags.text('request-timeout')
  if (text === '' || text === '0' || text === '0s') return {}
  return { timeout: /^\d+$/.test(text) ? `${text}s` : text }
}

function requestTimeoutMs(kubectl: Kubectl): number {
  const { timeout } = requestTimeout(kubectl)
  const parsed = timeout === undefined ? undefined : parseGoDuration(timeout)
  return parsed || Infinity
}

/** `?a=1&b=x%3Dy`: sorted, as Go writes it; empty when there is nothing. */
export function encodeQuery(query: ApiCall['query'] = {}): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, value]) => (Array.isArray(value) ? value : [value]).map((one) => `${escapeQuery(key)}=${escapeQuery(String(one))}`))
  return pairs.length ? `?${pairs.join('&')}` : ''
}
const escapeQuery = (text: string) =>
  encodeURIComponent(text)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+')

/** A failed connection in the words of Go's dialer; anything else as it is. */
export function asConnectionError(error: unknown, method: string, url: string): unknown {
  if (!(error instanceof SyscallError)) return error
  const scheme = url.slice(0, url.indexOf(':'))
  if (scheme !== 'http' && scheme !== 'https')
    return new ConnectionError(method, url, `unsupported protocol scheme ${JSON.stringify(scheme)}`)
  const address = /^\w+:\/\/([^/]*)/.exec(url)?.[1] ?? ''
  const [, host = address, port] = /^(.*?)(?::(\d+))?$/.exec(address)!
  const target = `${host === 'localhost' ? '127.0.0.1' : host}:${port ?? (url.startsWith('https') ? '443' : '80')}`
  const texts: Readonly<Record<string, string>> = {
    ECONNREFUSED: `dial tcp ${target}: connect: connection refused`,
    ETIMEDOUT: `dial tcp ${target}: i/o timeout`,
    EHOSTUNREACH: `dial tcp ${target}: connect: no route to host`,
    ENETUNREACH: `dial tcp ${target}: connect: network is unreachable`,
    ENOTFOUND: `dial tcp: lookup ${host}: no such host`,
    ECONNRESET: 'EOF',
  }
  return error.code in texts ? new ConnectionError(method, url, texts[error.code]!) : error
}

/** The Status in a refusal, or the one the client library makes up for an answer that has none. */
function statusError(response: FetchResponse, { method = 'GET', path, isRaw }: ApiCall): ApiError {
  try {
    const status = JSON.parse(response.body) as Status
    if (status.kind === 'Status') return new ApiError(status)
  } catch {
    // Not JSON: described by its code below.
  }
  const code = response.status
  const [reason, message] =
    code === 404 ? ['NotFound', `the server could not find the requested resource${isRaw ? '' : asked(method, path)}`]
    : code === 401 ? ['Unauthorized', 'the server has asked for the client to provide credentials']
    : code === 403 ? ['Forbidden', response.body.trim() || 'access to the requested resource is forbidden']
    : code === 405 ? ['MethodNotAllowed', 'the server does not allow this method on the requested resource']
    : code === 415 ? ['UnsupportedMediaType', 'the body of the request was in an unknown format - accepted media types include: application/json']
    : code === 503 ? ['ServiceUnavailable', `the server is currently unable to handle the request${isRaw ? '' : asked(method, path)}`]
    : ['InternalError', `an error on the server (${JSON.stringify(response.body.trim() || 'unknown')}) has prevented the request from succeeding${isRaw ? '' : asked(method, path)}`] // prettier-ignore
  return new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code })
}

/** ` (get widgets.example.com a)`: which resource was asked for, where the answer does not say so itself. */
function asked(method: string, path: string): string {
  const [, group, resource, name] = /^\/(?:api|apis\/([^/]+))\/[^/]+\/(?:namespaces\/[^/]+\/)?([^/]+)(?:\/([^/]+))?/.exec(path) ?? []
  return resource === undefined
    ? ''
    : ` (${[method.toLowerCase(), group ? `${resource}.${group}` : resource, name].filter(Boolean).join(' ')})`
}

/** `Warning: …` on stderr for each `Warning` header, each text once in a run. */
function* showWarnings(kubectl: Kubectl, { headers }: FetchResponse): Proc {
  const header = headers.warning ?? headers.Warning
  if (!header) return
  for (const [, quoted] of header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)) {
    kubectl.known.warningCount++
    const text = quoted!.replace(/\\(.)/g, '$1')
    if (kubectl.known.warnings.has(text)) continue
    kubectl.known.warnings.add(text)
    yield* err(`Warning: ${text}\n`)
  }
}
