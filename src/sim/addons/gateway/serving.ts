import { nowMs, random, spawn, write } from '../../node/os/calls'
import type { HttpRequest } from '../../node/os/http-message'
import type { Proc } from '../../node/os/syscalls'
import { byteLength } from '../../node/os/text'
import { httpDate, logDate } from '../../node/programs/dates'
import type { HttpResponse } from '../../node/programs/http-server'
import type { HttpAnswer } from '../../shell/tools/http'
import { nginxPage, nginxStatusText } from '../nginx-page'
import { headerName, isPassedOn, pass } from '../proxying'
import type { GatewayConfiguration, ServedBackend, ServedPort, ServedRule } from './configuration'
import { hostFor, prefixOf, ruleFor, type Found } from './matching'
import type { HeaderFilter, PathModifier, RouteFilter } from './types'

/** What the nginx of a Gateway remembers. */
export interface GatewayNginx {
  configuration: GatewayConfiguration
  /** Whose turn it is, by backend. */
  readonly turns: Map<string, number>
}

const CONNECT_TIMEOUT_MS = 60_000
const READ_TIMEOUT_MS = 60_000
const WELL_KNOWN: Readonly<Record<string, number>> = { http: 80, https: 443 }

/** Answers one request by the Gateway's routes, and writes nginx' line for it into the log. */
export function* respond(nginx: GatewayNginx, request: HttpRequest): Proc<HttpResponse> {
  const port = Number(request.local.slice(request.local.lastIndexOf(':') + 1))
  const served = nginx.configuration.ports.find((each) => each.port === port)
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
  const server = served && hostFor(served, host)
  const { path, method, headers, query } = request
  const found = server && ruleFor(server, { host, path, method, headers, query })
  const response = found && served ? yield* byRule(nginx, served, found, request, host) : page(404)
  const now = yield* nowMs()
  const { referer = '-', 'user-agent': agent = '-' } = headers
  const size = method === 'HEAD' ? 0 : byteLength(response.body)
  yield* write(
    1,
    `${withoutPort(request.peer)} - - [${logDate(now)}] "${method} ${request.target} ${request.version}" ${response.status} ${size} "${referer}" "${agent}"\n`,
  )
  return dressed(request, response, now)
}

const withoutPort = (address: string) => address.replace(/:\d+$/, '')
const page = (status: number): HttpResponse => ({ status, headers: { 'Content-Type': 'text/html' }, body: nginxPage(status) })

function dressed(request: HttpRequest, { status, reason, headers = {}, body }: HttpResponse, now: number): HttpResponse {
  const { 'Content-Type': type, 'Content-Length': length, ...others } = headers
  return {
    status,
    reason: reason ?? nginxStatusText(status),
    headers: {
      Server: 'nginx',
      Date: httpDate(now),
      ...(type !== undefined && { 'Content-Type': type }),
      ...(status !== 204 && status !== 304 && { 'Content-Length': length ?? String(byteLength(body)) }),
      Connection: request.headers.connection === 'close' || request.version === 'HTTP/1.0' ? 'close' : 'keep-alive',
      ...others,
    },
    body,
  }
}

type Kind = 'requestHeaderModifier' | 'responseHeaderModifier' | 'requestRedirect' | 'urlRewrite'
const filterOf = <K extends Kind>({ filters }: ServedRule, kind: K): RouteFilter[K] =>
  filters.map(({ filter }) => filter[kind]).find((each) => each !== undefined)

function* byRule(nginx: GatewayNginx, port: ServedPort, found: Found, request: HttpRequest, host: string): Proc<HttpResponse> {
  const { rule } = found
  const redirect = filterOf(rule, 'requestRedirect')
  if (redirect) return redirected(redirect, port, found, request, host)
  const mirrors = rule.filters.flatMap(({ mirrored }) => mirrored ?? [])
  for (const mirror of mirrors) yield* copyTo(nginx, mirror, outgoing(port, found, request, host))
  const backend = yield* chosen(rule.backends)
  if (!backend?.isValid) return page(500)
  if (backend.endpoints.length === 0) return page(503)
  const answered = yield* passTo(nginx, backend, outgoing(port, found, request, host), rule.timeoutMs)
  return answered === 'late' ? page(504) : answered === 'dead' ? page(502) : passedBack(answered, filterOf(rule, 'responseHeaderModifier'))
}

/** One of the backends, by their weights. */
function* chosen(backends: readonly ServedBackend[]): Proc<ServedBackend | undefined> {
  const total = backends.reduce((sum, { weight }) => sum + weight, 0)
  if (backends.length <= 1 || total === 0) return total === 0 ? undefined : backends[0]
  let at = (yield* random()) * total
  return backends.find(({ weight }) => (at -= weight) < 0)
}

/** The path with what a filter puts in the place of it, or of the prefix that was matched. */
function modified(modifier: PathModifier | undefined, path: string, { match }: Found): string {
  if (modifier?.type === 'ReplaceFullPath') return modifier.replaceFullPath || '/'
  if (modifier?.type !== 'ReplacePrefixMatch') return path
  const prefix = prefixOf(match.path?.value ?? '/')
  const rest = prefix === '/' ? path : path.slice(prefix.length)
  const put = prefixOf(modifier.replacePrefixMatch || '/')
  return put === '/'
    ? rest.replace(/^\/?/, '/')
    : put + (rest === '' || rest.startsWith('/') ? (rest === '/' && prefix === '/' ? '' : rest) : `/${rest}`)
}

