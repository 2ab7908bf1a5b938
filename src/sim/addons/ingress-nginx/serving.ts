import { sha256 } from '../../formats/sha256'
import { inCidr } from '../../network/address'
import { nowMs, random, write } from '../../node/os/calls'
import type { HttpRequest } from '../../node/os/http-message'
import type { Proc } from '../../node/os/syscalls'
import { byteLength } from '../../node/os/text'
import { httpDate, logDate, slashDate } from '../../node/programs/dates'
import type { HttpResponse } from '../../node/programs/http-server'
import type { HttpAnswer } from '../../shell/tools/http'
import { nginxPage, nginxStatusText } from '../nginx-page'
import { headerName, isPassedOn, pass } from '../proxying'
import { isKnownUser } from './basic-auth'
import {
  DEFAULT_SERVER,
  DEFAULT_UPSTREAM,
  type Configuration,
  type Endpoint,
  type Location,
  type Server,
  type Upstream,
} from './configuration'
import { canaryTakes, cookiesIn, endpointOfSession, locationFor, rewritten, serverFor } from './routing'

/** What nginx remembers between requests. */
export interface Nginx {
  configuration: Configuration
  options: Readonly<Record<string, string>>
  /** Text of the users' file in a Secret, by `namespace/name`; undefined when there is none. */
  users: (secret: string, isMap: boolean) => string | undefined
  requests: number
  /** Whose turn it is, by upstream. */
  readonly turns: Map<string, number>
  readonly hostname: string
}

/** One request on its way through nginx, as its access log tells it. */
interface Exchange {
  readonly request: HttpRequest
  readonly scheme: 'http' | 'https'
  readonly id: string
  readonly client: string
  readonly server: Server
  readonly location: Location
  user: string
  upstream: string
  alternative: string
  tried: { readonly address: string; readonly length: string; readonly ms: number; readonly status: number }[]
}

const MAX_TRIES = 3
/** Where nginx asks for the page of its default backend. */
const DEFAULT_ENDPOINT = '127.0.0.1:8181'
const BAD_GATEWAY: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect() failed (111: Connection refused) while connecting to upstream',
  EHOSTUNREACH: 'connect() failed (113: Host is unreachable) while connecting to upstream',
  ETIMEDOUT: 'upstream timed out (110: Operation timed out) while connecting to upstream',
  ECONNRESET: 'recv() failed (104: Connection reset by peer) while reading response header from upstream',
  EMPTYREPLY: 'upstream prematurely closed connection while reading response header from upstream',
}

/** Answers one request as the configuration says, and writes the line for it into the access log. */
export function* respond(nginx: Nginx, request: HttpRequest): Proc<HttpResponse> {
  const startedMs = yield* nowMs()
  const server = serverFor(nginx.configuration, request.headers.host ?? '')
  const location = locationFor(server, request.path)
  const exchange: Exchange = {
    request,
    scheme: request.local.endsWith(':443') ? 'https' : 'http',
    id: request.headers['x-request-id'] ?? sha256(`${nginx.hostname} ${startedMs} ${nginx.requests++}`).slice(0, 32),
    client: clientOf(nginx, request),
    server,
    location: location ?? server.locations.at(-1)!,
    user: '-',
    upstream: location?.upstream ?? '',
    alternative: '',
    tried: [],
  }
  const response = location ? yield* answer(nginx, exchange) : page(404)
  const isTold = exchange.upstream !== DEFAULT_UPSTREAM || nginx.options['enable-access-log-for-default-backend'] !== 'false'
  if (isTold) yield* write(1, accessLine(exchange, response, startedMs, yield* nowMs()))
  return dressed(exchange, response, yield* nowMs())
}

const withoutPort = (address: string) => address.replace(/:\d+$/, '')

/** Who asks: the one who connects, or whom a proxy before it names, where the ConfigMap says that those may be believed. */
function clientOf({ options }: Nginx, { peer, headers }: HttpRequest): string {
  const forwarded = headers['x-forwarded-for']?.split(',')[0]?.trim()
  return options['use-forwarded-headers'] === 'true' && forwarded ? forwarded : withoutPort(peer)
}

/** A page of nginx' own. */
const page = (status: number, headers: Readonly<Record<string, string>> = {}): HttpResponse => ({
  status,
  headers: { 'Content-Type': 'text/html', ...headers },
  body: nginxPage(status),
})

