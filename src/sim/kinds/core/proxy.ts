import type { ApiResponse } from '../../api/http'
import { createRelay, textOf } from '../../api/relay'
import type { CallSubresource, SubresourceRequest } from '../../api/hooks'
import { badRequest, failure } from '../../api/status'
import type { Endpoints, Node, Pod, Service } from '../../api/types/core-v1.gen'
import { dialError } from '../../api/waiting'
import { endpoints } from './endpoints'

/** A proxied thing as its name in the path says it: `name`, `name:port`, or `scheme:name:port`. */
function asNamed(name: string): { readonly port: string } {
  const parts = name.split(':')
  return { port: parts.length === 3 ? parts[2]! : (parts[1] ?? '') }
}

const unavailable = (message: string) => failure(503, 'ServiceUnavailable', message)

/** …/pods/{name}:{port}/proxy/…: an HTTP request to a Pod, carried by the API server. */
export const podProxy: CallSubresource = {
  of: { group: '', plural: 'pods' },
  subresource: 'proxy',
  verbs: ['connect'],
  options: { group: '', version: 'v1', kind: 'PodProxyOptions' },
  handle: (request) => {
    const { spec, status } = request.object as unknown as Pod // the handler is asked for Pods only
    const { port } = asNamed(request.name)
    const first = spec.containers.find(({ ports }) => ports?.length)?.ports?.[0]?.containerPort ?? 80
    if (!status?.podIP) throw badRequest('address not allowed')
    return carried(request, status.podIP, port === '' ? first : Number(port))
  },
}

/** …/services/{name}:{port}/proxy/…: the same to one of the addresses behind a Service. A port may be given by name or number; none means the unnamed one. */
export const serviceProxy: CallSubresource = {
  of: { group: '', plural: 'services' },
  subresource: 'proxy',
  verbs: ['connect'],
  options: { group: '', version: 'v1', kind: 'ServiceProxyOptions' },
  handle: (request) => {
    const { metadata, spec } = request.object as unknown as Service // the handler is asked for Services only
    const { port: wanted } = asNamed(request.name)
    const name = /^\d+$/.test(wanted) ? nameOfPort(metadata.name, spec.ports, Number(wanted)) : wanted
    const stored = request.server.storage.get(endpoints, metadata.namespace, metadata.name)?.object as unknown as Endpoints | undefined // stored under this kind
    for (const { addresses = [], ports = [] } of stored?.subsets ?? []) {
      const behind = ports.find((each) => (each.name ?? '') === name)
      if (behind && addresses.length > 0) return carried(request, request.server.engine.random.pick(addresses).ip, behind.port)
    }
    throw unavailable(`no endpoints available for service ${JSON.stringify(request.name)}`)
  },
}

function nameOfPort(service: string, ports: Service['spec']['ports'] = [], wanted: number): string {
  const found = ports.find(({ port }) => port === wanted)
  if (!found) throw unavailable(`no service port ${wanted} found for service ${JSON.stringify(service)}`)
  return found.name ?? ''
}

/** …/nodes/{name}/proxy/…: the kubelet's own HTTP API (port 10250), or another port of the node. */
export const nodeProxy: CallSubresource = {
  of: { group: '', plural: 'nodes' },
  subresource: 'proxy',
  verbs: ['connect'],
  options: { group: '', version: 'v1', kind: 'NodeProxyOptions' },
  handle: (request) => {
    const { object, subpath, query, server } = request
    const { metadata, status } = object as unknown as Node // the handler is asked for Nodes only
    const ip = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? metadata.name
    const { port } = asNamed(request.name)
    if (port !== '' && port !== String(KUBELET_PORT)) return carried(request, ip, Number(port))
    const kubelet = server.kubelet(metadata.name)
    if (!kubelet) throw unreachable('ECONNREFUSED', ip, KUBELET_PORT)
    return kubelet.http(subpath, query)
  },
}

const KUBELET_PORT = 10_250

const unreachable = (code: string, host: string, port: number) =>
  unavailable(`error trying to reach service: ${dialError(code, `${host}:${port}`)}`)

/** Headers that belong to one connection, and the credentials, which are for the API server alone. */
const OWN = [
  'connection',
  'content-length',
  'transfer-encoding',
  'authorization',
  'x-client-certificate',
  'x-remote-user',
  'x-remote-group',
  'host',
]
const passedOn = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.includes(name) && !name.startsWith('impersonate-')))

/** Sends the request on over the cluster's network; what comes back is answered with its own status and streamed. */
function carried(request: SubresourceRequest, host: string, port: number): ApiResponse {
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw badRequest(`invalid port ${port}`)
  const { server, http, subpath } = request
  const { dial } = server
  if (!dial) throw unreachable('ECONNREFUSED', host, port)
  const query = http?.url.split('?')[1]
  const heard = server.questions.ask<ApiResponse | { readonly error: string }>('proxy', (answered) => {
    const body = createRelay()
    body.onClose = dial(
      {
        host,
        port,
        method: http?.method ?? 'GET',
        target: `/${subpath}${query ? `?${query}` : ''}`,
        headers: { Host: `${host}:${port}`, ...passedOn(http?.headers ?? {}), 'Accept-Encoding': 'gzip' },
        body: textOf(http?.body),
        timeoutMs: Infinity,
      },
      {
        head: (status, headers) => answered({ status, headers: passedOn(headers), stream: body.listen }),
        data: body.data,
        end: body.end,
        error: (error) => answered({ error }),
      },
    )
  })
  if ('error' in heard) throw unreachable(heard.error, host, port)
  return heard
}
