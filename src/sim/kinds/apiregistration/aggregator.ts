import type { Aggregated, ApiServer, RequestAttributes, User } from '../../api/hooks'
import type { ApiRequest, ApiResponse } from '../../api/http'
import { plainText } from '../../api/edge-answer'
import type { ForeignVersion } from '../../api/registry'
import { createRelay, textOf } from '../../api/relay'
import { distrust, SERVED_CERTIFICATE } from '../../api/served-certificate'
import { collect, dialError, type NetworkAnswer, type OutgoingRequest } from '../../api/waiting'
import type { Timer } from '../../engine/engine'
import { timestamp } from '../../engine/time'
import { service as serviceKind } from '../core/service'
import { endpointSlice } from '../discovery/endpoint-slice'
import { apiService, type APIService } from './api-service'
import { isAvailable, whyUnavailable, withAvailable } from './availability'
import { discoveredResources, openApiOf } from './foreign-discovery'

/*
 * The aggregation layer of kube-apiserver: an APIService with a Service leads to another API server in the cluster. Whether that one can be asked
 * is looked at whenever the APIService, its Service or the EndpointSlices behind it change, and every thirty seconds; requests for its group and
 * version are handed on to it with the name and the groups of whoever asks. See
 * https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/
 */

/** How often an API server that answers is looked at again. */
const RESYNC_MS = 30_000
/** One that does not is tried again after this long, then after twice as long each time, up to thirty seconds. */
const FIRST_RETRY_MS = 5
const CHECK_TIMEOUT_MS = 5_000

/** What is known of one API server behind an APIService. */
interface Remote {
  version: ForeignVersion
  failures: number
  timer?: Timer | undefined
  isChecking: boolean
}

