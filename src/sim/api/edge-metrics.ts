import type { ApiServer, PathHandler } from './hooks'
import type { FlowControl } from './late-flow-control'
import { metricsPage } from './late-formats'
import { requestAttributes } from './request-attributes'
import type { ApiRequest } from './http'

/** Labels and value of one sample. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

/** One sort of request: how many there were and how long they took. */
export interface RequestCounter {
  readonly labels: Readonly<Record<string, string>>
  readonly isDeprecated: boolean
  count: number
  totalMs: number
  /** How many took at most so long, by the bounds of `DURATION_BOUNDS`. */
  readonly within: number[]
}

/** Upper bounds of the buckets of `apiserver_request_duration_seconds`. */
export const DURATION_BOUNDS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60]

/** Counts requests as they are answered, and answers `/metrics`. */
export function requestMetrics(flows: () => FlowControl | undefined) {
  const counters = new Map<string, RequestCounter>()

  return {
    /** Told of every answer given over HTTP. */
    observe(request: ApiRequest, status: number, isDeprecated: boolean, ms: number) {
      const labels = labelsOf(request, status)
      if (!labels) return
      const key = Object.values(labels).join(' ')
      let counter = counters.get(key)
      if (!counter) counters.set(key, (counter = { labels, isDeprecated, count: 0, totalMs: 0, within: DURATION_BOUNDS.map(() => 0) }))
      counter.count++
      counter.totalMs += ms
      DURATION_BOUNDS.forEach((bound, index) => ms <= bound * 1000 && counter.within[index]!++)
    },
    metricsRoute: ((_request, { path }, server: ApiServer) =>
      path === '/metrics' ? metricsPage.code([...counters.values()], server, flows()) : undefined) satisfies PathHandler,
  }
}

function labelsOf({ method, url }: ApiRequest, status: number): Readonly<Record<string, string>> | undefined {
  const { verb, query, resource } = requestAttributes(method, url)
  if (!resource) return undefined
  const { group, version, plural, subresource = '', name, namespace } = resource
  return {
    code: String(status),
    component: 'apiserver',
    dry_run: query.getAll('dryRun').join(','),
    group,
    resource: plural,
    scope: name !== undefined ? 'resource' : namespace !== undefined ? 'namespace' : 'cluster',
    subresource,
    verb: subresource === 'proxy' || ['exec', 'attach', 'portforward'].includes(subresource) ? 'CONNECT' : verbOf(verb, query),
    version,
  }
}

const VERBS: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT' }
const verbOf = (verb: string, query: URLSearchParams) =>
  verb === 'patch' && query.has('force') ? 'APPLY' : (VERBS[verb] ?? verb.toUpperCase())
