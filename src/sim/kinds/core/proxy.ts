import type { ApiRequest, ApiResponse } from '../../api/http'
import type { CallSubresource, SubresourceRequest } from '../../api/hooks'
import { badRequest, failure } from '../../api/status'
import type { Endpoints, Pod, Service } from '../../api/types/core-v1.gen'
import { endpoints } from './endpoints'
import { pod } from './pod'
import { kubeletOf } from './pod-connections'

/** A proxied thing as its name in the path says it: `name`, `name:port`, or `scheme:name:port`. */
function asNamed(name: string): { readonly port: string } {
  const parts = name.split(':')
  return { port: parts.length === 3 ? parts[2]! : (parts[1] ?? '') }
}

/** …/pods/{name}:{port}/proxy/…: an HTTP request to a Pod, carried by the API server. */
export const podProxy: CallSubresource = {
  of: { group: '', plural: 'pods' },
  subresource: 'proxy',
  verbs: ['connect'],
  handle: (request) => {
    const target = request.object as unknown as Pod // the handler is asked for Pods only
    const { port } = asNamed(request.name)
    const first = target.spec.containers[0]?.ports?.[0]?.containerPort ?? 80
    return carried(request, target, port === '' ? first : Number(port))
  },
}

/** …/services/{name}:{port}/proxy/…: the same to one of the Pods behind a Service. */
export const serviceProxy: CallSubresource = {
  of: { group: '', plural: 'services' },
  subresource: 'proxy',
  verbs: ['connect'],
  handle: (request) => {
    const { metadata, spec } = request.object as unknown as Service // the handler is asked for Services only
    const { port } = asNamed(request.name)
    const chosen = (spec.ports ?? []).find((each) => port === '' || each.name === port || String(each.port) === port)
    const unavailable = failure(503, 'ServiceUnavailable', `no endpoints available for service ${JSON.stringify(request.name)}`)
    if (!chosen)
      throw failure(503, 'ServiceUnavailable', `no service port ${JSON.stringify(port)} found for service ${JSON.stringify(metadata.name)}`)
    const stored = request.server.storage.get(endpoints, metadata.namespace, metadata.name)?.object as unknown as Endpoints | undefined // stored under this kind
    for (const { addresses = [], ports = [] } of stored?.subsets ?? []) {
      const behind = ports.find(({ name }) => (name ?? '') === (chosen.name ?? ''))
      const backend = addresses.find(({ targetRef }) => targetRef?.kind === 'Pod')?.targetRef?.name
      const target = backend && request.server.storage.get(pod, metadata.namespace, backend)
      if (behind && target) return carried(request, target.object as unknown as Pod, behind.port) // stored under this kind
    }
    throw unavailable
  },
}

/**
 * Sends the request through a forwarded port and streams what follows the answer's head. The head itself comes only after virtual time has
 * passed, when the status of this answer has long been given: it is always 200.
 */
function carried(request: SubresourceRequest, target: Pod, port: number): ApiResponse {
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw badRequest(`invalid port ${port}`)
  const connect = kubeletOf(
    { ...request, object: target as unknown as SubresourceRequest['object'] },
    'portForward',
    request.query,
  ).portForward(target, [port]) // a Pod is an object
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    stream: (sink) => {
      let head: string | undefined = ''
      const far = connect({
        data: (channel, text) => {
          if (channel !== 0) return
          if (head === undefined) return sink.data(text)
          head += text
          const end = head.indexOf('\r\n\r\n')
          if (end < 0) return
          const body = head.slice(end + 4)
          head = undefined
          if (body) sink.data(body)
        },
        close: () => sink.end(),
      })
      far.data(0, requestText(request.http, request.subpath, target.status?.podIP ?? target.metadata.name, port))
      return () => far.close()
    },
  }
}

function requestText(http: ApiRequest | undefined, subpath: string, host: string, port: number): string {
  const query = http?.url.split('?')[1]
  const body = typeof http?.body === 'string' ? http.body : ''
  return [
    `${http?.method ?? 'GET'} /${subpath}${query ? `?${query}` : ''} HTTP/1.1`,
    `Host: ${host}:${port}`,
    'Connection: close',
    ...(body ? [`Content-Length: ${body.length}`] : []),
    '',
    body,
  ].join('\r\n')
}