const queryOf = ({ target }: HttpRequest) => (target.includes('?') ? target.slice(target.indexOf('?')) : '')

function redirected(
  { scheme, hostname, port, path, statusCode = 302 }: NonNullable<RouteFilter['requestRedirect']>,
  served: ServedPort,
  found: Found,
  request: HttpRequest,
  host: string,
): HttpResponse {
  const protocol = scheme ?? (served.isSecure ? 'https' : 'http')
  const number = port ?? (scheme === undefined ? served.port : WELL_KNOWN[scheme]!)
  const where = number === WELL_KNOWN[protocol] ? '' : `:${number}`
  const target = modified(path, request.path, found) + queryOf(request)
  const { headers, body } = page(statusCode)
  return { status: statusCode, headers: { ...headers, Location: `${protocol}://${hostname ?? host}${where}${target}` }, body }
}

/** A request as the backend gets it. */
interface Outgoing {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

function outgoing(port: ServedPort, found: Found, request: HttpRequest, host: string): Outgoing {
  const rewrite = filterOf(found.rule, 'urlRewrite')
  const modifier = filterOf(found.rule, 'requestHeaderModifier')
  const client = withoutPort(request.peer)
  const forwarded = request.headers['x-forwarded-for']
  const own: readonly (readonly [string, string])[] = [
    ['Host', rewrite?.hostname ?? request.headers.host ?? host],
    ['X-Forwarded-For', forwarded === undefined ? client : `${forwarded}, ${client}`],
    ['X-Real-IP', client],
    ['X-Forwarded-Proto', port.isSecure ? 'https' : 'http'],
    ['X-Forwarded-Host', host],
    ['X-Forwarded-Port', String(port.port)],
  ]
  const replaced = new Set(own.map(([name]) => name.toLowerCase()))
  const passed = Object.entries(request.headers)
    .filter(([name]) => isPassedOn(name) && !replaced.has(name))
    .map(([name, value]) => [headerName(name), value] as const)
  const path = modified(rewrite?.path, request.path, found)
  return {
    method: request.method,
    target: path === request.path ? request.target : path + queryOf(request),
    headers: withModified([...own, ...passed], modifier),
    body: request.body,
  }
}

type Headers = readonly (readonly [name: string, value: string])[]

/** Headers after a filter: those it sets in the place of what was there, those it adds behind what was there, without those it removes. */
function withModified(headers: Headers, { set = [], add = [], remove = [] }: HeaderFilter = {}): Headers {
  const gone = new Set([...set.map(({ name }) => name), ...remove].map((name) => name.toLowerCase()))
  const all = headers.filter(([name]) => !gone.has(name.toLowerCase())).concat(set.map(({ name, value }) => [name, value] as const))
  for (const { name, value } of add) {
    const at = all.findIndex(([known]) => known.toLowerCase() === name.toLowerCase())
    if (at < 0) all.push([name, value])
    else all[at] = [all[at]![0], `${all[at]![1]},${value}`]
  }
  return all
}

/** Passes a request on to an endpoint; a dead one is passed over. */
function* passTo(
  nginx: GatewayNginx,
  { name, endpoints }: ServedBackend,
  request: Outgoing,
  timeoutMs: number | undefined,
): Proc<HttpAnswer | 'late' | 'dead'> {
  for (let tries = 0; tries < endpoints.length; tries++) {
    const turn = nginx.turns.get(name) ?? 0
    nginx.turns.set(name, turn + 1)
    const { address, port } = endpoints[turn % endpoints.length]!
    const readTimeoutMs = timeoutMs ?? READ_TIMEOUT_MS
    const result = yield* pass({ ...request, address, port, connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, readTimeoutMs), readTimeoutMs })
    if ('answer' in result) return result.answer
    if (result.failure === 'ETIMEDOUT') return 'late'
  }
  return 'dead'
}

/** Sends a copy of a request and does not wait for what is said to it. */
function* copyTo(nginx: GatewayNginx, backend: ServedBackend, request: Outgoing): Proc {
  if (!backend.isValid || backend.endpoints.length === 0) return
  yield* spawn({
    argv: ['nginx: worker process'],
    env: {},
    cwd: '/',
    fds: {},
    *run() {
      yield* passTo(nginx, backend, request, undefined)
      return 0
    },
  })
}

function passedBack({ status, reason, headers, body }: HttpAnswer, modifier: HeaderFilter | undefined): HttpResponse {
  const kept = headers.filter(([name]) => isPassedOn(name) && !/^(date|server|content-length)$/i.test(name))
  const collected: Record<string, string | readonly string[]> = {}
  for (const [name, value] of withModified(kept, modifier)) {
    const key = /^content-type$/i.test(name) ? 'Content-Type' : name
    collected[key] = collected[key] === undefined ? value : [collected[key], value].flat()
  }
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1]
  return { status, reason, headers: { ...collected, ...(body === '' && length !== undefined && { 'Content-Length': length }) }, body }
}
