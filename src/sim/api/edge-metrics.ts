import type { Authorise, PathHandler, RequestAttributes } from './hooks'
import { versionInfo } from './edge-version'

/** Labels and value of one sample. */
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

interface Counter {
  readonly labels: Readonly<Record<string, string>>
  value: number
}

/** `/metrics` in the text format of Prometheus, with the names of kube-apiserver; and an authoriser that counts the requests it lets pass or not. */
export function requestMetrics(authorise: Authorise): { readonly authorise: Authorise; readonly metricsRoute: PathHandler } {
  const counters = new Map<string, Counter>()

  function count(attributes: RequestAttributes, allowed: boolean) {
    const code = allowed ? '200' : '403'
    const { verb, resource } = attributes
    const key = [code, verb, resource?.group, resource?.version, resource?.plural, resource?.subresource, scopeOf(attributes)].join(' ')
    const counter = counters.get(key) ?? { labels: labelsOf(attributes, code), value: 0 }
    counter.value++
    counters.set(key, counter)
  }

  return {
    authorise(user, attributes, server) {
      const decision = authorise(user, attributes, server)
      if (attributes.path.startsWith('/api')) count(attributes, decision.allowed) // reviews and in-process clients have no path of the API
      return decision
    },
    metricsRoute(_request, { path }, server) {
      if (path !== '/metrics') return undefined
      const { gitVersion, major, minor, goVersion, platform } = versionInfo(server.release)
      const objects = server.registry
        .all()
        .filter(({ stored }) => stored)
        .map(({ group, kind }): Sample => [
          { resource: group === '' ? kind.plural : `${kind.plural}.${group}` },
          server.storage.count(kind as never),
        ])
      const body = [
        metric('apiserver_request_total', 'counter', 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.', [...counters.values()].map(({ labels, value }): Sample => [labels, value])), // prettier-ignore
        metric('apiserver_storage_objects', 'gauge', 'Number of stored objects at the time of last check split by kind.', objects),
        metric('apiserver_current_inflight_requests', 'gauge', 'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.', [[{ request_kind: 'mutating' }, 0], [{ request_kind: 'readOnly' }, 1]]), // prettier-ignore
        metric('kubernetes_build_info', 'gauge', 'A metric with a constant 1 value labeled by build information.', [[{ git_version: gitVersion, major, minor, go_version: goVersion, platform }, 1]]), // prettier-ignore
        metric('etcd_bookmark_counts', 'gauge', 'Number of etcd bookmarks (progress notify events) split by kind.', [
          [{ resource: 'pods' }, 0],
        ]),
      ]
      return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body: body.join('') }
    },
  }
}

function scopeOf({ resource }: RequestAttributes): string {
  if (!resource) return ''
  return resource.name !== undefined ? 'resource' : resource.namespace !== undefined ? 'namespace' : 'cluster'
}

function labelsOf(attributes: RequestAttributes, code: string): Readonly<Record<string, string>> {
  const { verb, resource } = attributes
  const { group = '', version = '', plural = '', subresource = '' } = resource ?? {}
  const scope = scopeOf(attributes)
  return {
    code,
    component: 'apiserver',
    dry_run: '',
    group,
    resource: plural,
    scope,
    subresource,
    verb: VERBS[verb] ?? verb.toUpperCase(),
    version,
  }
}

const VERBS: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT' }

function metric(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const text = Object.entries(labels).map(([key, label]) => `${key}=${JSON.stringify(label)}`)
    return `${name}${text.length > 0 ? `{${text.join(',')}}` : ''} ${value}`
  })
  return `# HELP ${name} [STABLE] ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}${lines.length > 0 ? '\n' : ''}`
}