/** Watches APIServices and hands requests on to the servers behind them. `isOurs` tells groups that are answered here whatever their APIService says. */
export function createAggregator(server: ApiServer, isOurs: (group: string) => boolean): { readonly answer: Aggregated } {
  const { engine } = server
  const client = server.client({ user: 'system:kube-aggregator', groups: ['system:masters'], manager: 'kube-apiserver' })
  const remotes = new Map<string, Remote>()

  const remoteOf = ({ spec }: APIService) => (spec.service && !isOurs(spec.group ?? '') ? spec.service : undefined)
  const again = (name: string, remote: Remote, ms: number) => {
    engine.cancel(remote.timer)
    remote.timer = engine.after(ms, () => look(name), { background: true })
  }

  function look(name: string) {
    const found = client.get(apiService, undefined, name)
    const target = found && remoteOf(found)
    if (!found || !target) return forget(name)
    const { group = '', version = '' } = found.spec
    let remote = remotes.get(name)
    if (!remote) remotes.set(name, (remote = { version: { group, version, resources: [], isStale: true }, failures: 0, isChecking: false }))
    const why = whyUnavailable(target, client, server.release)
    if (why) {
      tell(name, remote, { isTrue: false, ...why })
      return again(name, remote, RESYNC_MS)
    }
    if (!remote.isChecking) check(name, found, remote)
  }

  function forget(name: string) {
    engine.cancel(remotes.get(name)?.timer)
    if (remotes.delete(name)) announce()
  }

  function tell(name: string, remote: Remote, condition: { readonly isTrue: boolean; readonly reason: string; readonly message: string }) {
    const found = client.get(apiService, undefined, name)
    if (!found) return forget(name)
    remote.version = { ...remote.version, isStale: !condition.isTrue }
    announce()
    const status = withAvailable(found, condition, timestamp(engine.nowMs))
    if (status) client.updateStatus(apiService, { ...found, status })
  }

  /** Asks for the list of resources, which every API server must have. */
  function check(name: string, found: APIService, remote: Remote) {
    const { group = '', version = '' } = found.spec
    const { url, request } = outgoing(found, `/apis/${group}/${version}`, KUBE_AGGREGATOR)
    remote.isChecking = true
    collect(server.dial, { ...request, timeoutMs: CHECK_TIMEOUT_MS }, (answer) => {
      remote.isChecking = false
      if (remotes.get(name) !== remote) return
      const problem = failingAnswer(url, `${request.host}:${request.port}`, answer)
      if (problem !== undefined) {
        tell(name, remote, {
          isTrue: false,
          reason: 'FailedDiscoveryCheck',
          message: `failing or missing response from ${url}: ${problem}`,
        })
        return again(name, remote, Math.min(FIRST_RETRY_MS * 2 ** remote.failures++, RESYNC_MS))
      }
      remote.failures = 0
      remote.version = { ...remote.version, resources: discoveredResources(answer, group, version) }
      tell(name, remote, { isTrue: true, reason: 'Passed', message: 'all checks passed' })
      again(name, remote, RESYNC_MS)
      if (remote.version.openApi === undefined) learnOpenApi(found, remote)
    })
  }

  function learnOpenApi(found: APIService, remote: Remote) {
    const { group = '', version = '' } = found.spec
    collect(server.dial, { ...outgoing(found, '/openapi/v3', KUBE_AGGREGATOR).request, timeoutMs: CHECK_TIMEOUT_MS }, (answer) => {
      remote.version = { ...remote.version, openApi: openApiOf(answer, `apis/${group}/${version}`) }
      announce()
    })
  }

  const announce = () =>
    server.registry.lead(
      'aggregator',
      [...remotes.values()].map(({ version }) => version),
    )

  function outgoing({ spec }: APIService, target: string, user: User): { readonly url: string; readonly request: OutgoingRequest } {
    const { name = '', namespace = '', port = 443 } = spec.service ?? {}
    const host = client.get(serviceKind, namespace, name)?.spec.clusterIP ?? ''
    const headers = { ...identityHeaders(user), Host: `${name}.${namespace}.svc`, Accept: 'application/json' }
    return {
      url: `https://${host}:${port}${target}`,
      request: { host, port, method: 'GET', target, headers, body: '', timeoutMs: Infinity },
    }
  }

  function answer(request: ApiRequest, { path, verb }: RequestAttributes, user: User): ApiResponse | undefined {
    const [, group, version] = /^\/(?:openapi\/v3\/)?apis\/([^/]+)\/([^/]+)/.exec(path) ?? []
    if (group === undefined || version === undefined || !remotes.has(`${version}.${group}`)) return undefined
    const found = client.get(apiService, undefined, `${version}.${group}`)
    if (!found?.spec.service) return undefined
    if (!isAvailable(found)) return unavailable('service unavailable')
    const { request: base } = outgoing(found, request.url, user)
    const { authorization: _token, host: _host, ...headers } = request.headers
    const kept = Object.entries(headers).filter(
      ([name]) => !/^(x-remote-|x-client-certificate|impersonate-|connection|content-length|accept-encoding)/.test(name),
    )
    const sent = {
      ...base,
      method: request.method,
      headers: { ...Object.fromEntries(kept), ...identityHeaders(user), Host: base.headers.Host! },
      body: textOf(request.body),
    }
    return verb === 'watch' ? streamed(sent, found) : whole(sent, found)
  }

  function whole(sent: OutgoingRequest, found: APIService): ApiResponse {
    const answer = server.questions.ask<NetworkAnswer>('aggregated', (answered) => collect(server.dial, sent, answered))
    const problem = 'error' in answer ? dialError(answer.error, `${sent.host}:${sent.port}`) : mistrust(found, answer.headers)
    if (problem !== undefined || 'error' in answer) return unavailable(`error trying to reach service: ${problem}`)
    return { status: answer.status, headers: passedOn(answer.headers), body: answer.body }
  }

  function streamed(sent: OutgoingRequest, found: APIService): ApiResponse {
    const { dial } = server
    if (!dial) return unavailable(`error trying to reach service: ${dialError('ECONNREFUSED', `${sent.host}:${sent.port}`)}`)
    const heard = server.questions.ask<ApiResponse>('aggregated', (answered) => {
      const body = createRelay()
      body.onClose = dial(sent, {
        head(status, headers) {
          const problem = mistrust(found, headers)
          answered(
            problem === undefined
              ? { status, headers: passedOn(headers), stream: body.listen }
              : unavailable(`error trying to reach service: ${problem}`),
          )
        },
        data: body.data,
        end: body.end,
        error: (error) => answered(unavailable(`error trying to reach service: ${dialError(error, `${sent.host}:${sent.port}`)}`)),
      })
    })
    return heard
  }

  /** Why kube-apiserver does not believe in the certificate of the server it hands a request to. */
  function mistrust({ spec }: APIService, headers: Readonly<Record<string, string>>): string | undefined {
    const served = headers[SERVED_CERTIFICATE]
    if (spec.insecureSkipTLSVerify || served === undefined) return undefined
    const { name = '', namespace = '' } = spec.service ?? {}
    const problem = distrust(atob(served), atob(spec.caBundle ?? ''), `${name}.${namespace}.svc`, engine.nowMs)
    return problem && `tls: failed to verify certificate: ${problem}`
  }

  for (const { metadata } of client.list(apiService)) look(metadata.name)
  client.watch<APIService>(apiService, (events) => {
    for (const { object, old, type } of events) {
      const { name } = object.metadata
      const isNews = type === 'DELETED' || old?.spec !== object.spec // its status is what was written here
      if (isNews && (remotes.has(name) || remoteOf(object))) look(name)
    }
  })
  const lookBehind = (namespace: string | undefined, name: string | undefined) => {
    for (const each of remotes.keys()) {
      const target = client.get(apiService, undefined, each)?.spec.service
      if (target?.name === name && target?.namespace === namespace) look(each)
    }
  }
  client.watch(serviceKind, (events) => {
    if (remotes.size > 0) for (const { object } of events) lookBehind(object.metadata.namespace, object.metadata.name)
  })
  client.watch(endpointSlice, (events) => {
    if (remotes.size === 0) return
    for (const { object } of events) lookBehind(object.metadata.namespace, object.metadata.labels?.['kubernetes.io/service-name'])
  })

  return { answer }
}

/** As whom the aggregator itself asks. */
const KUBE_AGGREGATOR: User = { name: 'system:kube-aggregator', groups: ['system:masters'] }

/** How a server behind the aggregator hears who asks. */
const identityHeaders = ({ name, groups, uid, extra = {} }: User): Readonly<Record<string, string>> => ({
  'X-Remote-User': name,
  ...(uid !== undefined && { 'X-Remote-Uid': uid }),
  ...(groups.length > 0 && { 'X-Remote-Group': groups.join(', ') }),
  ...Object.fromEntries(Object.entries(extra).map(([key, values]) => [`X-Remote-Extra-${encodeURIComponent(key)}`, values.join(', ')])),
})

const passedOn = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !['connection', 'content-length', SERVED_CERTIFICATE].includes(name)))

const unavailable = (why: string) => plainText(`${why}\n`, 503)

/** What is wrong with an answer to the question for resources; undefined when nothing is. */
function failingAnswer(url: string, address: string, answer: NetworkAnswer): string | undefined {
  if ('error' in answer) {
    const why =
      answer.error === 'timeout'
        ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
        : dialError(answer.error, address)
    return `Get ${JSON.stringify(url)}: ${why}`
  }
  return answer.status >= 200 && answer.status < 300 ? undefined : `bad status from ${url}: ${answer.status}`
}
