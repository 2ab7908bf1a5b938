import type { ApiResponse } from '../../api/http'
import type { CallSubresource } from '../../api/hooks'
import { failure } from '../../api/status'
import type { Node } from '../../api/types/core-v1.gen'
import { pod } from './pod'

const PLAIN = { 'content-type': 'text/plain; charset=utf-8' }
const plain = (status: number, body: string): ApiResponse => ({ status, headers: PLAIN, body })

/** …/nodes/{name}/proxy/…: the kubelet's own HTTP API, of which `healthz` and `pods` are here. */
export const nodeProxy: CallSubresource = {
  of: { group: '', plural: 'nodes' },
  subresource: 'proxy',
  verbs: ['connect'],
  handle: ({ object, subpath, server }) => {
    const { metadata, status } = object as unknown as Node // the handler is asked for Nodes only
    const ip = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? metadata.name
    if (!server.kubelet(metadata.name))
      throw failure(503, 'ServiceUnavailable', `error trying to reach service: dial tcp ${ip}:10250: connect: connection refused`)
    if (/^healthz(\/|$)/.test(subpath)) return plain(200, 'ok')
    if (/^(runningpods|pods)\/?$/.test(subpath)) {
      const items = [...server.storage.onNode(pod, metadata.name)].map((stored) => stored.object)
      return {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items }),
      }
    }
    return plain(404, '404 page not found\n')
  },
}
