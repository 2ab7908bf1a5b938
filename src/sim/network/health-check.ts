import type { Service } from '../api/types/core-v1.gen'
import type { Listener } from '../node/os/socket'
import { byteLength } from '../node/os/text'
import { answering } from './internet'

/** What kube-proxy serves at the health check port of a Service: 200 on nodes with an endpoint of their own, 503 on all others. */
export function healthCheckListener({ metadata, spec }: Service, localEndpoints: number): Listener {
  const body = `{\n\t"service": {\n\t\t"namespace": ${JSON.stringify(metadata.namespace)},\n\t\t"name": ${JSON.stringify(metadata.name)}\n\t},\n\t"localEndpoints": ${localEndpoints},\n\t"serviceProxyHealthy": true\n}`
  const status = localEndpoints > 0 ? '200 OK' : '503 Service Unavailable'
  return answering(
    '0.0.0.0',
    spec.healthCheckNodePort!,
    () =>
      `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\nX-Load-Balancing-Endpoint-Weight: ${localEndpoints}\r\nContent-Length: ${byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