function* answer(nginx: Nginx, exchange: Exchange): Proc<HttpResponse> {
  const { request, location, server, scheme } = exchange
  const { settings } = location
  const host = withoutPort(request.headers.host ?? '')
  if (settings.appRoot !== '' && request.path === '/')
    return page(302, { Location: `${scheme}://${request.headers.host ?? ''}${settings.appRoot}` })
  if (settings.redirect) return page(settings.redirect.code, { Location: settings.redirect.url.replace(/\$request_uri/g, request.target) })
  const isSecured = server.certificate !== undefined && server.host !== DEFAULT_SERVER
  if (scheme === 'http' && (settings.forceSslRedirect || (settings.sslRedirect && isSecured)))
    return page(Number(nginx.options['http-redirect-code'] ?? 308), { Location: `https://${host}${request.target}` })
  const main = nginx.configuration.upstreams.get(location.upstream)
  if (location.upstream !== DEFAULT_UPSTREAM && main?.endpoints.length === 0) return page(503)
  const { client } = exchange
  const isIn = (ranges: readonly string[]) => ranges.some((range) => inCidr(client, range.includes('/') ? range : `${range}/32`))
  if (isIn(settings.denied) || (settings.allowed.length > 0 && !isIn(settings.allowed))) {
    yield* complain(exchange, 'access forbidden by rule')
    return page(403)
  }
  const refusal = yield* authenticate(nginx, exchange)
  if (refusal) return refusal
  if (settings.cors && request.method === 'OPTIONS') return { status: 204, headers: settings.cors, body: '' }
  if (byteLength(request.body) > settings.bodyBytes) {
    yield* complain(exchange, `client intended to send too large body: ${byteLength(request.body)} bytes`)
    return page(413)
  }
  if (location.upstream === DEFAULT_UPSTREAM) {
    exchange.tried = [{ address: DEFAULT_ENDPOINT, length: String(nginxPage(404).length), ms: 0, status: 404 }]
    return page(404)
  }
  return yield* balance(nginx, exchange, main!)
}

/** Basic authentication; answers the refusal. */
function* authenticate(nginx: Nginx, exchange: Exchange): Proc<HttpResponse | undefined> {
  const { auth } = exchange.location.settings
  if (!auth) return undefined
  const users = nginx.users(auth.secret, auth.isMap)
  if (users === undefined) return page(503)
  const [user, known] = isKnownUser(users, exchange.request.headers.authorization)
  if (known) {
    exchange.user = user ?? '-'
    return undefined
  }
  yield* complain(
    exchange,
    user === undefined ? 'no user/password was provided for basic authentication' : `user "${user}": password mismatch`,
  )
  return page(401, { 'WWW-Authenticate': `Basic realm="${auth.realm}"` })
}

/** Chooses an endpoint of the upstream, or of a canary in its place, and passes the request on; a dead one is passed over. */
function* balance(nginx: Nginx, exchange: Exchange, main: Upstream): Proc<HttpResponse> {
  const { location, request } = exchange
  const cookies = cookiesIn(request.headers.cookie)
  const alternative = nginx.configuration.upstreams.get(location.alternatives[0] ?? '')
  let upstream = main
  if (alternative?.canary && canaryTakes(alternative.canary, { headers: request.headers, cookies }, yield* random())) {
    exchange.alternative = alternative.name
    upstream = alternative
  }
  if (upstream.endpoints.length === 0) return page(503)
  const { affinity } = location.settings
  let session = affinity && cookies[affinity.cookie]
  const isNew = affinity !== undefined && session === undefined
  if (isNew)
    session = `${Math.floor((yield* nowMs()) / 1000)}.${(nginx.requests % 900) + 100}.${30}.${Math.floor((yield* random()) * 1e6)}|${sha256(exchange.id).slice(0, 32)}`
  const first = session === undefined ? undefined : endpointOfSession(upstream.endpoints, session, sha256)
  let failure = ''
  for (let tries = 0; tries < Math.min(MAX_TRIES, Math.max(1, upstream.endpoints.length)); tries++) {
    const endpoint = (tries === 0 ? first : undefined) ?? nextIn(nginx, upstream)
    const result = yield* passTo(exchange, endpoint)
    const address = `${endpoint.address}:${endpoint.port}`
    if ('answer' in result) {
      exchange.tried.push({ address, length: String(byteLength(result.answer.body)), ms: result.ms, status: result.answer.status })
      const set = isNew ? [sessionCookie(exchange, affinity!, session!)] : []
      return passedBack(result.answer, set)
    }
    failure = result.failure
    exchange.tried.push({ address, length: '0', ms: result.ms, status: failure === 'ETIMEDOUT' ? 504 : 502 })
    yield* complain(exchange, BAD_GATEWAY[failure] ?? `connect() failed (${failure}) while connecting to upstream`, endpoint)
  }
  return page(failure === 'ETIMEDOUT' ? 504 : 502)
}

/** Endpoints take turns. */
function nextIn({ turns }: Nginx, { name, endpoints }: Upstream): Endpoint {
  const turn = turns.get(name) ?? 0
  turns.set(name, turn + 1)
  return endpoints[turn % endpoints.length]!
}

