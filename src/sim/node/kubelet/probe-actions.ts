import type { Container as ContainerSpec, HTTPGetAction, Probe } from '../../api/types/core-v1.gen'
import type { Container } from '../runtime/container'
import type { KubeletContext } from './context'
import { runInContainer } from './exec'
import { dialError, exchange, httpGet, type HttpGet } from './http-get'
import type { PodState } from './pod-state'

/** What one try of a probe said. `unknown`: it could not be tried, which changes nothing. */
export type ProbeResult = { readonly verdict: 'success' } | { readonly verdict: 'failure' | 'unknown'; readonly output: string }

const success: ProbeResult = { verdict: 'success' }
const failure = (output: string): ProbeResult => ({ verdict: 'failure', output })

/** Tries a probe once; calls back with the result. */
export function tryProbe(
  context: KubeletContext,
  state: PodState,
  spec: ContainerSpec,
  made: Container,
  probe: Probe,
  done: (result: ProbeResult) => void,
): void {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000
  const address = state.sandbox!.address
  if (probe.exec) {
    runInContainer(made, probe.exec.command ?? [], timeoutMs, context.engine, ({ code, output, error, timedOut }) =>
      done(
        error !== undefined ? (timedOut ? failure(error) : { verdict: 'unknown', output: error }) : code === 0 ? success : failure(output),
      ),
    )
  } else if (probe.httpGet) {
    httpGet(context, requestOf(spec, made, probe.httpGet, address, timeoutMs), (answer) =>
      done(
        'error' in answer
          ? failure(answer.error)
          : answer.status >= 200 && answer.status < 400
            ? success
            : failure(`HTTP probe failed with statuscode: ${answer.status}`),
      ),
    )
  } else if (probe.tcpSocket) {
    const host = probe.tcpSocket.host || address
    const port = portOf(spec, probe.tcpSocket.port)
    const greet = { host, port, timeoutMs }
    // A connection that stands is all that is asked: nothing is said and nothing read.
    exchange(
      context,
      greet,
      () => '',
      () => undefined,
      ({ error }) => done(error === undefined ? success : failure(dialError(error, host, port))),
      true,
    )
  } else if (probe.grpc) {
    const { port, service = '' } = probe.grpc
    const seconds = `${probe.timeoutSeconds ?? 1}s`
    exchange(
      context,
      { host: address, port, timeoutMs },
      () => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngrpc.health.v1.Health/Check ${service}\n`,
      (text) => /^(SERVING|NOT_SERVING|UNKNOWN|UNIMPLEMENTED)\n/.exec(text)?.[1],
      ({ value, error }) =>
        done(
          value === 'SERVING'
            ? success
            : failure(
                error === 'end' || value === 'UNIMPLEMENTED'
                  ? 'error: this server does not implement the grpc health protocol (grpc.health.v1.Health): rpc error: code = Unimplemented desc = unknown service grpc.health.v1.Health'
                  : value !== undefined
                    ? `service unhealthy (responded with "${value}")`
                    : `timeout: failed to connect service "${address}:${port}" within ${seconds}: context deadline exceeded`,
              ),
        ),
    )
  } else done(success)
}

const requests = new WeakMap<Container, Map<HTTPGetAction, HttpGet>>()

/** What an HTTP probe asks of a container: the same all the time. */
function requestOf(spec: ContainerSpec, made: Container, action: HTTPGetAction, address: string, timeoutMs: number): HttpGet {
  let own = requests.get(made)
  if (!own) requests.set(made, (own = new Map()))
  const known = own.get(action)
  if (known?.timeoutMs === timeoutMs) return known
  const { path = '/', port, scheme, httpHeaders = [] } = action
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]))
  const request = { host: action.host || address, port: portOf(spec, port), path, scheme, headers, timeoutMs }
  own.set(action, request)
  return request
}

/** The number of a port that may be given by name; -1 when the container has no such port. */
export function portOf(spec: ContainerSpec, port: number | string): number {
  if (typeof port === 'number') return port
  return spec.ports?.find(({ name }) => name === port)?.containerPort ?? (/^\d+$/.test(port) ? Number(port) : -1)
}
