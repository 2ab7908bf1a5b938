import { matchesName } from './certificates'
import type { Canary } from './annotations'
import { DEFAULT_SERVER, type Configuration, type Endpoint, type Location, type Server } from './configuration'

/** The server for a host: by its name, an alias or a wildcard for its first label, else the one for all others. */
export function serverFor({ servers }: Configuration, host: string): Server {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  const named = servers.get(name) ?? [...servers.values()].find(({ aliases }) => aliases.includes(name))
  return (
    named ??
    [...servers.values()].find((server) => server.host.startsWith('*.') && matchesName(server.host, name)) ??
    servers.get(DEFAULT_SERVER)!
  )
}

/**
 * The location for a path. Exact ones come first, then the longest prefix. With regular expressions it is the first that matches the beginning of the
 * path, whatever its case; the longest was put first.
 */
export function locationFor({ locations, usesRegex }: Server, path: string): Location | undefined {
  if (usesRegex) return locations.find((location) => expression(`^${location.path}`)?.test(path))
  return (
    locations.find((location) => location.type === 'Exact' && location.path === path) ??
    locations.find((location) => location.type === 'Prefix' && path.startsWith(location.path))
  )
}

/** A path as a regular expression; undefined when it is none. */
function expression(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'i')
  } catch {
    return undefined // nginx would not have taken such a configuration, and gone on with the last one
  }
}

/** The path that the backend gets: `rewrite-target` with what the groups of the location's path have caught, in the place of all of it. */
export function rewritten({ path: pattern, settings: { rewriteTarget } }: Location, path: string): string {
  if (rewriteTarget === '' || rewriteTarget === pattern) return path
  const match = expression(pattern)?.exec(path)
  return match ? rewriteTarget.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '') : path
}

/** What of a request a canary looks at. */
export interface Asked {
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: Readonly<Record<string, string>>
}

/** Whether a canary takes a request: by header, then by cookie, then by weight. `chance` is a number in [0, 1). */
export function canaryTakes(canary: Canary, { headers, cookies }: Asked, chance: number): boolean {
  const header = canary.header === '' ? undefined : headers[canary.header]
  if (header !== undefined) {
    if (canary.headerValue !== '') {
      if (header === canary.headerValue) return true
    } else if (canary.headerPattern !== '') {
      if (expression(canary.headerPattern)?.test(header)) return true
    } else if (header === 'always') return true
    else if (header === 'never') return false
  }
  const cookie = canary.cookie === '' ? undefined : cookies[canary.cookie]
  if (cookie === 'always') return true
  if (cookie === 'never') return false
  return Math.floor(chance * canary.weightTotal) + 1 <= canary.weight
}

/** The cookies of a request, by name. */
export const cookiesIn = (header: string | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (header ?? '').split(';').flatMap((pair) => {
      const at = pair.indexOf('=')
      return at < 0 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()]]
    }),
  )

/** The endpoint that a session's cookie leads to: the same one for as long as it is there. */
export function endpointOfSession(endpoints: readonly Endpoint[], cookie: string, hash: (text: string) => string): Endpoint | undefined {
  const ranked = endpoints.map((endpoint) => [hash(`${cookie} ${endpoint.address}:${endpoint.port}`), endpoint] as const)
  return ranked.sort(([one], [other]) => (one < other ? -1 : 1))[0]?.[1]
}