function passTo(exchange: Exchange, { address, port }: Endpoint) {
  const { request, location, scheme, id, client } = exchange
  const { headers } = request
  const query = request.target.includes('?') ? request.target.slice(request.target.indexOf('?')) : ''
  const path = rewritten(location, request.path)
  const target = path === request.path ? request.target : path.includes('?') && query ? `${path}&${query.slice(1)}` : path + query
  const host = location.settings.upstreamHost || (headers.host ?? '')
  const own: readonly (readonly [string, string])[] = [
    ['Host', host],
    ['X-Request-ID', id],
    ['X-Real-IP', client],
    ['X-Forwarded-For', client],
    ['X-Forwarded-Host', headers.host ?? ''],
    ['X-Forwarded-Port', scheme === 'https' ? '443' : '80'],
    ['X-Forwarded-Proto', scheme],
    ['X-Forwarded-Scheme', scheme],
    ['X-Scheme', scheme],
    ...(headers['x-forwarded-for'] === undefined ? [] : [['X-Original-Forwarded-For', headers['x-forwarded-for']] as const]),
  ]
  const replaced = new Set(own.map(([name]) => name.toLowerCase()))
  const passed = Object.entries(headers)
    .filter(([name]) => isPassedOn(name) && !replaced.has(name))
    .map(([name, value]) => [headerName(name), value] as const)
  const { connectTimeoutMs, readTimeoutMs } = location.settings
  return pass({
    address,
    port,
    method: request.method,
    target,
    headers: [...own, ...passed],
    body: request.body,
    connectTimeoutMs,
    readTimeoutMs,
  })
}

/** The backend's answer as the client gets it. */
function passedBack({ status, reason, headers, body }: HttpAnswer, cookies: readonly string[]): HttpResponse {
  const kept: Record<string, string | readonly string[]> = {}
  for (const [name, value] of headers) {
    if (!isPassedOn(name) || /^(date|server|content-length)$/i.test(name)) continue
    if (/^set-cookie$/i.test(name)) kept['Set-Cookie'] = [...(kept['Set-Cookie'] ?? []), value]
    else kept[name] = value
  }
  if (cookies.length > 0) kept['Set-Cookie'] = [...(kept['Set-Cookie'] ?? []), ...cookies]
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1]
  return { status, reason, headers: { ...kept, ...(body === '' && length !== undefined && { 'Content-Length': length }) }, body }
}

function sessionCookie(
  { scheme, location }: Exchange,
  { cookie, path, maxAge }: NonNullable<Location['settings']['affinity']>,
  value: string,
): string {
  const age = maxAge === '' ? '' : `; Max-Age=${maxAge}`
  return `${cookie}=${value}${age}; Path=${path || location.path}${scheme === 'https' ? '; Secure' : ''}; HttpOnly`
}

/** Adds what nginx puts around every answer, in its order. */
function dressed(
  { request, server, scheme, location }: Exchange,
  { status, reason, headers = {}, body }: HttpResponse,
  now: number,
): HttpResponse {
  const { 'Content-Type': type, 'content-type': lower, 'Content-Length': length, ...others } = headers
  const isSecured = scheme === 'https' && server.certificate !== undefined && server.host !== DEFAULT_SERVER
  const contentType = type ?? lower
  return {
    status,
    reason: reason ?? nginxStatusText(status),
    headers: {
      Date: httpDate(now),
      ...(contentType !== undefined && { 'Content-Type': contentType }),
      ...(status !== 204 && status !== 304 && { 'Content-Length': length ?? String(byteLength(body)) }),
      Connection: request.headers.connection === 'close' || request.version === 'HTTP/1.0' ? 'close' : 'keep-alive',
      ...others,
      ...location.settings.cors,
      ...(isSecured && { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' }),
    },
    body,
  }
}

const seconds = (ms: number) => (ms / 1000).toFixed(3)

/** A line in the form `upstreaminfo` of the controller's access log. */
function accessLine(exchange: Exchange, { status, body }: HttpResponse, startedMs: number, endedMs: number): string {
  const { request, tried } = exchange
  const { referer = '-', 'user-agent': agent = '-' } = request.headers
  const line = `${request.method} ${request.target} ${request.version}`
  const head = Object.entries(request.headers).reduce((sum, [name, value]) => sum + name.length + value.length + 4, line.length + 4)
  const of = (read: (one: Exchange['tried'][number]) => string) => (tried.length === 0 ? '-' : tried.map(read).join(', '))
  return [
    `${exchange.client} - ${exchange.user} [${logDate(endedMs)}] "${line}" ${status} ${request.method === 'HEAD' ? 0 : byteLength(body)} "${referer}" "${agent}" `,
    `${head + byteLength(request.body)} ${seconds(endedMs - startedMs)} [${exchange.upstream}] [${exchange.alternative}] `,
    `${of(({ address }) => address)} ${of(({ length }) => length)} ${of(({ ms }) => seconds(ms))} ${of((one) => String(one.status))} ${exchange.id}\n`,
  ].join('')
}

/** A line in nginx' error log. */
function* complain({ request, server, client }: Exchange, what: string, endpoint?: Endpoint): Proc {
  const line = `${request.method} ${request.target} ${request.version}`
  const to = endpoint ? `, upstream: "http://${endpoint.address}:${endpoint.port}${request.target}"` : ''
  yield* write(
    2,
    `${slashDate(yield* nowMs())} [error] 30#30: *1 ${what}, client: ${client}, server: ${server.host}, request: "${line}"${to}, host: "${request.headers.host ?? ''}"\n`,
  )
}
