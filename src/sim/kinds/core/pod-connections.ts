import type { KubeletConnections } from '../../api/connect'
import type { CallSubresource, SubresourceRequest } from '../../api/hooks'
import type { ApiResponse, StreamSink } from '../../api/http'
import { fieldPath, type FieldError } from '../../api/field-path'
import { badRequest, failure, invalid, StatusError } from '../../api/status'
import type { Node, Pod } from '../../api/types/core-v1.gen'
import { node } from './node'

const POD = { group: '', plural: 'pods' }

/** GET …/pods/{name}/log */
export const podLog: CallSubresource = {
  of: POD,
  subresource: 'log',
  verbs: ['get'],
  handle: (request) => {
    const errors = logErrors(request.query)
    if (errors.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, request.name, errors)
    const { pod, query } = withContainer(request)
    // Nothing has been said yet by what has no place to run.
    if (!pod.spec.nodeName) return { status: 200, headers: TEXT, body: '' }
    return relayed((sink) => kubeletOf(request, 'containerLogs', query).logs(pod, query, sink))
  },
}

/** Complaints about how much of a log is asked for. */
function logErrors(query: URLSearchParams): readonly FieldError[] {
  const number = (name: string) => {
    const text = query.get(name)
    if (text === null) return undefined
    if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
    return Number(text)
  }
  const least = (name: string, smallest: number, why: string) => {
    const given = number(name)
    return given !== undefined && given < smallest ? [fieldPath(name).invalid(given, why)] : []
  }
  const positive = 'must be greater than 0'
  return [
    ...least('tailLines', 0, 'must be greater than or equal to 0'),
    ...least('limitBytes', 1, positive),
    ...(query.has('sinceSeconds') && query.has('sinceTime')
      ? [fieldPath().forbidden('at most one of `sinceTime` or `sinceSeconds` may be specified')]
      : least('sinceSeconds', 1, positive)),
  ]
}

const TEXT = { 'content-type': 'text/plain' }

/**
 * Starts a stream at once, so that a refusal becomes the answer's status, and keeps what comes until somebody listens. What has already
 * ended is answered as a whole.
 */
function relayed(start: (sink: StreamSink) => () => void): ApiResponse {
  let kept: string[] = []
  let ended = false
  let listener: StreamSink | undefined
  const stop = start({
    data: (chunk) => (listener ? listener.data(chunk) : void kept.push(chunk)),
    end: () => {
      ended = true
      listener?.end()
    },
  })
  if (ended) return { status: 200, headers: TEXT, body: kept.join('') }
  return {
    status: 200,
    headers: TEXT,
    stream: (sink) => {
      listener = sink
      const early = kept
      kept = []
      for (const chunk of early) sink.data(chunk)
      if (ended) sink.end()
      return stop
    },
  }
}

/** GET or POST …/pods/{name}/exec */
export const podExec: CallSubresource = {
  of: POD,
  subresource: 'exec',
  verbs: ['connect'],
  options: { group: '', version: 'v1', kind: 'PodExecOptions' },
  handle: (request) => {
    const { pod, query } = withContainer(request)
    const kubelet = kubeletOf(request, 'exec', query)
    return upgraded(request, () => kubelet.exec(pod, query))
  },
}

/** GET or POST …/pods/{name}/attach */
export const podAttach: CallSubresource = {
  of: POD,
  subresource: 'attach',
  verbs: ['connect'],
  options: { group: '', version: 'v1', kind: 'PodAttachOptions' },
  handle: (request) => {
    const { pod, query } = withContainer(request)
    const kubelet = kubeletOf(request, 'attach', query)
    return upgraded(request, () => kubelet.attach(pod, query))
  },
}

/** GET or POST …/pods/{name}/portforward?ports=80&ports=443 */
export const podPortForward: CallSubresource = {
  of: POD,
  subresource: 'portforward',
  verbs: ['connect'],
  options: { group: '', version: 'v1', kind: 'PodPortForwardOptions' },
  handle: (request) => {
    const pod = request.object as unknown as Pod // the handler is asked for Pods only
    const ports = request.query
      .getAll('ports')
      .flatMap((text) => text.split(','))
      .filter(Boolean)
      .map(Number)
    if (ports.some((port) => !Number.isInteger(port) || port < 1 || port > 65535)) throw badRequest('ports must be between 1 and 65535')
    const kubelet = kubeletOf(request, 'portForward', request.query)
    return upgraded(request, () => kubelet.portForward(pod, ports))
  },
}

const HEADERS = { connection: 'Upgrade', upgrade: 'websocket' }

/** What a kubelet answers before the connection is upgraded: its refusals are plain text, which the API server passes on as it is. */
function upgraded({ http }: SubresourceRequest, ask: () => ReturnType<KubeletConnections['exec']>): ApiResponse {
  if (http && !http.headers.upgrade) throw badRequest('Upgrade request required')
  try {
    return { status: 101, headers: HEADERS, connect: ask() }
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    return { status: error.status.code ?? 500, headers: TEXT, body: error.message }
  }
}

/** The container that the query names, or the only one there is. */
function withContainer({ object, query }: SubresourceRequest): { pod: Pod; query: URLSearchParams } {
  const pod = object as unknown as Pod // the handler is asked for Pods only
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec
  const name = query.get('container') ?? ''
  const known = [...containers, ...initContainers, ...ephemeralContainers]
  if (name) {
    if (!known.some((container) => container.name === name)) throw badRequest(`container ${name} is not valid for pod ${pod.metadata.name}`)
    return { pod, query }
  }
  if (containers.length !== 1) throw badRequest(mustChoose(pod))
  const chosen = new URLSearchParams(query)
  chosen.set('container', containers[0]!.name)
  return { pod, query: chosen }
}

function mustChoose({ metadata, spec }: Pod): string {
  const list = (containers: readonly { name: string }[]) => `[${containers.map(({ name }) => name).join(' ')}]`
  const text = `a container name must be specified for pod ${metadata.name}, choose one of: ${list(spec.containers)}`
  return spec.initContainers?.length ? `${text} or one of the init containers: ${list(spec.initContainers)}` : text
}

/** The kubelet that runs the Pod, or the refusal of a server that cannot reach it. */
export function kubeletOf({ object, server }: SubresourceRequest, path: string, query: URLSearchParams): KubeletConnections {
  const pod = object as unknown as Pod // the handler is asked for Pods only
  const { nodeName } = pod.spec
  if (!nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`)
  const kubelet = server.kubelet(nodeName)
  if (kubelet) return kubelet
  const host = server.storage.get(node, undefined, nodeName)?.object as unknown as Node | undefined // stored under this kind
  const ip = host?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? nodeName
  const url = `https://${ip}:10250/${path}/${pod.metadata.namespace}/${pod.metadata.name}/${query.get('container') ?? ''}`
  throw failure(500, '', `Get ${JSON.stringify(url)}: dial tcp ${ip}:10250: connect: connection refused`)
}
