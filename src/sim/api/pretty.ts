import { goOrder } from './late-formats'
import { isStreamed, isUpgraded, type ApiRequest, type ApiResponse } from './http'

/** Clients behind which a person sits, by how they call themselves. */
const PEOPLE = /^(?:curl|Wget|Mozilla\/5\.0)/

/** JSON is indented for people: for browsers and command-line tools, where `?pretty` asks for it, and `/version` always. */
export function forPeople(request: ApiRequest, response: ApiResponse): ApiResponse {
  if (isStreamed(response) || isUpgraded(response) || response.headers['content-type'] !== 'application/json') return response
  if (!wantsIndent(request) || typeof response.body !== 'string') return response
  return { ...response, body: `${JSON.stringify(ordered(JSON.parse(response.body)), null, 2)}\n` }
}

const ordered = (value: unknown): unknown => (goOrder.arrived ? goOrder.code(value) : value)

function wantsIndent({ url, headers }: ApiRequest): boolean {
  const [path, query] = url.split('?', 2) as [string, string?]
  if (path === '/version') return true
  if (path.startsWith('/openapi/')) return false
  const pretty = query === undefined ? null : new URLSearchParams(query).get('pretty')
  if (pretty) return /^(?:1|t|T|true|TRUE|True)$/.test(pretty)
  return PEOPLE.test(headers['user-agent'] ?? '')
}
