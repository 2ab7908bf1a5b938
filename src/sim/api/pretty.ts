import { goOrder } from './late-formats'
import { isStreamed, isUpgraded, type ApiRequest, type ApiResponse } from './http'

/** Clients behind which a person sits, by how they call themselves. */
const PEOPLE = /^(?:curl|Wget|Mozilla\/5\.0)/

/** Clients that show people what they received: `kubectl get --raw`. */
const SHOWING = /^(?:curl|Wget|Mozilla\/5\.0|kubectl)/

/**
 * JSON for people has its fields in the order of a real server. It is indented for browsers and command-line tools, where `?pretty` asks for it, and
 * `/version` always.
 */
export function forPeople(request: ApiRequest, response: ApiResponse): ApiResponse {
  if (isUpgraded(response) || response.headers['content-type'] !== 'application/json') return response
  const isShown = SHOWING.test(request.headers['user-agent'] ?? '') && !request.headers.accept?.includes('as=')
  if (isStreamed(response)) return isShown ? { ...response, stream: (sink) => response.stream({ ...sink, data: (text) => sink.data(orderedLines(text)) }) } : response // prettier-ignore
  if (wantsIndent(request) && typeof response.body === 'string')
    return { ...response, body: `${JSON.stringify(ordered(JSON.parse(response.body)), null, 2)}\n` }
  if (!isShown || 'value' in response || typeof response.body !== 'string') return response
  return { ...response, body: `${JSON.stringify(ordered(JSON.parse(response.body)))}\n` }
}

/** The events of a watch, a line each. */
const orderedLines = (text: string): string =>
  text.replace(/^\{"type":"[A-Z]+","object":.*$/gm, (line) => {
    const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: unknown } // written by a watch
    return JSON.stringify({ type, object: ordered(object) })
  })

const ordered = (value: unknown): unknown => (goOrder.arrived ? goOrder.code(value) : value)

function wantsIndent({ url, headers }: ApiRequest): boolean {
  const [path, query] = url.split('?', 2) as [string, string?]
  if (path === '/version') return true
  if (path.startsWith('/openapi/')) return false
  const pretty = query === undefined ? null : new URLSearchParams(query).get('pretty')
  if (pretty) return /^(?:1|t|T|true|TRUE|True)$/.test(pretty)
  return PEOPLE.test(headers['user-agent'] ?? '')
}
