import type { BufferedResponse, ChannelPeer, StreamSink } from './http'
import type { Pod } from './types/core-v1.gen'

/**
 * What the API server asks of a node's kubelet for the connecting subresources of a Pod. Implemented under node/, handed to the API
 * server when the cluster is put together. Refusals are thrown as StatusError.
 */
export interface KubeletConnections {
  /** Query parameters of `pods/log`: container, follow, previous, tailLines, sinceSeconds, sinceTime, timestamps, limitBytes. */
  logs(pod: Pod, query: URLSearchParams, sink: StreamSink): () => void
  /** Channels: 0 stdin, 1 stdout, 2 stderr, 3 error (a Status as JSON at the end), 4 resize (`{"Width":80,"Height":24}`). */
  exec(pod: Pod, query: URLSearchParams): (peer: ChannelPeer) => ChannelPeer
  attach(pod: Pod, query: URLSearchParams): (peer: ChannelPeer) => ChannelPeer
  /** For each requested port in order: channel 2n data, 2n+1 error. */
  portForward(pod: Pod, ports: readonly number[]): (peer: ChannelPeer) => ChannelPeer
  /** A page of the kubelet's own HTTP server: `healthz`, `pods`, `stats/summary`, `metrics/resource`, `configz`, … */
  http(path: string, query: URLSearchParams): BufferedResponse
}
