import type { FetchResponse, Proc } from '../node/os/syscalls'
import { log, verbosity, type Kubectl } from './session'

/** A request as the client's log tells it. */
export interface Traced {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Which part of the client asks: the file and line before its bodies. */
  readonly place: string
}

/** What the client library says of itself, from -v=1 on, before it sends the first request of a run. */
const gates = [
  ['ClientsAllowCBOR', false],
  ['ClientsPreferCBOR', false],
  ['InformerResourceVersion', false],
  ['InOrderInformers', true],
  ['WatchListClient', false],
] as const

export function* traceClient(kubectl: Kubectl): Proc {
  if (verbosity(kubectl) < 1 || kubectl.known.announced) return
  kubectl.known.announced = true
  for (const [feature, enabled] of gates)
    yield* log(kubectl, 'I', 'envvar.go:172', `"Feature gate default state" feature="${feature}" enabled=${enabled}`)
}

/** From -v=7 on: what is asked, with which headers; -v=8 adds the body, and -v=9 says it as a curl command. */
export function* traceRequest(kubectl: Kubectl, { method, url, headers, body, place }: Traced): Proc {
  const level = verbosity(kubectl)
  // The client writes its objects with a newline at their end, and its patches without.
  const sent = body === undefined ? '' : method === 'PATCH' || body.endsWith('\n') ? body : `${body}\n`
  if (level >= 8 && place) yield* log(kubectl, 'I', place, `"Request Body" body${value(sent)}`)
  if (level >= 9) {
    const options = sorted(headers).map(([name, text]) => ` -H "${canonical(name)}: ${shown(name, text)}"`)
    yield* log(kubectl, 'I', 'round_trippers.go:527', `"Request" curlCommand=<\n\tcurl -v -X${method} ${options.join('')} '${url}'\n >`)
  } else if (level >= 7)
    yield* log(kubectl, 'I', 'round_trippers.go:527', `"Request" verb="${method}" url="${url}" headers${headerLines(headers)}`)
}

/** From -v=6 on: what was answered, and how long it took; -v=8 adds headers and the body's beginning. */
export function* traceResponse(kubectl: Kubectl, { method, url, place }: Traced, response: FetchResponse, tookMs: number): Proc {
  const level = verbosity(kubectl)
  if (level < 6) return
  if (level >= 9) {
    const [, host = '', port] = /^\w+:\/\/([^/:]+)(?::(\d+))?/.exec(url) ?? []
    const address = `${host}:${port ?? (url.startsWith('https') ? '443' : '80')}`
    if (!kubectl.known.dialled)
      yield* log(kubectl, 'I', 'round_trippers.go:562', `"HTTP Trace: Dial succeed" network="tcp" address="${address}"`)
    kubectl.known.dialled = true
  }
  const status = `${response.status} ${statusTexts[response.status] ?? ''}`.trim()
  const what = level === 7 || level === 8 ? '' : `verb="${method}" url="${url}" `
  const headers = level >= 8 ? ` headers${headerLines(response.headers)}` : ''
  const phases = level >= 9 ? ' dnsLookupMilliseconds=0 dialMilliseconds=0 tlsHandshakeMilliseconds=0 serverProcessingMilliseconds=0' : ''
  const took = Math.round(tookMs)
  yield* log(kubectl, 'I', 'round_trippers.go:632', `"Response" ${what}status="${status}"${headers} milliseconds=${took}${phases}`)
  if (level < 8 || response.fd !== undefined || !place) return
  const limit = level >= 10 ? Infinity : level === 9 ? 10_240 : 1024
  const { body } = response
  const text = body.length > limit ? `${body.slice(0, limit)} [truncated ${body.length - limit} chars]` : body
  yield* log(kubectl, 'I', place, `"Response Body" body${value(text)}`)
}

/** A value as the log writes it: quoted, or as it is between angle brackets where it has several lines. */
function value(text: string): string {
  if (!text.includes('\n')) return `=${JSON.stringify(text)}`
  const lines = text.endsWith('\n') ? text.slice(0, -1) : text
  return `=<\n${lines.split('\n').map((line) => `\t${line}\n`).join('')} >` // prettier-ignore
}

const canonical = (name: string) => name.replace(/(^|-)(\w)/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())

/** A certificate is shown at the handshake, not in a header; there being no handshake here is nobody's business. */
const sorted = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers)
    .filter(([name]) => name !== 'x-client-certificate')
    .sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
const shown = (name: string, text: string) => (/^authorization$/i.test(name) ? text.replace(/ .*/, ' <masked>') : text)

const headerLines = (headers: Readonly<Record<string, string>>) =>
  value(sorted(headers).map(([name, text]) => `${canonical(name)}: ${shown(name, text)}\n`).join('')) // prettier-ignore

const statusTexts: Readonly<Record<number, string>> = {
  101: 'Switching Protocols', 200: 'OK', 201: 'Created', 202: 'Accepted', 304: 'Not Modified', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed',
  406: 'Not Acceptable', 409: 'Conflict', 410: 'Gone', 413: 'Request Entity Too Large', 415: 'Unsupported Media Type', 422: 'Unprocessable Entity', 429: 'Too Many Requests', 500: 'Internal Server Error', 503: 'Service Unavailable', 504: 'Gateway Timeout',
} // prettier-ignore
