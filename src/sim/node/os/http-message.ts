import { read } from './calls'
import type { Proc } from './syscalls'
import { byteLength } from './text'

/** One request as a server reads it. */
export interface HttpRequest {
  readonly method: string
  /** As it stood in the request line. */
  readonly target: string
  /** The target without its query, percent-decoded. */
  readonly path: string
  readonly query: URLSearchParams
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** `HTTP/1.1` */
  readonly version: string
  readonly peer: string
  readonly local: string
}

/** Reads one request; undefined when the peer said nothing, or no HTTP. */
export function* readRequest(fd: number, peer: string, local: string): Proc<HttpRequest | undefined> {
  let text = ''
  let end = -1
  while (end < 0) {
    const chunk = yield* read(fd)
    if (chunk === '') return undefined
    text += chunk
    end = text.indexOf('\r\n\r\n')
  }
  const head = headIn(end + 4 === text.length ? text : text.slice(0, end + 4))
  if (!head) return undefined
  const { method, target, path, query, headers, version } = head
  let body = text.slice(end + 4)
  const length = Number(headers['content-length'] ?? 0)
  while (byteLength(body) < length) {
    const chunk = yield* read(fd)
    if (chunk === '') break
    body += chunk
  }
  return { method, target, path, query, headers, body, version, peer, local }
}

type Head = Omit<HttpRequest, 'body' | 'peer' | 'local'>

const NO_QUERY = new URLSearchParams()
const heads = new Map<string, Head | undefined>()
const MAX_HEADS = 2000

/** What a request line and headers say, up to the empty line that ends them. A probe sends the same ones again and again. */
function headIn(text: string): Head | undefined {
  const known = heads.get(text)
  if (known || heads.has(text)) return known
  const head = parseHead(text)
  if (heads.size >= MAX_HEADS) heads.clear()
  heads.set(text, head)
  return head
}

function parseHead(text: string): Head | undefined {
  const [requestLine = '', ...lines] = text.slice(0, -4).split('\r\n')
  const match = /^(\S+) (\S+) (HTTP\/\d\.\d)$/.exec(requestLine)
  if (!match) return undefined
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  const target = match[2]!
  const mark = target.indexOf('?')
  return {
    method: match[1]!,
    target,
    path: decode(mark < 0 ? target : target.slice(0, mark)),
    query: mark < 0 ? NO_QUERY : new URLSearchParams(target.slice(mark + 1)),
    headers,
    version: match[3]!,
  }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path // a stray percent sign stands for itself
  }
}

const phrases: Readonly<Record<number, string>> = {
  100: 'Continue', 101: 'Switching Protocols', 200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No Content', 301: 'Moved Permanently', 302: 'Found', 303: 'See Other',
  304: 'Not Modified', 307: 'Temporary Redirect', 308: 'Permanent Redirect', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found',
  405: 'Method Not Allowed', 409: 'Conflict', 413: 'Request Entity Too Large', 429: 'Too Many Requests', 500: 'Internal Server Error', 501: 'Not Implemented',
  502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
} // prettier-ignore

/** The words after the number in a status line. */
export const reasonPhrase = (status: number) => phrases[status] ?? 'Unknown'
